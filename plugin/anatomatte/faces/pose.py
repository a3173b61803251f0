"""Where a head is and looks: landmarks laid over the canonical face by a similarity (Umeyama, PAMI 1991)."""

from __future__ import annotations

import functools
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .canonical import POINTS, Floats, canonical

_MIDDLE = np.array([0.0, 0.0, 4.0])


@dataclass(frozen=True, slots=True, eq=False)
class HeadPose:
    """Where a head is and looks.

    Attributes:
        scale: pixels a centimetre.
        turn: (3, 3) from the canonical face's axes to the picture's.
        at: (3,) where the canonical face's origin lies, in pixels.
        residual: how far landmarks are from a face's shape, in distances between the eyes' outer corners.
    """

    scale: float
    turn: Floats
    at: Floats
    residual: float

    def placed(self, points: NDArray[np.floating[Any]]) -> Floats:
        """Points (n, 3) of the canonical face in the picture's pixels, z too."""
        return np.asarray(self.scale * (points @ self.turn.T) + self.at, np.float64)

    @property
    def looks(self) -> Floats:
        """(3,) the direction from which the camera sees the head, in the head's own axes."""
        return np.asarray(-self.turn[2])

    @property
    def degrees(self) -> tuple[float, float, float]:
        """Yaw, pitch and roll: how far the head is turned to the right of the picture, lifted, and tilted
        clockwise, as one sees it; all 0 where it looks upright into the camera."""
        turn = self.turn
        yaw = -np.arcsin(np.clip(-turn[2, 0], -1, 1))
        pitch = np.arctan2(-turn[2, 1], turn[2, 2])
        roll = np.arctan2(turn[1, 0], turn[0, 0])
        y, p, r = (float(np.degrees(angle)) for angle in (yaw, pitch, roll))
        return y, p, r


@functools.cache
def mirror() -> NDArray[np.intp]:
    """(478,) the landmark that each becomes when the picture is mirrored; irises change places too."""
    points = canonical().points
    apart = np.linalg.norm(points[:, None] - points[None] * [-1, 1, 1], axis=2)
    first, other = (np.arange(POINTS + k, POINTS + k + 5) for k in (0, 5))
    swap = [0, 3, 2, 1, 4]  # the iris's points that lie left and right
    return np.concatenate([apart.argmin(1), other[swap], first[swap]]).astype(np.intp)


def pose_of(points: NDArray[np.floating[Any]]) -> HeadPose:
    """The pose of landmarks (n ≥ 468, 3) in pixels."""
    model = canonical()
    weight = model.weights / model.weights.sum()
    theirs = np.asarray(points[:POINTS, :3], np.float64)
    there, here = weight @ theirs, weight @ model.points
    away, own = theirs - there, model.points - here
    left, sizes, right = np.linalg.svd((away * weight[:, None]).T @ own)
    sign = np.array([1, 1, np.sign(np.linalg.det(left @ right)) or 1.0])
    turn = (left * sign) @ right
    spread = float((weight * (own**2).sum(1)).sum())
    scale = max(float((sizes * sign).sum()) / spread, 1e-9)
    at = there - scale * (turn @ here)
    off = np.linalg.norm(theirs - (scale * (model.points @ turn.T) + at), axis=1)
    eyes = scale * float(np.linalg.norm(model.points[33] - model.points[263]))
    return HeadPose(scale, turn, at, float((weight * off).sum()) / eyes)


def apart(one: HeadPose, other: HeadPose) -> float:
    """The angle in radians between the directions from which two heads are seen; a roll is none."""
    return float(np.arccos(np.clip(one.looks @ other.looks, -1, 1)))


def width_of(points: NDArray[np.floating[Any]]) -> float:
    """The width of a face in pixels, by its pose, so that a turned one is no narrower."""
    return pose_of(points).scale * float(np.ptp(canonical().points[:, 0]))


def facing(pose: HeadPose) -> Floats:
    """(468,) how far each place of a head faces the camera: 1 straight, 0 and less turned away.

    The head is taken as round: the hollows of nostrils and lips are as much in sight as what is around them.
    """
    out = canonical().points - _MIDDLE
    return np.asarray((out @ pose.looks) / np.linalg.norm(out, axis=1))
