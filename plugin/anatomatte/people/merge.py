"""All looks at one picture, laid over each other on one grid.

A look counts as much at a place as the size at which it shows the person there is the size that the
network knows best, so a close-up is judged from afar and a small figure from nearby, and people are
told apart once, from all looks together. What published networks say is weighed against our own here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from ..ops.filters import grow, shrink
from ..ops.strips import every
from .calibration import probable
from .crops import Window
from .evidence import PeopleSeen, Plane
from .figures import Figures
from .instances import CELL, Group, View, group, strongest
from .trust import SURE_OWN, Told, awake, claimed, figure_fits, near, together, whole

_FEATHER = 0.12
_BEST = 0.55
_TOO_LARGE, _TOO_SMALL = 0.4, 0.7
"""How fast a look counts less where it shows somebody larger or smaller than is best, in e-folds.

The network's trunk was made for people who fill 256 pixels: larger ones are beyond what it has seen.
"""
_LEAST = 0.05

Where = tuple[slice, slice]
"""Rows and columns of the grid."""


def _never() -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Shot:
    """One look: where in the plate, what was seen, and how many equal looks it stands for."""

    window: Window
    view: View


class Canvas:
    """All looks on one grid of h x w pixels.

    Args:
        plate: height and width of the plate.
        size: height and width of the grid, multiples of `CELL`.
        shots: the looks.
        found: who was found at first, on a grid of cells over the plate; None counts all looks alike, and
            leaves the parts out.
        threads: processor threads; the result does not depend on them.
        check: called between planes of parts; raises Cancelled to stop.
    """

    def __init__(
        self,
        plate: tuple[int, int],
        size: tuple[int, int],
        shots: Sequence[Shot],
        found: Figures | None = None,
        threads: int = 1,
        check: Callable[[], None] = _never,
    ) -> None:
        self.plate, self.size, self.found = plate, size, found
        self.told = Told(size)
        self.agreed: Plane | None = None
        self.best = _BEST * max(shots[0].window.height, shots[0].window.width)
        self.unit = max(size) / max(shots[0].window.height, shots[0].window.width)
        height, width = size
        self.alpha = np.zeros((2, height, width), np.float32)
        cells = (height // CELL, width // CELL)
        self.centre, self.offset = np.zeros(cells, np.float32), np.zeros((2, *cells), np.float32)
        self.weight, self.cells = np.zeros(size, np.float32), np.zeros(cells, np.float32)
        laid = [(shot.view.parts, *self._lay(shot)) for shot in shots]
        self.alpha /= self.weight
        self.centre /= self.cells
        self.offset /= self.cells
        if found is not None:
            self.parts = self._parts(laid, threads, check)
            self.alpha[0] = self._people(found)
        self.cover = _chance(shrink(np.maximum(self.alpha[0], self.alpha[1]), *cells))
        if found is None and self.told.asked:  # at first whoever either of the two sees is somebody
            own, other = self.cover, self.near()
            self.cover, self.agreed = np.maximum(own, other), np.minimum(own, other)

    def near(self, cells: tuple[int, int] | None = None) -> Plane:
        """Coverage on the grid of cells as the portrait network says."""
        return _chance(shrink(self.told.near, *(cells or self.cells.shape)))

    def _people(self, found: Figures) -> Plane:
        """Logits (h, w) of people from all networks together."""
        there = shrink(self.told.figure, *found.sizes.shape) > 0
        means = found.carried(whole(found.contact) * claimed(found.share(there)), there)
        sure = shrink(self.alpha[0], *found.sizes.shape) * (found.own > 0) > SURE_OWN
        sees = awake(float((self.near(found.sizes.shape)[sure] > 0.5).mean())) if sure.any() else 1.0
        return together(self.alpha[0], self.told, sees, grow(means, *self.size))

    def group(self) -> Group:
        """Who is who."""
        return group(self.cover, self.centre, self.offset, self.unit)

    def _parts(
        self, laid: list[tuple[Plane, Where, Plane]], threads: int, check: Callable[[], None]
    ) -> Plane:
        """Probabilities (parts, h, w) that sum to 1, from those of each look, its place and weight.

        The network tells parts at half its size, so looks are laid over each other on half of the grid.
        """
        height, width = self.size
        small = np.zeros((len(laid[0][0]), height // 2, width // 2), np.float32)
        halves = [
            (parts, tuple(slice(s.start // 2, s.stop // 2) for s in where), _halved(weight))
            for parts, where, weight in laid
        ]

        def lay(k: int) -> None:
            for parts, where, weight in halves:
                small[k][where] += _fitted(parts[k], *weight.shape) * weight

        every(len(small), lay, threads, check)
        small /= np.maximum(small.sum(0), np.float32(1e-6))
        made = np.empty((len(small), height, width), np.float32)

        def enlarge(k: int) -> None:
            made[k] = grow(small[k], height, width)

        every(len(made), enlarge, threads, check)
        return made

    def _lay(self, shot: Shot) -> tuple[Where, Plane]:
        """Add one look, but for its parts; where it lies and what it counts there."""
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
        self.centre[cells] += _fitted(view.centre, h // CELL, w // CELL) * coarse
        self._listen(view, window, (top, bottom, left, right))
        return where, weight

    def _listen(self, view: View, window: Window, span: tuple[int, int, int, int]) -> None:
        """Add what published networks say of a look, as far as they know such pictures."""
        top, bottom, left, right = span
        where, size = np.s_[top:bottom, left:right], (bottom - top, right - left)
        inner, shown = self._ramps(window, span), self._shown(window)
        longest = max(window.height, window.width)
        if view.portrait is not None:
            fits = inner if shown is None else inner * self._at(near(shown / np.float32(longest)), span)
            self.told.portrait(where, _fitted(view.portrait, *size), fits)
        if view.figure is not None and shown is not None:
            fits = inner * self._at(figure_fits(shown, longest), span)
            self.told.one(where, _fitted(view.figure, *size), fits)

    def _span(self, first: int, last: int, axis: int) -> tuple[int, int]:
        """Pixels of the plate as whole cells of the grid."""
        scale = self.size[axis] / self.plate[axis] / CELL
        low = round(first * scale)
        return low * CELL, max(low + 1, round(last * scale)) * CELL

    def _ramps(self, window: Window, span: tuple[int, int, int, int]) -> Plane:
        """1 inside of a window, falling where it ends inside of the picture."""
        top, bottom, left, right = span
        ramp_y = _ramp(bottom - top, window.top > 0, window.bottom < self.plate[0])
        ramp_x = _ramp(right - left, window.left > 0, window.right < self.plate[1])
        return np.asarray(ramp_y[:, None] * ramp_x, np.float32)

    def _shown(self, window: Window) -> Plane | None:
        """The longer side of the nearest person in pixels of the network, on the cells of `found`."""
        if self.found is None:
            return None
        sizes = self.found.sizes
        return sizes * np.float32(max(self.plate) / max(sizes.shape) * window.zoom)

    def _at(self, values: Plane, span: tuple[int, int, int, int]) -> Plane:
        """Values on the cells of `found`, brought to a part of the grid."""
        top, bottom, left, right = span
        return grow(values, *self.size)[top:bottom, left:right]

    def _weight(self, window: Window, span: tuple[int, int, int, int]) -> Plane:
        weight, shown = self._ramps(window, span), self._shown(window)
        if shown is not None:
            off = np.log(np.maximum(shown, 1) / np.float32(self.best))
            off /= np.where(off > 0, np.float32(_TOO_LARGE), np.float32(_TOO_SMALL))
            weight = weight * self._at(np.maximum(np.exp(-off * off / 2), np.float32(_LEAST)), span)
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
        return PeopleSeen(
            alpha, held, self.parts, np.clip(shares, 0, 1).astype(np.float32), (heads + middle) * unit
        )


def _chance(logits: Plane) -> Plane:
    """Probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _halved(plane: Plane) -> Plane:
    return shrink(plane, plane.shape[0] // 2, plane.shape[1] // 2)


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
