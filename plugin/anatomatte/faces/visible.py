"""Which landmarks of a face are in sight: those that its own surface does not hide, and nothing else of the
person's.
"""

from __future__ import annotations

import functools
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..ops.filters import step
from ..people.parts.labels import LABELS, planes
from .canonical import POINTS, canonical
from .painting import sampled

_CELLS = 64
"""Cells along the longer side of the face in which depths are compared."""

_BEHIND = 0.06, 0.12
"""Depth behind the surface before it, in sides of the face, up to which a landmark is in sight and from which
on it is hidden."""

_FACING = -0.15, 0.1
"""Cosine between the surface and the camera up to which a landmark is turned away, and from which on it is
in sight."""

_STEPS = 4


def surface(points: NDArray[np.floating[Any]]) -> NDArray[np.float32]:
    """How far landmarks (478, 3) are in sight before the face's own surface, (478,) in 0-1."""
    mesh = np.asarray(points[:POINTS], np.float64)
    low = mesh[:, :2].min(0)
    side = max(float((mesh[:, :2].max(0) - low).max()), 1e-6)
    own = np.column_stack([(mesh[:, :2] - low) / side, mesh[:, 2] / side])
    front = _depths(own)
    cells = np.clip((own[:, :2] * _CELLS).astype(np.intp), 0, _CELLS - 1)
    behind = np.asarray(own[:, 2] - front[cells[:, 1], cells[:, 0]], np.float32)
    hidden = step(behind, *_BEHIND)
    seen = step(_normals(own), *_FACING) * (1 - hidden)
    irises = (seen[list(_RIMS[0])].mean(), seen[list(_RIMS[1])].mean())
    return np.concatenate([seen, np.repeat(irises, 5)]).astype(np.float32)


COVERS = planes(*(name for name in LABELS if name not in ("face", "glasses", "neck", "torso_skin")))
"""Parts that are before a face where landmarks lie on them; through glasses it is seen, and its rim lies
beside the neck."""


def covered(
    points: NDArray[np.floating[Any]], shares: NDArray[np.float32], size: tuple[int, int]
) -> NDArray[np.float32]:
    """(n,) how far hair, hands, clothes or things are before landmarks (n, 2 or more), in 0-1.

    Args:
        shares: (labels, h, w) of the parts of everyone, over the picture at any size.
        size: width and height of the picture in which the landmarks lie.
    """
    by = np.array([shares.shape[2] / size[0], shares.shape[1] / size[1]])
    over = np.ascontiguousarray(shares[COVERS].sum(0), np.float32)
    return np.asarray(np.clip(sampled(over, points[:, :2] * by).ravel(), 0, 1), np.float32)


_RIMS = ((33, 133, 159, 145), (362, 263, 386, 374))


@functools.cache
def _inside() -> NDArray[np.float64]:
    """Places (n, 3) in a triangle, as shares of its corners."""
    steps = np.arange(_STEPS + 1) / _STEPS
    return np.array([(a, b, 1 - a - b) for a in steps for b in steps if a + b <= 1 + 1e-9])


def _depths(own: NDArray[np.float64]) -> NDArray[np.float64]:
    """(cells, cells) depth of the surface that is nearest the camera; far away where there is none."""
    corners = own[canonical().triangles]
    places = np.einsum("kc,tcd->tkd", _inside(), corners).reshape(-1, 3)
    cells = np.clip((places[:, :2] * _CELLS).astype(np.intp), 0, _CELLS - 1)
    front = np.full((_CELLS, _CELLS), np.inf)
    np.minimum.at(front, (cells[:, 1], cells[:, 0]), places[:, 2])
    return front


def _normals(own: NDArray[np.float64]) -> NDArray[np.float32]:
    """How far each landmark's surface looks into the camera, (468,) cosines."""
    triangles = canonical().triangles
    a, b, c = (own[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    total = np.zeros_like(own)
    for k in range(3):
        np.add.at(total, triangles[:, k], across)
    long = np.maximum(np.linalg.norm(total, axis=1), 1e-12)
    return np.asarray(-total[:, 2] / long * _outward(), np.float32)


@functools.cache
def _outward() -> float:
    """1 where the triangles' normals look out of the canonical face, else -1."""
    points, triangles = canonical().points, canonical().triangles
    a, b, c = (points[triangles[:, k]] for k in range(3))
    return float(np.sign(-np.cross(b - a, c - a)[:, 2].sum()))
