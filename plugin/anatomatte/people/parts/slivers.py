"""Things that are too small or too thin to be any: a shadow at a shoulder or a fold is no bag, no hat and no
scarf, and the line along a hem is neither a bag nor a dress."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from .body import Body
from .labels import AT

_THINGS = ("hat", "scarf", "bag", "other")
_WIDE = ("bag", "dress", "skirt")

_LEAST = 0.015
"""Area of a thing, in squared torsos: an eighth of a torso each way. Straps are thin, but long."""

_THIN = 0.045
"""Half the width of each of `_WIDE` at its widest, in torsos: less is a hem in shade or before light."""

_WAIST = 0.85
"""Height on the body down to which what is thin may be a bag's strap."""

_IN_HAND = 1.5
"""Radii from a hand within which a thing may be small: a phone, a pen."""

_TINY = np.float32(1e-6)


def without_slivers(made: Pixels, inside: Mask, at: Body) -> None:
    """Leave out what is too small or thin to be a thing, where it is the likeliest of all; others take over.

    Args:
        made: (labels, N), probabilities at the pixels *inside* (h×w); changed in place, their sum is kept.
    """
    best, _ = loops.likeliest(made)
    least = _LEAST * at.torso**2
    grid = np.zeros(inside.shape, np.uint8)
    for name in (*_THINGS, *_WIDE[1:]):
        mine = best == AT[name]
        if not mine.any():
            continue
        low = mine & (at.height > _WAIST) if name == "bag" else mine
        grid[inside] = mine
        _, numbers, stats, _ = cv2.connectedComponentsWithStats(grid, connectivity=8)
        of = np.asarray(numbers, np.int32)
        small = stats[:, cv2.CC_STAT_AREA] < least
        here = of[inside]
        small[np.unique(here[mine & (at.hand < _IN_HAND)])] = False
        if name in _WIDE:
            straps = np.bincount(here[mine & ~low], minlength=len(stats)) > 0.5 * stats[:, cv2.CC_STAT_AREA]
            small |= ~(straps | _thick(grid, of, len(stats), _THIN * at.torso))
        small[0] = False
        gone = small[here]
        made[AT[name], gone] = 0
        made[:, gone] /= np.maximum(made[:, gone].sum(0), _TINY)


def _thick(grid: npt.NDArray[np.uint8], of: npt.NDArray[np.int32], count: int, radius: float) -> Mask:
    """Which of *count* components *of* the pixels in *grid* hold a disc of a *radius* in pixels."""
    deep = cv2.distanceTransform(grid, cv2.DIST_L2, 3) > max(radius, 1.0)
    return np.asarray(np.bincount(of[deep], minlength=count) > 0, np.bool_)
