"""A picture without anybody: whatever matte it gets, every door says that nobody is recognised in it."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path

import cv2
import numpy as np
import pytest

from anatomatte.engine import Work, key_frame
from anatomatte.frame import from_view
from anatomatte.qc import Finding, scores
from anatomatte.qc.checks import alone
from anatomatte.qc.seen import Seen
from anatomatte.settings import Settings
from anatomatte_cli.main import main
from made import face_marks
from made.cli_fake import read
from made.people_fake import looking
from made.qc_frames import HIGH, WIDE, before_green, figure, seen
from made.serving import running
from made.things import vase

SOMEBODY = Path(__file__).parent.parent / "data" / "people" / "04.jpg"


def nobody(of: Seen) -> Finding:
    return next(one for one in alone(of) if one.code == "nobody")


def test_a_matte_in_which_nobody_is_recognised_is_doubted_and_says_where() -> None:
    made = nobody(seen(recognised=0.1))
    assert made.ratio > 1 and made.place is not None and made.score == pytest.approx(0.9)
    assert nobody(seen(recognised=0.8)).ratio < 1


@pytest.mark.parametrize(
    "of",
    [
        before_green(recognised=0.0),
        seen(np.zeros((HIGH, WIDE), np.float32), recognised=0.0),
        seen(recognised=0.0, forced=figure() > 0),
        seen(recognised=None),
    ],
    ids=["before a screen", "no matte", "InM says so", "no network that says it"],
)
def test_where_nobody_has_to_be_recognised_nothing_is_doubted(of: Seen) -> None:
    assert nobody(of).score == 0.0


@pytest.fixture(scope="module")
def pictures(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A still life, 1001, and somebody, 1002."""
    folder = tmp_path_factory.mktemp("nobody")
    cv2.imwrite(str(folder / "p.1001.png"), np.round(255 * vase()[..., ::-1]).astype(np.uint8))
    cv2.imwrite(str(folder / "p.1002.png"), cv2.imread(str(SOMEBODY)))
    return folder


def test_a_render_tells_it_in_log_header_and_exit_code(
    pictures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["--qc-threshold", "1", "--log", f"{pictures}/log", "--set", "steady=0"]
    assert main(["render", f"{pictures}/p.####.png", f"{pictures}/k.####.exr", *words]) == 6
    assert "1001 (nobody" in capsys.readouterr().err
    told = [json.loads(line) for line in (pictures / "log").read_text().splitlines()]
    frames = {one["frame"]: one for one in told if one["event"] == "frame"}
    assert "nobody" in frames[1001]["doubtful"] and "nobody" not in frames[1002].get("doubtful", [])
    pixels, spec = read(pictures / "k.1001.exr")
    assert json.loads(spec.getattribute("anatomatte:qc"))["nobody"] > 0.5
    assert pixels[..., 3].mean() > 0.05, "a matte that nobody drew proves nothing"


def test_a_photo_says_it_on_the_command_line_and_in_its_labels(
    pictures: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["cutout", f"{pictures}/p.1001.png", f"{tmp_path}/out", "--parts"]) == 0
    assert "nobody is recognised" in capsys.readouterr().err
    labels = json.loads((tmp_path / "out" / "p.1001_labels.json").read_text())
    assert labels["checks"]["nobody"] > 0.5


def test_the_service_says_it(pictures: Path) -> None:
    with running() as server:
        content = (pictures / "p.1001.png").read_bytes()
        answer = server.client.post("/remove_background", files={"image": ("p.png", content)})
    assert answer.status_code == 200 and "nobody is recognised" in answer.headers["X-Told"]


def test_an_analysis_lists_it(pictures: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["analyse", f"{pictures}/p.####.png", "--frames", "1001"]) == 0
    told = capsys.readouterr()
    assert "doubtful 1001: nobody" in told.out + told.err, told


@pytest.mark.parametrize(("known", "found", "score"), [(0.9, 0.0, 0.1), (0.2, 0.0, 0.8), (0.2, 0.75, 0.2)])
def test_in_doubt_a_face_says_that_somebody_is_there(known: float, found: float, score: float) -> None:
    there = dataclasses.replace(face_marks.evidence(), recognised=known)
    believed = dataclasses.replace(face_marks.face(face_marks.turned()), score=found)
    with looking(there, faces=(believed if found else None,)):
        plate = from_view(face_marks.plate(), (0, 0, 400, 300))
        made = key_frame({"Source": plate}, Settings(screen="none", check="frame"), Work())
    assert scores(made.findings)["nobody"] == pytest.approx(score, abs=0.01)
