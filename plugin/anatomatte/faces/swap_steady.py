"""Landmarks held still along a window: what the frames to both sides say, carried here along the motion.

Each frame's landmarks are carried by one similarity of the face, fitted to the motion of the picture there:
nothing lags behind a head that moves, and a frame depends on its window alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from .canonical import Floats

FAR = 0.25
"""Distance in widths of the face beyond which a face of another frame is another's."""

_BELIEVED = 0.2
_STEPS = 4


@dataclass(frozen=True, slots=True, eq=False)
class Motion:
    """How a frame lies over this one: `x`, `y` (h, w), for each place of this frame the place in the other,
    in pixels of that size; `belief` (h, w) in 0..1; `weight` how much the frame counts beside this one."""

    x: Pixels
    y: Pixels
    belief: Pixels
    weight: float


def carried(points: Floats, own: Floats, motion: Motion, size: tuple[int, int]) -> Floats | None:
    """Landmarks (n, 3) of another frame as they lie in this one; None where the motion is not believed.

    Args:
        own: landmarks of the same face in this frame, which say where to look at the motion.
        size: rows and columns of the picture in whose pixels landmarks are.
    """
    there, belief = _there(own[:, :2], motion, size)
    if float(belief.mean()) < _BELIEVED:
        return None
    turn, shift = _similarity(own[:, :2], there, belief)
    back = np.linalg.inv(turn)
    made = np.array(points, np.float64)
    made[:, :2] = (points[:, :2] - shift) @ back.T
    made[:, 2] = points[:, 2] * np.sqrt(abs(np.linalg.det(back)))
    return made


def brought(points: Floats, motion: Motion, size: tuple[int, int]) -> Floats | None:
    """Landmarks (n, 3) of another frame as they lie in this one, which has none of that face; None where the
    motion is not believed. Where they lie is found in a few steps, because motion is told at places of this
    frame."""
    here = np.array(points, np.float64)
    for _ in range(_STEPS):
        there, _ = _there(here[:, :2], motion, size)
        here[:, :2] += points[:, :2] - there
    return carried(points, here, motion, size)


def held(own: Floats, others: Sequence[tuple[Floats, float]]) -> Floats:
    """The landmarks of this frame (n, 3) and those carried from others, each as far as it counts."""
    total, made = 1.0, np.array(own, np.float64)
    for points, weight in others:
        made = made + weight * points
        total += weight
    return np.asarray(made / total)


def nearest(own: Floats, faces: Sequence[Floats], width: float) -> Floats | None:
    """The face of another frame that is this one's, of those carried here; None where none is."""
    away = [float(np.linalg.norm((face - own)[:, :2].mean(0))) for face in faces]
    if not away or min(away) > FAR * width:
        return None
    return faces[int(np.argmin(away))]


def _there(here: Floats, motion: Motion, size: tuple[int, int]) -> tuple[Floats, Floats]:
    """Where places (n, 2) of this frame lie in the other, and how far each is believed."""
    rows, columns = motion.x.shape
    by = np.array([columns / size[1], rows / size[0]])
    x, y, belief = (_at(plane, here * by - 0.5) for plane in (motion.x, motion.y, motion.belief))
    return (np.column_stack([x, y]) + 0.5) / by, belief


def _at(plane: Pixels, places: Floats) -> Floats:
    x, y = (np.ascontiguousarray(places[:, k][None], np.float32) for k in (0, 1))
    found = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found[0], np.float64)


def _similarity(here: Floats, there: Floats, weight: NDArray[np.float64]) -> tuple[Floats, Floats]:
    """The turn and size (2, 2) and the shift by which places here lie there, by weighted least squares.

    Twice: what is far off counts less the second time.
    """
    share = weight
    for _ in range(2):
        share = share / max(float(share.sum()), 1e-9)
        a, b = share @ here, share @ there
        p, q = here - a, there - b
        size = max(float((share[:, None] * p**2).sum()), 1e-9)
        cos = float((share * (p * q).sum(1)).sum()) / size
        sin = float((share * (p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0])).sum()) / size
        turn = np.array([[cos, -sin], [sin, cos]])
        off = np.linalg.norm(q - p @ turn.T, axis=1)
        share = weight / (1 + (off / max(float(np.median(off)), 1e-6)) ** 2)
    return turn, b - turn @ a
