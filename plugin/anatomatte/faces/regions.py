"""A face shared out into regions: skin, brows, eyes, irises, nose, lips, inner mouth, ears, beard.

Outlines of landmarks are filled on a grid over the face and drawn onto the plate's own edges as parts are
(`people.parts.fields`). A beard has no outline: it is where the lower face is unlike the skin of cheeks and
forehead, in light that may differ from side to side. What no other region takes is skin, so that regions
always sum to the face.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import Mask, shrink, step
from ..ops.strips import never
from ..people.parts.fields import PartFields, fields
from . import outlines
from .mesh import Face, moved
from .outlines import Outline

REGIONS = ("skin", "brows", "eyes", "iris", "nose", "lips", "mouth", "ears", "beard")
"""The regions in their order; the first takes what no other does."""

FINEST = 320
"""Cells along the longer side of the grid at most."""

_ROOM = 0.35
"""What lies around the landmarks, in distances of the eyes."""

_SOFT = 0.012
"""Softness of an outline in distances of the eyes."""

_SHIFT = 4
_POWER = 2.0
_HIDDEN_EAR = -0.35, -0.05
"""Cosine of an ear's side of the head against the camera up to which it is hidden, and from which seen."""

_BEARD = 0.2, 0.4
"""How far a pixel is unlike skin from which on it may be beard, and is."""

_CHIN = 0.63
_BEARDED = 0.44, 0.5
"""How much the chin counts beside what is above the lip, and how far both are unlike skin from which on there
may be a beard, and is one."""

_LEAST = 6
"""Pixels of a cheek, a chin that say anything."""

Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions of one face: `shares` are fields over the `box` of the plate; they sum to 1 there, and
    around it all is skin."""

    box: Box
    shares: PartFields


def regions(
    face: Face,
    picture: Pixels,
    bright: Pixels,
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> Regions | None:
    """The regions of a *face*; None where it is beyond the plate.

    Args:
        face: in pixels of the *picture*.
        picture: h×w×3 display-referred, of the whole plate at any size.
        bright: H×W, the plate's brightness in 0..1 (`ops.guided.brightness`).
    """
    size = bright.shape[0], bright.shape[1]
    across, down = (big / small for big, small in zip(size[::-1], picture.shape[1::-1], strict=True))
    placed = moved(face, (across, down), (0, 0))
    box = _box(placed, size)
    if box is None:
        return None
    top, bottom, left, right = box
    high, wide = (bottom - top) * placed.stretch[1], (right - left) * placed.stretch[0]
    scale = min(1.0, FINEST / max(high, wide))
    rows, columns = max(1, round(high * scale)), max(1, round(wide * scale))
    own = moved(placed, (columns / (right - left), rows / (bottom - top)), (left, top))
    cut = _cut(picture, box, (across, down), (rows, columns))
    shares = _shares(own, cut)
    inside = np.ascontiguousarray(bright[top:bottom, left:right])
    made = fields(shares, range(len(REGIONS)), inside, _POWER, threads=threads, check=check)
    return Regions(box, made)


def _box(face: Face, size: tuple[int, int]) -> Box | None:
    """The box of the plate around a face and its ears."""
    places = np.concatenate([face.points[:, :2], *(face.placed(ear) for ear in outlines.EARS)])
    room = _ROOM * face.eyes / np.array(face.stretch)
    low, high = places.min(0) - room, places.max(0) + room
    top, left = max(0, int(low[1])), max(0, int(low[0]))
    bottom, right = min(size[0], int(high[1]) + 1), min(size[1], int(high[0]) + 1)
    return (top, bottom, left, right) if bottom - top > 1 and right - left > 1 else None


def _cut(picture: Pixels, box: Box, scale: tuple[float, float], size: tuple[int, int]) -> Pixels:
    """A box of the plate out of the picture, which is smaller by *scale* (x, y), at another size."""
    top, bottom, left, right = (
        int(at / s) for at, s in zip(box, (scale[1], scale[1], scale[0], scale[0]), strict=True)
    )
    there = np.ascontiguousarray(picture[top : max(bottom, top + 1), left : max(right, left + 1)])
    if there.shape[0] >= size[0] and there.shape[1] >= size[1]:
        return shrink(there, *size)
    return np.asarray(cv2.resize(there, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _shares(face: Face, picture: Pixels) -> Pixels:
    """Shares n×h×w of the regions of a face in pixels of the *picture*; they sum to 1."""
    size = picture.shape[0], picture.shape[1]
    blur = max(0.5, _SOFT * face.eyes)
    left = np.ones(size, np.float32)
    made = np.zeros((len(REGIONS), *size), np.float32)

    def give(name: str, cover: Pixels) -> None:
        nonlocal left
        made[REGIONS.index(name)] = cover * left
        left = left * (1 - cover)

    def filled(*some: Outline) -> Pixels:
        return _soft(_filled([face.points[list(one), :2] for one in some], size), blur)

    eyes = filled(*outlines.EYES)
    give("iris", filled(*outlines.IRISES) * eyes)
    give("eyes", eyes)
    give("mouth", filled(outlines.MOUTH))
    give("lips", filled(outlines.LIPS))
    give("brows", filled(*outlines.BROWS))
    oval = filled(outlines.OVAL)
    give("beard", _beard(face, picture, filled(outlines.BEARDS)))
    give("nose", filled(outlines.NOSE))
    give("ears", _ears(face, size, blur) * (1 - oval))
    made[0] = left
    return made


def _filled(shapes: Sequence[NDArray[np.floating[Any]]], size: tuple[int, int]) -> Pixels:
    """What shapes cover of a plane, in 0..1."""
    plane = np.zeros(size, np.uint8)
    for shape in shapes:
        if len(shape) == 4:  # an iris is round
            shape = _round(shape.astype(np.float64))
        corners = np.rint((shape - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(plane, [corners], 255, cv2.LINE_AA, _SHIFT)
    return plane.astype(np.float32) / np.float32(255)


def _round(four: NDArray[np.float64]) -> NDArray[np.float64]:
    """The ellipse through four points, each a quarter further."""
    middle = four.mean(0)
    one, other = (four[0] - four[2]) / 2, (four[1] - four[3]) / 2
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)[:, None]
    return np.asarray(middle + np.cos(turn) * one + np.sin(turn) * other, np.float64)


def _soft(plane: Pixels, blur: float) -> Pixels:
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), blur), np.float32)


def _ears(face: Face, size: tuple[int, int], blur: float) -> Pixels:
    """Where ears are that the head does not hide."""
    made = np.zeros(size, np.float32)
    for side, ear in zip((-1.0, 1.0), outlines.EARS, strict=True):
        looks = -float(face.pose.turn[2] @ np.array([side, 0.0, 0.0]))
        shown = float(step(looks, *_HIDDEN_EAR))
        if shown > 0:
            hull = _hull(face.placed(ear))
            made = np.maximum(made, np.float32(shown) * _soft(_filled([hull], size), 2 * blur))
    return made


def _hull(places: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(cv2.convexHull(places.astype(np.float32))[:, 0], np.float32)


def _beard(face: Face, picture: Pixels, zone: Pixels) -> Pixels:
    """How far what may be bearded is unlike this person's cheeks, h×w in 0..1; 0 without a beard.

    A beard is dark, or pale, on the chin *and* above the lip. Light that falls from above or from a side
    darkens one of them, and a fringe the forehead, which is not asked.
    """
    size = zone.shape[0], zone.shape[1]
    none = np.zeros(size, np.float32)
    cheeks = [_within(face, cheek, size) for cheek in outlines.CHEEKS]
    bare = cheeks[0] | cheeks[1]
    lips = _within(face, outlines.LIPS, size, 0.0)
    chin, above = (_within(face, one, size) & ~lips for one in (outlines.CHIN, outlines.MOUSTACHE))
    if min(bare.sum(), chin.sum(), above.sum()) < _LEAST:
        return none
    blur = max(0.5, 0.03 * face.eyes)
    luma, colour = _luma_colour(_soft(picture, blur))
    level, tone = (float(np.median(plane[bare])) for plane in (luma, colour))
    unlike = _unlike(luma - level, tone - colour, tone)
    likely = _CHIN * float(np.median(unlike[chin])) + (1 - _CHIN) * float(np.median(unlike[above]))
    there = float(step(likely, *_BEARDED))
    if there == 0:
        return none
    lit = _lit(luma, face, cheeks)
    return np.asarray(there * step(_unlike(luma - lit, tone - colour, tone), *_BEARD) * zone, np.float32)


def _within(face: Face, outline: Outline, size: tuple[int, int], more: float = 0.5) -> Mask:
    """Where an outline covers *more* than so much of a pixel, h×w."""
    return np.asarray(_filled([face.points[list(outline), :2]], size) > more)


def _luma_colour(picture: Pixels) -> tuple[Pixels, Pixels]:
    """Logarithms of brightness and of how red pixels are, h×w each."""
    red, green, blue = (np.maximum(picture[..., k], 1e-3) for k in range(3))
    luma = np.log(0.3 * red + 0.6 * green + 0.1 * blue)
    return np.asarray(luma, np.float32), np.asarray(np.log(red / np.sqrt(green * blue)), np.float32)


def _unlike(brighter: Pixels, paler: Pixels, tone: float) -> Pixels:
    """How far pixels are darker and less coloured than bare skin, h×w: 0 is skin, 1 surely is not.

    Args:
        brighter: logarithm of brightness beyond that of bare skin, h×w.
        paler: how much less red than bare skin, whose redness is *tone*.
    """
    dark = np.clip(1 - np.exp(brighter), 0, 1)
    return np.asarray(dark + 0.5 * np.clip(paler / max(tone, 0.1), 0, 1), np.float32)


def _lit(luma: Pixels, face: Face, cheeks: Sequence[Mask]) -> Pixels:
    """How bright bare skin would be, h×w: as the cheeks are, from one to the other as side light is."""
    both = np.float32(np.median(luma[cheeks[0] | cheeks[1]]))
    if min(cheek.sum() for cheek in cheeks) < _LEAST:
        return np.full(luma.shape, both, np.float32)
    first, other = (float(np.median(luma[cheek])) for cheek in cheeks)
    ends = np.array([face.points[list(cheek), :2].mean(0) for cheek in outlines.CHEEKS])
    way = ends[1] - ends[0]
    y, x = np.mgrid[: luma.shape[0], : luma.shape[1]]
    along = ((x - ends[0, 0]) * way[0] + (y - ends[0, 1]) * way[1]) / max(float(way @ way), 1.0)
    return np.asarray(first + (other - first) * np.clip(along, 0, 1), np.float32)
