"""Things that are too small to be any: a shadow at a shoulder or a fold is no bag, no hat and no scarf."""

from __future__ import annotations

import cv2
import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body
from .labels import AT

_THINGS = ("hat", "scarf", "bag", "other")

_LEAST = 0.015
"""Area of a thing, in squared torsos: an eighth of a torso each way. Straps are thin, but long."""

_IN_HAND = 1.5
"""Radii from a hand within which a thing may be small: a phone, a pen."""

_TINY = np.float32(1e-6)


def without_slivers(made: Pixels, inside: Mask, at: Body) -> None:
    """Leave out things that are too small to be any, where they are the likeliest of all; others take over.

    Args:
        made: (labels, N), probabilities at the pixels *inside* (h×w); changed in place, their sum is kept.
    """
    best = made.argmax(0)
    least = _LEAST * at.torso**2
    grid = np.zeros(inside.shape, np.uint8)
    for name in _THINGS:
        mine = best == AT[name]
        if not mine.any():
            continue
        grid[inside] = mine
        _, of, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
        small = stats[:, cv2.CC_STAT_AREA] < least
        small[0] = False
        here = of[inside]
        small[np.unique(here[mine & (at.hand < _IN_HAND)])] = False
        gone = small[here]
        made[AT[name], gone] = 0
        made[:, gone] /= np.maximum(made[:, gone].sum(0), _TINY)
