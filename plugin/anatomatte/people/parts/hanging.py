"""What hangs over clothes: long hair, and the ends of a scarf.

Networks know hair around heads and scarves around necks, and take what hangs down a coat for the coat.  What
hangs together with either and is likelier of its colours than of the clothes' belongs to it; the clothes'
colours are then learned anew without that, as in "GrabCut" (C. Rother, V. Kolmogorov, A. Blake, 2004).
"""

from __future__ import annotations

import cv2
import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import fitted_all
from .labels import AT, planes
from .order import median
from .tones import beside_face

_LONG, _FEW = 0.7, 15
"""How much of what lies beside a face is hair that is long, and pixels there of which that can be said."""

_ABOVE, _LIGHTER = -0.3, 45
"""Faces from the middle of the face, up, from which on hair lies above it; levels of 8 bits by which what
lies beside the face may be lighter."""

_OF_HAIR, _OF_SCARF, _CLOTH, _ANY = 60, 40, 200, 30
"""Pixels of hair, of a scarf at the neck and of clothes of which colours can be learned, and pixels that
others hang on."""

_HAIR_DOWN, _HAIR_WIDE = (0.2, 4.0), 2.2
_SCARF_DOWN, _SCARF_WIDE = (0.4, 5.0), 1.5
"""Faces below and beside the face's middle in which they hang."""

_NECK_DOWN, _NECK_WIDE = (0.45, 1.3), 0.8
"""Where a scarf lies that hangs down, in faces."""

_LIKELIER = 1.0
"""Nats from which on a pixel is of their colours."""

_ROUNDS, _MIXTURES, _FLOOR = 3, (2, 4), 5.0
"""Rounds; Gaussians of what hangs and of clothes, and the variance that each has at least."""

_TAKEN = np.float32(0.95)
"""How much of a pixel that is found is of what hangs."""


def grown(made: Pixels, lab: Pixels, inside: Mask, at: Body) -> None:
    """Gives hair and scarf in *made* (labels, N), which sum to 1, what of the clothes is theirs, in place.

    Args:
        lab: N×3, colours of the pixels.
        inside: h×w, where they are.
    """
    hair = made[AT["hair"]] > 0.5
    if hair.sum() >= _OF_HAIR and _is_long(hair, lab, at):
        clothes = made[planes("upper_clothes", "coat", "dress", "scarf")].sum(0) > 0.5
        within = _hangs(at, _HAIR_DOWN, _HAIR_WIDE)
        _give(made, "hair", _found(lab, inside, hair, clothes, within))
    scarf = made[AT["scarf"]] > 0.5
    if (scarf & _hangs(at, _NECK_DOWN, _NECK_WIDE)).sum() >= _OF_SCARF:
        clothes = made[planes("upper_clothes", "coat", "dress")].sum(0) > 0.5
        within = _hangs(at, _SCARF_DOWN, _SCARF_WIDE)
        _give(made, "scarf", _found(lab, inside, scarf, clothes, within))


def _is_long(hair: Mask, lab: Pixels, at: Body) -> bool:
    """Whether hair lies beside a face that is seen, as dark as above it: a fur collar is none."""
    beside = beside_face(at)
    if not at.facing or beside.sum() <= _FEW or float(hair[beside].mean()) < _LONG:
        return False
    top = lab[hair & (at.face_y < _ABOVE), 0]
    return len(top) <= _FEW or float(median(lab[hair & beside, 0]) - median(top)) < _LIGHTER


def _hangs(at: Body, down: tuple[float, float], wide: float) -> Mask:
    """Pixels N that are so far below a face's middle, and beside it, in faces."""
    return np.asarray((at.face_y > down[0]) & (at.face_y < down[1]) & (np.abs(at.face_x) < wide), np.bool_)


def _give(made: Pixels, name: str, found: Mask) -> None:
    made[:, found] *= 1 - _TAKEN
    made[AT[name], found] += _TAKEN


def _found(lab: Pixels, inside: Mask, own: Mask, clothes: Mask, within: Mask) -> Mask:
    """Which pixels N of the *clothes* hang on their *own*, *within* which they may."""
    found, others, within = np.zeros_like(own), clothes, clothes & within
    if clothes.sum() < _CLOTH:
        return found
    of_own = _density(lab, own, _MIXTURES[0])
    for _ in range(_ROUNDS):
        if others.sum() < _CLOTH // 2:
            return np.zeros_like(own)
        likelier = of_own - _density(lab, others, _MIXTURES[1]) > _LIKELIER
        found = within & _hanging_on(own, within & likelier, inside)
        others = clothes & ~found & ~likelier
    return found


def _density(lab: Pixels, where: Mask, count: int) -> Vector:
    """Log density N of a mixture of *count* Gaussians of the colours *where*."""
    sample = lab[where], np.ones(int(where.sum()), np.float32)
    found: Vector = fitted_all([sample], count, _FLOOR).density(lab)[0]
    return found


def _hanging_on(own: Mask, likely: Mask, inside: Mask) -> Mask:
    """What of the pixels N that are *likely* hangs together with their *own*, by more than single pixels."""
    picture = np.zeros(inside.shape, np.uint8)
    picture[inside] = own | likely
    picture = np.asarray(cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    picture[inside] |= own
    count, pieces = cv2.connectedComponents(picture, connectivity=4)
    piece = pieces[inside]
    kept = np.bincount(piece[own], minlength=count) > _ANY
    kept[0] = False
    return np.asarray(kept[piece], np.bool_)
