"""How a picture is looked at: the whole of it, then people who are small in it again from nearer.

All looks are laid over each other on one grid. A look counts as much at a place as the size at
which it shows the person there is the size that the network knows best, so a close-up is judged
from afar and a small figure from nearby, and people are told apart once, from all looks together.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

import cv2
import numpy as np

from ..ops.filters import grow, shrink
from .seen import PeopleSeen, Plane
from .sizes import Figures, Nearer, figures
from .sure import probable
from .who import CELL, Group, View, find_heads, group, strongest
from .windows import Window, corners, windows

if TYPE_CHECKING:
    from ..nets.people import PeopleModel

FAR = 2.0
"""A further look at the whole picture has this many times the size, where the plate has the pixels."""

_STRIDE = 32
_AREA = 0.64
_FINEST = 2.5
_FEATHER = 0.12
_BEST = 0.55
_TOO_LARGE, _TOO_SMALL = 0.4, 0.7
"""How fast a look counts less where it shows somebody larger or smaller than is best, in e-folds.

The network's trunk was made for people who fill 256 pixels: larger ones are beyond what it has seen.
"""
_LEAST = 0.05


def _never() -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class _Shot:
    """One look: where in the plate, what was seen, and how many equal looks it stands for."""

    window: Window
    view: View


def see(
    display: Plane,
    model: PeopleModel,
    *,
    people: int = 4,
    crops: bool = True,
    threads: int = 1,
    check: Callable[[], None] = _never,
    long_side: int | None = None,
    scales: tuple[float, ...] = (),
    mirror: bool = True,
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
    work = _Work(display, model, long_side or model.long_side, threads, check)
    wanted = [(work.whole(1.0), way) for way in range(0, model.ways, 1 if mirror else 2)]
    ways = len(wanted)
    wanted += [(work.whole(scale), 0) for scale in scales]
    far = crops and max(display.shape[:2]) >= FAR * work.side
    shots = work.look([*wanted, (work.whole(FAR), 0)] if far else wanted)
    base = shots[:ways]
    if not crops:
        return _Canvas(work.plate, work.grid(1.0), shots, None).seen(people)
    grid = work.grid(FAR if far else 1.0)
    first = _Canvas(work.plate, grid, base, None)
    found = figures(first.cover, first.group(), _nearer(work.plate, grid, shots[-1]) if far else None)
    near = work.nearer(found)
    shots += work.look([(window, 0) for window in near])
    finest = max((window.zoom for window in near), default=0.0) / work.whole(1.0).zoom
    return _Canvas(work.plate, work.grid(min(max(finest, 1.0), _FINEST)), shots, found.sizes).seen(people)


def _nearer(plate: tuple[int, int], grid: tuple[int, int], shot: _Shot) -> Nearer:
    """What one look of a larger size sees, by itself."""
    canvas = _Canvas(plate, grid, [shot], None)
    return Nearer(canvas.cover, find_heads(canvas.centre))


class _Work:
    """One picture and the network that looks at it."""

    def __init__(
        self, display: Plane, model: PeopleModel, side: int, threads: int, check: Callable[[], None]
    ) -> None:
        self.picture, self.model, self.side = _clean(display), model, side
        self.threads, self.check = threads, check
        self.plate = (int(display.shape[0]), int(display.shape[1]))
        self.small: dict[tuple[int, int], Plane] = {}

    def grid(self, finer: float) -> tuple[int, int]:
        """Height and width of the grid on which looks are laid over each other."""
        side = min(self.side * finer, max(self.side, max(self.plate)))
        return _sized(*self.plate, side)

    def whole(self, scale: float) -> Window:
        """The whole plate at a multiple of the network's own size."""
        height, width = _sized(*self.plate, max(_STRIDE, self.side * scale))
        return Window(0, self.plate[0], 0, self.plate[1], height, width)

    def look(self, wanted: Sequence[tuple[Window, int]]) -> list[_Shot]:
        """Passes over windows, each in one of the model's ways."""
        self.check()
        views = self.model.passes(
            [(self._picture(window), way) for window, way in wanted], self.threads, self.check
        )
        return [_Shot(window, view) for (window, _), view in zip(wanted, views, strict=True)]

    def _picture(self, window: Window) -> Plane:
        cut = self.picture[window.top : window.bottom, window.left : window.right]
        down = window.height * window.width < cut.shape[0] * cut.shape[1]
        how = cv2.INTER_AREA if down else cv2.INTER_LINEAR
        return np.asarray(cv2.resize(cut, (window.width, window.height), interpolation=how), np.float32)

    def nearer(self, found: Figures) -> list[Window]:
        """Windows around the people whom a nearer look shows larger."""
        rows, columns = (side / cells for side, cells in zip(self.plate, found.sizes.shape, strict=True))
        boxes = corners(found.boxes, rows, columns)
        return windows(boxes, self.plate, self.whole(1.0).zoom, _AREA * self.side**2)


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


class _Canvas:
    """All looks on one grid of h x w pixels.

    Args:
        plate: height and width of the plate.
        size: height and width of the grid, multiples of `CELL`.
        shots: the looks.
        sizes: how large the people are, in cells on a grid over the plate; None counts all looks alike.
    """

    def __init__(
        self, plate: tuple[int, int], size: tuple[int, int], shots: Sequence[_Shot], sizes: Plane | None
    ) -> None:
        self.plate, self.size, self.sizes = plate, size, sizes
        self.best = _BEST * max(shots[0].window.height, shots[0].window.width)
        self.unit = max(size) / max(shots[0].window.height, shots[0].window.width)
        height, width = size
        count = len(shots[0].view.parts)
        self.alpha = np.zeros((2, height, width), np.float32)
        self.parts = np.zeros((count, height, width), np.float32)
        cells = (height // CELL, width // CELL)
        self.centre, self.offset = np.zeros(cells, np.float32), np.zeros((2, *cells), np.float32)
        self.weight, self.cells = np.zeros(size, np.float32), np.zeros(cells, np.float32)
        for shot in shots:
            self._lay(shot)
        self.alpha /= self.weight
        self.parts /= self.weight
        self.centre /= self.cells
        self.offset /= self.cells
        logit = shrink(np.maximum(self.alpha[0], self.alpha[1]), *cells)
        self.cover = np.asarray(1 / (1 + np.exp(-logit)), np.float32)

    def group(self) -> Group:
        """Who is who."""
        return group(self.cover, self.centre, self.offset, self.unit)

    def _lay(self, shot: _Shot) -> None:
        window, view = shot.window, shot.view
        top, bottom = self._span(window.top, window.bottom, 0)
        left, right = self._span(window.left, window.right, 1)
        cells = np.s_[top // CELL : bottom // CELL, left // CELL : right // CELL]
        where = np.s_[top:bottom, left:right]
        h, w = bottom - top, right - left
        weight = self._weight(window, (top, bottom, left, right))
        coarse = shrink(weight, h // CELL, w // CELL)
        self.weight[where] += weight
        self.cells[cells] += coarse
        for k in range(2):
            self.alpha[k][where] += _fitted(view.alpha[k], h, w) * weight
            way = _fitted(view.offset[k], h // CELL, w // CELL) * np.float32((w if k == 0 else h) / CELL)
            self.offset[k][cells] += way * coarse
        for mine, part in zip(self.parts, view.parts, strict=True):
            mine[where] += _fitted(part, h, w) * weight
        self.centre[cells] += _fitted(view.centre, h // CELL, w // CELL) * coarse

    def _span(self, first: int, last: int, axis: int) -> tuple[int, int]:
        """Pixels of the plate as whole cells of the grid."""
        scale = self.size[axis] / self.plate[axis] / CELL
        low = round(first * scale)
        return low * CELL, max(low + 1, round(last * scale)) * CELL

    def _weight(self, window: Window, span: tuple[int, int, int, int]) -> Plane:
        top, bottom, left, right = span
        ramp_y = _ramp(bottom - top, window.top > 0, window.bottom < self.plate[0])
        ramp_x = _ramp(right - left, window.left > 0, window.right < self.plate[1])
        weight = ramp_y[:, None] * ramp_x
        if self.sizes is not None:
            cell = max(self.plate) / max(self.sizes.shape) * window.zoom
            shown = grow(self.sizes, *self.size)[top:bottom, left:right] * np.float32(cell)
            off = np.log(np.maximum(shown, 1) / np.float32(self.best))
            off /= np.where(off > 0, np.float32(_TOO_LARGE), np.float32(_TOO_SMALL))
            weight = weight * np.maximum(np.exp(-off * off / 2), np.float32(_LEAST))
        return np.asarray(weight, np.float32)

    def seen(self, most: int) -> PeopleSeen:
        """What all looks together say; *most* people are told apart."""
        alpha, held = probable(self.alpha)
        found = self.group()
        chosen = strongest(found, self.cover, most)
        shares = (
            np.stack([grow(found.shares[k], *self.size) for k in chosen])
            if len(chosen)
            else np.zeros((0, *self.size))
        )
        heads = found.heads[chosen]
        middle = np.array([0.5, 0.5, 0], np.float32)
        unit = np.array([1 / self.cover.shape[1], 1 / self.cover.shape[0], 1], np.float32)
        parts = self.parts / np.maximum(self.parts.sum(0), np.float32(1e-6))
        return PeopleSeen(
            alpha, held, parts, np.clip(shares, 0, 1).astype(np.float32), (heads + middle) * unit
        )


def _fitted(plane: Plane, height: int, width: int) -> Plane:
    """A plane at another size: area means where it gets smaller."""
    if plane.shape == (height, width):
        return plane
    return (shrink if plane.shape[0] * plane.shape[1] > height * width else grow)(plane, height, width)


def _ramp(length: int, first: bool, last: bool) -> Plane:
    """1 in the middle, falling to nearly 0 at those ends of a window that lie inside of the picture."""
    at = (np.arange(length, dtype=np.float32) + np.float32(0.5)) / np.float32(_FEATHER * length)
    ramp = np.ones(length, np.float32)
    if first:
        ramp = np.minimum(ramp, at)
    if last:
        ramp = np.minimum(ramp, at[::-1])
    return np.maximum(ramp, np.float32(1e-3))
