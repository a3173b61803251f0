"""A person's box: planes of the plate brought to it at another size, and back."""

from __future__ import annotations

import cv2
import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask, grow, shrink

Box = tuple[int, int, int, int]
"""Top, bottom, left, right, in pixels."""

_TINY = 1e-6
_ALIKE = 0.9
"""Share of the pixels from which on a plane that is made smaller needs no means."""


class Window:
    """Planes on the grid of the evidence, brought to a box of the plate at another size."""

    def __init__(
        self, box: Box, size: tuple[int, int], plate: tuple[int, int], grid: tuple[int, ...]
    ) -> None:
        down, across = grid[0] / plate[0], grid[1] / plate[1]
        y = ((np.arange(size[0]) + 0.5) * (box[1] - box[0]) / size[0] + box[0]) * down - 0.5
        x = ((np.arange(size[1]) + 0.5) * (box[3] - box[2]) / size[1] + box[2]) * across - 0.5
        self._x, self._y = x.astype(np.float32), y.astype(np.float32)

    def __call__(self, plane: Pixels) -> Pixels:
        x, y = np.meshgrid(self._x, self._y)
        made = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(made, np.float32)

    def shares(self, planes: Pixels, inside: Mask) -> Pixels:
        """Planes (n, …) at the N pixels *inside* of the box, (n, N), as shares that sum to 1."""
        return loops.take(planes, self._x, self._y, inside, _TINY)


def spread(values: Pixels, inside: Mask) -> Pixels:
    """Values (n, N) of the pixels *inside* (h×w) as planes (n, h, w); outside they are the nearest one's."""
    place = np.cumsum(inside).reshape(inside.shape) - 1
    if not inside.all():
        outside = (~inside).astype(np.uint8)
        _, nearest = cv2.distanceTransformWithLabels(outside, cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL)
        of = np.zeros(int(nearest.max()) + 1, np.intp)
        of[nearest[inside]] = place[inside]
        place = of[nearest]
    return np.asarray(values.take(place.reshape(-1), 1).reshape(-1, *inside.shape), np.float32)


def scaled(box: Box, plate: tuple[int, int], grid: tuple[int, int]) -> Box:
    down, across = grid[0] / plate[0], grid[1] / plate[1]
    top, left = round(box[0] * down), round(box[2] * across)
    return top, max(top + 1, round(box[1] * down)), left, max(left + 1, round(box[3] * across))


def sized(plane: Pixels, height: int, width: int) -> Pixels:
    """A plane at another size: means where it gets smaller."""
    if plane.shape == (height, width):
        return plane
    smaller = height * width < _ALIKE * plane.size
    return shrink(plane, height, width) if smaller else grow(plane, height, width)
