"""Whose face it is: by number, by name, at a point, by a reference picture.

A reference is compared by what colours and proportions say: where light, brows, hair at the temples and the
beard lie in the upright face, its tone, and the landmarks' proportions. That tells apart people who look
different, not siblings; an identity network of the user's own is surer, and a sidecar's track surest.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from . import swap_aligned
from .canonical import Floats, canonical
from .pose import pose_of, width_of

SMALLEST = 24.0
"""Width of a face in pixels below which it is left as it is: there is nothing to be seen of another one."""

ALIKE = 0.8
"""Likeness by colours and proportions from which on two faces may be one person's. Of six drawn people, each
lit, turned and coloured in six ways, it is .91 and more in 95 of 100 pairs, between two of them up to .85."""

_CUT, _SIDE = 112, 14
_NEAR = 2.0
_TELLING = [10, 152, 234, 454, 33, 133, 362, 263, 61, 291, 4, 6, 127, 356, 172, 397, 0, 17, 70, 300]
_TONE, _FORM = 0.5, 1.2
"""How much the tone and the proportions count beside the pattern."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """A face of a frame: `at` its person's place in the evidence, `number` from 1 (0: none), `points` (n, 3)
    in pixels of the plate, `score` how far it is believed, `carried` whether other frames brought it here,
    `mask` how far it has one that parts take for face."""

    at: int
    number: int
    points: Floats
    score: float
    carried: bool = False
    mask: float = 0.0

    @property
    def width(self) -> float:
        """Its width in pixels."""
        return width_of(self.points)


def largest(faces: Sequence[Face]) -> Face | None:
    """The face that fills most of the frame."""
    return max(faces, key=lambda one: (one.width, -one.at), default=None)


def numbered(faces: Sequence[Face], number: int) -> Face | None:
    """The face of a person's number."""
    return next((one for one in faces if one.number == number), None)


def at_point(faces: Sequence[Face], place: tuple[float, float]) -> Face | None:
    """The face around a point, else the nearest one, of which the point is at most two widths away."""

    def away(one: Face) -> float:
        middle = (one.points[:, :2].min(0) + one.points[:, :2].max(0)) / 2
        return float(np.hypot(*(middle - place))) / max(one.width, 1.0)

    found = min(faces, key=away, default=None)
    return found if found is not None and away(found) < _NEAR else None


def likest(looks: Sequence[NDArray[np.float32]], reference: NDArray[np.float32]) -> tuple[int, float]:
    """The place of the look that is most like a reference's, and the cosine of the angle between them."""
    found = [float(look @ reference) for look in looks]
    best = int(np.argmax(found))
    return best, found[best]


def look_of(light: Pixels, points: Floats) -> NDArray[np.float32]:
    """What colours and proportions say of a face, as a vector of length 1; light hardly counts.

    Left and right count as one, because light comes from a side and references are turned otherwise.
    """
    cut = np.maximum(swap_aligned.cut(light, points, _CUT), 0)
    small = cut.reshape(_SIDE, _CUT // _SIDE, _SIDE, _CUT // _SIDE, 3).mean((1, 3))
    small = (small + small[:, ::-1]) / 2
    level = max(float(small.mean()), 1e-6)
    logs = np.log(small / level + 0.03)
    grey = logs.mean(2)
    tone = logs - grey[..., None]
    grey = grey - cv2.GaussianBlur(grey, (0, 0), _SIDE / 4)
    parts = (grey.ravel() / _SIDE, _TONE * tone[..., :2].ravel() / _SIDE, _FORM * _form(points))
    made = np.concatenate(parts).astype(np.float32)
    return np.asarray(made / np.linalg.norm(made), np.float32)


def _form(points: Floats) -> Floats:
    """The proportions of a face: its landmarks beside the middling head's, at its own size and pose."""
    pose = pose_of(points)
    flat = (points[:468] - pose.at) @ pose.turn / pose.scale
    rest = flat - canonical().points
    return np.asarray((rest[_TELLING] - rest[_TELLING].mean(0))[:, :2].ravel() / 40)
