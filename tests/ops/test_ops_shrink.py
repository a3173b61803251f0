"""Pictures made smaller by areas: as OpenCV makes them, whatever the sizes and however the rows lie."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.ops import loops
from anatomatte.ops.filters import shrink

SIZES = [(1, 1), (7, 5), (40, 61), (96, 64)]
SMALLER = [(1, 1), (0.5, 0.5), (1 / 3, 0.25), (0.27, 0.9), (1, 0.4), (0.77, 1)]


@pytest.mark.parametrize("channels", [None, 1, 3, 4])
@pytest.mark.parametrize("size", SIZES)
def test_each_new_pixel_is_the_mean_of_what_it_covers(size: tuple[int, int], channels: int | None) -> None:
    shape = size if channels is None else (*size, channels)
    picture = np.random.default_rng(8).uniform(-1, 40, shape).astype(np.float32)
    for down, along in SMALLER:
        rows, columns = max(1, round(down * size[0])), max(1, round(along * size[1]))
        wanted = cv2.resize(picture, (columns, rows), interpolation=cv2.INTER_AREA)
        for found in (shrink(picture, rows, columns), loops.shrink(picture, rows, columns)):
            assert found.shape == (rows, columns, *shape[2:]) and found.dtype == np.float32
            assert np.abs(found - wanted.reshape(found.shape)).max() < 1e-4


def test_a_part_of_a_picture_is_read_where_it_lies() -> None:
    whole = np.random.default_rng(9).random((50, 70, 3), dtype=np.float32)
    part = whole[3:41, 10:62]
    wanted = loops.shrink(np.ascontiguousarray(part), 13, 20)
    assert np.array_equal(shrink(part, 13, 20), wanted)
    turned = np.asfortranarray(part)
    assert np.array_equal(shrink(turned, 13, 20), wanted)
    with pytest.raises(ValueError, match="one piece"):
        loops.shrink(turned, 13, 20)


def test_a_picture_of_one_colour_keeps_it() -> None:
    flat = np.full((31, 47), 0.7, np.float32)
    assert np.abs(shrink(flat, 9, 11) - np.float32(0.7)).max() < 1e-6


def test_nothing_is_made_larger_by_areas() -> None:
    with pytest.raises(ValueError, match="smaller"):
        loops.shrink(np.zeros((4, 4), np.float32), 5, 4)
    with pytest.raises(ValueError, match="channels"):
        loops.shrink(np.zeros((4, 4, 2), np.float32), 2, 2)
