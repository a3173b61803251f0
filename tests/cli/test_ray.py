"""`render --ray` on a local cluster of several processes: the same bytes, whoever dies."""

from __future__ import annotations

import dataclasses
import os
import re
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

from anatomatte.errors import Cancelled, SettingsError, SetupError
from anatomatte_batch import RenderRequest, ray_cluster, ray_plan
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
        oiio.ImageBuf(plate).write(str(folder / f"plate.{frame:04d}.exr"), "half")
    return folder


def asked(plates: Path, out: Path, **more: Any) -> RenderRequest:
    return RenderRequest(
        source=plates / "plate.####.exr", destination=out / "key.####.exr", layers="rgba,screen,spill", **more
    )


def undated(path: Path) -> bytes:
    """A file without the second in which it was written."""
    data, found = re.subn(rb"(capDate\0string\0....)[\d: ]{19}", rb"\1", path.read_bytes(), flags=re.DOTALL)
    assert found == 1
    return data


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
        assert undated(one / name) == undated(two / name), name


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
    assert "frames 5-6 failed" in result.sentence


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


def test_actors_get_whole_paths_pinned_threads_and_every_frame_once(
    plates: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(plates)
    request = RenderRequest(source="plate.####.exr", destination="out/key.####.exr", frames="1-6x2,5-6")
    request = dataclasses.replace(request, proxy="small.####.exr")
    made, chunks = ray_plan.planned(request, Needs(cpus=3, chunk=3))
    assert [chunk.frames for chunk in chunks] == [[1, 3, 5], [6]] and made.threads == 3
    assert made.proxy == f"{plates}/small.####.exr"
    assert made.source == f"{plates}/plate.####.exr" and made.destination == f"{plates}/out/key.####.exr"
    assert ray_plan.planned(dataclasses.replace(request, threads=2), Needs(cpus=3))[0].threads == 2


def test_the_words_of_the_option(capsys: pytest.CaptureFixture[str]) -> None:
    assert ray_plan.told("") == ("auto", Needs())
    assert ray_plan.told("head:6379,cpus=2,memory=1.5,gpus=.5,chunk=3") == (
        "head:6379", Needs(cpus=2, memory=1.5, gpus=0.5, chunk=3),
    )  # fmt: skip
    for wrong in ("auto,cpu=2", "auto,cpus=x", "auto,chunk=0"):
        assert main(["render", "a.####.exr", "b.####.exr", "--ray", wrong]) == 2
        assert wrong.split(",")[1] in capsys.readouterr().err
