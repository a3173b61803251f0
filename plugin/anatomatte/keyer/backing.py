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
from ..ops.filters import Mask, brightest, step
from .axis import axis_of
from .cluster import chroma_of
from .lines import lines

_NEAR = 0.07
"""Distance in chromaticity within which a pixel is of the screen's colour at its place."""

_LIGHT = (0.2, 2.5)
"""Share of the screen's light between which it is the screen in shadow or in glare."""

_BODY = 0.6
"""The upper share of people that stands before a screen; the feet may stand on a floor."""

_HEAD = 0.25
"""The share of people from above that is heads and shoulders."""

_GAP, _RING = 2, 5
"""Small pixels between a person and the ring around it, and the ring's width."""

_HUES = {
    (1, 2): (0.24, 0.4, (0.55, 0.7)),
    (1, 0): (0.14, 0.26, (0.28, 0.31)),
    (2, 1): (0.24, 0.33, (0.7, 0.85)),
    (2, 0): (0.12, 0.25, (1.0, 1.1)),
}
"""For the strongest and the middle channel: how strong the middle one is in pure screens, from where on hues
are none, and between where they become the rare screens of two strong channels."""

_RARE = 0.62
"""How usual teal and yellow-green screens are."""

_WHITE = 0.85
"""Light from which on a channel may have been cut."""

_THROUGH = 0.35
"""Share of the area's colour difference from which on it is seen through something."""

_TINT = 0.3
"""Share of the area's colour difference from which on a place has its hue."""

_LEAST = 30
"""Small pixels that a person must have to count."""


@dataclass(frozen=True, slots=True)
class Figures:
    """Shares in 0..1 of an area of one colour.

    Attributes:
        area: of the frame.
        top, bottom, left, right: of the frame's four borders.
        vivid: its saturation, scene-linear.
        usual: how usual its hue is for a screen's paint and cloth.
        flat: how smooth it is within the small picture.
        rough: relative unrest within single pixels of the small picture: waves, leaves.
        lines: of it that strokes cross: panels, letters, windows.
        paint: how far its hue is one instead of a stretch of many.
        calm: how far its hue lies in flat places.
        clutter: of its outline that is neither it nor a person.
        edges: of it that edges of any kind cross, shadows' and hair's too.
    """

    area: float
    top: float
    bottom: float
    left: float
    right: float
    vivid: float
    usual: float
    flat: float
    rough: float
    lines: float
    paint: float
    calm: float
    clutter: float
    edges: float


@dataclass(frozen=True, slots=True)
class Behind:
    """How an area lies to the people; shares in 0..1.

    Attributes:
        people: of the frame that people cover.
        ring: of what is right around people that is the area, also through veils and between strands.
        upper: the same around the upper bodies alone.
        worn: of the area that lies on people.
        tinted: of heads and shoulders that has the area's hue: coloured light, not a screen's spill.
        clutter: of its outline that is neither it nor a person.
        rest: of the frame without people that is the area.
    """

    people: float
    ring: float
    upper: float
    worn: float
    tinted: float
    clutter: float
    rest: float


def alike(thumb: Pixels, surface: Pixels) -> Mask:
    """Pixels of the small picture (h×w×3) that are of the material whose colour the *surface* models."""
    chroma, _, top = chroma_of(thumb)
    away = np.sqrt(np.square(chroma - chroma_of(surface)[0]).sum(2))
    share = top / np.maximum(brightest(surface), np.float32(1e-6))
    like = ((away < _NEAR) & (share > _LIGHT[0]) & (share < _LIGHT[1])).astype(np.uint8)
    return np.asarray(cv2.medianBlur(like, 3) > 0)


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """The small picture and what is known of the area of one colour in it.

    Attributes:
        thumb: h×w×3, scene-linear.
        like: h×w, the pixels that are of the area's material.
        partly: h×w, like, or what the area shines through or falls on: veils, soft edges, shadows.
        colour: its mean scene-linear colour (3).
        smooth: h×w, 1 where colour hardly changes around a small pixel, towards 0 where it does.
        rough: h×w, the relative unrest of the plate within each small pixel.
        paint, calm: as `Figures` has them.
    """

    thumb: Pixels
    like: Mask
    partly: Mask
    colour: Pixels
    smooth: Pixels
    rough: Pixels
    paint: float
    calm: float


def partly(thumb: Pixels, surface: Pixels, like: Mask, colour: Pixels) -> Mask:
    """*like* and the pixels that are in part of the material's colour."""
    axis = axis_of(colour)
    signal = axis.key(thumb, 0.5) / np.maximum(axis.key(surface, 0.5), np.float32(1e-5))
    through = (signal > _THROUGH) & (signal < 1.5)
    return np.asarray(cv2.medianBlur((like | through).astype(np.uint8), 3) > 0)


def figures(seen: Seen, fine: Pixels | None) -> Figures:
    """The figures of an area.

    Args:
        fine: 2h×2w, the plate's strongest channel of the area's colour; None looks for no lines.
    """
    like = seen.like
    height, width = like.shape
    rim = max(1, round(0.02 * max(height, width)))
    there = like.astype(np.float32)
    inner = cv2.erode(like.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    saturation = chroma_of(seen.thumb)[1]
    edges, strokes = (0.0, 0.0) if fine is None else lines(fine, like)
    return Figures(
        area=float(there.mean()),
        top=float(there[:rim].mean()),
        bottom=float(there[-rim:].mean()),
        left=float(there[:, :rim].mean()),
        right=float(there[:, -rim:].mean()),
        vivid=float(np.median(saturation[like])) if like.any() else 0.0,
        usual=usual(seen.colour, seen.thumb[like]),
        flat=float(seen.smooth[inner].mean()) if inner.any() else 0.0,
        rough=float(np.median(seen.rough[inner])) if inner.any() else 1.0,
        lines=strokes,
        paint=seen.paint,
        calm=seen.calm,
        clutter=_clutter(like, seen.partly, None),
        edges=edges,
    )


def usual(colour: Pixels, light: Pixels) -> float:
    """0 to 1: how usual a hue is for a screen, whose paints and cloths are a pure green or a pure blue.

    Sky and water are bluer than cyan and greener than blue; leaves and lawns are greens with much red.
    Teal and yellow-green screens exist, but are rare.  *light* is all of it, N×3: near white its hue has run
    out and says nothing.
    """
    axis = axis_of(colour)
    limits = _HUES.get((axis.high, axis.mid))
    if limits is None:
        return 0.0
    pure, other, twin = limits
    bleached = _RARE * float((brightest(light) > _WHITE).mean()) if len(light) else 0.0
    return max(bleached, 1 - float(step(axis.shear, pure, other)), _RARE * float(step(axis.shear, *twin)))


def _clutter(like: Mask, partly: Mask, people: Mask | None) -> float:
    """Share of the area's convex outline that is neither it nor a person."""
    solid = cv2.morphologyEx(like.astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8))
    points = cv2.findNonZero(solid)
    if points is None:
        return 1.0
    outline = np.zeros(like.shape, np.uint8)
    cv2.fillConvexPoly(outline, cv2.convexHull(points), 1)
    other = (outline > 0) & ~partly
    inside = outline > 0
    if people is not None:
        other &= ~people
        inside &= ~people
    return float(other.sum()) / max(1.0, float(inside.sum()))


def behind(seen: Seen, people: Mask) -> Behind | None:
    """How the area lies to the *people* (h×w, both on the small picture); None where there are none."""
    like, whole = seen.like, _closed(seen.partly)
    count, labels, stats, _ = cv2.connectedComponentsWithStats(people.astype(np.uint8))
    large = [k for k in range(1, count) if int(stats[k, cv2.CC_STAT_AREA]) >= _LEAST]
    if not large:
        return None
    near = _grown(people, _GAP)
    around = _grown(near, _RING) & ~near
    around_all = hit = 0.0
    heads = np.zeros_like(people)
    for k in large:
        ring = _grown(labels == k, _GAP + _RING) & ~near
        top, tall = int(stats[k, cv2.CC_STAT_TOP]), int(stats[k, cv2.CC_STAT_HEIGHT])
        ring[top + round(_BODY * tall) :] = False
        heads[top : top + max(1, round(_HEAD * tall))] |= (labels == k)[
            top : top + max(1, round(_HEAD * tall))
        ]
        around_all += float(ring.sum())
        hit += float((ring & whole).sum())
    return Behind(
        people=float(people.mean()),
        ring=float((around & whole).sum()) / max(1.0, float(around.sum())),
        upper=hit / around_all if around_all else 0.0,
        worn=float((like & people).sum()) / max(1.0, float(like.sum())),
        tinted=_tinted(seen, heads),
        clutter=_clutter(like, whole, _grown(people, 2 * _GAP)),
        rest=float(like[~near].mean()) if not near.all() else 0.0,
    )


def _closed(mask: Mask) -> Mask:
    """*mask* and what is thin before it: strands of hair, wires, the gap at an outline."""
    box = np.ones((5, 5), np.uint8)
    return np.asarray(cv2.morphologyEx(mask.astype(np.uint8), cv2.MORPH_CLOSE, box) > 0)


def _tinted(seen: Seen, people: Mask) -> float:
    """Share of people (h×w), by their light, that has the area's hue and is not the area."""
    axis = axis_of(seen.colour)
    own = float(axis.key(seen.colour, 0.5)) / max(float(seen.colour.max()), 1e-6)
    light = seen.thumb[people & ~seen.like]
    top = brightest(light)
    hue = axis.key(light, 0.5) / np.maximum(top, np.float32(1e-6)) > np.float32(_TINT * own)
    return float((top * hue).sum()) / max(float(top.sum()), 1e-6)


def _grown(mask: Mask, cells: int) -> Mask:
    size = 2 * cells + 1
    return np.asarray(cv2.dilate(mask.astype(np.uint8), np.ones((size, size), np.uint8)) > 0)
