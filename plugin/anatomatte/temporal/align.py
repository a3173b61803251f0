"""Another frame seen through this one: where its pixels lie here, and where that can be believed.

Believed is what leads back to where it began (forward and backward flow agree, after Sundaram et al., ECCV
2010), looks the same at both ends, and lies inside the other frame.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import EDGE, gauss, grow
from .flow import Small

_AWAY = 0.5
_AWAY_SHARE = 0.05
"""Pixels, and share of the way, by which a way back may miss."""

_CHANGED = 12.0
"""Levels of 255 by which what is the same may look different: noise, light."""

CUT = 0.2
"""Mean belief under which two frames are of different shots."""


Window = tuple[slice, slice]
"""Rows and columns."""


@dataclass(frozen=True, slots=True, eq=False)
class Alignment:
    """How another frame lies over this one.

    Attributes:
        x, y: h×w, for each pixel of this frame the place in the other, in pixels of that size.
        belief: h×w in 0..1, how far that can be believed.
    """

    x: Pixels
    y: Pixels
    belief: Pixels

    @property
    def cut(self) -> bool:
        """Whether the other frame shows something else."""
        return float(self.belief.mean()) < CUT

    def together(self) -> Pixels:
        """h×w×4: x, y, belief and 0, for one look-up instead of three; of three channels it takes longer."""
        return np.stack([self.x, self.y, self.belief, np.zeros_like(self.x)], 2)

    def warped(self, planes: Pixels, like: tuple[int, int] | None = None) -> Pixels:
        """Planes of the other frame, H×W or K×H×W, as they lie over this one.

        Args:
            like: rows and columns of the result; None: as many as the planes have.
        """
        stack = planes if planes.ndim == 3 else planes[None]
        rows, columns = stack.shape[1:] if like is None else like
        made = np.zeros((len(stack), rows, columns), np.float32)
        for k, here, found in self.windows(stack, (rows, columns)):
            made[k][here] = found
        return made if planes.ndim == 3 else made[0]

    def windows(self, stack: Pixels, like: tuple[int, int]) -> Iterator[tuple[int, Window, Pixels]]:
        """Planes K×H×W of the other frame as they lie over this one, each where there is anything of it.

        Args:
            like: rows and columns of this frame.

        Yields:
            The number of a plane, a window of this frame, and the plane in it; outside of it the plane is 0.
        """
        x, y = self.places(like, (stack.shape[1], stack.shape[2]))
        sides = (y.min(1), y.max(1)), (x.min(0), x.max(0))
        for k, plane in enumerate(stack):
            there = plane != 0
            rows = _span(np.flatnonzero(there.any(1)), *sides[0], len(plane))
            columns = _span(np.flatnonzero(there.any(0)), *sides[1], plane.shape[1])
            here = rows, columns
            if rows.stop > rows.start and columns.stop > columns.start:
                places = np.ascontiguousarray(x[here]), np.ascontiguousarray(y[here])
                found = cv2.remap(plane, *places, cv2.INTER_LINEAR, borderMode=EDGE)
                yield k, here, np.asarray(found, np.float32)

    def believed(self, rows: int, columns: int) -> Pixels:
        """The belief at another size."""
        return self.belief if self.belief.shape == (rows, columns) else grow(self.belief, rows, columns)

    def places(self, like: tuple[int, int], of: tuple[int, ...]) -> tuple[Pixels, Pixels]:
        """Where each pixel of this frame, *like* rows and columns of them, lies in the other *of* so many."""
        (height, width), (low, wide) = of, self.x.shape
        x, y = self.x, self.y
        if like != (low, wide):
            x, y = grow(x, *like), grow(y, *like)
        half = np.float32(0.5)
        x = (x + half) * np.float32(width / wide) - half
        y = (y + half) * np.float32(height / low) - half
        return np.asarray(x, np.float32), np.asarray(y, np.float32)


def _span(there: npt.NDArray[np.intp], low: Pixels, high: Pixels, size: int) -> slice:
    """The lines of this frame in which something of the other's lines *there* may lie.

    Args:
        low, high: of each line of this frame the least and the greatest place in the other.
        size: lines of the other frame; what lies outside repeats the outermost.
    """
    if not len(there):
        return slice(0, 0)
    first, last = there[0], there[-1]
    before = high > first - 1 if first > 0 else np.ones(len(high), np.bool_)
    behind = low < last + 1 if last < size - 1 else np.ones(len(low), np.bool_)
    inside = np.flatnonzero(before & behind)
    return slice(int(inside[0]), int(inside[-1]) + 1) if len(inside) else slice(0, 0)


def align(this: Small, other: Small, forth: Pixels, back: Pixels) -> Alignment:
    """The alignment of *other* with *this*, both h×w×3 of one size.

    Args:
        forth: flow from *this* to *other*.
        back: flow from *other* to *this*.
    """
    height, width = this.shape[:2]
    row, column = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    x, y = column + forth[..., 0], row + forth[..., 1]
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    way = [_at(np.ascontiguousarray(back[..., k]), x, y) for k in (0, 1)]
    missed = np.hypot(forth[..., 0] + way[0], forth[..., 1] + way[1])
    free = np.float32(_AWAY) + np.float32(_AWAY_SHARE) * np.hypot(forth[..., 0], forth[..., 1])
    belief = np.exp(-0.5 * (np.square(missed / free) + np.square(_changed(this, other, x, y))))
    return Alignment(x, y, np.asarray(np.where(inside, belief, 0), np.float32))


def chained(this: Small, other: Small, near: Alignment, far: Alignment) -> Alignment:
    """The alignment of *other* with *this* through a frame between them: what moves fast is found in steps.

    Args:
        near: the frame between as it lies over *this*.
        far: *other* as it lies over the frame between.
    """
    height, width = this.shape[:2]
    x, y, belief = (_at(plane, near.x, near.y) for plane in (far.x, far.y, far.belief))
    inside = (x >= 0) & (x <= width - 1) & (y >= 0) & (y <= height - 1)
    alike = np.exp(-0.5 * np.square(_changed(this, other, x, y)))
    belief = np.minimum(near.belief * belief, alike)
    return Alignment(x, y, np.asarray(np.where(inside, belief, 0), np.float32))


def _changed(this: Small, other: Small, x: Pixels, y: Pixels) -> Pixels:
    """How differently the two frames look where the other lies at x and y, in units of what is usual."""
    there = _at(other.astype(np.float32), x, y)
    away = np.abs(gauss(there, 1.0) - gauss(this.astype(np.float32), 1.0))
    mean = (away[..., 0] + away[..., 1] + away[..., 2]) / np.float32(3)  # a tenth of the time of `mean`
    return np.asarray(mean / np.float32(_CHANGED), np.float32)


def _at(plane: Pixels, x: Pixels, y: Pixels) -> Pixels:
    return np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=EDGE), np.float32)
