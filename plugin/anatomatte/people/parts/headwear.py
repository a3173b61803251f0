"""Whether somebody wears a hat: what the network says, how high the head is, and of what colour its top.

Smooth dark hair, short or tied back, looks like a hat to the network. A hat stands higher above the face than
such hair lies, and where it is no hair's colour nothing else is as sure. How much each of them counts was
fitted to photos by logistic regression (D. R. Cox, 1958).
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from .body import Body
from .labels import AT
from .order import median, quantile

_SAID, _HIGH, _COLOUR, _NONE = 0.65, 2.75, 2.95, 4.65
"""What the network's ratio, a face more of height and another colour than hair count, and what no hat does,
in nats."""

_MIDDLE = -0.6
"""Log odds of a hat from which on there is one: to miss one and to invent one is then as bad."""

_STEEP = 2.0
_LEAST, _MOST = -4.0, 3.0
"""Log odds that a pixel above the face is given."""

_RATIO = 3.0
_HEIGHTS = 0.6, 1.5
_FEW = 15
"""Pixels of which a quantile or a median says anything."""

_USUAL = np.array([145, 143], np.float32)
"""Lab's a and b, in units of 8 bits, of a face in white light, no less."""


def hat(shares: Pixels, lab: Pixels, at: Body) -> float:
    """Log odds that the top of this head is a hat.

    Args:
        shares: (labels, N), what the network says at N pixels.
        lab: (N, 3), their colours in units of 8 bits.
    """
    top = (at.face_y < -0.35) & (np.abs(at.face_x) < 0.7)
    hats, hairs = (float(shares[AT[name], top].sum()) for name in ("hat", "hair"))
    ratio = np.clip(np.log((hats + 1) / (hairs + 1)), -_RATIO, _RATIO)
    odds = _SAID * ratio + _HIGH * _height(at) + _COLOUR * _no_hair(lab, at) - _NONE
    return float(np.clip(_STEEP * (odds - _MIDDLE), _LEAST, _MOST))


def _height(at: Body) -> float:
    """How high the head goes above the middle of its face, in faces."""
    there = (np.abs(at.face_x) < 0.45) & (at.face_y < 0) & (at.face_y > -2)
    high = quantile(-at.face_y[there], 0.985) if there.sum() > _FEW else 0.0
    return float(np.clip(high, *_HEIGHTS))


def _no_hair(lab: Pixels, at: Body) -> float:
    """How surely the head's top is of no colour that hair has, 0..1: bright and not warm, or red.

    Coloured light is seen on the face, and taken away.
    """
    top = (at.face_y < -0.5) & (np.abs(at.face_x) < 0.5) & (at.head < 1.2)
    if top.sum() <= _FEW:
        return 0.0
    light, red, warm = median(lab[top])
    if at.skin.sum() > _FEW:
        tint = median(lab[at.skin, 1:]) - _USUAL
        red, warm = red - max(tint[0], 0), warm - min(tint[1], 0)
    cold = np.clip((light - 60) / 50, 0, 1) * np.clip((127 - warm) / 8, 0, 1)
    return float(max(cold, np.clip((red - 150) / 20, 0, 1)))
