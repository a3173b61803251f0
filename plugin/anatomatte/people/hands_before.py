"""Hands before a face: where one is looked for, and whether what was found is one.

A pose hardly sees the wrist of such a hand, for hand and face are of one colour.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .alignment import Square
from .evidence import Plane
from .landmark_looks import face_square

_NEAR = 1.6
"""Distance in lengths of a face between its middle and a wrist or a finger of the pose up to which a hand may
be before it."""

_AROUND = (2.6, 0.5), (2.0, 0.35), (2.0, 0.9)
"""Sides of the squares in which palms are looked for, and how far their middles are below the face's, in
lengths of the face: hands come from below."""

_ANYWAY = (2.0, 0.35), (2.0, 0.9)
"""As `_AROUND`, where the pose has no hand near: one without an arm may be there, or on the chin."""

SURE = 0.85
"""How likely a hand must be before a face of whose hands the pose has none near."""

_LARGE_FACE = 40.0, 80.0
"""Length of a face in pixels from which on a hand is looked for that the pose has not near, by squares."""

_WIDE, _HALF = 0.8, 0.5
"""How wide a face is beside its length, and its half."""

_APART = 0.5
"""Distance of two hands' middles, beside how large they are, up to which they are one."""

_ONE_HAND = 0.3
"""Mean distance of two hands' landmarks, beside how large they are, up to which they are one."""

_ALIKE = 0.6
"""How large one hand is beside the other, at least."""

_NEAR_BY = 0.3
"""Distance from a hand up to which a wrist or finger of the pose is its, beside how large it is."""

_LARGE = 0.35, 1.8
"""How large a hand is beside a face, least and most."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a face is: its middle and its length in pixels."""

    x: float
    y: float
    long: float


def place_of(pose: Plane, face: Plane | None) -> Place:
    """The place of a face (468, 3), or where a pose (33, 4) has one that no network saw, behind the hand."""
    if face is None:
        square = face_square(pose)
        return Place(square.x, square.y, max(square.side / 2, 1.0))
    x, y = face[:, :2].mean(0)
    return Place(float(x), float(y), max(float(np.ptp(face[:, :2], 0).max()), 1.0))


def near(pose: Plane, hand: tuple[int, int, int], at: Place) -> bool:
    """Whether a pose (33, 4) has some of a hand, by its landmarks' numbers, near a face."""
    return float(np.hypot(*(pose[list(hand), :2] - [at.x, at.y]).T).min()) < _NEAR * at.long


def around(at: Place, near: bool, seen: bool) -> list[Square]:
    """Squares around a face in which palms are looked for, until the hands are found.

    Args:
        near: the pose has a wrist or a finger near it; else only a face is looked at that is large.
        seen: the face itself was seen.
    """
    wide = zip(_ANYWAY, _LARGE_FACE, strict=True)
    where = list(_AROUND) if near else [one for one, least in wide if seen and at.long >= least]
    return [Square(at.x, at.y + down * at.long, side * at.long) for side, down in where]


def another(one: Plane, other: Plane) -> bool:
    """Whether two hands (21, 2) can be both hands of somebody: beside each other, and about as large."""
    first, second = (float(np.ptp(hand, 0).max()) for hand in (one, other))
    away = float(np.hypot(*(one.mean(0) - other.mean(0))))
    return away > _APART * max(first, second) and min(first, second) > _ALIKE * max(first, second)


def fits(hand: Plane, at: Place, told: Plane) -> bool:
    """Whether a hand (21, 2) is as large as one is beside a face, and some of it is over the face, or where
    the pose has wrists and fingers, *told* (n, 2)."""
    size = float(np.ptp(hand, 0).max())
    away = (hand - [at.x, at.y]) / [_WIDE * at.long, at.long]
    over = bool((np.hypot(*away.T) < _HALF).any())
    near_by = float(np.hypot(*(hand[:, None] - told[None]).T).min()) < _NEAR_BY * size
    return (over or near_by) and _LARGE[0] < size / at.long < _LARGE[1]


def one_hand(left: Plane, right: Plane) -> bool:
    """Whether both hands (21, 2) are the same hand of the picture."""
    apart = float(np.hypot(*(left - right).T).mean())
    return apart < _ONE_HAND * max(float(np.ptp(hand, 0).max()) for hand in (left, right))
