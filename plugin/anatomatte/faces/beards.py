"""Beards: where the lower face is unlike this person's cheeks, in light that may differ from side to side."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import Mask, step
from . import outlines
from .mesh import Face
from .outlines import Outline
from .painting import filled, sampled, soft

_BEARD = 0.2, 0.4
"""How far a pixel is unlike skin from which on it may be beard, and is."""

_CHIN = 0.63
_BEARDED = 0.44, 0.5
"""How much the chin counts beside what is above the lip, and how far both are unlike skin from which on there
may be a beard, and is one."""

_ALL_DARK = 0.4, 0.5
"""By how much chin, lip and both jaws must all be darker than the cheeks, as a logarithm, from which on there
may be a beard, and is one: a full one that is not so dark. Light darkens some of them, hair a jaw."""

_EDGE = 0.5, 0.6
"""Step from cheek to beard, as a logarithm, from which on such a one may have a border, and has one.
Shade has none."""

_SAMPLES, _DOWN = 44, 0.85
"""Samples along a line from below the eye, and how far towards the jaw they go."""

_BESIDE, _GAP = 0.12, 0.03
"""Length above and below a border that is compared, and half of the gap there, in distances of the eyes."""

_LEAST = 6
"""Pixels of a cheek, a chin that say anything."""


def beard(face: Face, picture: Pixels, zone: Pixels) -> Pixels:
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
    luma, colour = luma_colour(soft(picture, blur))
    level, tone = (float(np.median(plane[bare])) for plane in (luma, colour))
    unlike = _unlike(luma - level, tone - colour, tone)
    likely = _CHIN * float(np.median(unlike[chin])) + (1 - _CHIN) * float(np.median(unlike[above]))
    there = float(step(likely, *_BEARDED))
    full = float(step(_darker(face, luma, cheeks, (chin, above)), *_ALL_DARK)) if there < 1 else 0.0
    there = max(there, full * float(step(_border(face, luma), *_EDGE)) if full > there else 0.0)
    if there == 0:
        return none
    lit = _lit(luma, face, cheeks)
    return np.asarray(there * step(_unlike(luma - lit, tone - colour, tone), *_BEARD) * zone, np.float32)


def _darker(face: Face, luma: Pixels, cheeks: Sequence[Mask], lower: Sequence[Mask]) -> float:
    """By how much all of the lower face is darker than the cheeks, each jaw than its own; 0 where too little
    is seen of one."""
    size = luma.shape[0], luma.shape[1]
    jaws = [_within(face, jaw, size) & ~_within(face, outlines.LIPS, size, 0.0) for jaw in outlines.JAWS]
    pairs = [*zip(jaws, cheeks, strict=True), *((one, cheeks[0] | cheeks[1]) for one in lower)]
    if min(min(one.sum(), other.sum()) for one, other in pairs) < _LEAST:
        return 0.0
    return min(float(np.median(luma[other]) - np.median(luma[one])) for one, other in pairs)


def _border(face: Face, luma: Pixels) -> float:
    """How sharply it gets darker between eye and jaw, as a logarithm, on the side where it does less."""
    sides = []
    for first, last in outlines.BEARD_LINES:
        steps = [
            _step(luma, face.points[a, :2], face.points[b, :2], face.eyes)
            for a, b in zip(first, last, strict=True)
        ]
        sides.append(float(np.median(steps)))
    return min(sides)


def _step(luma: Pixels, first: NDArray[np.float32], last: NDArray[np.float32], eyes: float) -> float:
    """The largest step down along a line between two points, in pixels; 0 of one that is too short."""
    way = _DOWN * (last - first)
    each = max(float(np.hypot(*way)), 1e-6) / eyes / _SAMPLES
    wide, gap = max(1, round(_BESIDE / each)), max(1, round(_GAP / each))
    count = _SAMPLES - 2 * (wide + gap)
    if count < 1:
        return 0.0
    places = first + np.linspace(0, 1, _SAMPLES)[:, None] * way
    sums = np.concatenate([[0.0], sampled(luma, places).cumsum()])
    means = (sums[wide:] - sums[:-wide]) / wide
    above, below = means[:count], means[wide + 2 * gap : wide + 2 * gap + count]
    return float((above - below).max())


def _within(face: Face, outline: Outline, size: tuple[int, int], more: float = 0.5) -> Mask:
    """Where an outline covers *more* than so much of a pixel, h×w."""
    return np.asarray(filled([face.points[list(outline), :2]], size) > more)


def luma_colour(picture: Pixels) -> tuple[Pixels, Pixels]:
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
