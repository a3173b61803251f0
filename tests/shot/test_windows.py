"""A frame's file may hold more or less of the plate than it shows: what is said of the two stays apart."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import SettingsError
from anatomatte.shot import windows
from anatomatte.shot.corrections import Correction, Mark
from anatomatte.shot.reading import read_shot
from anatomatte.shot.schema import Row, Shot
from made.shots_made import ASPECT, BLUE, RED, frames, look, shot, written

OVER = (-96, -54, 288, 162)
"""Bounds of a picture twice as wide and high as its plate, around it."""

SIZE = (192, 108)
PERSON: Row = (1, 0.5, 0.25, 0.4, 0.2, 0.6, 0.8)


def test_a_window_is_where_the_picture_lies_in_its_plate() -> None:
    assert windows.of((0, 0, 192, 108), SIZE) == windows.WHOLE
    over = windows.of(OVER, SIZE)
    assert over == (-0.5, -0.5, 1.5, 1.5) and windows.bounds(over, SIZE) == OVER
    low = windows.of((0, 0, 96, 27), SIZE)  # the lower left corner, as hosts count
    assert low == (0.0, 0.75, 0.5, 1.0) and windows.bounds(low, SIZE) == (0, 0, 96, 27)


def test_points_go_forth_and_back() -> None:
    over = windows.of(OVER, SIZE)
    assert windows.onto(((0.25, 0.25), (0.75, 0.5)), over) == ((0.0, 0.0), (1.0, 0.5))
    assert windows.within(((0.0, 0.0), (1.0, 0.5)), over) == ((0.25, 0.25), (0.75, 0.5))
    assert windows.row_onto(PERSON, over) == pytest.approx((1, 0.5, 0.0, 0.3, -0.1, 0.7, 1.1))


def test_a_stroke_is_drawn_where_and_as_thick_as_the_plate_has_it() -> None:
    one, mark = Correction(1, "keep", 1, stroke=(0.0, 0.5), radius=0.1), Mark(1, 1.0, ((0.0, 0.5),))
    inside, there = windows.drawn_within((one, mark), windows.of(OVER, SIZE))
    assert there.points == ((0.25, 0.5),) and inside.radius == pytest.approx(0.05)
    assert windows.drawn_within((one, mark), windows.WHOLE) == (one, mark)


def test_people_of_other_windows_are_compared_in_the_plate() -> None:
    (plain,) = frames([[look(0.5, RED)]])
    over = windows.of((-160, -90, 480, 270), (320, 180))
    seen = dataclasses.replace(
        plain.looks[0],
        head=windows.within((plain.looks[0].head,), over)[0],
        box=tuple(
            v for at in windows.within((plain.looks[0].box[:2], plain.looks[0].box[2:]), over) for v in at
        ),
        area=plain.looks[0].area / 4,
        mask=_shrunk(plain.looks[0].mask),
    )
    found = windows.looks_onto(dataclasses.replace(plain, looks=(seen,)), over)
    assert found.aspect == pytest.approx(ASPECT) and found.looks[0].mask.shape == plain.looks[0].mask.shape
    assert found.looks[0].box == pytest.approx(plain.looks[0].box)
    assert found.looks[0].head == pytest.approx(plain.looks[0].head)
    assert found.looks[0].area == pytest.approx(plain.looks[0].area)
    apart = np.abs(found.looks[0].mask.astype(int) - plain.looks[0].mask)
    assert apart.mean() < 20, "but for edges the same"


def _shrunk(mask: np.ndarray) -> np.ndarray:
    """A mask at half its size in the middle of nothing."""
    half = mask[::2, ::2]
    rows, columns = mask.shape
    top, left = (rows - half.shape[0]) // 2, (columns - half.shape[1]) // 2
    made = np.zeros_like(mask)
    made[top : top + half.shape[0], left : left + half.shape[1]] = half
    return made


def sidecar() -> Shot:
    made = shot(np.random.default_rng(1).random((9, 16, 3), np.float32), {1: (PERSON,), 2: (PERSON,)})
    first = dataclasses.replace(made.moments[1], window=(-0.25, -0.5, 1.25, 1.5))
    return dataclasses.replace(made, moments={**made.moments, 1: first})


def test_the_sidecar_keeps_it(tmp_path: Path) -> None:
    found = read_shot(written(sidecar(), tmp_path))
    assert found.window(1) == (-0.25, -0.5, 1.25, 1.5)
    assert found.window(2) == found.window(77) == windows.WHOLE


@pytest.mark.parametrize("wrong", [(0.5, 0, 0.5, 1), (0, 0, 1), (0, float("nan"), 1, 1), (0, 1, 1, 0)])
def test_a_window_that_is_none_is_damage(tmp_path: Path, wrong: tuple[float, ...]) -> None:
    made = sidecar()
    bad = dataclasses.replace(made.moments[1], window=wrong)
    with pytest.raises(SettingsError, match="frame 1 is damaged"):
        read_shot(written(dataclasses.replace(made, moments={**made.moments, 1: bad}), tmp_path))


def test_a_mended_frame_is_another_where_its_window_is() -> None:
    made, one = sidecar(), Correction(1, "keep", 1, stroke=(0.5, 0.5))
    marked = dataclasses.replace(made.moments[1], marks=(Mark(1, 1.0, ((0.5, 0.5),)),))
    a = dataclasses.replace(made, moments={1: marked}, corrections=(one,))
    b = dataclasses.replace(a, moments={1: dataclasses.replace(marked, window=windows.WHOLE)})
    assert a.token(1) != b.token(1)
    bare = [dataclasses.replace(each, corrections=()) for each in (a, b)]
    assert bare[0].token(1) == bare[1].token(1), "what no hand touched is as it was"


def test_two_people_stay_two() -> None:
    (plain,) = frames([[look(0.3, RED), look(0.7, BLUE)]])
    assert windows.looks_onto(plain, windows.WHOLE) is plain
