"""A face of a squeezed plate, whose pixels are not square: a window in which they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import grow, shrink
from .canonical import Floats
from .swap_warp import Box

_ROOM = 0.5
"""What lies around the landmarks, in their own widths and heights: networks cut a face with some of it."""


@dataclass(frozen=True, slots=True, eq=False)
class Unsqueezed:
    """A window of a plate around a face, unsqueezed.

    Attributes:
        window: where it lies in the plate.
        points: (n, 3) the landmarks in its own pixels.
        size: rows and columns of it.
    """

    window: Box
    points: Floats
    size: tuple[int, int]

    @property
    def whole(self) -> Box:
        """All of it, as a window of itself."""
        return Box(0, 0, self.size[1], self.size[0])

    def of(self, plane: Pixels) -> Pixels:
        """What of a plane H×W or H×W×C of the plate lies in the window."""
        return self.wide(plane[self.window.rows, self.window.columns])

    def wide(self, window: Pixels) -> Pixels:
        """The window of a plane at the size in which pixels are square."""
        return grow(np.ascontiguousarray(window), *self.size)

    def back(self, plane: Pixels) -> Pixels:
        """A plane of the unsqueezed window in the plate's pixels."""
        return shrink(plane, *self.window.size)


def unsqueezed(
    points: NDArray[np.floating[Any]], stretch: tuple[float, float], height: int, width: int
) -> Unsqueezed | None:
    """The window around a face; None beyond the plate.

    Args:
        points: (n, 3) landmarks in pixels of the plate as wide as high.
        stretch: by how much x and y grow from the plate's pixels to those.
        height, width: of the plate.
    """
    flat = points[:, :2] / np.array(stretch)
    room = _ROOM * np.ptp(flat, 0)
    low, high = np.floor(flat.min(0) - room) - 1, np.ceil(flat.max(0) + room) + 1
    left, right = (int(np.clip(value, 0, width)) for value in (low[0], high[0]))
    top, bottom = (int(np.clip(value, 0, height)) for value in (low[1], high[1]))
    if right - left < 2 or bottom - top < 2:
        return None
    rows, columns = round((bottom - top) * stretch[1]), round((right - left) * stretch[0])
    made = np.array(points, np.float64)
    made[:, 0] = (flat[:, 0] - left) * (columns / (right - left))
    made[:, 1] = (flat[:, 1] - top) * (rows / (bottom - top))
    return Unsqueezed(Box(left, top, right, bottom), made, (rows, columns))
