"""A mask before nose, mouth and chin that parts take for face: none of the three is of the skin's colour."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import step
from . import outlines
from .canonical import POINTS
from .mesh import Face
from .painting import sampled

PALE = 0.06, 0.1
"""By how much all of them are less red than the skin above, as logarithms, from which on there may be a mask,
and is one. Lips are redder than skin, in any light: of 122 bare faces of the street it is .02 at most, of
white masks over them .14 in the middle."""

_UNLIKE, _COSTS = 0.15, 0.5
"""By how much the three may differ among themselves, and what more counts: a mask is of one cloth, where a
nose, lips and a grey beard are three things."""

_BARE = (151, 108, 337, 69, 299, 9), (168, 6, 122, 351)
"""Landmarks of the forehead and of the bridge of the nose; the less red of the two is skin: hair or glasses
hide the other."""

_HIDDEN = (1, 4, 5, 44, 45, 274, 275), outlines.LIPS, outlines.CHIN_FRONT
_LEAST = 3


def covered(told: float) -> float:
    """How far a mask hides the lower face, in 0..1, by what `masked` tells; 0 where that is nothing."""
    return float(step(told, *PALE)) if np.isfinite(told) else 0.0


def masked(face: Face, colour: Pixels) -> float:
    """By how much all of the lower face is less red than skin, as a logarithm, and less where it is of
    several colours; NaN where too little of it is in sight.

    Args:
        face: in pixels of the picture.
        colour: h×w, logarithm of how red pixels are (`beards.luma_colour`), a little blurred.
    """
    points = face.points[:POINTS, :2]
    inside = np.all((points > 0) & (points < colour.shape[1::-1]), axis=1) & (face.seen[:POINTS] > 0.3)
    red = sampled(colour, points).ravel()

    def tone(some: tuple[int, ...]) -> float:
        there = [at for at in some if inside[at]]
        return float(np.median(red[there])) if len(there) >= _LEAST else float("nan")

    pale = min(tone(one) for one in _BARE) - np.array([tone(one) for one in _HIDDEN])
    if not np.isfinite(pale).all():
        return float("nan")
    return float(pale.min()) - _COSTS * max(float(np.ptp(pale)) - _UNLIKE, 0)
