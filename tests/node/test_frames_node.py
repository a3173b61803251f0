"""Neighbouring plates in the node: a frame alone is itself in a sequence, in every host and by both roads."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from made import native
from made.cli_fake import read, write
from made.recurrent_made import frame, network
from made.shim_bench import BUNDLE
from pyopenfx import PROFILES, Host, Image, Instance, RenderAborted, RenderError

HERE = Path(__file__).parent.parent
WITH_TIME = [name for name in PROFILES if name not in ("mlt", "example")]

# One process for all hosts of a road; the keyer's matte is refined by the network, so nobody is looked for.
CODE = """
import json, sys
import numpy as np
from anatomatte_batch.ofx_node import bundle
from pyopenfx import PROFILES, Host
from made.recurrent_made import frame

told, made = {}, {}
for profile in (None, *PROFILES):
    name, asked = profile or "default", []

    def plate(time):
        asked.append(time)
        return frame(time)

    with Host(profile=profile, guard=True) as host:
        host.scan([bundle()])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 13)) as node:
            node.clips.Source = plate
            node.params.subject = "off"
            node.params.steady = 0.0
            node.params.output = "matte"
            told[name + ".own"] = node.frames_needed(11)["Source"]
            node.params.edge_model = "custom"
            node.params.edge_network = "remembers"
            told[name + ".needed"] = {t: node.frames_needed(t)["Source"] for t in (1, 6, 9, 10, 13)}

            def shot(order, what, alone=False):
                for time in order:
                    if alone:
                        node.purge_caches()
                    asked.clear()
                    made[f"{name}.{what}.{time}"] = node.render(time)["colour"].copy()
                    told[f"{name}.{what}.{time}"] = sorted(set(asked))

            try:
                shot(range(8, 12), "forth")
                shot((11, 10, 8), "back")
                shot((11,), "alone", alone=True)
                with node.sequence(1, 13):
                    shot((9, 10, 11), "trusting")
                if not profile:
                    node.frame_range = (1, 40)
                    node.params.edge_network = "long"
                    shot(range(22, 32, 2), "long")
                    node.purge_caches()
                    with node.sequence(1, 40):
                        shot(range(22, 33), "long.trusting")
                        other = [frame(time + 100) for time in range(1, 41)]
                        node.clips.Source = lambda time: other[int(time) - 1]
                        shot([33], "changed")
                    shot([33], "changed.alone", alone=True)
            except Exception as error:
                told[name + ".error"] = str(error)
            told[name + ".notes"] = node.notes
np.savez(sys.argv[1], **made)
json.dump(told, open(sys.argv[1] + ".json", "w"))
"""


@pytest.fixture(scope="module")
def models(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A store with two networks that remember."""
    folder = tmp_path_factory.mktemp("store")
    with pytest.MonkeyPatch.context() as scene:
        scene.setenv("ANATOMATTE_MODELS", str(folder / "models"))
        network(folder, "remembers", 3, 4, 2)
        network(folder, "long", 9, 6, 2)
    return folder / "models"


def scene(models: Path, road: str) -> dict[str, str]:
    facts = {"ANATOMATTE_MODELS": str(models), "ANATOMATTE_RUNTIME": road, "ANATOMATTE_CACHE_MB": "64"}
    return os.environ | facts | {"PYTHONPATH": str(HERE), "OMP_NUM_THREADS": "1"}


@pytest.fixture(scope="module", params=["in-process", "worker"])
def hosts(
    request: pytest.FixtureRequest, models: Path, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Any, Any]:
    """What the node gave and asked for, by host, order and frame."""
    path = tmp_path_factory.mktemp("hosts") / "made.npz"
    done = subprocess.run(
        [sys.executable, "-c", CODE, str(path)], env=scene(models, request.param), capture_output=True,
        text=True, timeout=native.HANG,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr[-3000:]
    return np.load(path), json.loads(Path(f"{path}.json").read_text())


@pytest.mark.parametrize("host", ["default", *WITH_TIME])
def test_a_frame_is_the_same_alone_forth_back_and_in_a_sequence(hosts: tuple[Any, Any], host: str) -> None:
    made, told = hosts
    assert f"{host}.error" not in told, told[f"{host}.error"]
    for what, times in {"back": (8, 10, 11), "trusting": (9, 10, 11), "alone": (11,)}.items():
        for time in times:
            assert np.array_equal(made[f"{host}.{what}.{time}"], made[f"{host}.forth.{time}"])
    assert np.abs(made[f"{host}.forth.8"] - made["default.forth.8"]).max() < 1e-6
    assert np.ptp(made[f"{host}.forth.8"]) > 0.5
    assert told[f"{host}.notes"] == []


@pytest.mark.parametrize("host", ["default", *WITH_TIME])
def test_exactly_the_frames_of_the_grid_are_needed_and_asked_for(hosts: tuple[Any, Any], host: str) -> None:
    _, told = hosts
    assert told[f"{host}.own"] == [[11, 11]]  # no network remembers: no other frame
    # runs begin 3 frames before 4, 8, 12 and reach 2 frames into the next block, never before frame 1
    grid = {1: (1, 1), 6: (1, 6), 9: (1, 9), 10: (5, 10), 13: (5, 13)}
    assert told[f"{host}.needed"] == {str(t): [list(map(float, ends))] for t, ends in grid.items()}
    for what in ("forth", "back", "alone"):
        assert told[f"{host}.{what}.11"] == list(range(5, 12))
    assert told[f"{host}.forth.8"] == list(range(1, 9))


def test_in_a_sequence_a_plate_is_asked_for_once_or_where_a_run_begins(hosts: tuple[Any, Any]) -> None:
    made, told = hosts
    for time in range(22, 32, 2):
        assert np.array_equal(made[f"default.long.{time}"], made[f"default.long.trusting.{time}"])
        assert len(told[f"default.long.{time}"]) >= 10  # without a sequence plates may have changed
    for time in range(23, 33):
        begins = range(time - 9, time + 1) if time % 6 == 0 else [time]
        assert told[f"default.long.trusting.{time}"] == list(begins)


def test_another_clip_ends_the_trust(hosts: tuple[Any, Any]) -> None:
    made, _ = hosts
    assert np.array_equal(made["default.changed.33"], made["default.changed.alone.33"])


def test_a_host_without_other_frames_is_told_so(hosts: tuple[Any, Any]) -> None:
    _, told = hosts
    assert "this host hands over no other frames" in told["mlt.error"]
    assert "choose an engine without a memory" in told["mlt.error"]
    assert told["mlt.needed"]["9"] == [[9, 9]]


@pytest.fixture
def node(models: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Instance]:
    """A node in this process with the network that remembers, and frames 1 to 13 on Source."""
    for name, value in scene(models, "in-process").items():
        monkeypatch.setenv(name, value)
    with Host() as host:
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(frame_range=(1, 13)) as made:
            made.clips.Source = frame
            for name, value in {
                "subject": "off",
                "steady": 0.0,
                "output": "matte",
                "edge_model": "custom",
            }.items():
                made.params[name] = value
            made.params.edge_network = "remembers"
            yield made


def test_a_frame_that_the_host_has_not_fails_in_words(node: Instance) -> None:
    node.clips.Source = lambda time: None if time == 6 else frame(time)
    with pytest.raises(RenderError) as error:
        node.render(11)
    assert error.value.message.startswith("The host gave no picture of Source at frame 6, which this frame")
    message = node.persistent_message
    assert message is not None and message[1] == "anatomatte.plate"
    assert node.render(5)["colour"][..., 3].max() == 1  # it needs 1 to 5


def test_a_neighbour_of_another_size_is_laid_where_the_frame_is(node: Instance) -> None:
    plain = node.render(11)["colour"].copy()

    def larger(time: float) -> Image | np.ndarray:
        """Frame 7 with a border that no other frame has: as files with a data window come."""
        bordered = np.pad(frame(time), ((3, 2), (4, 5), (0, 0)), constant_values=0.5)
        return Image(bordered, bounds=(-4, -2, 61, 43)) if time == 7 else frame(time)

    node.clips.Source = larger
    assert np.array_equal(node.render(11)["colour"], plain)


def test_an_abort_between_frames_is_no_failure(node: Instance) -> None:
    asked: list[float] = []
    node.clips.Source = lambda time: asked.append(time) or frame(time)
    with pytest.raises(RenderAborted):
        node.render(9, abort=lambda: 4.0 in asked)
    assert set(asked) == {1, 2, 3, 4, 9}
    assert node.persistent_message is None
    assert node.render(11)["colour"][..., 3].max() == 1


def test_half_scale_drafts_and_times_between_frames(node: Instance) -> None:
    for how in ({"scale": 0.5}, {"draft": True}):
        forth = [node.render(time, **how)["colour"].copy() for time in (9, 10, 11)]
        again = node.render(11, **how)["colour"]
        assert np.array_equal(forth[2], again) and np.ptp(again) > 0.5
    asked: list[float] = []
    node.clips.Source = lambda time: asked.append(time) or frame(time)
    node.render(10.5)
    assert sorted(set(asked)) == [5, 6, 7, 8, 9, 10.5]
    assert node.frames_needed(10.5)["Source"] == [(5.0, 9.0), (10.5, 10.5)]
    node.render(0.0)  # before the clip: alone
    assert node.frames_needed(0.0)["Source"] == [(0.0, 0.0)]


def test_a_chunk_of_the_command_line_is_the_whole_shots(tmp_path: Path, models: Path) -> None:
    for time in range(1, 10):
        write(tmp_path / f"plate.{time:04d}.exr", frame(time)[..., :3], "float")
    sets = ["subject=off", "steady=0", "edge_model=custom", "edge_network=remembers", "draft=off"]
    words = [word for pair in sets for word in ("--set", pair)]

    def render(frames: str, folder: str, road: str) -> np.ndarray:
        target = tmp_path / folder / "key.####.exr"
        target.parent.mkdir()
        done = subprocess.run(
            [sys.executable, "-m", "anatomatte_cli", "render", str(tmp_path / "plate.####.exr"), str(target),
             "--frames", frames, "--depth", "float", *words],
            env=scene(models, road), capture_output=True, text=True, timeout=native.HANG,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return read(tmp_path / folder / "key.0009.exr")[0]

    whole = render("1-9", "whole", "in-process")
    assert np.array_equal(render("9", "alone", "worker"), whole)
    assert np.array_equal(render("7-9", "chunk", "in-process"), whole)
