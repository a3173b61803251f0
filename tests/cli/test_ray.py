"""`render --ray` on a local cluster of several processes: the same bytes, whoever dies."""

from __future__ import annotations

import dataclasses
import json
import os
import pickle
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte import __version__
from anatomatte.errors import Cancelled, PlateError, SettingsError, SetupError
from anatomatte_batch import RenderRequest, ray_cluster, ray_plan
from anatomatte_batch.presets import Preset, Range
from anatomatte_batch.ray_plan import Needs
from anatomatte_batch.result import RenderResult
from anatomatte_cli.main import main

ray = pytest.importorskip("ray")
SMALL = Needs(cpus=1, memory=0, chunk=2)


@pytest.fixture(scope="module")
def cluster() -> Iterator[None]:
    with pytest.MonkeyPatch.context() as scene:
        scene.setenv("RAY_USAGE_STATS_ENABLED", "0")
        for last in (False, False, False, True):  # Ray gives a start half a minute, whatever the machine does
            try:
                ray.init(num_cpus=2, include_dashboard=False, log_to_driver=False, configure_logging=False)
                break
            except Exception:
                ray.shutdown()
                if last:
                    raise
        yield
        ray.shutdown()


@pytest.fixture(scope="module")
def plates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("plates")
    for frame in range(1, 7):
        plate = np.zeros((40, 60, 3), np.float32)
        plate[...] = [0.05, 0.4, 0.06]
        plate[10:, 5 * frame : 5 * frame + 20] = [0.5, 0.3, 0.2]
        plate[18:26, 5 * frame + 6 : 5 * frame + 14] = [0.1, 0.39, 0.1]  # which a check doubts a little
        oiio.ImageBuf(plate).write(str(folder / f"plate.{frame:04d}.exr"), "half")
    return folder


def asked(plates: Path, out: Path, **more: Any) -> RenderRequest:
    return RenderRequest(
        source=plates / "plate.####.exr", destination=out / "key.####.exr", layers="rgba,screen,spill", **more
    )


def dying(marks: Path, how: str, frame: int, times: int) -> type:
    """An actor that ends when it is given *frame*, so many times; each time leaves a mark."""

    class Dying(ray_cluster._Actor):
        def render(self, request: RenderRequest, frames: list[int]) -> bytes:
            import os as system
            import signal as signals

            number = len(system.listdir(marks))
            if frame in frames and number < times:
                (marks / str(number)).touch()
                if how == "killed":
                    system.kill(system.getpid(), signals.SIGKILL)

                def leave(self: RenderRequest, connect: object = None) -> RenderResult:
                    raise SystemExit(3)

                type(request).run = leave  # type: ignore[method-assign]
            return super().render(request, frames)

    return Dying


def test_two_actors_give_the_bytes_of_one_process_also_when_one_is_killed(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, two, marks = tmp_path / "one", tmp_path / "two", tmp_path / "marks"
    marks.mkdir()

    def shaped(out: Path, **more: Any) -> RenderRequest:
        asks = asked(plates, out, trim=True, proxy=out / "small_{layer}.####.exr", **more)
        return dataclasses.replace(asks, destination=out / "{layer}.####.exr")

    assert shaped(one, threads=1).run().exit_code == 0
    monkeypatch.setattr(ray_cluster, "_Actor", dying(marks, "killed", 3, 1))
    result = ray_cluster.render_on(shaped(two, log=tmp_path / "log"), "auto", SMALL)
    assert result.exit_code == 0 and result.numbers("rendered") == [1, 2, 3, 4, 5, 6], result.sentence
    assert len(os.listdir(marks)) == 1
    assert "frames 3-4 is gone" in (tmp_path / "log").read_text(encoding="utf-8")
    names = sorted(path.name for path in one.iterdir())
    assert len(names) == 36 and names == sorted(path.name for path in two.iterdir())
    for name in names:
        assert (one / name).read_bytes() == (two / name).read_bytes(), name


@pytest.mark.soak
def test_a_chunk_that_kills_every_actor_fails_alone(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr(ray_cluster, "_Actor", dying(marks, "killed", 5, 99))
    result = ray_cluster.render_on(asked(plates, tmp_path), "auto", SMALL)
    assert result.exit_code == 5 and result.numbers("failed") == [5, 6]
    assert result.numbers("rendered") == [1, 2, 3, 4] and len(os.listdir(marks)) == 3
    assert "Frames 5-6 ended 3 actors, most likely for memory; ask for more" in result.sentence


def test_a_cluster_of_another_place_renders_as_this_one_does(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The cluster was started before $OCIO was set here; the log has what one process writes."""
    pytest.importorskip("PyOpenColorIO")
    monkeypatch.setenv("OCIO", "ocio://cg-config-latest")
    log = tmp_path / "log"
    facts = {"frames": "1-3", "colorspace": "ACEScct", "qc_threshold": 1e-6}
    one = asked(plates, tmp_path / "one", threads=1, **facts).run()
    made = ray_cluster.render_on(asked(plates, tmp_path / "two", log=log, **facts), "auto", SMALL)
    assert made.exit_code == one.exit_code == 6 and made.sentence == one.sentence
    for frame in (1, 2, 3):
        name = f"key.{frame:04d}.exr"
        assert (tmp_path / "one" / name).read_bytes() == (tmp_path / "two" / name).read_bytes(), name
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    told = [event for event in events if event["event"] == "frame"]
    assert len(told) == 3 and all(one["layers"] and one["screen"] for one in told)


def test_a_signal_leaves_nothing_half_written(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Writing(ray_cluster._Actor):
        """An actor that is in the midst of a file until it is stopped."""

        def render(self, request: RenderRequest, frames: list[int]) -> bytes:
            import time as clock

            from anatomatte.atomic import beside
            from anatomatte_batch.cancel import Signals

            def run(self: RenderRequest, connect: object = None) -> RenderResult:
                with Signals() as signals, beside(Path(str(self.destination))) as half:
                    half.touch()
                    while True:
                        signals.check()
                        clock.sleep(0.01)

            type(request).run = run  # type: ignore[method-assign]
            return super().render(request, frames)

    def strike() -> None:
        while not list(tmp_path.glob(".anatomatte-*")):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    monkeypatch.setattr(ray_cluster, "_Actor", Writing)
    thread = threading.Thread(target=strike)
    thread.start()
    with pytest.raises(Cancelled):
        ray_cluster.render_on(asked(plates, tmp_path, frames="1-2"), "auto", SMALL)
    thread.join()
    assert not list(tmp_path.iterdir())


@pytest.mark.soak
def test_a_chunk_that_exits_is_run_once(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    marks = tmp_path / "marks"
    marks.mkdir()
    monkeypatch.setattr(ray_cluster, "_Actor", dying(marks, "exits", 1, 99))
    apart = dataclasses.replace(
        asked(plates, tmp_path, frames="1-2"), destination=tmp_path / "{layer}.##.exr"
    )
    result = ray_cluster.render_on(apart, "auto", SMALL)
    assert result.exit_code == 1 and result.numbers("failed") == [1, 2]
    assert [one.path.name for one in result.frames] == ["rgba.01.exr", "rgba.02.exr"]
    assert "SystemExit: 3" in result.sentence and len(os.listdir(marks)) == 1


def test_a_machine_on_which_no_actor_starts_is_told_and_not_tried_again(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    class Bare(ray_cluster._Actor):
        """An actor of a machine that lacks a package."""

        def __init__(self, version: str, config: str) -> None:
            raise ImportError("no module named OpenImageIO")

    monkeypatch.setattr(ray_cluster, "_Actor", Bare)
    result = ray_cluster.render_on(asked(plates, tmp_path, frames="1-2"), "auto", SMALL)
    assert result.exit_code == 4 and result.numbers("failed") == [1, 2]
    assert "Ray could not start an actor (ImportError: no module named OpenImageIO); inst" in result.sentence
    assert [one.tries for one in result.frames] == [1, 1]


@pytest.mark.soak
def test_a_signal_stops_and_keeps_what_is_done(cluster: None, plates: Path, tmp_path: Path) -> None:
    def strike() -> None:
        while not list(tmp_path.glob("key.*.exr")):
            time.sleep(0.01)
        os.kill(os.getpid(), signal.SIGTERM)

    thread = threading.Thread(target=strike)
    thread.start()
    with pytest.raises(Cancelled) as caught:
        ray_cluster.render_on(asked(plates, tmp_path), "auto", dataclasses.replace(SMALL, chunk=1))
    thread.join()
    assert caught.value.exit_code == 143 and "finished frames are kept" in str(caught.value)
    assert list(tmp_path.glob("key.*.exr"))


def test_what_cannot_be_done_is_a_sentence(
    cluster: None, plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with pytest.raises(SetupError, match="No machine of the cluster has 200 CPUs"):
        ray_cluster.render_on(asked(plates, tmp_path), "auto", Needs(cpus=200))
    video = dataclasses.replace(asked(plates, tmp_path), destination=tmp_path / "key.mov", layers="rgba")
    with pytest.raises(SettingsError, match="EXR frames"):
        ray_cluster.render_on(video, "auto", SMALL)
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(SetupError, match="anatomatte\\[ray\\]"):
        ray_cluster.render_on(asked(plates, tmp_path), "auto", SMALL)


@pytest.mark.parametrize(
    ("address", "token", "mode"), [("auto", True, "token"), ("auto", False, ""), ("local", True, "")]
)
def test_who_connects_shows_the_token_that_the_cluster_took(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, address: str, token: bool, mode: str
) -> None:
    """`ray start` takes the user's token by itself, `ray.init` only when it is told to."""
    seen: list[str] = []

    def init(**_: object) -> None:
        seen.append(os.environ.get("RAY_AUTH_MODE", ""))
        raise ConnectionError("no cluster")

    for name in ("RAY_AUTH_MODE", "RAY_AUTH_TOKEN", "RAY_AUTH_TOKEN_PATH"):
        monkeypatch.setenv(name, "")  # so that it is put back
        monkeypatch.delenv(name)
    monkeypatch.setenv("HOME", str(tmp_path))
    if token:
        (tmp_path / ".ray").mkdir()
        (tmp_path / ".ray" / "auth_token").write_text("0" * 64)
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", init)
    told = "RAY_AUTH_TOKEN" if address == "auto" else "does not start on this machine"
    with pytest.raises(SetupError, match=told), ray_cluster._connected(address):
        pass
    assert seen == [mode] * (1 if address == "auto" else 2)  # one's own is tried again


def test_actors_get_whole_paths_pinned_threads_and_every_frame_once(
    plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plates)
    request = RenderRequest(source="plate.####.exr", destination="out/key.####.exr", frames="1-6x2,5-6")
    request = dataclasses.replace(request, proxy="small.####.exr")
    plan = ray_plan.planned(request, Needs(cpus=3, chunk=3))
    made, chunks = plan.request, plan.chunks
    assert [chunk.frames for chunk in chunks] == [[1, 3, 5], [6]] and made.threads == 3
    assert made.proxy == f"{plates}/small.####.exr"
    assert made.source == f"{plates}/plate.####.exr" and made.destination == f"{plates}/out/key.####.exr"
    assert ray_plan.planned(dataclasses.replace(request, threads=2), Needs(cpus=3)).request.threads == 2


def test_what_a_whole_render_would_refuse_is_refused_before_a_chunk(plates: Path, tmp_path: Path) -> None:
    every = Needs(cpus=1, chunk=1)
    for more in ({"destination": tmp_path / "key.exr"}, {"proxy": tmp_path / "small.exr"}):
        with pytest.raises(SettingsError, match="is one file for 6 frames"):
            ray_plan.planned(dataclasses.replace(asked(plates, tmp_path), **more), every)
    gone = dataclasses.replace(asked(plates, tmp_path), sides={"InM": tmp_path / "no.####.exr"})
    with pytest.raises(PlateError, match="no such sequence"):
        ray_plan.planned(gone, every)


def test_what_is_wrong_with_the_whole_plate_is_not_lost_in_chunks(plates: Path, tmp_path: Path) -> None:
    from made.clips import clip, cut

    video = cut(clip(tmp_path / "v.mkv", options={"g": "10"}), tmp_path / "cut.mkv", 0.6)
    plan = ray_plan.planned(dataclasses.replace(asked(plates, tmp_path), source=video), SMALL)
    assert [getattr(error, "exit_code", 1) for error in plan.errors] == [3]
    for frame in (1, 2, 4):
        (tmp_path / f"plate.{frame:04d}.exr").symlink_to(plates / f"plate.{frame:04d}.exr")
    plan = ray_plan.planned(asked(tmp_path, tmp_path), SMALL)
    assert not plan.errors and [one.code for one in plan.messages] == ["frames-missing"]


def test_a_chunk_of_one_frame_goes_into_the_sequence(plates: Path, tmp_path: Path) -> None:
    request = dataclasses.replace(asked(plates, tmp_path), destination=tmp_path / "key#.exr", layers="rgba")
    plan = ray_plan.planned(request, Needs(cpus=1, chunk=1))
    actor = ray_cluster._Actor(__version__, "")
    for chunk in plan.chunks[:2]:
        assert pickle.loads(actor.render(plan.request, chunk.frames)).exit_code == 0
    assert main(["farm", "render", str(request.source), str(request.destination), "--frames", "3"]) == 0
    assert sorted(path.name for path in tmp_path.iterdir()) == ["key1.exr", "key2.exr", "key3.exr"]


def test_files_that_controls_name_are_the_same_wherever_an_actor_runs(
    plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    here = {"swap_source": "face.png", "swap_reference": "~/her.png"}
    fix = {"swap_source": "/other/face.png"}
    request = asked(plates, tmp_path, settings={"swap_reference": "me.png", "erode": 1.0})
    request = dataclasses.replace(request, preset=Preset(here, {}, (Range("1-2", fix),)))
    made = ray_plan.planned(request, SMALL).request
    assert isinstance(made.preset, Preset) and made.preset.settings == {
        "swap_source": f"{tmp_path}/face.png", "swap_reference": str(Path.home() / "her.png"),
    }  # fmt: skip
    assert made.preset.ranges[0].settings == fix
    assert made.settings == {"swap_reference": f"{tmp_path}/me.png", "erode": 1.0}


def test_another_version_on_a_machine_is_a_sentence(plates: Path, tmp_path: Path) -> None:
    plan = ray_plan.planned(asked(plates, tmp_path), SMALL)
    made = pickle.loads(ray_cluster._Actor("0.0.1", "").render(plan.request, [1]))
    assert isinstance(made, SetupError) and "0.0.1 where the render was asked for" in str(made)
    assert not list(tmp_path.iterdir())


def test_the_words_of_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert ray_plan.told("") == ("auto", Needs())
    assert ray_plan.told("head:6379,cpus=2,memory=1.5,gpus=.5,chunk=3") == (
        "head:6379", Needs(cpus=2, memory=1.5, gpus=0.5, chunk=3),
    )  # fmt: skip
    for wrong in ("auto,cpu=2", "auto,cpus=x", "auto,chunk=0"):
        assert main(["render", "a.####.exr", "b.####.exr", "--ray", wrong]) == 2
        assert wrong.split(",")[1] in capsys.readouterr().err
