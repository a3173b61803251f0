"""Crops for further inference: windows around people who are small in the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from .instances import CELL

Box = tuple[float, float, float, float]
"""Top, bottom, left, right, in pixels of the plate."""

MOST = 4
"""Windows in one picture; people who stand together share one."""

GAIN = 1.4
"""A window that shows its people less than this much larger than before is not worth an inference."""

LARGEST = 2.5
"""Pixels of the network along one of the plate: beyond this inference finds nothing new."""

_MARGIN = 0.15
_LEANEST = 2.5
_STEP = 32


@dataclass(frozen=True, slots=True, order=True)
class Window:
    """A part of the plate (pixels, whole numbers) and the network's size for it, multiples of its stride."""

    top: int
    bottom: int
    left: int
    right: int
    height: int
    width: int

    @property
    def zoom(self) -> float:
        """Pixels of the network along one of the plate."""
        return min(self.height / (self.bottom - self.top), self.width / (self.right - self.left))


def windows(
    boxes: Sequence[Box], plate: tuple[int, int], zoom: float, area: float, most: int = MOST
) -> list[Window]:
    """Windows in a plate (height, width) around *boxes*; largest people first.

    Args:
        zoom: pixels of the network along one of the plate in the inference at full frame.
        area: pixels that the network may have for one window.
        most: windows at most.
    """
    groups = [_padded(box) for box in boxes if box[1] > box[0] and box[3] > box[2]]
    groups.sort(key=lambda box: (-_area(box), box))
    groups = _joined(
        [g for g in groups if _window(g, plate, area).zoom >= GAIN * zoom], plate, zoom, area, most
    )
    return [_window(group, plate, area) for group in groups]


def _area(box: Box) -> float:
    return (box[1] - box[0]) * (box[3] - box[2])


def _padded(box: Box) -> Box:
    """A box with room around it, for context."""
    room = _MARGIN * max(box[1] - box[0], box[3] - box[2])
    return box[0] - room, box[1] + room, box[2] - room, box[3] + room


def _union(a: Box, b: Box) -> Box:
    return min(a[0], b[0]), max(a[1], b[1]), min(a[2], b[2]), max(a[3], b[3])


def _shared(a: Box, b: Box) -> float:
    """What two boxes have in common, as a share of the smaller."""
    high, wide = min(a[1], b[1]) - max(a[0], b[0]), min(a[3], b[3]) - max(a[2], b[2])
    return max(high, 0.0) * max(wide, 0.0) / min(_area(a), _area(b))


def _joined(groups: list[Box], plate: tuple[int, int], zoom: float, area: float, most: int) -> list[Box]:
    """Boxes that overlap become one, then the pairs that lose least, until there are *most*."""

    def worth(box: Box) -> bool:
        return _window(box, plate, area).zoom >= GAIN * zoom

    while len(groups) > 1:
        pairs = [(a, b) for i, a in enumerate(groups) for b in groups[i + 1 :]]
        close = [(a, b) for a, b in pairs if _shared(a, b) > 0.4 and worth(_union(a, b))]
        if not close and len(groups) <= most:
            return groups
        close = close or [(a, b) for a, b in pairs if worth(_union(a, b))]
        if not close:
            return groups[:most]
        a, b = min(close, key=lambda pair: (_area(_union(*pair)) - _area(pair[0]) - _area(pair[1]), pair))
        groups = [g for g in groups if g is not a and g is not b] + [_union(a, b)]
        groups.sort(key=lambda box: (-_area(box), box))
    return groups


def _window(box: Box, plate: tuple[int, int], area: float) -> Window:
    """The window around a box: inside of the plate, not too lean, at the network's size."""
    high, wide = box[1] - box[0], box[3] - box[2]
    high = min(max(high, wide / _LEANEST, 8), plate[0])
    wide = min(max(wide, high / _LEANEST, 8), plate[1])
    zoom = min((area / (high * wide)) ** 0.5, LARGEST)
    height, width = (max(_STEP, round(side * zoom / _STEP) * _STEP) for side in (high, wide))
    zoom = min(height / high, width / wide, LARGEST)
    top, bottom = _inside((box[0] + box[1]) / 2, height / zoom, plate[0])
    left, right = _inside((box[2] + box[3]) / 2, width / zoom, plate[1])
    return Window(top, bottom, left, right, height, width)


def on_cells(window: Window, plate: tuple[int, int], grid: tuple[int, int]) -> Window:
    """The same window with its borders on whole cells of a *grid* (height, width) over the plate.

    Crops are merged on whole cells: one that is cut between them would be squeezed into its place.
    """

    def snapped(first: int, last: int, axis: int) -> tuple[int, int]:
        cell = plate[axis] * CELL / grid[axis]
        low = round(first / cell)
        high = max(low + 1, round(last / cell))
        return round(low * cell), round(high * cell)

    top, bottom = snapped(window.top, window.bottom, 0)
    left, right = snapped(window.left, window.right, 1)
    return Window(top, max(bottom, top + 1), left, max(right, left + 1), window.height, window.width)


def _inside(middle: float, length: float, whole: int) -> tuple[int, int]:
    size = min(max(round(length), 1), whole)
    first = int(np.clip(round(middle - size / 2), 0, whole - size))
    return first, first + size


def corners(boxes: NDArray[np.intp], rows: float, columns: float) -> list[Box]:
    """Boxes of `Figures` in pixels of the plate; *rows* and *columns* are pixels along one cell."""
    return [(b[0] * rows, b[1] * rows, b[2] * columns, b[3] * columns) for b in boxes.tolist()]
