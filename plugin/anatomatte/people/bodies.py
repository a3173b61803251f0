"""Bodies in a plate: what the person detector found in several crops, each person once.

A body is a circle around the whole figure: the middle of the hips and the radius to the full-body point
(the alignment points of BlazePose, Bazarevsky et al. 2020), and where its head is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ops.filters import step
from .crops import Window
from .evidence import Plane

_SAME = 0.4
"""Chests nearer than this share of the radius are one person's, seen in two crops."""

_ALIKE = 1.8
"""Circles of one person differ by less than this factor."""


@dataclass(frozen=True, slots=True, eq=False)
class Bodies:
    """Bodies on a grid (the plate's pixels at first), the surest first; none where no detector ran.

    `circles` (n, 3) column and row of the hips' middle, and the radius; `chests` (n, 2) column and row of the
    shoulders' middle; `heads` (n, 3) column, row, score; `whole` (n,) seen in the full frame, not only in a
    crop; `asked` whether a detector ran; `persons` (n, 13) the detections as shares of the plate.
    """

    circles: Plane
    chests: Plane
    heads: Plane
    whole: NDArray[np.bool_]
    asked: bool
    persons: Plane

    def on(self, plate: tuple[int, int], size: tuple[int, int]) -> Bodies:
        """The same bodies on a grid of another *size* (height, width) over the *plate*."""
        across, down = size[1] / plate[1], size[0] / plate[0]
        scale = np.array([across, down, (across * down) ** 0.5], np.float32)
        head = np.array([across, down, 1], np.float32)
        return Bodies(
            self.circles * scale,
            self.chests * scale[:2],
            self.heads * head,
            self.whole,
            self.asked,
            self.persons,
        )

    def away(self, size: tuple[int, int]) -> Plane:
        """(n, h, w) the distance of each cell from the hips of each, in its radii."""
        y, x = np.mgrid[0 : size[0], 0 : size[1]].astype(np.float32)
        return np.array([np.hypot(x - cx, y - cy) / r for cx, cy, r in self.circles], np.float32).reshape(
            -1, *size
        )

    def near(
        self, size: tuple[int, int], low: float, high: float, of: NDArray[np.bool_] | None = None
    ) -> Plane:
        """(h, w) 1 within *low* radii of one of them (of those in *of*, n), 0 beyond *high*."""
        away = self.away(size) if of is None else self.away(size)[of]
        return 1 - step(away.min(0), low, high) if len(away) else np.zeros(size, np.float32)


def bodies(views: Sequence[tuple[Window, Plane | None]], plate: tuple[int, int]) -> Bodies:
    """Each body once.

    Args:
        views: windows of the *plate* (height, width) with the detections (n, 13) in them, as
            `detections.decoded` gives them; None where no detector ran.
    """
    found: list[tuple[bool, Plane]] = []
    for window, persons in views:
        high, wide = window.bottom - window.top, window.right - window.left
        for person in persons if persons is not None else ():
            points = person[1:].reshape(6, 2) * [wide, high]
            points[[0, 2, 3, 4, 5]] += [window.left, window.top]
            whole = (high, wide) == plate
            found.append((whole, np.concatenate([person[:1], points.ravel()]).astype(np.float32)))
    found.sort(key=lambda one: (not one[0], -float(one[1][0])))
    kept: list[tuple[bool, Plane]] = []
    for whole, one in found:
        if _radius(one) > 0 and not any(_same(one, other) for _, other in kept):
            kept.append((whole, one))
    table = np.array([one for _, one in kept], np.float32).reshape(-1, 13)
    radii = np.array([_radius(one) for _, one in kept], np.float32)
    size = np.array([1, *(plate[1], plate[0]) * 6], np.float32)
    return Bodies(
        np.column_stack([table[:, 5:7], radii]).astype(np.float32),
        table[:, 9:11],
        table[:, [1, 2, 0]],
        np.array([whole for whole, _ in kept], np.bool_),
        any(persons is not None for _, persons in views),
        table / size,
    )


def _radius(one: Plane) -> float:
    return float(np.hypot(*(one[7:9] - one[5:7])))


def _same(one: Plane, other: Plane) -> bool:
    """Whether two detections are of one person."""
    radii = sorted((_radius(one), _radius(other)))
    apart = float(np.hypot(*(one[9:11] - other[9:11])))
    return apart < _SAME * radii[1] and radii[1] < _ALIKE * radii[0]
