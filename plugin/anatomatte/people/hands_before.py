"""Hands before a face: where one is looked for, and whether what was found is one.

A pose hardly sees the wrist of such a hand, for hand and face are of one colour.
"""

from __future__ import annotations

from collections.abc import Iterator

import cv2
import numpy as np

from .alignment import Square
from .evidence import Plane

_NEAR = 1.6
"""Distance in lengths of a face between its middle and a wrist or a finger of the pose up to which a hand may
be before it."""

_SIDE = 1.2
"""Side of the squares in which one is looked for, in lengths of the face."""

_LARGE = 0.35, 1.8
"""How large a hand is beside a face, least and most."""


def near(pose: Plane, hand: tuple[int, int, int], face: Plane) -> bool:
    """Whether a pose (33, 4) has some of a hand, by its landmarks' numbers, near a face (468, 3)."""
    away = pose[list(hand), :2] - face[:, :2].mean(0)
    return float(np.hypot(*away.T).min()) < _NEAR * _long(face)


def squares(face: Plane) -> Iterator[Square]:
    """Squares over a face (468, 3) in which a hand may be, from the mouth outward, upright and lying."""
    middle, side = face[:, :2].mean(0), _SIDE * _long(face)
    for down in (0.35, 0.7, 0.0):
        for across in (0.0, -0.4, 0.4):
            for turn in (0, 90, -90):
                x, y = middle + np.array([across, down]) * _long(face)
                yield Square(float(x), float(y), side, float(np.radians(turn)))


def before(hand: Plane, face: Plane) -> bool:
    """Whether some of a hand (21, 2) is over a face (468, 3), and it is as large as one is beside a face."""
    hull = cv2.convexHull(np.ascontiguousarray(face[:, :2], np.float32))
    inside = [cv2.pointPolygonTest(hull, (float(x), float(y)), False) > 0 for x, y in hand]
    return any(inside) and _LARGE[0] < float(np.ptp(hand, 0).max()) / _long(face) < _LARGE[1]


def _long(face: Plane) -> float:
    return max(float(np.ptp(face[:, :2], 0).max()), 1.0)
