"""The light on a face: how bright its bare skin is by where the surface looks, told by its upper half.

Skin lit from afar is about as bright as a linear function of its normals says (the first harmonics of Basri
and Jacobs, PAMI 2003), here in logarithms. The upper half is mostly bare; glasses, hair and brows on it are
darker than skin and are left out step by step. What the lower half lacks beside that is no shade.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import Mask, step
from . import outlines
from .canonical import POINTS, Floats, canonical
from .mesh import Face
from .outlines import Outline
from .painting import sampled

_TURNED = 0.1, 0.4
"""Cosine to the camera up to which a place says nothing, and from which on all."""

_DARK, _BRIGHT = (-0.5, -0.15), (0.4, 0.9)
"""Logarithms by which a place is darker or brighter than skin is there, within which it is skin for sure, and
beyond which it is none."""

_FIRST = 0.7
"""Share of the upper half that is darker than the skin with which the search begins."""

_STIFF = (0.0, 0.002, 0.015, 0.03)
"""What the light's slopes cost: sideways it may fall off more steeply than downwards."""

_ROUNDS = 12
_LEAST = 20
"""Places of the upper half that say anything."""

_RIM, _LIPS, _EYES, _BROWS, _NOSE = 0.35, 0.15, 0.45, 0.35, 0.6
"""Centimetres from the mesh's border, lips, lids and brows within which a place is not asked, and below the
nose to which places are."""


@dataclass(frozen=True, slots=True, eq=False)
class Shading:
    """The light on a face.

    Attributes:
        skin: (468,) logarithm of brightness that bare skin has at each landmark.
        beside: (468,) by how much the picture is brighter there.
        told: (468,) how far each landmark told the light, in 0..1.
        seen: (468,) how far each looks at the camera and is in sight, in 0..1.
        fits: the share of the upper half's landmarks in sight that lie in that light, in 0..1.
    """

    skin: Floats
    beside: Floats
    told: Floats
    seen: Floats
    fits: float

    def over(self, values: Floats, landmarks: Sequence[int]) -> float:
        """The middle of values (468,) over some landmarks; NaN where fewer than three are in sight."""
        there = [at for at in landmarks if self.seen[at] > _THERE]
        return float(np.median(values[there])) if len(there) > 2 else float("nan")


_THERE = 0.3


def shading(face: Face, luma: Pixels) -> Shading | None:
    """The light on a face; None where too little of its upper half is in sight.

    Args:
        face: in pixels of the picture.
        luma: h×w, logarithm of brightness, a little blurred.
    """
    points = face.points[:POINTS, :2].astype(np.float64)
    bright = sampled(luma, points).ravel()
    looks = _normals() @ face.pose.turn.T
    inside = np.all((points > 0) & (points < luma.shape[1::-1]), axis=1)
    seen = face.seen[:POINTS] * inside * step((-looks[:, 2]).astype(np.float32), *_TURNED)
    asked = np.asarray(seen * _upper(), np.float64)
    if int((asked > _THERE).sum()) < _LEAST:
        return None
    basis = np.column_stack([np.ones(POINTS), looks[:, 0], looks[:, 1], -looks[:, 2] - 1])
    stiff = np.diag(_STIFF) * float(asked.sum())
    found = np.array([np.quantile(bright[asked > _THERE], _FIRST), 0, 0, 0])
    told = asked
    for _ in range(_ROUNDS):
        off = (bright - basis @ found).astype(np.float32)
        told = np.maximum(asked * step(off, *_DARK) * (1 - step(off, *_BRIGHT)), 1e-6 * asked)
        weighed = basis.T * told
        found = np.linalg.solve(weighed @ basis + stiff, weighed @ bright)
    skin = basis @ found
    fits = float(told.sum() / asked.sum())
    return Shading(skin, bright - skin, told, np.asarray(seen, np.float64), fits)


@functools.cache
def _normals() -> Floats:
    """(468, 3) where the canonical face's surface looks at each landmark."""
    points, triangles = canonical().points, canonical().triangles
    a, b, c = (points[triangles[:, k]] for k in range(3))
    across = np.cross(b - a, c - a)
    made = np.zeros_like(points)
    for k in range(3):
        np.add.at(made, triangles[:, k], across)
    made /= np.maximum(np.linalg.norm(made, axis=1, keepdims=True), 1e-12)
    return np.asarray(made * -np.sign(made[_NOSE_TIP, 2]), np.float64)


_NOSE_TIP = 4


@functools.cache
def _upper() -> Mask:
    """(468,) the landmarks of the upper half that are bare skin on most faces."""
    points = canonical().points
    low = points[outlines.NOSE[12], 1] + _NOSE
    brows = [(*upper, *lower[::-1]) for upper, lower, _ in outlines.BROW_LINES]
    bare = (points[:, 1] < low) & (_away([outlines.OVAL]) > _RIM) & (_away([outlines.LIPS]) < -_LIPS)
    return np.asarray(bare & (_away(outlines.EYES) < -_EYES) & (_away(brows) < -_BROWS))


def _away(some: Sequence[Outline]) -> NDArray[np.float64]:
    """(468,) how far each landmark of the canonical face lies inside of outlines, in centimetres seen from
    the front; outside less than 0."""
    flat = canonical().points[:, :2].astype(np.float32)
    shapes = [flat[list(one)].reshape(-1, 1, 2) for one in some]
    found = [[cv2.pointPolygonTest(shape, at, True) for at in flat.tolist()] for shape in shapes]
    return np.asarray(np.max(found, axis=0))


@functools.cache
def inside(some: tuple[Outline, ...]) -> tuple[int, ...]:
    """The landmarks in outlines of the canonical face, and on them, without those of the lips."""
    there = (_away(some) > -1e-4) & (_away([outlines.LIPS]) < -_LIPS)
    return tuple(int(at) for at in np.flatnonzero(there))
