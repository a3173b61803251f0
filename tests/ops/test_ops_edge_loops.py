"""Compiled loops over the edge of people: alike to what they are made of, in whatever strips."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.ops import loops, matte
from anatomatte.people import colours

BAND = (0.04, 0.96)


def _calmed(picture: np.ndarray, slack: float) -> np.ndarray:
    """`ops.matte.calm` by OpenCV."""
    ring = np.ones((3, 3), np.uint8)
    ring[1, 1] = 0
    high = cv2.dilate(picture, ring, borderType=cv2.BORDER_REPLICATE) + np.float32(slack)
    low = cv2.erode(picture, ring, borderType=cv2.BORDER_REPLICATE) - np.float32(slack)
    return np.asarray(np.clip(np.clip(picture, low, high), 0, 1), np.float32)


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (7, 1), (2, 2), (31, 130)])
def test_specks_are_drawn_in_as_opencv_draws_them(size: tuple[int, int]) -> None:
    wide = np.random.default_rng(4).random((size[0] + 2, size[1] + 3), dtype=np.float32)
    inner = wide[1:-1, 2:-1]  # a part of a larger matte ends where it ends
    assert np.array_equal(matte.calm(inner, 0.2), _calmed(np.ascontiguousarray(inner), 0.2))


def test_a_part_of_a_calm_matte_is_that_of_the_whole() -> None:
    picture = np.random.default_rng(5).random((20, 30), dtype=np.float32)
    part = np.zeros((9, 40), np.float32)
    loops.calm(picture, 0.2, 3, 11, part[:, 4:18])
    assert np.array_equal(part[:, 4:18], matte.calm(picture, 0.2)[3:12, 11:25])
    assert not part[:, :4].any() and not part[:, 18:].any()
    with pytest.raises(ValueError, match="no part"):
        loops.calm(picture, 0.2, 12, 0, part[:, :30])


def _scene(size: tuple[int, int]) -> tuple[np.ndarray, np.ndarray, colours.Sides]:
    """A plate, what is expected of it, and the fields of both sides."""
    random = np.random.default_rng(6)
    light = random.uniform(-0.1, 2, (*size, 3)).astype(np.float32)
    prior = np.clip(random.random(size, dtype=np.float32) * 1.6 - 0.3, 0, 1)
    fields = random.uniform(0.05, 1, (3, 7, 11, 4)).astype(np.float32)
    return light, prior.astype(np.float32), colours.Sides(fields, 0.4)


def _edges(
    light: np.ndarray, prior: np.ndarray, sides: colours.Sides, y: int, x: int
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    total = np.empty(prior.shape, np.float32)
    turns = colours.turns(sides.level)
    place, lit = loops.edges(prior, BAND, light, (y, x), sides.fields, *turns, total)
    return total, place, lit


@pytest.mark.parametrize("size", [(1, 1), (3, 40), (40, 61)])
def test_an_edge_is_solved_as_its_pixels_are(size: tuple[int, int]) -> None:
    light, prior, sides = _scene(size)
    total, place, lit = _edges(light, prior, sides, 0, 0)
    y, x = np.nonzero((prior > BAND[0]) & (prior < BAND[1]))
    assert np.array_equal(place, y * size[1] + x)
    plate = light[y, x]
    shown = colours.opponent(plate, sides.level)
    alpha, inside = colours.solve(shown, sides.at(y, x, size), prior[y, x])
    back, plain = (colours.light(one, sides.level) for one in (inside, shown))
    wanted = (prior >= 0.5).astype(np.float32)
    wanted[y, x] = alpha
    assert np.abs(total - wanted).max() < 1e-5
    if len(place):
        assert np.abs(lit - (np.maximum(back, 0) + (plate - plain))).max() < 1e-4


def test_parts_of_an_edge_are_those_of_the_whole() -> None:
    light, prior, sides = _scene((40, 61))
    total, place, lit = _edges(light, prior, sides, 0, 0)
    part, there, seen = _edges(light, prior[10:23, 5:50], sides, 10, 5)
    assert np.array_equal(part, total[10:23, 5:50])
    inside = np.isin(place, there)
    assert np.array_equal(place[inside], there) and np.array_equal(lit[inside], seen)
    with pytest.raises(ValueError, match="no part"):
        _edges(light, prior, sides, 1, 0)
