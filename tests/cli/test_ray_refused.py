"""What `render --ray` refuses or tells before and between chunks; no cluster is needed for it."""

from __future__ import annotations

import contextlib
import dataclasses
import pickle
import re
import socket
import sys
from collections import deque
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte import __version__
from anatomatte.errors import SettingsError, SetupError
from anatomatte_batch import RenderRequest, faces, ray_cluster, ray_plan
from anatomatte_batch.ray_plan import Needs
from anatomatte_batch.report import Report
from anatomatte_batch.result import FrameResult, RenderResult
from anatomatte_cli.main import main

ray = pytest.importorskip("ray")
SMALL = Needs(cpus=1, memory=0, chunk=2)


@pytest.fixture
def request_(tmp_path: Path) -> RenderRequest:
    """Six plates, of which the fifth is missing, and where their frames go."""
    for frame in (1, 2, 3, 4, 6):
        picture(tmp_path / f"plate.{frame:04d}.exr")
    (tmp_path / "out").mkdir()
    source, out = tmp_path / "plate.####.exr", tmp_path / "out" / "key.####.exr"
    return RenderRequest(source=source, destination=out, layers="rgba,screen", frames="1-6")


def picture(path: Path) -> None:
    """A file that no render of ours made."""
    plate = np.random.default_rng(1).random((24, 32, 3)).astype(np.float32)
    oiio.ImageBuf(plate).write(str(path), "half")


def test_files_of_others_are_found_before_the_first_chunk(
    request_: RenderRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "ray", None)  # who gets so far as to connect ends with 4
    out = Path(request_.destination).parent
    for frame in (3, 4, 5):  # the fifth has no plate, and so no frame that would be in the way
        picture(out / f"key.{frame:04d}.exr")
    words = [str(request_.source), str(request_.destination), "--frames", "1-6"]
    assert main(["render", *words, "--ray", "head:6379,cpus=1,memory=0,chunk=1"]) == 2
    said = capsys.readouterr().err
    assert "key.0003.exr (and 1 more: 3-4) was not made by Anatomatte. --overwrite" in said
    assert sorted(path.name for path in out.iterdir()) == [f"key.{frame:04d}.exr" for frame in (3, 4, 5)]
    assert ray_plan.planned(dataclasses.replace(request_, overwrite=True), SMALL).chunks


def test_the_second_file_of_a_frame_and_its_proxy_are_looked_at_too(request_: RenderRequest) -> None:
    out = Path(request_.destination).parent
    apart = dataclasses.replace(request_, destination=out / "{layer}.####.exr", proxy=out / "s_{layer}.#.exr")
    for name in ("screen.0002.exr", "s_screen.2.exr"):
        picture(out / name)
        with pytest.raises(SettingsError, match=f"was not made by Anatomatte .*{name}"):
            ray_plan.planned(apart, SMALL)
        (out / name).unlink()
    assert len(ray_plan.planned(apart, SMALL).chunks) == 3


def test_files_of_ours_and_damaged_ones_are_not_in_the_way(request_: RenderRequest) -> None:
    out = Path(request_.destination).parent
    first = dataclasses.replace(request_, frames="1", part=True, settings={"erode": 1.0})
    assert first.run().exit_code == 0
    picture(out / "key.0002.exr")
    whole = (out / "key.0002.exr").read_bytes()
    (out / "key.0002.exr").write_bytes(whole[: len(whole) // 2])  # its header is whole
    (out / "key.0003.exr").touch()
    assert [chunk.frames for chunk in ray_plan.planned(request_, SMALL).chunks] == [[1, 2], [3, 4], [5, 6]]


def test_a_result_that_cannot_travel_is_a_sentence(
    request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    held = RenderResult((), 0, errors=(ValueError(lambda: None),))
    monkeypatch.setattr(RenderRequest, "run", lambda self: held)
    made = pickle.loads(ray_cluster._Actor(__version__, "").render(request_, [1, 2, 4]))
    assert isinstance(made, RuntimeError)
    assert str(made).startswith("The result of frames 1-2,4 cannot be sent: ")


def test_replaced_faces_are_counted_over_all_chunks(
    request_: RenderRequest, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each chunk tells of its own frames; the run tells of all of them, once."""
    state = ray_cluster._State(deque())
    with Report(4) as report:
        for first in (1, 3):
            made = [
                FrameResult(frame, "rendered", Path("k.exr"), face="replaced" if frame < 4 else "absent")
                for frame in (first, first + 1)
            ]
            part = RenderResult(tuple(made), 0, messages=faces.counted(made))
            ray_cluster._take(part, ray_plan.Chunk([first, first + 1]), state, report, request_)
        messages = ray_cluster._result(state, report, 1.0).messages
    assert [one.text for one in messages] == [
        "A face was replaced in 3 frames; the headers say so, and by whose consent. In 1 frame it was not "
        "there to be replaced."
    ]
    assert capsys.readouterr().out.count("A face was replaced") == 1


def test_a_cluster_that_does_not_answer_is_a_sentence_of_one_line(
    request_: RenderRequest, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def init(**_: object) -> None:
        raise ConnectionError("\n nobody listens at head:6379\n a page of advice")

    monkeypatch.setenv("RAY_AUTH_MODE", "")  # so that it is put back
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray_cluster, "_knock", lambda _address: None)
    assert main(["render", str(request_.source), str(request_.destination), "--ray", "head:6379"]) == 4
    said = capsys.readouterr().err
    assert "No Ray cluster answers at head:6379 (nobody listens at head:6379); start one" in said
    assert "advice" not in said and "Traceback" not in said


@pytest.mark.parametrize("times", [1, 2])
def test_a_cluster_of_ones_own_that_does_not_start_is_tried_again(
    times: int, request_: RenderRequest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray gives itself half a minute, which a machine at work exceeds; it advised to take --ray local."""
    left = [ValueError("The node timed out during startup.\nadvice")] * times
    ended: list[bool] = []

    def init(**_: object) -> None:
        if left:
            raise left.pop()

    monkeypatch.setattr(ray, "init", init)
    monkeypatch.setattr(ray, "shutdown", lambda: ended.append(True))
    said = "Ray does not start on this machine (The node timed out during startup.); it may have too much"
    with pytest.raises(SetupError, match=re.escape(said)) if times == 2 else contextlib.nullcontext():
        ray_cluster._begin(ray, "local")
    assert ended == [True]


@pytest.mark.parametrize("scheme", ["", "ray://"])
def test_an_address_at_which_nobody_listens_is_told_at_once(
    request_: RenderRequest, scheme: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ray tried for more than three minutes, with its own warnings, and heard no signal meanwhile."""
    monkeypatch.setenv("RAY_AUTH_MODE", "")  # so that it is put back
    monkeypatch.setattr(ray, "is_initialized", lambda: False)
    monkeypatch.setattr(ray, "init", lambda **_words: pytest.fail("Ray was asked"))
    with socket.socket() as taken:  # and nobody listens at it
        taken.bind(("127.0.0.1", 0))
        address = f"{scheme}127.0.0.1:{taken.getsockname()[1]}"
        with pytest.raises(SetupError, match=r"No Ray cluster answers at .*refused"):
            ray_cluster.render_on(request_, address, SMALL)


@pytest.mark.parametrize("word", ["memory=nan", "memory=inf", "gpus=nan", "cpus=0", "cpus=nan", "chunk=-1"])
def test_a_need_that_is_no_number_is_refused(word: str) -> None:
    with pytest.raises(SettingsError, match=f"'{word}' is not understood"):
        ray_plan.told(f"local,{word}")
