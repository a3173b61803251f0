"""Further looks of the network at people: from near at heads, and mirrored."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...frame import Pixels
from ...ops.filters import grow
from ..crops import Window
from ..landmarks import Landmarks
from .body import HIP, SHOULDER

HEAD_WEIGHT = 3.0
"""How much a look at a head counts beside the look at the whole picture."""

MIRROR_WEIGHT = 1.0

MOST_HEADS = 2
"""People of whom more are not looked at from near: it would take too long."""

_SIDE = 256
"""Pixels of the network for a head and shoulders."""
_STRIDE = 32
_FADE = 12
"""Cells over which a look ends below, where it cuts the body."""


@dataclass(frozen=True, slots=True, eq=False)
class Look:
    """Probabilities (parts, h, w) of all parts in a window of the plate, and how much they count."""

    window: Window
    parts: Pixels
    weight: float


def head_window(marks: Landmarks, plate: tuple[int, int]) -> Window | None:
    """The window around a head and its shoulders; None where that is next to nothing of the plate."""
    at = marks.pose[:, :2]
    shoulders, hips = at[list(SHOULDER)].mean(0), at[list(HIP)].mean(0)
    torso = float(np.linalg.norm(hips - shoulders))
    middle, top = float(at[:11, 0].mean()), float(at[:11, 1].min())
    rows = round(max(0.0, top - 0.9 * torso)), round(min(plate[0], shoulders[1] + 0.7 * torso))
    columns = round(max(0.0, middle - 1.1 * torso)), round(min(plate[1], middle + 1.1 * torso))
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    if min(height, width) < _STRIDE:
        return None
    scale = _SIDE / max(height, width)
    sides = (max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (height, width))
    return Window(*rows, *columns, *sides)


def with_looks(parts: Pixels, looks: Sequence[Look], plate: tuple[int, int]) -> Pixels:
    """Probabilities (parts, h, w) over the *plate*, with those of the *looks*."""
    if not looks:
        return parts
    _, height, width = parts.shape
    made, total = parts.copy(), np.ones((height, width), np.float32)
    down, across = height / plate[0], width / plate[1]
    for look in looks:
        window = look.window
        top, left = round(window.top * down), round(window.left * across)
        rows = max(1, round(window.bottom * down) - top)
        columns = max(1, round(window.right * across) - left)
        here = np.s_[top : top + rows, left : left + columns]
        weight = np.full(rows, look.weight, np.float32)
        if window.bottom < plate[0]:
            weight *= np.minimum(1, (np.arange(rows, dtype=np.float32)[::-1] + 0.5) / _FADE)
        total[here] += weight[:, None]
        for k, plane in enumerate(look.parts):
            made[k][here] += grow(plane, rows, columns)[: height - top, : width - left] * weight[:, None]
    made /= total
    return made
