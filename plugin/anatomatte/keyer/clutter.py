"""What is neither subject nor screen: tracking markers, and the dark lines along a plate's border."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask, brightest

_SMALL = 0.045
"""Longest side of a marker as a share of the picture's longer side."""

_ALONE = 0.025
"""Distance from a marker to anything larger, as a share of the picture's longer side."""

_NEAR = 0.006
"""The same for a thing that is as large as other markers."""


_RIM = 6.0
"""Pixels by which the soft edge of a marker widens it."""


def _alike(side: npt.NDArray[np.float64], alone: Mask) -> Mask:
    """Things about as large as those that stand alone, where there are at least two of these."""
    if int(alone.sum()) < 2:
        return np.zeros_like(alone)
    usual = max(float(np.median(side[alone])), 1.0)
    return np.asarray((side > 0.6 * usual) & (side < 1.7 * usual))


def markers(cover: Pixels, cell: int = 1) -> Mask:
    """Cells that belong to small things standing alone on the screen.

    Only what is well away from everything larger counts, because loose hair and fingers are near their
    owner; nearer things count when they have the size of at least two that stand alone.
    Where nothing is larger, three small things are markers, and fewer a far subject.

    Args:
        cover: h×w, the matte averaged over cells, in 0..1.
        cell: pixels of the plate along a cell; the matte's own edge takes a few.
    """
    longest = max(cover.shape)
    solid = (cover > np.float32(0.04)).astype(np.uint8)
    joined = cv2.dilate(solid, np.ones((3, 3), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(joined, connectivity=8)
    side = np.maximum(stats[:, cv2.CC_STAT_WIDTH], stats[:, cv2.CC_STAT_HEIGHT]).astype(np.float64) - 2
    small = side - _RIM / cell <= max(2.0, _SMALL * longest)
    small[0] = False
    large = ~small
    large[0] = False
    if not small.any() or (not large.any() and int(small.sum()) < 3):
        return np.zeros(cover.shape, np.bool_)
    if large.any():
        away = cv2.distanceTransform((~large[labels]).astype(np.uint8), cv2.DIST_L2, 5)
        near = np.full(count, np.inf)
        np.minimum.at(near, np.asarray(labels, np.intp).ravel(), away.ravel())
        alone = small & (near > _ALONE * longest)
        small = alone | (small & _alike(side, alone) & (near > _NEAR * longest))
    return np.asarray(small[labels])


Rim = tuple[int, int, int, int]
"""Lines at the top, bottom, left and right that are no picture."""


def rim_of(light: Pixels, surface: Pixels) -> Rim:
    """Lines along the plate's border where the screen is suddenly dark: blanking, a resize's last line.

    Args:
        light: h×w×3 scene-linear, the plate.
        surface: the screen's colour, at the same size or at any lower one.
    """
    height, width = light.shape[:2]
    deep = min(max(2, round(0.008 * max(height, width))), (min(height, width) - 2) // 4)
    if deep < 1:
        return 0, 0, 0, 0
    found = []
    for turn in range(4):
        turned = np.asarray(np.rot90(light, turn)[: deep + 3], np.float32)
        across = np.rot90(surface, turn)[:1]
        screen = np.asarray(cv2.resize(np.ascontiguousarray(across), (turned.shape[1], 1)), np.float32)
        found.append(_lines(brightest(turned), brightest(screen.reshape(1, -1, 3))[0], deep))
    top, right, bottom, left = found
    return top, bottom, left, right


def _lines(bright: Pixels, screen: Pixels, deep: int) -> int:
    inner = bright[deep + 1 :].mean(0)
    known = (inner > np.float32(0.6) * screen) & (inner < np.float32(1.5) * screen)
    if known.mean() < 0.08:
        return 0
    ratio = np.median(bright[: deep + 1, known] / inner[known], axis=1)
    dark = np.flatnonzero(ratio < 0.7)
    if not len(dark):
        return 0
    last = int(dark[-1]) + 1
    return last + 1 if last <= deep and ratio[last] < 0.93 else last


def cleared(matte: Pixels, rim: Rim) -> None:
    """Give the lines of the *rim* the matte of the first line inside it, in place."""
    top, bottom, left, right = rim
    height, width = matte.shape
    if top:
        matte[:top] = matte[top]
    if bottom:
        matte[height - bottom :] = matte[height - bottom - 1]
    if left:
        matte[:, :left] = matte[:, left : left + 1]
    if right:
        matte[:, width - right :] = matte[:, width - right - 1 : width - right]
