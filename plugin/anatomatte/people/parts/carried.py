"""Where somebody carries a bag: off the body, under a hand, in other colours than what is worn there.

The network was shown few bags, and gives most of one to the garment behind it. Its own word for a bag is one
thing among others here; how much each of them counts was fitted to photos by logistic regression (D. R. Cox,
1958), region by region.
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ..landmarks import Landmarks
from .body import WRIST, Body, Vector
from .cloth import Cloth, worn_at
from .labels import AT, GARMENTS, TIGHTS, planes
from .prior import ramp
from .seen import PersonEvidence

BEFORE = planes(*GARMENTS, "scarf", "other")
"""Labels of what a bag hangs before; skin, hair, shoes and what is on the head are judged by themselves."""

NUMBERS: dict[str, float] = {
    "beside": 1.17,
    "far": 1.33,
    "as_above": -0.78,
    "as_there": -0.21,
    "hint": 0.53,
    "bag": 4.16,
    "other": 0.35,
    "legs": 0.30,
    "wide": 1.00,
    "hangs": 1.63,
}
"""Nats for a bag of each thing in `known`."""

_ONE = -1.8
"""Nats where all of them are 0; half a nat above what was fitted, as a bag that is missed and one that is
invented are about as bad."""

_LARGE, _DOUBT = 0.25, 60.0
"""Share of a person above which what seems to be a bag is rather a body that landmarks miss, and nats that
all of it loses by it."""

_OVERHEAD = 5.0
"""Nats that a bag loses above the shoulders, where a brim is as far off the body."""

_NEAR, _FAR = 1.2, 2.7
"""Radii from trunk, arms and legs up to which a pixel is beside the body, and far from it."""

_TRUNK, _LOW, _AWAY = 0.3, 1.1, 5.0
"""Half the width of a trunk in torsos, the height below the hips where it ends, and radii from it there."""

_ASIDE, _ABOVE, _UNDER = 0.5, 0.1, 1.2
"""How far beside, above and below a wrist a bag hangs, in torsos."""

_SEEN = 0.5
"""Visibility from which on a wrist is believed."""

_HINT = 2.0
_FLOOR, _FLOOR_WIDE = np.float32(2e-3), np.float32(0.02)


def odds(seen: PersonEvidence, at: Body, marks: Landmarks, places: tuple[Vector, Vector]) -> Vector:
    """Log odds of a bag against what is worn at N pixels.

    Args:
        places: columns and rows of the pixels, as *marks* has them.
    """
    weights = np.array([*NUMBERS.values()], np.float32)
    made = weights @ known(seen, at, marks, places) + np.float32(_ONE)
    made -= np.float32(_OVERHEAD) * ramp(-at.trunk, 0.05, 0.2)
    large = max(float((made > 0).mean()) - _LARGE, 0)
    return np.asarray(made - np.float32(_DOUBT * large), np.float32)


def known(seen: PersonEvidence, at: Body, marks: Landmarks, places: tuple[Vector, Vector]) -> Pixels:
    """What tells of a bag at N pixels, (numbers, N), in the order of `NUMBERS`.

    `beside` and `far`: radii off the body. `as_above`, `as_there`: how like the cloth on the trunk, and the
    cloth at this height, the pixel is. `bag`, `other`, `legs`, `wide`: what the network says, of bags, of
    things, of legs and trousers, and of clothes that stand off the body. `hangs`: how far it is where
    something in a hand hangs.
    """
    trunk = np.where((at.trunk > 0) & (at.trunk < _LOW), np.abs(at.across) / np.float32(_TRUNK), _AWAY)
    off = np.minimum(np.minimum(at.leg, at.arm), trunk)
    above, below = (_alike(cloth, seen) for cloth in worn_at(seen, at))
    of = {
        "beside": np.clip(off, 0, _NEAR),
        "far": np.clip(off, _NEAR, _FAR) - _NEAR,
        "as_above": above,
        "as_there": np.where(at.height < 1, above, below),
        "hint": _hint(seen, "bag"),
        "bag": seen.shares[AT["bag"]],
        "other": _hint(seen, "other"),
        "legs": np.log(seen.shares[_LEGS].sum(0) + _FLOOR),
        "wide": np.log(seen.shares[_WIDE].sum(0) + _FLOOR_WIDE),
        "hangs": _hangs(at, marks, places),
    }
    return np.array([of[name] for name in NUMBERS], np.float32)


_LEGS = planes("left_leg", "right_leg", "trousers", *TIGHTS)
_WIDE = planes("dress", "skirt", "coat")


def _hint(seen: PersonEvidence, name: str) -> Vector:
    """How much more the network says of a label at a pixel than of the whole person: a bounded logarithm."""
    share = seen.shares[AT[name]]
    return np.asarray(np.clip(np.log((share + _FLOOR) / (share.mean() + _FLOOR)), -_HINT, _HINT), np.float32)


def _alike(cloth: Cloth | None, seen: PersonEvidence) -> Vector:
    return np.zeros(len(seen.lab), np.float32) if cloth is None else cloth.alike(seen.lab)


def _hangs(at: Body, marks: Landmarks, places: tuple[Vector, Vector]) -> Vector:
    """How near each pixel is to where something hangs from the nearer wrist, 0..1."""
    unit = np.float32(1 / at.torso)
    wrists = np.asarray(marks.pose[list(WRIST)], np.float32)
    (left, low), (right, high) = (
        ((places[0] - wrist[0]) * unit, (places[1] - wrist[1]) * unit) for wrist in wrists
    )
    other = np.hypot(right, high) < np.hypot(left, low)
    aside, under = np.where(other, right, left), np.where(other, high, low)
    near = np.clip(1 - np.abs(aside) / np.float32(_ASIDE), 0, 1)
    seen = np.where(other, wrists[1, 2] > _SEEN, wrists[0, 2] > _SEEN)
    return np.asarray(near * ((under > -_ABOVE) & (under < _UNDER) & seen), np.float32)
