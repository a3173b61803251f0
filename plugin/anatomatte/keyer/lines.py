"""Lines that cross an area of one colour: panels, letters, windows, crests of waves.

What a screen has too is no line here: the edge of a shadow is a step between two calm levels, not a stroke,
and strands of hair grow from whoever stands before it.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import Mask

_DEEP = 13
"""Small pixels by which an area is narrowed, twice half of it, before lines in it are looked for."""

_EDGE = 0.04
"""Change of tone from a pixel to the next, as a share of the area's own, that is an edge."""

_STROKE = 9
"""Fine pixels that a stroke is at most wide; wider ones are areas of another level."""

_STRAND = 16
"""Small pixels from somebody's outline within which what grows from it may be hair."""

_SOMEBODY = 0.02
"""Share of the frame from which on what is not the area may be somebody before it."""


def lines(fine: Pixels, like: Mask) -> tuple[float, float]:
    """Shares of an area, 0 to 1, that edges of any kind cross, and strokes; well away from its own outline.

    Args:
        fine: 2h×2w, scene-linear, the strongest channel of the area's colour.
        like: h×w, the area.
    """
    there = _twice(_narrowed(like, _DEEP))
    if not there.any():
        return 0.0, 0.0
    level = max(float(np.median(fine[there])), 1e-6)
    tone = np.sqrt(np.clip(fine / np.float32(level), 0, 4)).astype(np.float32)
    across, down = (cv2.Sobel(tone, cv2.CV_32F, x, y) / 8 for x, y in ((1, 0), (0, 1)))
    change = np.hypot(across, down)
    # beyond what grain does, whose slopes are alike everywhere
    least = max(_EDGE, 4 * float(np.median(change[there])))
    edge = change > least
    stroke = edge & (_hat(tone) > 2 * least)
    return float(edge[there].mean()), float((stroke & ~_strands(stroke, like))[there].mean())


def _hat(tone: Pixels) -> Pixels:
    """By how much a place, or one next to it, stands out of the tone on either side of it."""
    box = np.ones((_STROKE, _STROKE), np.uint8)
    dark, light = (cv2.morphologyEx(tone, kind, box) for kind in (cv2.MORPH_BLACKHAT, cv2.MORPH_TOPHAT))
    return np.asarray(cv2.dilate(np.maximum(dark, light), np.ones((5, 5), np.uint8)), np.float32)


def _strands(stroke: Mask, like: Mask) -> Mask:
    """Strokes that grow from what stands before the area, as far as hair may."""
    inside, free = _twice(like), ~_somebody(like)
    _, labels = cv2.connectedComponents(_grown(stroke & inside, 3))
    rooted = np.unique(labels[inside & ~_twice(_narrowed(free, _DEEP))])
    grown = np.isin(labels, rooted[rooted > 0])
    return np.asarray(grown & ~_twice(_narrowed(free, 2 * _STRAND + 1)))


def _somebody(like: Mask) -> Mask:
    """What is large enough to be somebody before the area."""
    solid = cv2.morphologyEx((~like).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid)
    least = _SOMEBODY * like.size
    large = [k for k in range(1, count) if stats[k, cv2.CC_STAT_AREA] >= least]
    return np.isin(labels, large)


def _narrowed(mask: Mask, size: int) -> Mask:
    return np.asarray(cv2.erode(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)


def _grown(mask: Mask, size: int) -> NDArray[np.uint8]:
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)), np.uint8)


def _twice(mask: Mask) -> Mask:
    return np.asarray(np.kron(mask, np.ones((2, 2), np.bool_)))
