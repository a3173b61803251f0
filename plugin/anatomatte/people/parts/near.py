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
"""Heads that are looked at; where more people are as large as these, none is: it would take too long."""

_AS_LARGE = 0.4
"""Torso of a person beside the largest one's, from which on they count."""

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


def head_windows(marks: Sequence[Landmarks], plate: tuple[int, int]) -> list[Window]:
    """The windows around the heads of the largest people, if these are few."""
    torsos = [_torso(one) for one in marks]
    large = [one for one, torso in zip(marks, torsos, strict=True) if torso >= _AS_LARGE * max(torsos)]
    found = [head_window(one, plate) for one in large] if len(large) <= MOST_HEADS else []
    return [window for window in found if window is not None]


def head_window(marks: Landmarks, plate: tuple[int, int]) -> Window | None:
    """The window around a head and its shoulders; None where that is next to nothing of the plate."""
    at, torso = marks.pose[:, :2], _torso(marks)
    shoulders = at[list(SHOULDER)].mean(0)
    middle, top = float(at[:11, 0].mean()), float(at[:11, 1].min())
    rows = round(max(0.0, top - 0.9 * torso)), round(min(plate[0], shoulders[1] + 0.7 * torso))
    columns = round(max(0.0, middle - 1.1 * torso)), round(min(plate[1], middle + 1.1 * torso))
    height, width = rows[1] - rows[0], columns[1] - columns[0]
    if min(height, width) < _STRIDE:
        return None
    scale = _SIDE / max(height, width)
    sides = (max(_STRIDE, round(side * scale / _STRIDE) * _STRIDE) for side in (height, width))
    return Window(*rows, *columns, *sides)


def _torso(marks: Landmarks) -> float:
    """Pixels from shoulders to hips."""
    shoulders, hips = (marks.pose[list(of), :2].mean(0) for of in (SHOULDER, HIP))
    return float(np.linalg.norm(hips - shoulders))


def with_looks(parts: Pixels, looks: Sequence[Look], plate: tuple[int, int]) -> Pixels:
    """Probabilities (parts, h, w) over the *plate*, which are changed, with those of the *looks*."""
    if not looks:
        return parts
    _, height, width = parts.shape
    total = np.ones((height, width), np.float32)
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
            grown = grow(plane, rows, columns)[: height - top, : width - left]
            grown *= weight[:, None]
            parts[k][here] += grown
    parts /= total
    return parts
