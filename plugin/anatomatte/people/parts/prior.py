"""How unlikely each part is at each place of a body: log odds, 0 where it may be.

Every rule is a ramp on one coordinate of the body (`body`): nothing is forbidden, what lies far from where
such a part can be loses up to some 7 nats. The rules are in a compiled loop (cpp/kernels/doubting.cpp).
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops import loops
from .body import Body, Vector
from .labels import AT, SIDES

_SURE_SIDE = 0.5
"""Visibility of both limbs from which on landmarks tell left from right."""

_ROWS = np.array(
    [
        AT[name]
        for name in (
            *("hat", "hair", "face", "glasses", "neck", "torso_skin"),
            *("upper_clothes", "coat", "dress", "trousers", "skirt"),
            *(f"{side}_{what}" for what in ("arm", "hand", "leg", "shoe") for side in SIDES),
            *("scarf", "bag", "other", "left_tights", "right_tights"),
        )
    ],
    np.int32,
)
"""Where the loop puts what it says of each label."""


def ramp(x: Vector, low: float, high: float) -> Vector:
    """0 up to *low*, 1 from *high* on."""
    return np.asarray(np.clip((x - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


def prior(at: Body) -> Pixels:
    """Log prior (labels, N) of every label at N pixels of a body."""
    return _doubt(at, None, 0.0, 1.0)


def said(shares: Pixels, floor: float, weight: float, at: Body) -> Pixels:
    """Logarithms of *shares* (labels, N) above a *floor*, with a *weight* of the prior."""
    return _doubt(at, np.ascontiguousarray(shares), floor, weight)


def _doubt(at: Body, shares: Pixels | None, floor: float, weight: float) -> Pixels:
    arms, legs = (float(min(pair[0].seen, pair[1].seen) > _SURE_SIDE) for pair in (at.arms, at.legs))
    return loops.doubt(at.at, at.facing, at.head_only, (arms, legs), _ROWS, shares, floor, weight)
