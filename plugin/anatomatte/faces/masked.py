"""A mask before nose, mouth and chin that parts take for face: none of the three is of the skin's colour."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import step
from . import outlines
from .canonical import POINTS
from .mesh import Face
from .painting import sampled

_PALE = 0.2, 0.28
"""By how much all of them are less red than the skin above, as logarithms, from which on there may be a mask,
and is one. Lips are redder than skin, in any light."""

_BARE = (151, 108, 337, 69, 299, 9), (168, 6, 122, 351)
"""Landmarks of the forehead and of the bridge of the nose; the less red of the two is skin: hair or glasses
hide the other."""

_HIDDEN = (1, 4, 5, 44, 45, 274, 275), outlines.LIPS, outlines.CHIN_FRONT
_LEAST = 3


def masked(face: Face, colour: Pixels) -> float:
    """How far a mask hides the lower face, in 0..1; 0 where too little of it is in sight.

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
    return float(step(float(pale.min()), *_PALE)) if np.isfinite(pale).all() else 0.0
