"""Where a head looks: landmarks laid over the canonical face by a similarity (Umeyama, PAMI 1991).

The canonical face is MediaPipe's (Apache-2.0), in centimetres; `training/canonical.py` takes it out of the
published package. Here x goes right as one sees the face, y down, z away from the camera.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

MESH = 468
"""Landmarks of the canonical face; a face has these first."""

Floats = NDArray[np.float64]

_FILE = Path(__file__).resolve().parent.parent / "weights" / "canonical_face.npz"


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """`points` (468, 3), `triangles` (898, 3), `weights` (468,): how much a landmark tells the pose."""

    points: Floats
    triangles: NDArray[np.intp]
    weights: Floats


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
def canonical() -> Canonical:
    """The canonical face, read once."""
    with np.load(_FILE) as told:
        points = told["points"].astype(np.float64) * [1, -1, -1]
        weights = np.zeros(len(points))
        weights[told["basis"].astype(np.intp)] = told["weights"]
        return Canonical(points, told["triangles"].astype(np.intp), weights)


@functools.cache
def mirror() -> NDArray[np.intp]:
    """(478,) the landmark that each becomes when the picture is mirrored; irises change places too."""
    points = canonical().points
    apart = np.linalg.norm(points[:, None] - points[None] * [-1, 1, 1], axis=2)
    first, other = (np.arange(MESH + k, MESH + k + 5) for k in (0, 5))
    swap = [0, 3, 2, 1, 4]  # the iris's points that lie left and right
    return np.concatenate([apart.argmin(1), other[swap], first[swap]]).astype(np.intp)


def pose_of(points: NDArray[np.floating[Any]]) -> HeadPose:
    """The pose of landmarks (n ≥ 468, 3) in pixels."""
    model = canonical()
    weight = model.weights / model.weights.sum()
    theirs = np.asarray(points[:MESH], np.float64)
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
