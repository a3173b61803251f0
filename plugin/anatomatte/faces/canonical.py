"""The canonical face: where the landmarks of a face mesh lie on a middling head, and its triangles.

Vertices are in centimetres; here x goes right as one sees the face, y down, z away from the camera. The
model is MediaPipe's (Apache-2.0); `training/canonical.py` takes it out of the published package.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

POINTS = 468
"""Landmarks of the model; a mesh with more of them has these first."""

_FILE = Path(__file__).resolve().parent.parent / "weights" / "canonical_face.npz"
_FEATURES = (
    ((33, 133), 1.9), ((362, 263), 1.9), ((70, 63), 1.5), ((105, 107), 1.5), ((300, 293), 1.5),
    ((334, 336), 1.5), ((61, 0), 1.4), ((0, 17), 1.6), ((291, 0), 1.4),
)  # fmt: skip
"""Landmarks around whose middle there is an eye, a brow or a lip, and how far, in centimetres."""
_RIM = 1.6  # centimetres from the mesh's border at which it counts in full

Floats = NDArray[np.float64]


@dataclass(frozen=True, slots=True, eq=False)
class Canonical:
    """`points` (468, 3), `triangles` (898, 3), `weights` (468,) how much a landmark tells the pose, `inner`
    (468,) 0 at the border of the mesh, 1 well inside, `skin` (468,) 0 at lips, brows and eyes."""

    points: Floats
    triangles: NDArray[np.intp]
    weights: Floats
    inner: Floats
    skin: Floats


@functools.cache
def canonical() -> Canonical:
    """The model, read once."""
    with np.load(_FILE) as told:
        points = told["points"].astype(np.float64) * [1, -1, -1]
        triangles = told["triangles"].astype(np.intp)
        weights = np.zeros(len(points))
        weights[told["basis"].astype(np.intp)] = told["weights"]
    skin = np.ones(len(points))
    for place, reach in _FEATURES:
        skin[np.linalg.norm(points - points[list(place)].mean(0), axis=1) < reach] = 0
    return Canonical(points, triangles, weights, _inner(points, triangles), skin)


def _inner(points: Floats, triangles: NDArray[np.intp]) -> Floats:
    """How far each vertex is from the border of the mesh, in 0..1."""
    edges = np.sort(np.concatenate([triangles[:, [0, 1]], triangles[:, [1, 2]], triangles[:, [2, 0]]]), 1)
    once, counts = np.unique(edges, axis=0, return_counts=True)
    rim = np.unique(once[counts == 1])
    away = np.linalg.norm(points[:, None] - points[None, rim], axis=2).min(1)
    part = np.clip(away / _RIM, 0, 1)
    return np.asarray(part * part * (3 - 2 * part))
