"""``anatomatte analyse`` over a plate that has a sidecar: what a hand did in it stays."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Callable
from pathlib import Path

import pytest

from anatomatte.engine.looking import Looked
from anatomatte.errors import PlateError
from anatomatte.shot.carrying import with_marks
from anatomatte.shot.corrections import Correction, Mark
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Shot
from anatomatte.shot.writing import write_shot
from anatomatte_batch import AnalyseRequest
from anatomatte_batch.picture import Floats
from anatomatte_cli.main import main
from made.cli_fake import shot
from made.looker_fake import FakeLooker, analyse
from made.shots_made import RED, look


def test_names_and_numbers_of_the_hand_are_kept(tmp_path: Path) -> None:
    source, path = shot(tmp_path, range(1001, 1008)), tmp_path / "plate.shot.json"
    assert analyse(source) == 0
    table = json.loads(path.read_text(encoding="utf-8"))
    table["people"][0]["name"], table["strokes"] = "anna", [1]
    path.write_text(json.dumps(table), encoding="utf-8")
    # the first frame that is looked at now is one after they passed each other
    assert analyse(source, "--frames", "1005-1007") == 0
    found = read_shot(path)
    assert found.names == {"person_01": "anna"} and found.rest == {"strokes": [1]}
    assert {row[0]: row[1] for row in found.moments[1007].people}[1] == pytest.approx(0.8)
    assert analyse(source, "--overwrite") == 0 and read_shot(path).names == {}


def _second(made: Shot, **facts: str) -> Shot:
    """A sidecar whose second person is edited."""
    first, second = made.people
    return dataclasses.replace(made, people=(first, dataclasses.replace(second, **facts)))


_STROKE = Correction(1, "person", 1002, people=(2,), stroke=(0.5, 0.5), reach=0)


@pytest.mark.parametrize(
    ("change", "stays"),
    [
        (lambda made: _second(made, name="bert"), True),
        (lambda made: _second(made, wears="coat"), True),
        (lambda made: dataclasses.replace(made, actor=2), True),
        (lambda made: with_marks(made, _STROKE, {1002: Mark(1, 1.0, _STROKE.points)}), True),
        (lambda made: made, False),
    ],
)
def test_who_is_not_seen_any_more_stays_where_a_hand_spoke_of_them(
    tmp_path: Path, change: Callable[[Shot], Shot], stays: bool
) -> None:
    class Alone(FakeLooker):
        def look(self, frame: int) -> tuple[Looked, tuple[int, int], Floats]:
            found, size, small = super().look(frame)
            alone = look(0.2 + 0.1 * (frame - 1001), RED, 0.6)
            return dataclasses.replace(found, looks=(alone,)), size, small

    source, path = shot(tmp_path, range(1001, 1005)), tmp_path / "plate.shot.json"
    assert analyse(source) == 0
    before = change(read_shot(path))
    write_shot(before, path)
    assert analyse(source, looker=Alone()) == 0
    found = read_shot(path)
    assert [(one.number, one.frames) for one in found.people] == ([(1, 4), (2, 0)] if stays else [(1, 4)])
    assert found.actor == before.actor and found.corrections == before.corrections


def test_frames_that_a_hand_worked_on_are_not_left_out(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source, path = shot(tmp_path, range(1001, 1006)), tmp_path / "plate.shot.json"
    assert analyse(source) == 0
    made = AnalyseRequest(source=source, frames="1001-1003").run(FakeLooker())
    assert [one.text for one in made.messages if one.code == "frames-left-out"] == [
        "plate.shot.json knew frames 1004-1005 too, which --frames leaves out."
    ]
    assert analyse(source) == 0 and main(["correct", str(path), source, "--accept", "1004"]) == 0
    before = path.read_bytes()
    capsys.readouterr()
    assert analyse(source, "--frames", "1001-1003") == 2 and path.read_bytes() == before
    assert "accepted or corrected in frames 1004, which --frames leaves out" in capsys.readouterr().out
    assert analyse(source, "--frames", "1002-1004") == 0 and read_shot(path).moments[1004].accepted
    assert analyse(source, "--frames", "1001-1003", "--overwrite") == 0


def test_frames_that_are_lost_do_not_take_a_hands_work_along(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without --frames too: a file that has gone, one that cannot be read any more."""
    source, path = shot(tmp_path, range(1001, 1006)), tmp_path / "plate.shot.json"
    assert analyse(source) == 0
    (tmp_path / "plate.1005.exr").unlink()
    made = AnalyseRequest(source=source).run(FakeLooker())
    assert [one.text for one in made.messages if one.code == "frames-left-out"] == [
        "plate.shot.json knew frames 1005 too, which the plate does not have any more."
    ]
    assert main(["correct", str(path), source, "--accept", "1003"]) == 0
    before = path.read_bytes()
    seen: list[int] = []

    def broken(frame: int) -> None:
        seen.append(frame)
        if frame == 1003:
            raise PlateError("plate.1003.exr is damaged.")

    capsys.readouterr()
    assert analyse(source, looker=FakeLooker(broken)) == 3 and path.read_bytes() == before
    said = capsys.readouterr().out
    assert "frame 1003 was accepted or corrected by hand: plate.shot.json stays" in said
    assert "plate.1003.exr is damaged" in said and seen == [1001, 1002, 1003]
    (tmp_path / "plate.1003.exr").unlink()
    assert analyse(source) == 2 and path.read_bytes() == before
    assert "accepted or corrected in frames 1003, which the plate does not have" in capsys.readouterr().out


def test_another_plates_sidecar_is_not_written_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = shot(tmp_path, range(1001, 1004))
    assert analyse(source) == 0
    assert analyse(source, looker=FakeLooker(seed=1)) == 2
    assert (
        "is of another plate (plate.####.exr); write to another -o, or replace it with"
        in capsys.readouterr().out
    )
    (tmp_path / "plate.shot.json").write_text('{"kind": "anatomatte', encoding="utf-8")
    assert analyse(source) == 2
    assert "--overwrite makes it anew" in capsys.readouterr().out
    assert analyse(source, "--overwrite") == 0


def test_what_a_hand_does_meanwhile_is_kept(tmp_path: Path) -> None:
    source, path = shot(tmp_path, range(1001, 1008)), tmp_path / "plate.shot.json"
    assert analyse(source) == 0

    def named(frame: int) -> None:
        if frame == 1005:
            table = json.loads(path.read_text(encoding="utf-8"))
            table["people"][0]["name"] = "anna"
            path.write_text(json.dumps(table), encoding="utf-8")

    assert analyse(source, looker=FakeLooker(before=named)) == 0
    assert read_shot(path).names == {"person_01": "anna"}
