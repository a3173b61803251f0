"""Corrections: what is written is read, strokes follow what they lie on, only frames in reach change."""

from __future__ import annotations

import dataclasses
import json
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.shot.carrying import carried, with_marks, without
from anatomatte.shot.corrections import Correction, Mark, checked
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import SCHEMA, Scene
from anatomatte.shot.writing import write_shot
from made.shots_made import shot, written

LIGHT = np.random.default_rng(0).random((45, 80, 3), np.float32)
FRAMES = range(10, 20)
COAT = Correction(1, "part", 14, "coat", (), (0.5, 0.5), 0.02, 3)
SIZE = (96, 160)
_ground = cv2.GaussianBlur(np.random.default_rng(1).random((96, 320, 3), np.float32), (0, 0), 3)


def plain() -> Any:
    return shot(LIGHT, dict.fromkeys(FRAMES, ()))


def panned(frame: int) -> np.ndarray:
    """A textured picture that moves by two pixels a frame to the right; another one from frame 18 on."""
    x = 100 - 2 * (frame - 10)
    whole = _ground if frame < 18 else _ground[::-1]
    made = (whole[:, x : x + 160] - 0.3) * 2.5
    return np.asarray(np.clip(made * 255, 0, 255), np.uint8)


def test_a_stroke_follows_the_picture_and_fades() -> None:
    marks = carried(plain(), COAT, panned)
    assert sorted(marks) == list(range(11, 18))
    for frame, mark in marks.items():
        assert mark.points[0] == pytest.approx((0.5 + 2 * (frame - 14) / 160, 0.5), abs=0.006)
    assert marks[14].belief == 1 > marks[15].belief > marks[17].belief > 0


def test_it_ends_where_the_picture_is_another_one_and_at_a_scene() -> None:
    long = dataclasses.replace(COAT, reach=20)
    assert max(carried(plain(), long, panned)) == 17
    parted = dataclasses.replace(plain(), scenes=(Scene(10, 12), Scene(13, 19)))
    assert min(carried(parted, long, panned)) == 13


def test_a_frame_that_was_not_analysed_is_stepped_over() -> None:
    """A plate on twos, and one that lacks a frame."""
    long = dataclasses.replace(COAT, reach=20)
    for there in (range(10, 20, 2), [n for n in FRAMES if n != 13]):
        marks = carried(shot(LIGHT, dict.fromkeys(there, ())), long, panned)
        assert sorted(marks) == [n for n in there if n < 18]
        assert marks[10].points[0] == pytest.approx((0.5 - 8 / 160, 0.5), abs=0.008)


def test_only_frames_in_reach_depend_on_it() -> None:
    before, made = plain(), with_marks(plain(), COAT, carried(plain(), COAT, panned))
    changed = [n for n in FRAMES if made.token(n) != before.token(n)]
    assert changed == list(range(11, 18))
    assert all(without(made, 1).token(n) == before.token(n) for n in FRAMES)


def test_what_is_written_is_read(tmp_path: Path) -> None:
    made = with_marks(plain(), COAT, carried(plain(), COAT, panned))
    path = written(made, tmp_path)
    found = read_shot(path)
    assert found.corrections == (dataclasses.replace(COAT, carried=COAT.reach),)
    assert all(found.token(n) == made.token(n) for n in FRAMES)
    write_shot(found, path)
    assert read_shot(path).moments == found.moments


def test_schema_1_has_no_corrections(tmp_path: Path) -> None:
    path = written(plain(), tmp_path)
    table = json.loads(path.read_text(encoding="utf-8"))
    del table["corrections"]
    path.write_text(json.dumps({**table, "schema": 1}), encoding="utf-8")
    found = read_shot(path)
    assert found.corrections == () and found.token(14) == plain().token(14)


def test_schema_2_does_not_say_how_far_it_was_carried(tmp_path: Path) -> None:
    path = written(with_marks(plain(), COAT, {14: Mark(1, 1.0, COAT.points)}), tmp_path)
    table = json.loads(path.read_text(encoding="utf-8"))
    del table["corrections"][0]["carried"]
    table["corrections"][0]["reach"] = 9
    path.write_text(json.dumps({**table, "schema": 2}), encoding="utf-8")
    found = read_shot(path)
    assert [(one.reach, one.carried) for one in found.corrections] == [(9, -1)]
    write_shot(found, path)
    assert json.loads(path.read_text(encoding="utf-8"))["schema"] == SCHEMA and read_shot(path).corrections


@pytest.mark.parametrize("values", [{"stroke": [0.4, 0.4]}, {"id": 7}, {"reach": 9}])
def test_an_edit_by_hand_is_to_be_carried(tmp_path: Path, values: dict[str, Any]) -> None:
    path = written(with_marks(plain(), COAT, {14: Mark(1, 1.0, COAT.points)}), tmp_path)
    table = json.loads(path.read_text(encoding="utf-8"))
    table["corrections"][0].update(values)
    path.write_text(json.dumps(table), encoding="utf-8")
    with pytest.raises(SettingsError, match="is not carried yet; run `anatomatte correct`"):
        read_shot(path)
    assert len(read_shot(path, carried=False).corrections) == 1


@pytest.mark.parametrize(
    ("values", "told"),
    [
        ({"part": "cote"}, "part 'cote' is no part of a person; did you mean 'coat'"),
        ({"kind": "person"}, "kind person takes one number of people, not none"),
        ({"kind": "one", "people": (2, 2)}, "kind one takes two different numbers"),
        ({"stroke": (1.2, 0.5)}, "lies outside of the picture"),
        ({"stroke": (0.2, 0.5, 0.1)}, "give pairs"),
        ({"stroke": (0.2, 0.5, 1e9, 0.5)}, "a point of the stroke lies far outside of the picture"),
        ({"stroke": (0.2, 0.5, float("inf"), 0.5)}, "lies far outside of the picture"),
    ],
)
def test_what_cannot_be_meant_is_told(values: dict[str, Any], told: str) -> None:
    with pytest.raises(SettingsError, match=told):
        checked(dataclasses.replace(COAT, **values), "it")
