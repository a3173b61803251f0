"""A stroke on somebody who walks fast: the sidecar knows where he went, the flow finds the rest."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

from anatomatte.shot.carrying import carried
from anatomatte.shot.corrections import Correction
from anatomatte.shot.schema import Row, Shot
from made.shots_made import shot

HIGH, WIDE, STEP = 270, 480, 38
FRAMES = range(10, 20)
LIGHT = np.random.default_rng(0).random((45, 80, 3), np.float32)
STROKE = Correction(1, "part", 14, "trousers", (), ((30 + 4 * STEP + 25) / WIDE, 200 / HIGH), 0.02, 20)


def _texture(seed: int, size: tuple[int, int], coarse: float) -> np.ndarray:
    made = cv2.GaussianBlur(np.random.default_rng(seed).random((*size, 3), np.float32), (0, 0), coarse)
    low, high = made.min(), made.max()
    return np.asarray((made - low) / (high - low) * 255, np.uint8)


_GROUND, _BODY = _texture(1, (HIGH, WIDE), 4), _texture(2, (180, 50), 3)


def left(frame: int) -> int:
    return 30 + STEP * (frame - 10)


def walked(frame: int) -> np.ndarray:
    """Somebody of 50 by 180 pixels who goes 38 of 480 a frame."""
    made = _GROUND.copy()
    made[70:250, left(frame) : left(frame) + 50] = _BODY
    return made


def known(number: int = 1) -> Shot:
    def row(frame: int) -> Row:
        x = left(frame)
        return number, (x + 25) / WIDE, 80 / HIGH, x / WIDE, 70 / HIGH, (x + 50) / WIDE, 250 / HIGH

    return shot(LIGHT, {frame: (row(frame),) for frame in FRAMES})


def test_a_stroke_stays_on_who_walks_fast() -> None:
    marks = carried(known(), STROKE, walked)
    assert sorted(marks) == list(FRAMES)
    for frame, mark in marks.items():
        assert mark.points[0] == pytest.approx(((left(frame) + 25) / WIDE, 200 / HIGH), abs=0.006)
        assert mark.belief > 0.6
    assert len(carried(known(0), STROKE, walked)) < len(FRAMES)  # of nobody it knows where he went


def test_the_flow_has_the_last_word() -> None:
    """A box that jumps, as two are taken for one, carries no stroke away that the flow holds."""
    still = {frame: (known().moments[frame].people[0],) for frame in FRAMES}
    jumps = {
        frame: tuple((*row[:3], row[3] + 0.2 * (frame % 2), *row[4:]) for row in rows)
        for frame, rows in still.items()
    }
    made = known()
    moments = {n: dataclasses.replace(one, people=jumps[n]) for n, one in made.moments.items()}
    slow = dataclasses.replace(made, moments=moments)
    marks = carried(slow, STROKE, lambda frame: walked(14))
    assert sorted(marks) == list(FRAMES)
    assert all(mark.points[0] == pytest.approx(STROKE.points[0], abs=0.004) for mark in marks.values())
