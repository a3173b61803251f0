"""What hangs over clothes: long hair, and the ends of a scarf.

Networks know hair around heads and scarves around necks, and take what hangs down a coat for the coat.
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from . import growth
from .body import Body
from .labels import AT, planes
from .order import median
from .tones import beside_face

_LONG, _FEW = 0.7, 15
"""How much of what lies beside a face is hair that is long, and pixels there of which that can be said."""

_ABOVE, _LIGHTER = -0.3, 45
"""Faces from the middle of the face, up, from which on hair lies above it; levels of 8 bits by which what
lies beside the face may be lighter."""

_OF_HAIR, _OF_SCARF = 60, 40
"""Pixels of hair, and of a scarf at the neck, of which colours can be learned."""

_HAIR_DOWN, _HAIR_WIDE = (0.2, 4.0), 2.2
_SCARF_DOWN, _SCARF_WIDE = (0.4, 5.0), 1.5
"""Faces below and beside the face's middle in which they hang."""

_NECK_DOWN, _NECK_WIDE = (0.45, 1.3), 0.8
"""Where a scarf lies that hangs down, in faces."""

_LIKELIER = 1.0
"""Nats from which on a pixel is of their colours."""


def taken(made: Pixels, lab: Pixels, inside: Mask, at: Body) -> None:
    """Gives hair and scarf in *made* (labels, N), which sum to 1, what of the clothes is theirs, in place.

    Args:
        lab: N×3, colours of the pixels.
        inside: h×w, where they are.
    """
    hair = made[AT["hair"]] > 0.5
    if hair.sum() >= _OF_HAIR and _is_long(hair, lab, at):
        clothes = made[planes("upper_clothes", "coat", "dress", "scarf")].sum(0) > 0.5
        within = _hangs(at, _HAIR_DOWN, _HAIR_WIDE)
        growth.give(made, "hair", growth.grown(lab, inside, hair, clothes, within, _LIKELIER))
    scarf = made[AT["scarf"]] > 0.5
    if (scarf & _hangs(at, _NECK_DOWN, _NECK_WIDE)).sum() >= _OF_SCARF:
        clothes = made[planes("upper_clothes", "coat", "dress")].sum(0) > 0.5
        within = _hangs(at, _SCARF_DOWN, _SCARF_WIDE)
        growth.give(made, "scarf", growth.grown(lab, inside, scarf, clothes, within, _LIKELIER))


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
