"""How far a head is turned aside by the body's pose, which the mesh is held against.

The mesh has hardly seen profiles: it draws a face that looks half into the camera onto a cheek, or onto hair.
The pose network knows both ears and the nose of whom it sees from the side, too.
"""

from __future__ import annotations

import numpy as np

from ..ops.filters import step
from ..people.evidence import Plane
from .pose import HeadPose

_NOSE, _LEFT_EAR, _RIGHT_EAR = 0, 7, 8

_APART = 25.0, 50.0
"""Degrees between what pose and mesh say up to which they agree, and from which on the mesh guesses. Of faces
of the street it is 12 at most in nine of ten, and of right ones never more than 34."""

_SEEN = 0.5
_FEW = 2.0
"""Pixels between ears and nose from which on they tell anything."""


def yaw(pose: Plane, head: HeadPose) -> float | None:
    """Degrees by which a head is turned to the right of the picture, as a body's pose (33, 4) says it; None
    where it does not see nose and ears.

    Args:
        head: by which the head is upright.
    """
    points = pose[[_NOSE, _LEFT_EAR, _RIGHT_EAR]].astype(np.float64)
    if float(points[:, 2].min()) < _SEEN:
        return None
    down = head.turn[:2, 1]
    nose, left, right = points[:, :2] @ [down[1], -down[0]] / max(float(np.hypot(*down)), 1e-6)
    across, before = left - right, nose - (left + right) / 2
    if float(np.hypot(across, before)) < _FEW:
        return None
    return float(np.degrees(np.arctan2(before, across)))


def believed(pose: Plane, head: HeadPose) -> float:
    """How far a face may be turned as the mesh says, in 0..1, by a body's pose (33, 4)."""
    said = yaw(pose, head)
    if said is None:
        return 1.0
    apart = abs((said - head.degrees[0] + 180) % 360 - 180)
    return 1 - float(step(apart, *_APART))
