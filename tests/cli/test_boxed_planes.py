"""Planes that know where they are not 0: files of them are the same, and no more of them is looked at."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.ops.loops import boxes
from anatomatte_batch.boxed import box_of, placed_in
from anatomatte_batch.still_rows import Spans

BOXES = [(0, 1, 0, 1), (40, 90, 3, 20), (31, 33, 5, 7), (32, 64, 0, 50), (99, 100, 49, 50)]


def boxed(where: tuple[int, int, int, int], seed: int = 1) -> np.ndarray:
    top, bottom, left, right = where
    values = np.random.default_rng(seed).random((bottom - top, right - left), dtype=np.float32) + 0.1
    return placed_in((100, 50), (slice(top, bottom), slice(left, right)), values)


@pytest.mark.parametrize("where", BOXES)
def test_a_plane_is_0_but_in_its_box(where):
    plane = boxed(where)
    top, bottom, left, right = where
    assert plane.shape == (100, 50, 1) and (plane[top:bottom, left:right] > 0).all()
    assert np.count_nonzero(plane) == (bottom - top) * (right - left)
    assert box_of(plane) == (slice(top, bottom), slice(left, right))
    assert box_of(plane[1:]) is None and box_of(plane * 2) is None and box_of(np.zeros((2, 2, 1))) is None


def test_spans_by_boxes_are_those_of_the_whole_planes():
    planes = [np.asarray(boxed(one, n))[..., 0] for n, one in enumerate(BOXES)]
    known = [box_of(boxed(one)) for one in BOXES]
    assert Spans.of(planes, known) == Spans.of(planes) == Spans.of(planes, [None, *known[1:]])
    wider = [(slice(0, 100), slice(0, 50))] * len(planes)
    assert Spans.of(planes, wider) == Spans.of(planes)


@pytest.mark.parametrize("seed", range(12))
def test_four_channels_at_once_have_the_boxes_of_each(seed):
    rng = np.random.default_rng(seed)
    pixels = np.zeros((9, 13, 4), np.float32)
    for n in range(4):
        some = rng.integers(0, 9, 5), rng.integers(0, 13, 5)
        pixels[..., n][some] = rng.choice([0.0, -0.0, 1.0, -2.0, np.nan, 1e-40], 5)
    assert boxes(pixels).tolist() == [boxes(pixels[..., n : n + 1]).tolist()[0] for n in range(4)]
