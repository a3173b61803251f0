"""A mask before nose, mouth and chin that parts take for face: none of the three is of the skin's colour.

All three are less red than skin (white, grey, black, blue and green masks), or all of them redder (red and
orange ones), and alike.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import step
from . import outlines
from .canonical import POINTS, Floats
from .mesh import Face
from .painting import filled, sampled, soft
from .pose import width_of
from .swap_warp import Box

PALE = 0.06, 0.1
"""By how much all of them are less red than the skin above, as logarithms, from which on there may be a mask,
and is one. Lips are redder than skin, in any light: of 122 bare faces of the street it is .02 at most, of
white masks over them .14 in the middle."""

_RED = 0.24
"""By how much a mask is to be redder than skin beyond what it is to be less red: of 120 bare faces of the
street all of nose, lips and chin are redder by .23 at most (blond hair over the forehead), the next by .11;
of red masks over them by .5 and more in three of four."""

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
    """By how much all of the lower face is less red than skin, or redder (less `_RED`), as a logarithm, and
    less where it is of several colours; NaN where too little of it is in sight.

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

    bare, hidden = [tone(one) for one in _BARE], np.array([tone(one) for one in _HIDDEN])
    if not np.isfinite([*bare, *hidden]).all():
        return float("nan")
    off = max(min(bare) - float(hidden.max()), float(hidden.min()) - max(bare) - _RED)
    return off - _COSTS * max(float(np.ptp(hidden)) - _UNLIKE, 0)


def cloth(light: Pixels, points: Floats, box: Box) -> Pixels:
    """How far each pixel of a window is of the mask's colour rather than the skin's, h×w in 0..1, where a
    mask may be.

    Args:
        light: H×W×3 scene-linear, the whole picture.
        points: (468, 3) of a face that has a mask.
    """
    own = points[:, :2] - [box.left, box.top]
    width = width_of(points)
    window = np.maximum(soft(light[box.rows, box.columns], max(0.6, _SOFT * width)), np.float32(_FAINT))
    tint = np.log2(window[..., ::2] / window[..., 1:2])
    inside = np.all((own > 0) & (own < box.size[::-1]), axis=1)
    bare, hidden = ([at for some in group for at in some if inside[at]] for group in (_BARE, _HIDDEN))
    if min(len(bare), len(hidden)) < _LEAST:
        return np.zeros(box.size, np.float32)
    skin, mask = (np.median(sampled(tint, own[there]).reshape(-1, 2), 0) for there in (bare, hidden))
    away, near = (np.linalg.norm(tint - tone.astype(np.float32), axis=2) for tone in (skin, mask))
    like = step((away - near) / np.maximum(away + near, np.float32(_FAINT)), *_NEARER)
    return np.asarray(like * soft(filled([own[list(_LOWER)]], box.size), max(0.6, _SOFT * width)), np.float32)


_SOFT, _FAINT = 0.012, 1e-4
_NEARER = -0.2, 0.1
"""How much nearer to the mask's tone than to the skin's, as a share of both distances, from which on a pixel
may be of the mask, and is."""

_LOWER = (
    *(234, 93, 132, 58, 172, 136, 150, 149, 176, 148, 152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454),
    *(345, 346, 347, 348, 349, 350, 6, 121, 120, 119, 118, 117, 116),
)
"""Where a mask may be: below the eyes, up to the bridge of the nose."""
