"""How a picture is looked at: the whole of it, then people who are small in it again from nearer."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

import cv2
import numpy as np

from .crops import Window, corners, on_cells, windows
from .evidence import PeopleSeen, Plane
from .figures import Figures, Nearer, figures
from .instances import View, find_heads
from .merge import Canvas, Shot

FAR = 2.0
"""A further look at the whole has this many times the size of the smallest, if the plate has the pixels."""

_STRIDE = 32
_AREA = 0.64
_FINEST = 2.5


def _never() -> None:
    return None


class Looker(Protocol):
    """Networks that look at pictures; `nets.people.PeopleModel` is one."""

    @property
    def long_sides(self) -> Sequence[int]:
        """Pixels of the longest side at which each network looks at the whole; the first looks most often."""

    @property
    def ways(self) -> int:
        """How many ways there are to look at a picture: each network, and each mirrored."""

    def passes(
        self, wanted: Sequence[tuple[Plane, int, bool]], threads: int = 1, check: Callable[[], None] = _never
    ) -> list[View]:
        """What each look says: picture, way, and whether the portrait network is asked too."""


def see(
    display: Plane,
    model: Looker,
    *,
    people: int = 4,
    crops: bool = True,
    threads: int = 1,
    check: Callable[[], None] = _never,
    long_side: int | None = None,
    scales: tuple[float, ...] = (),
    mirror: bool = False,
) -> PeopleSeen:
    """Look at *display*, (H, W, 3) display-referred RGB at any size; outside 0-1 is clipped, NaN is 0.

    Args:
        people: how many people to tell apart at most; others are seen, but are nobody.
        crops: look again, from nearer, at people who are small in the picture.
        threads: processor threads; the result does not depend on them.
        check: called between passes of the network; raises Cancelled to stop.
        long_side: pixels of the longest side at which the network looks at the whole; None asks the weights.
        scales: further looks at the whole at these multiples of that size.
        mirror: look at the mirrored picture too.
    """
    sides = [long_side or side for side in model.long_sides]
    work = _Work(display, model, sides, threads, check)
    wanted = [
        (work.whole(sides[way // 2] / sides[0]), way, way == 0)
        for way in range(0, model.ways, 1 if mirror else 2)
    ]
    ways = len(wanted)
    wanted += [(work.whole(scale), 0, False) for scale in scales]
    larger = FAR * min(sides) / sides[0]
    far = crops and max(display.shape[:2]) >= larger * sides[0]
    shots = work.look([*wanted, (work.whole(larger), 0, False)] if far else wanted)
    grid = work.grid(larger if far else 1.0)
    first = Canvas(work.plate, grid, shots[:ways])
    nearer = _nearer(work.plate, grid, shots[-1]) if far else None
    found = figures(first.cover, first.group(), nearer, first.agreed)
    again = work.nearer(found) if crops else []
    finest = max((window.zoom for window in again), default=0.0) / work.whole(1.0).zoom
    grid = work.grid(min(max(finest, 1.0), _FINEST))
    shots += work.look([(on_cells(window, work.plate, grid), 0, True) for window in again])
    return Canvas(work.plate, grid, shots, found, threads, check).seen(people)


def _nearer(plate: tuple[int, int], grid: tuple[int, int], shot: Shot) -> Nearer:
    """What one look of a larger size sees, by itself."""
    canvas = Canvas(plate, grid, [shot])
    return Nearer(canvas.cover, find_heads(canvas.centre))


class _Work:
    """One picture and the network that looks at it."""

    def __init__(
        self,
        display: Plane,
        model: Looker,
        sides: Sequence[int],
        threads: int,
        check: Callable[[], None],
    ) -> None:
        self.picture, self.model, self.side = _clean(display), model, sides[0]
        self.nearest = _AREA * min(sides) ** 2
        self.threads, self.check = threads, check
        self.plate = (int(display.shape[0]), int(display.shape[1]))
        self.small = self.picture

    def grid(self, finer: float) -> tuple[int, int]:
        """Height and width of the grid on which looks are laid over each other."""
        side = min(self.side * finer, max(self.side, max(self.plate)))
        return _sized(*self.plate, side)

    def whole(self, scale: float) -> Window:
        """The whole plate at a multiple of the network's own size."""
        height, width = _sized(*self.plate, max(_STRIDE, self.side * scale))
        return Window(0, self.plate[0], 0, self.plate[1], height, width)

    def look(self, wanted: Sequence[tuple[Window, int, bool]]) -> list[Shot]:
        """Passes over windows, each in one of the model's ways, with the portrait network or without."""
        self.check()
        pictures = self._pictures([window for window, _, _ in wanted])
        views = self.model.passes(
            [(pictures[window], way, near) for window, way, near in wanted], self.threads, self.check
        )
        return [Shot(window, view) for (window, _, _), view in zip(wanted, views, strict=True)]

    def _pictures(self, of: Sequence[Window]) -> dict[Window, Plane]:
        """What is in windows; smaller ones of the whole plate are made from the largest one of it."""
        made: dict[Window, Plane] = {}
        for window in sorted(set(of), key=lambda window: (-window.height * window.width, window)):
            whole = (window.top, window.bottom, window.left, window.right) == (
                0,
                self.plate[0],
                0,
                self.plate[1],
            )
            made[window] = self._picture(window, self.small if whole else None)
            if whole and self.small is self.picture and made[window].size < self.small.size:
                self.small = made[window]
        return made

    def _picture(self, window: Window, whole: Plane | None) -> Plane:
        cut = self.picture[window.top : window.bottom, window.left : window.right] if whole is None else whole
        down = window.height * window.width < cut.shape[0] * cut.shape[1]
        how = cv2.INTER_AREA if down else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(cut, (window.width, window.height), interpolation=how), np.float32)

    def nearer(self, found: Figures) -> list[Window]:
        """Windows around the people whom a nearer look shows larger."""
        rows, columns = (side / cells for side, cells in zip(self.plate, found.sizes.shape, strict=True))
        boxes = corners(found.boxes, rows, columns)
        return windows(boxes, self.plate, self.whole(1.0).zoom, self.nearest)


def _clean(display: Plane) -> Plane:
    """The same picture, or a copy with every value in 0-1."""
    low, high = float(display.min()), float(display.max())
    if low >= 0 and high <= 1:  # false for NaN
        return display
    return np.clip(np.nan_to_num(display, nan=0.0, posinf=1.0, neginf=0.0), 0, 1)


def _sized(height: int, width: int, side: float) -> tuple[int, int]:
    """Height and width, multiples of the network's stride, with about this longest side."""
    scale = side / max(height, width)
    rows, columns = (max(_STRIDE, round(edge * scale / _STRIDE) * _STRIDE) for edge in (height, width))
    return rows, columns
