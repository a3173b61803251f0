"""Areas, their boxes, what lies near them and what they enclose: alike to the plain way of finding them."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.qc.areas import areas, box_of, enclosed, grown
from anatomatte.qc.reason import Box

SIZES = [(1, 1), (1, 9), (7, 1), (40, 63)]


def masks(height: int, width: int) -> list[np.ndarray]:
    """Empty, full, scattered and in lumps, some of which the frame cuts off."""
    random = np.random.default_rng(height * width).random((height, width)).astype(np.float32)
    lumps = cv2.GaussianBlur(random, (0, 0), 2).reshape(height, width)
    return [random > 2, random > -1, random > 0.97, random > 0.5, lumps > np.median(lumps), lumps < 0.48]


@pytest.mark.parametrize("size", SIZES)
def test_areas_are_the_connected_components_the_largest_first(size: tuple[int, int]) -> None:
    for mask in masks(*size):
        count, labels = cv2.connectedComponents(mask.astype(np.uint8), connectivity=8)
        found = list(areas(mask))
        assert len(found) == count - 1
        assert [one.pixels for one in found] == sorted((one.pixels for one in found), reverse=True)
        assert len(list(areas(mask, 5))) == sum(one.pixels >= 5 for one in found)
        for one in found:
            theirs = labels == labels[one.at][one.own][0]
            assert np.array_equal(one.mask, theirs) and one.pixels == theirs.sum()
            rim = np.concatenate([theirs[0], theirs[-1], theirs[:, 0], theirs[:, -1]])
            assert one.cut == rim.any()


@pytest.mark.parametrize("size", SIZES)
def test_a_box_lies_around_the_largest_area(size: tuple[int, int]) -> None:
    height, width = size
    for mask in masks(*size):
        largest = next(areas(mask), None)
        if largest is None:
            assert box_of(mask) is None
            continue
        y, x = np.nonzero(largest.mask)
        wanted = Box(x.min() / width, y.min() / height, (x.max() + 1) / width, (y.max() + 1) / height)
        sizes = [one.pixels for one in areas(mask)]
        if sizes.count(largest.pixels) == 1:
            assert box_of(mask) == wanted


@pytest.mark.parametrize("size", SIZES)
def test_what_is_enclosed_touches_no_border(size: tuple[int, int]) -> None:
    levels = (0.25, 0.5, 0.75, 0.95)
    random = np.random.default_rng(3).random(size).astype(np.float32)
    for alpha in (random, np.sqrt(random), np.ones(size, np.float32), np.zeros(size, np.float32)):
        wanted = np.zeros(size, np.float32)
        for level in levels:
            count, labels = cv2.connectedComponents((alpha < level).astype(np.uint8), connectivity=4)
            rim = np.unique(np.concatenate([labels[0], labels[-1], labels[:, 0], labels[:, -1]]))
            wanted += 0.25 * np.isin(labels, [k for k in range(1, count) if k not in rim])
        assert np.array_equal(enclosed(alpha, levels), wanted)


@pytest.mark.parametrize("radius", [0, 1, 2, 5, 30, 254, 260])
def test_a_mask_is_grown_by_a_disc(radius: int) -> None:
    for mask in masks(40, 63):
        y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
        disc = (x * x + y * y <= radius * (radius + 0.5)).astype(np.uint8)
        wanted = cv2.dilate(mask.astype(np.uint8), disc) > 0
        assert np.array_equal(grown(mask, radius), wanted)
        assert np.array_equal(grown(np.asfortranarray(mask), radius), wanted)
