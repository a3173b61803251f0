"""What plain masks do not show of a matte: its band, and the gaps that it leaves open or fills.

`band_mad` is the mean of |alpha - truth| within 2 % of the diagonal around the true contour, inside and
outside: hair, fingers, hems. `gaps` are the connected places of true background (alpha under 0.1) that people
enclose and that fill at least 0.02 % of the picture: between arm and waist, between legs, in handles.
`gaps_filled` counts those in which the mean alpha found is above a half. `false_holes` counts what the matte
opens inside of the true person: what it costs to open gaps wrongly. Masks without holes (polygons) have no
gaps, and everything that is rightly open in them counts as false.
"""

from __future__ import annotations

from typing import NamedTuple

import cv2
import numpy as np
from numpy.typing import NDArray

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

BAND = 0.02
"""Half the width of the band, as a share of the diagonal."""

LEAST = 2e-4
"""The smallest gap or hole that counts, as a share of the picture."""

_BEHIND, _OWN = 0.1, 0.9
_MARGIN = 0.004


class Gaps(NamedTuple):
    """How many gaps of the truth are filled, and how many there are."""

    filled: int
    count: int


def band(truth: Plane) -> Mask:
    """Where the true contour (alpha a half) is within `BAND` of the diagonal, H×W; nowhere without one."""
    inside = (truth >= 0.5).astype(np.uint8)
    if inside.all() or not inside.any():
        return np.zeros(truth.shape, np.bool_)
    far = [cv2.distanceTransform(side, cv2.DIST_L2, 5) for side in (inside, 1 - inside)]
    return np.asarray(np.maximum(*far) <= max(1.0, BAND * float(np.hypot(*truth.shape))))


def band_mad(alpha: Plane, truth: Plane, counts: Mask | None = None) -> float:
    """Mean |alpha - truth| (both H×W in 0..1) in the band where it *counts*; NaN where there is none."""
    where = band(truth) if counts is None else band(truth) & counts
    return float(np.abs(alpha - truth)[where].mean()) if where.any() else float("nan")


def gaps(truth: Plane, counts: Mask | None = None) -> list[Mask]:
    """The enclosed gaps of the truth (H×W in 0..1), each H×W; what does not count belongs to the outside."""
    known = np.ones(truth.shape, np.bool_) if counts is None else counts
    found = []
    for place in _enclosed((truth < _BEHIND) | ~known):
        gap = place & known
        if gap.sum() >= LEAST * truth.size and 2 * gap.sum() >= place.sum():
            found.append(gap)
    return found


def gaps_filled(alpha: Plane, truth: Plane, counts: Mask | None = None) -> Gaps:
    """How many gaps of the truth the matte *alpha* (H×W in 0..1) fills, and how many there are."""
    there = gaps(truth, counts)
    return Gaps(sum(float(alpha[gap].mean()) > 0.5 for gap in there), len(there))


def false_holes(alpha: Plane, truth: Plane, counts: Mask | None = None) -> int:
    """How many enclosed holes of the matte lie, for the most part, well inside of the true person."""
    own = truth > _OWN if counts is None else (truth > _OWN) & counts
    size = 2 * max(1, round(_MARGIN * float(np.hypot(*truth.shape)))) + 1
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (size, size))
    deep = cv2.erode(own.astype(np.uint8), around, borderType=cv2.BORDER_CONSTANT, borderValue=1) > 0
    holes = [place for place in _enclosed(alpha < 0.5) if place.sum() >= LEAST * truth.size]
    return sum(int(2 * (place & deep).sum() > place.sum()) for place in holes)


def _enclosed(there: Mask) -> list[Mask]:
    """The connected places of *there* that do not touch the picture's border."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(there.astype(np.uint8), connectivity=4)
    height, width = there.shape
    left, top, wide, high = (
        stats[:, k] for k in (cv2.CC_STAT_LEFT, cv2.CC_STAT_TOP, cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT)
    )
    inner = (left > 0) & (top > 0) & (left + wide < width) & (top + high < height)
    large = stats[:, cv2.CC_STAT_AREA] >= LEAST * there.size
    return [np.asarray(labels == k) for k in range(1, count) if inner[k] and large[k]]
