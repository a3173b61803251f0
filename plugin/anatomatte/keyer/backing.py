"""What an area of one colour looks like: figures for and against its being a screen.

All pictures here are small (screen.THUMB pixels along the longer side).  What a studio's backing is: one
smooth material of one strong colour, that surrounds the people and goes on behind them, and reaches the
frame's border at the top and the sides.  A sea has waves and a horizon, a lawn lies below the people, a
banner holds lettering, jeans are worn.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask
from .cluster import chroma_of

_NEAR = 0.07
"""Distance in chromaticity within which a pixel is of the screen's colour at its place."""

_LIGHT = (0.2, 2.5)
"""Share of the screen's light between which it is the screen in shadow or in glare."""

_BODY = 0.6
"""The upper share of people that stands before a screen; the feet may stand on a floor."""

_GAP, _RING = 2, 5
"""Small pixels between a person and the ring around it, and the ring's width."""

_LEAST = 30
"""Small pixels that a person must have to count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 of an area of one colour.

    Attributes:
        area: of the frame.
        top, bottom, left, right: of the frame's four borders.
        strong: how strongly coloured it is for its hue.
        flat: how smooth it is within the small picture.
        rough: relative unrest within single pixels of the small picture: waves, leaves.
        paint: how far its hue is one instead of a stretch of many.
        calm: how far its hue lies in flat places.
        clutter: of its outline that is neither it nor a person.
    """

    area: float
    top: float
    bottom: float
    left: float
    right: float
    strong: float
    flat: float
    rough: float
    paint: float
    calm: float
    clutter: float


@dataclass(frozen=True, slots=True)
class Behind:
    """How an area lies to the people; shares in 0..1.

    Attributes:
        people: of the frame that people cover.
        ring: of what is right around people that is the area.
        upper: the same around the upper bodies alone.
        worn: of the area that lies on people.
        clutter: of its outline that is neither it nor a person.
        rest: of the frame without people that is the area.
    """

    people: float
    ring: float
    upper: float
    worn: float
    clutter: float
    rest: float


def alike(thumb: Pixels, surface: Pixels) -> Mask:
    """Pixels of the small picture (h×w×3) that are of the material whose colour the *surface* models."""
    chroma, _, top = chroma_of(thumb)
    away = np.sqrt(np.square(chroma - chroma_of(surface)[0]).sum(2))
    share = top / np.maximum(surface.max(2), np.float32(1e-6))
    like = ((away < _NEAR) & (share > _LIGHT[0]) & (share < _LIGHT[1])).astype(np.uint8)
    return np.asarray(cv2.medianBlur(like, 3) > 0)


def figures(like: Mask, smooth: Pixels, rough: Pixels, strong: float, paint: float, calm: float) -> Figures:
    """The figures of the area *like* in the small picture.

    Args:
        smooth: h×w, 1 where colour hardly changes around a small pixel, towards 0 where it does.
        rough: h×w, the relative unrest of the plate within each small pixel.
        strong, paint, calm: as `Figures` has them.
    """
    height, width = like.shape
    rim = max(1, round(0.02 * max(height, width)))
    there = like.astype(np.float32)
    inner = cv2.erode(like.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    return Figures(
        area=float(there.mean()),
        top=float(there[:rim].mean()),
        bottom=float(there[-rim:].mean()),
        left=float(there[:, :rim].mean()),
        right=float(there[:, -rim:].mean()),
        strong=strong,
        flat=float(smooth[inner].mean()) if inner.any() else 0.0,
        rough=float(np.median(rough[inner])) if inner.any() else 1.0,
        paint=paint,
        calm=calm,
        clutter=_clutter(like, None),
    )


def _clutter(like: Mask, people: Mask | None) -> float:
    """Share of the area's convex outline that is neither it nor a person."""
    solid = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    points = cv2.findNonZero(solid)
    if points is None:
        return 1.0
    outline = np.zeros(like.shape, np.uint8)
    cv2.fillConvexPoly(outline, cv2.convexHull(points), 1)
    other = (outline > 0) & ~like
    inside = outline > 0
    if people is not None:
        other &= ~people
        inside &= ~people
    return float(other.sum()) / max(1.0, float(inside.sum()))


def behind(like: Mask, people: Mask) -> Behind | None:
    """How the area lies to the *people* (h×w, both on the small picture); None where there are none."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(people.astype(np.uint8))
    large = [k for k in range(1, count) if int(stats[k, cv2.CC_STAT_AREA]) >= _LEAST]
    if not large:
        return None
    near = _grown(people, _GAP)
    around = _grown(near, _RING) & ~near
    seen = hit = 0.0
    for k in large:
        ring = _grown(labels == k, _GAP + _RING) & ~near
        top, tall = int(stats[k, cv2.CC_STAT_TOP]), int(stats[k, cv2.CC_STAT_HEIGHT])
        ring[top + round(_BODY * tall) :] = False
        seen += float(ring.sum())
        hit += float((ring & like).sum())
    whole = float(around.sum())
    return Behind(
        people=float(people.mean()),
        ring=float((around & like).sum()) / max(1.0, whole),
        upper=hit / seen if seen else 0.0,
        worn=float((like & people).sum()) / max(1.0, float(like.sum())),
        clutter=_clutter(like, _grown(people, 2 * _GAP)),
        rest=float(like[~near].mean()) if not near.all() else 0.0,
    )


def _grown(mask: Mask, cells: int) -> Mask:
    size = 2 * cells + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)
