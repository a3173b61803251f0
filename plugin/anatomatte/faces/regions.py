"""A face shared out into regions: skin, brows, eyes, irises, nose, lips, inner mouth, ears, beard.

Outlines of landmarks are filled on a grid over the face and drawn onto the plate's own edges as parts are
(`people.parts.fields`). A beard has no outline (`beards`), and may hang below the mesh. What no other region
takes is skin, so that regions always sum to the face.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.colour import srgb_decode
from ..ops.filters import shrink, step
from ..ops.strips import never
from ..people.parts.fields import PartFields, fields
from . import before_mouth, occluders, outlines
from .beards import beard, by_neck, luma_colour
from .brows import brows, moves
from .hidden import told
from .masked import covered
from .mesh import Face, moved
from .outlines import Outline
from .painting import filled as paint
from .painting import rounded, soft
from .pose import width_of
from .swap_warp import Box, forehead

REGIONS = ("skin", "brows", "eyes", "iris", "nose", "lips", "mouth", "ears", "beard")
"""The regions in their order; the first takes what no other does."""

FINEST = 384
"""Cells along the longer side of the grid at most."""

_ROOM, _ROOM_BELOW = 0.35, 0.95
"""What lies around the landmarks, and towards a neck below them, in distances of the eyes."""

_SOFT = 0.012
"""Softness of an outline in distances of the eyes."""

_POWER = 2.0
_HIDDEN_EAR = -0.35, -0.05
"""Cosine of an ear's side of the head against the camera up to which it is hidden, and from which seen."""

_HIDDEN_EYE = 0.44, 0.54
"""Share of an eye's lids that is in sight up to which it is hidden, and from which on seen."""

_CHEEKS = (50, 101, 36, 205), (280, 330, 266, 425)

Bounds = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels."""


@dataclass(frozen=True, slots=True, eq=False)
class Regions:
    """The regions of one face: `shares` are fields over the `box` of the plate; they sum to 1 there, and
    around it all is skin."""

    box: Bounds
    shares: PartFields


def regions(
    face: Face,
    picture: Pixels,
    bright: Pixels,
    neck: Pixels | None = None,
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> Regions | None:
    """The regions of a *face*; None where it is beyond the plate.

    Args:
        face: in pixels of the *picture*.
        picture: h×w×3 display-referred, of the whole plate at any size.
        bright: H×W, the plate's brightness in 0..1 (`ops.guided.brightness`).
        neck: how far a pixel of the whole plate is bare neck, at any size; None where that is not known.
    """
    size = bright.shape[0], bright.shape[1]
    across, down = (big / small for big, small in zip(size[::-1], picture.shape[1::-1], strict=True))
    placed = moved(face, (across, down), (0, 0))
    box = _box(placed, size)
    if box is None:
        return None
    own, cut = _within(placed, picture, box, (across, down))
    shares = _shares(own, cut, _below(neck, box, size, cut.shape))
    top, bottom, left, right = box
    inside = np.ascontiguousarray(bright[top:bottom, left:right])
    made = fields(shares, range(len(REGIONS)), inside, _POWER, threads=threads, check=check)
    return Regions(box, made)


def looked_at(face: Face, picture: Pixels) -> Face:
    """A *face* in pixels of the *picture*, as `regions` has it, that knows where its brows lie there, and
    what tells of a beard and of a mask."""
    box = _box(face, (picture.shape[0], picture.shape[1]))
    if box is None:
        return face
    own, cut = _within(face, picture, box, (1.0, 1.0))
    return replace(face, brows=moves(own, luma_colour(cut)[0]), hides=told(own, cut))


def beside_neck(face: Face, picture: Pixels, neck: Pixels) -> float:
    """What the *neck* tells of a beard; arguments as those of `regions`."""
    box = _box(face, (picture.shape[0], picture.shape[1]))
    if box is None:
        return 0.0
    own, cut = _within(face, picture, box, (1.0, 1.0))
    return by_neck(own, cut, _below(neck, box, picture.shape, cut.shape))


def _within(face: Face, picture: Pixels, box: Bounds, scale: tuple[float, float]) -> tuple[Face, Pixels]:
    """A face of the plate in pixels of a grid over a box of it, and the picture, which is smaller by *scale*
    (x, y), on that grid."""
    top, bottom, left, right = box
    high, wide = (bottom - top) * face.stretch[1], (right - left) * face.stretch[0]
    by = min(1.0, FINEST / max(high, wide))
    rows, columns = max(1, round(high * by)), max(1, round(wide * by))
    own = moved(face, (columns / (right - left), rows / (bottom - top)), (left, top))
    return own, _cut(picture, box, scale, (rows, columns))


def _box(face: Face, size: tuple[int, int]) -> Bounds | None:
    """The box of the plate around a face and its ears."""
    places = np.concatenate([face.points[:, :2], *(face.placed(ear) for ear in outlines.EARS)])
    down = face.pose.turn[:2, 1] / max(float(np.hypot(*face.pose.turn[:2, 1])), 1e-6)
    below = face.points[[_CHIN], :2] + _ROOM_BELOW * face.eyes * down / np.array(face.stretch)
    room = _ROOM * face.eyes / np.array(face.stretch)
    low = np.minimum(places.min(0) - room, below.min(0))
    high = np.maximum(places.max(0) + room, below.max(0))
    top, left = max(0, int(low[1])), max(0, int(low[0]))
    bottom, right = min(size[0], int(high[1]) + 1), min(size[1], int(high[0]) + 1)
    return (top, bottom, left, right) if bottom - top > 1 and right - left > 1 else None


_CHIN = 152


def _cut(picture: Pixels, box: Bounds, scale: tuple[float, float], size: tuple[int, int]) -> Pixels:
    """A box of the plate out of the picture, which is smaller by *scale* (x, y), at another size."""
    top, bottom, left, right = (
        int(at / s) for at, s in zip(box, (scale[1], scale[1], scale[0], scale[0]), strict=True)
    )
    there = np.ascontiguousarray(picture[top : max(bottom, top + 1), left : max(right, left + 1)])
    if there.shape[0] >= size[0] and there.shape[1] >= size[1]:
        return shrink(there, *size)
    return np.asarray(cv2.resize(there, size[::-1], interpolation=cv2.INTER_LINEAR), np.float32)


def _below(neck: Pixels | None, box: Bounds, size: tuple[int, ...], grid: tuple[int, ...]) -> Pixels | None:
    """The neck in a box of a plate of that *size*, on its grid."""
    if neck is None:
        return None
    return _cut(neck, box, (size[1] / neck.shape[1], size[0] / neck.shape[0]), (grid[0], grid[1]))


def _shares(face: Face, picture: Pixels, neck: Pixels | None) -> Pixels:
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
        return soft(paint([face.points[list(one), :2] for one in some], size), blur)

    shown = [_shown(face, eye, size) for eye in outlines.EYES]
    irises = [rounded(face.points[list(one), :2].astype(np.float64)) for one in outlines.IRISES]
    eyes = np.maximum(*(share * filled(eye) for share, eye in zip(shown, outlines.EYES, strict=True)))
    luma, _ = luma_colour(picture)
    lines, mouth, oval = brows(face, luma), filled(outlines.MOUTH), filled(outlines.OVAL)
    held = before_mouth.covered(srgb_decode(np.asarray(picture, np.float32)), face.points.astype(np.float64))
    shown_of = np.float32(1) if held is None else 1 - held
    clear = shown_of * _clear(face, picture, oval, np.maximum(paint(lines, size), np.maximum(eyes, mouth)))
    give("iris", soft(paint(irises, size), blur) * eyes * clear)
    give("eyes", eyes * clear)
    hides = told(face, picture) if face.hides is None else face.hides
    bare = np.float32(1 - covered(hides[1]))
    give("mouth", bare * clear * mouth)
    give("lips", bare * clear * filled(outlines.LIPS))
    seen = (k * soft(paint([one], size), blur) for k, one in zip(shown, lines, strict=True))
    give("brows", clear * np.maximum(*seen))
    give("beard", bare * shown_of * beard(face, picture, hides[0] + by_neck(face, picture, neck)))
    give("nose", bare * clear * filled(outlines.NOSE))
    give("ears", _ears(face, size, blur) * (1 - oval))
    made[0] = left
    return made


def _clear(face: Face, picture: Pixels, oval: Pixels, dark: Pixels) -> Pixels:
    """How far nothing of another colour than skin, that parts do not know, is before a face, h×w in 0..1: of
    another than the forehead's, which a hat may hide, and than the cheeks'.

    Args:
        dark: what of a face is not of its skin's colours.
    """
    whole = Box(0, 0, picture.shape[1], picture.shape[0])
    light, width = srgb_decode(np.asarray(picture, np.float32)), width_of(face.points)
    made = np.zeros(oval.shape, np.float32)
    for skin in (
        forehead(face.points.astype(np.float64), whole),
        paint([face.points[list(one), :2] for one in _CHEEKS], oval.shape),
    ):
        if made.min() < 1:
            known = np.asarray(skin * (1 - dark), np.float32)
            made = np.maximum(made, occluders.bare(light, known, oval, width, dark))
    return made


def _shown(face: Face, eye: Outline, size: tuple[int, int]) -> np.float32:
    """How far an eye, and its brow, is in sight: of a profile the one that looks away is not."""
    inside = np.all((face.points[list(eye), :2] > 0) & (face.points[list(eye), :2] < size[::-1]), axis=1)
    seen = face.seen[list(eye)][inside]
    return np.float32(step(float(seen.mean()), *_HIDDEN_EYE)) if len(seen) else np.float32(0)


def _ears(face: Face, size: tuple[int, int], blur: float) -> Pixels:
    """Where ears are that the head does not hide."""
    made = np.zeros(size, np.float32)
    for side, ear in zip((-1.0, 1.0), outlines.EARS, strict=True):
        looks = -float(face.pose.turn[2] @ np.array([side, 0.0, 0.0]))
        shown = float(step(looks, *_HIDDEN_EAR))
        if shown > 0:
            hull = _hull(face.placed(ear))
            made = np.maximum(made, np.float32(shown) * soft(paint([hull], size), 2 * blur))
    return made


def _hull(places: NDArray[np.float64]) -> NDArray[np.float32]:
    return np.asarray(cv2.convexHull(places.astype(np.float32))[:, 0], np.float32)
