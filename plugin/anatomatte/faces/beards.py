"""Beards: where the lower face is darker, or less coloured, than its light and its neck say of skin.

Whether somebody has one is asked of the whole lower face, of two sides where it is less dark, so that light
from a side says nothing: how dark chin, lower lip's hollow, upper lip, corners of the mouth and jaws are
beside the skin that the face's own light (`shading`) makes there; and how dark the chin is beside the neck
below it, which gets less light. Of a face whose glasses or fringe leave little of the upper half the neck
tells alone.
Where it is, is what lies as far from skin as most of the beard does.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import step
from . import outlines
from .canonical import POINTS, Floats
from .mesh import Face
from .outlines import Outline
from .painting import filled, sampled, soft
from .shading import Shading, inside, shading

BEARD = 0.3, 0.4
"""How far the lower face is unlike skin, as a logarithm, from which on there may be a beard, and is one."""

_KNOWN = 0.35, 0.5
"""Share of the upper face in one light up to which that light is a guess, and from which on it is none."""

_ALONE = 0.15
"""By how much more the face has to say where no neck is seen."""

_BEYOND = 0.6
"""By how much one place counts more than the middle one at most: a microphone darkens a chin, and no jaws."""

_LONE = 0.25
"""How much one side counts where the other is not seen: it may be in the shade."""

_NECK = 0.5
"""How much the chin beside the neck counts, and how far it counts at most."""
_NECK_MOST = -0.6, 1.2
_NECK_TONE = 0.16, 0.24
"""Logarithms of redness by which a neck differs from the face and is one, and is something else."""
_NECK_ENOUGH, _NECK_BARE = (0.015, 0.045), 0.78
"""How much of a neck tells nothing, and all, in squares of the eyes' distance, and from which share on it is
bare."""
_NECK_REACH = 0.6, 0.9
"""How far beside and below the chin it is asked, in distances of the eyes."""
_NECK_LIGHT = 60
"""Percentile of a neck's light that is bare skin: there are shadows, and chains."""

_LEVEL, _FAINTEST = 50, 0.3
"""Percentile of the darkness of what may be bearded that is the beard's, and the least it is."""
_HAIR = 0.25, 0.65
"""Share of that from which on a pixel may be beard, and is."""

_PALE, _SKIN_PALE, _GREY = 2.0, 0.12, 0.2
"""How much it counts that something is less red than skin, by how much skin is so itself, and from which on
it may be hair that is no darker."""

_BELOW = 0.8
"""How far below the jaw a beard hangs at most, in distances of the eyes."""

SMOOTH = 0.035
"""By how much a picture is blurred before its colours are asked, in distances of the eyes."""

_SIDES: tuple[tuple[tuple[Outline, ...], ...], ...] = (
    ((outlines.CHIN_MIDDLE,),),
    ((outlines.LIP_HOLLOW,),),
    tuple((one,) for one in outlines.MOUSTACHES),
    tuple((one,) for one in outlines.CORNERS),
    tuple((one,) for one in outlines.JAWS),
)
"""What is asked of the lower face; of two sides the one that is less dark."""


def by_light(face: Face, picture: Pixels) -> float:
    """How far the lower face is unlike this person's skin in its light, as a logarithm; NaN where that light
    is not told.

    Args:
        face: in pixels of the *picture*, h×w×3 display-referred.
    """
    luma, colour = luma_colour(soft(picture, max(0.5, SMOOTH * face.eyes)))
    light = shading(face, luma)
    return float("nan") if light is None else _unlike(face, light, luma, colour)


def by_neck(face: Face, picture: Pixels, neck: Pixels | None) -> float:
    """What is added to that by the neck beside the chin; where none is seen the face has to say more alone.

    Args:
        neck: h×w, how far a pixel is this person's bare neck; None where that is not known.
    """
    luma, colour = luma_colour(soft(picture, max(0.5, SMOOTH * face.eyes)))
    light = None if neck is None else shading(face, luma)
    if light is None or neck is None:
        return -_ALONE
    beside, enough = _beside_neck(face, light, luma, colour, neck)
    return enough * _NECK * float(np.clip(beside, *_NECK_MOST)) - (1 - enough) * _ALONE


def beard(face: Face, picture: Pixels, told: float) -> Pixels:
    """How far a pixel is beard, h×w in 0..1; 0 without one.

    Args:
        face: in pixels of the *picture*, h×w×3 display-referred.
        told: what tells of a beard: `by_light` and `by_neck` together.
    """
    size = picture.shape[0], picture.shape[1]
    there = float(step(told, *BEARD)) if np.isfinite(told) else 0.0
    if there == 0:
        return np.zeros(size, np.float32)
    luma, colour = luma_colour(soft(picture, max(0.5, SMOOTH * face.eyes)))
    light = shading(face, luma)
    if light is None:
        return np.zeros(size, np.float32)
    zone = np.maximum(filled([face.points[list(outlines.BEARDS), :2]], size), _hanging(face, size))
    pale = np.float32(_tone(face, light, colour)) - colour
    dark = np.asarray(beyond(_skin(face, light, size) - luma, pale), np.float32)
    core = filled([face.points[list(one), :2] for one in (outlines.CHIN, *outlines.JAWS)], size) > 0.5
    core &= filled([face.points[list(outlines.LIPS), :2]], size) == 0
    level = max(float(np.percentile(dark[core], _LEVEL)), _FAINTEST) if core.any() else _FAINTEST
    made = step(np.asarray(dark / np.float32(level), np.float32), *_HAIR)
    return np.asarray(there * made * soft(zone, max(0.5, 0.02 * face.eyes)), np.float32)


def _unlike(face: Face, light: Shading, luma: Pixels, colour: Pixels) -> float:
    """How far the lower face is unlike this person's skin, as a logarithm of brightness."""
    pale = _tone(face, light, colour) - sampled(colour, face.points[:POINTS, :2]).ravel()
    unlike = beyond(-light.beside, pale)
    own = []
    for sides in _SIDES:
        found = [light.over(unlike, inside(one)) for one in sides]
        seen = [value for value in found if np.isfinite(value)]
        own.append(min(seen) * (1.0 if len(seen) == len(sides) else _LONE) if seen else 0.0)
    mean = float(np.mean(np.minimum(own, np.median(own) + _BEYOND)))
    return float(step(light.fits, *_KNOWN)) * mean


def _beside_neck(
    face: Face, light: Shading, luma: Pixels, colour: Pixels, neck: Pixels
) -> tuple[float, float]:
    """By how much the chin is darker than the neck, as a logarithm, and how far enough of it is seen."""
    across, down = _along(face, luma.shape)
    reach = (np.abs(across) < _NECK_REACH[0]) & (down > 0) & (down < _NECK_REACH[1])
    bare = reach & (neck > _NECK_BARE)
    area = float(bare.sum()) * face.stretch[0] * face.stretch[1] / face.eyes**2
    if area <= _NECK_ENOUGH[0]:
        return 0.0, 0.0
    points = face.points[:POINTS, :2]
    tone = abs(float(np.median(colour[bare])) - _tone(face, light, colour))
    chin = sampled(luma, points[list(outlines.CHIN_FRONT)])
    beside = float(np.percentile(luma[bare], _NECK_LIGHT) - np.median(chin))
    return beside * (1 - float(step(tone, *_NECK_TONE))), float(step(area, *_NECK_ENOUGH))


def beyond(dark: NDArray[np.floating[Any]], pale: NDArray[np.floating[Any]]) -> Floats:
    """How far from skin is what is so much darker and less red; grey hair is not dark, white is bright."""
    off = _PALE * np.maximum(pale - _SKIN_PALE, 0)
    return np.asarray(np.where(off > _GREY, np.maximum(dark, 0), dark) + off)


def _tone(face: Face, light: Shading, colour: Pixels) -> float:
    """The redness of this person's skin."""
    return float(np.median(sampled(colour, face.points[:POINTS, :2][light.told > 0.3])))


def _along(face: Face, size: tuple[int, ...]) -> tuple[Pixels, Pixels]:
    """How far each pixel h×w is beside and below the chin's end, as the head is held, in eyes' distances."""
    right, down = (_unit(face, axis) for axis in (0, 1))
    chin = face.points[_CHIN_END, :2]
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    x, y = (x + 0.5 - chin[0]) * face.stretch[0], (y + 0.5 - chin[1]) * face.stretch[1]
    by = np.float32(1 / face.eyes)
    return (x * right[0] + y * right[1]) * by, (x * down[0] + y * down[1]) * by


_CHIN_END = 152


def _unit(face: Face, axis: int) -> Pixels:
    """(2,) the direction in the picture of an axis of the head."""
    if axis == 0:
        down = _unit(face, 1)
        return np.array([down[1], -down[0]], np.float32)
    way = face.pose.turn[:2, 1]
    return np.asarray(way / max(float(np.hypot(*way)), 1e-6), np.float32)


def _skin(face: Face, light: Shading, size: tuple[int, int]) -> Pixels:
    """How bright bare skin would be in the lower face, h×w, as a logarithm: a smooth surface through what its
    light says at the landmarks; beyond these as at the nearest."""
    points = face.points[:POINTS, :2]
    place = _along_points(face, points)
    low = (light.seen > 0.3) & (place[:, 1] > float(place[outlines.NOSE[12], 1]) - 0.1)
    if int(low.sum()) < 12:
        return np.full(size, np.float32(np.median(light.skin)), np.float32)
    found, *_ = np.linalg.lstsq(_squares(place[low]), light.skin[low], rcond=None)
    least, most = place[low].min(0), place[low].max(0)
    x, y = (
        np.clip(one, np.float32(a), np.float32(b))
        for one, a, b in zip(_along(face, size), least, most, strict=True)
    )
    even, by_x, by_y, by_xx, by_xy, by_yy = found.astype(np.float32)
    return np.asarray(even + (by_x + by_xx * x + by_xy * y) * x + (by_y + by_yy * y) * y, np.float32)


def _along_points(face: Face, points: Pixels) -> Floats:
    """(n, 2) as `_along`, of points (n, 2)."""
    away = (points - face.points[_CHIN_END, :2]) * np.array(face.stretch) / face.eyes
    return np.column_stack([away @ _unit(face, 0), away @ _unit(face, 1)]).astype(np.float64)


def _squares(place: Floats) -> Floats:
    x, y = place[:, 0], place[:, 1]
    return np.column_stack([np.ones(len(x)), x, y, x * x, x * y, y * y])


def _hanging(face: Face, size: tuple[int, int]) -> Pixels:
    """Where a beard hangs below the jaw, h×w in 0..1."""
    jaw = face.points[list(outlines.JAW_LINE), :2]
    down = _BELOW * face.eyes * _unit(face, 1) / np.array(face.stretch, np.float32)
    narrow = jaw.mean(0) + np.float32(0.8) * (jaw - jaw.mean(0))
    return filled([np.concatenate([jaw, (narrow + down)[::-1]])], size)


def luma_colour(picture: Pixels) -> tuple[Pixels, Pixels]:
    """Logarithms of brightness and of how red pixels are, h×w each."""
    red, green, blue = (np.maximum(picture[..., k], 1e-3) for k in range(3))
    luma = np.log(0.3 * red + 0.6 * green + 0.1 * blue)
    return np.asarray(luma, np.float32), np.asarray(np.log(red / np.sqrt(green * blue)), np.float32)
