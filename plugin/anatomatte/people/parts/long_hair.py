"""Long hair that lies over clothes.

Networks know hair around heads and take what hangs down a coat for the coat.  Where hair is long beside the
face, what hangs together with it and is likelier of its colours than of the clothes' is hair; the clothes'
colours are then learned anew without it, as in "GrabCut" (C. Rother, V. Kolmogorov, A. Blake, 2004).
"""

from __future__ import annotations

import cv2
import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import fitted_all
from .labels import AT, planes
from .tones import beside_face

_CLOTHES = planes("upper_clothes", "coat", "dress", "scarf")

_LONG, _FEW = 0.6, 15
"""How much of what lies beside a face is hair that is long, and pixels there of which that can be said."""

_HAIR, _CLOTH, _ANY = 60, 200, 30
"""Pixels of hair and of clothes of which colours can be learned, and of hair that others hang on."""

_REACH = (0.2, 4.0), 2.2
"""Faces below and beside the face's middle in which hair hangs."""

_LIKELIER = 1.0
"""Nats from which on a pixel is of the hair's colours."""

_ROUNDS, _MIXTURES, _FLOOR = 3, (2, 4), 5.0
"""Rounds; Gaussians of hair and of clothes, and the variance that each has at least."""

_TAKEN = np.float32(0.95)
"""How much of a pixel that is found to be hair is hair."""


def grown(made: Pixels, lab: Pixels, inside: Mask, at: Body) -> None:
    """Gives the hair in *made* (labels, N), which sum to 1, what of the clothes is hair; changed in place.

    Args:
        lab: N×3, colours of the pixels.
        inside: h×w, where they are.
    """
    hair, clothes = made[AT["hair"]] > 0.5, made[_CLOTHES].sum(0) > 0.5
    beside = beside_face(at)
    if beside.sum() <= _FEW or float(hair[beside].mean()) < _LONG:
        return
    if hair.sum() < _HAIR or clothes.sum() < _CLOTH:
        return
    (high, low), wide = _REACH
    within = clothes & (at.face_y > high) & (at.face_y < low) & (np.abs(at.face_x) < wide)
    of_hair = _density(lab, hair, _MIXTURES[0])
    found, others = np.zeros_like(hair), clothes
    for _ in range(_ROUNDS):
        if others.sum() < _CLOTH // 2:
            return
        likelier = of_hair - _density(lab, others, _MIXTURES[1]) > _LIKELIER
        found = within & _hanging_on(hair, within & likelier, inside)
        others = clothes & ~found & ~likelier
    made[:, found] *= 1 - _TAKEN
    made[AT["hair"], found] += _TAKEN


def _density(lab: Pixels, where: Mask, count: int) -> Vector:
    """Log density N of a mixture of *count* Gaussians of the colours *where*."""
    sample = lab[where], np.ones(int(where.sum()), np.float32)
    found: Vector = fitted_all([sample], count, _FLOOR).density(lab)[0]
    return found


def _hanging_on(hair: Mask, likely: Mask, inside: Mask) -> Mask:
    """What of the pixels N that are *likely* hangs together with *hair*, by more than single pixels."""
    picture = np.zeros(inside.shape, np.uint8)
    picture[inside] = hair | likely
    picture = np.asarray(cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    picture[inside] |= hair
    count, pieces = cv2.connectedComponents(picture, connectivity=4)
    piece = pieces[inside]
    kept = np.bincount(piece[hair], minlength=count) > _ANY
    kept[0] = False
    return np.asarray(kept[piece], np.bool_)
