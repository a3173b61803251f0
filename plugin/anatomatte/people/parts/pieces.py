"""Garments and bags are in one piece: what goes on in the same cloth is none of the garment beside it.

A dress that is a top on the chest, trousers of which a strip is a coat and a bag of which half is a jacket
were decided region by region.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from . import growth
from .labels import AT, TIGHTS, planes


class Piece(NamedTuple):
    """A part that goes on, into which others; from how many pixels on it does, the nats by which a pixel is
    likelier of its colours than of the others', and how much of itself it may grow."""

    name: str
    into: list[int]
    least: int
    likelier: float
    most: float


_TOPS = ("upper_clothes", "coat")

_PIECES = (
    Piece("trousers", planes(*_TOPS, "dress", "skirt"), 300, 1.0, 1.0),
    Piece("dress", planes(*_TOPS, "skirt", "trousers"), 300, 0.5, 2.0),
    Piece("bag", planes(*_TOPS, "dress", "skirt", "trousers", *TIGHTS), 60, 2.0, 1.0),
)
"""Chosen on photos, one after the other; a pixel is one of some 240 along a person."""


def joined(made: Pixels, lab: Pixels, inside: Mask) -> None:
    """Gives each of `_PIECES` in *made* (labels, N), which sum to 1, what is of it, in place.

    Args:
        lab: N×3, colours of the pixels.
        inside: h×w, where they are.
    """
    everywhere = np.ones(len(lab), np.bool_)
    for piece in _PIECES:
        own = made[AT[piece.name]] > 0.5
        if own.sum() < piece.least:
            continue
        others = made[piece.into].sum(0) > 0.5
        found = growth.grown(lab, inside, own, others, everywhere, piece.likelier)
        if found.sum() <= piece.most * own.sum():
            growth.give(made, piece.name, found)
