"""Parts at the plate's resolution: shares on a grid, drawn onto the plate's own edges where they change.

Each share is a straight function of the plate's brightness in small windows of the grid (`ops.guided`). Its
slope and offset are kept, and evaluated for whatever rows and columns are asked for: any window of the frame
is the same, bit for bit, as that window of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from threading import Lock

import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from ...ops.guided import Guide
from ...ops.strips import every, never
from ..partition import SOFTMAX_FLOOR

WINDOW = 3
"""Cells across the window in which a share is a straight function of brightness."""

TILE = 64
"""Pixels of the plate along a tile."""

_GAP = 8
"""Cells without anything of a part between two runs of columns."""
_TINY = np.float32(1e-12)


Runs = Sequence[slice]
"""Runs of columns of the frame, apart from each other, from left to right."""


@dataclass(frozen=True, slots=True, eq=False)
class PartFields:
    """Shares of parts over a frame of H×W; they sum to 1 everywhere.

    Attributes:
        labels: the channel of each part.
        lines: n×h×w×2, slope and offset over the plate's brightness; 0 where there is nothing of a part.
        there: n×h×w, where anything of a part is left.
        bright: H×W in 0..1.
        units: what the shares are multiplied with to sum to 1.
        room: H×W, the memory of *units*.
        power: contrast of the ramp between two parts.
    """

    labels: tuple[int, ...]
    lines: Pixels
    there: Mask
    bright: Pixels
    units: Units
    room: Pixels
    power: float

    def rows(
        self, parts: Sequence[int], y1: int, y2: int, within: Runs | None = None
    ) -> Iterator[tuple[Pixels, slice]]:
        """The shares of some *parts* together in rows y1 to y2 of the frame, in each run of columns where
        there is any.

        Args:
            within: the columns that are asked for; None: all.
        """
        cells = np.asarray(_cells(self.there[list(parts)], y1, y2, self.bright.shape[0]).any(0), np.bool_)
        for run in _runs(cells, self.bright.shape[1]):
            for asked in (run,) if within is None else within:
                x = slice(max(run.start, asked.start), min(run.stop, asked.stop))
                if x.stop > x.start:
                    units = self.units.at(y1, y2, x)
                    yield _added(self, parts, y1, y2, x, units), x


class Units:
    """What shares are multiplied with to sum to 1, H×W: made tile by tile, where it is asked for.

    Most of a frame has no matte, and nobody asks what part it is. Threads may share it; a pixel is the same
    whichever tile is asked for first.
    """

    def __init__(self, lines: Pixels, there: Mask, bright: Pixels, power: float) -> None:
        self.lines, self.there, self.bright, self.power = lines, there, bright, power
        self.made = np.zeros(bright.shape, np.float32)
        down, across = (-(-side // TILE) for side in bright.shape)
        self._known = np.zeros((down, across), np.bool_)
        self._locks = [Lock() for _ in range(down)]

    def at(self, y1: int, y2: int, x: slice) -> Pixels:
        """H×W, of which rows y1 to y2 and the columns *x* are made."""
        blocks = slice(x.start // TILE, -(-x.stop // TILE))
        for strip in range(y1 // TILE, -(-y2 // TILE)):
            with self._locks[strip]:
                missing = np.flatnonzero(~self._known[strip, blocks])
                if len(missing):
                    self._fill(
                        strip, slice(blocks.start + int(missing[0]), blocks.start + int(missing[-1]) + 1)
                    )
        return self.made

    def _fill(self, strip: int, blocks: slice) -> None:
        """Make a run of tiles; what is known among them comes out as it was."""
        y1, y2 = strip * TILE, min((strip + 1) * TILE, self.bright.shape[0])
        x = slice(blocks.start * TILE, min(blocks.stop * TILE, self.bright.shape[1]))
        sums = _added(self, range(len(self.lines)), y1, y2, x)
        np.divide(1, np.maximum(sums, _TINY), out=self.made[y1:y2, x])
        self._known[strip, blocks] = True


def fields(
    shares: Pixels,
    labels: Sequence[int],
    bright: Pixels,
    power: float,
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> PartFields:
    """Fields of shares n×h×w that sum to 1, over a plate of the brightness *bright*, H×W."""
    guide = Guide(bright, (shares.shape[1], shares.shape[2]), window=WINDOW)
    lines, there = np.zeros((*shares.shape, 2), np.float32), np.zeros(shares.shape, np.bool_)

    def straight(k: int) -> None:
        of = _around(shares[k])
        slope, offset = guide.lines(np.ascontiguousarray(shares[k][of]), of)
        lines[k][of][..., 0], lines[k][of][..., 1] = slope, offset
        # brightness is in 0..1: where this is 0 or less nothing is left of the part
        there[k][of] = offset + np.maximum(slope, 0) > np.float32(SOFTMAX_FLOOR)

    every(len(shares), straight, threads, check)
    units = Units(lines, there, bright, power)
    return PartFields(tuple(labels), lines, there, bright, units, units.made[:], power)


def _around(share: Pixels) -> tuple[slice, slice]:
    """Rows and columns in which there is more of a share than is left out, and those around that feel it."""
    there = share > np.float32(SOFTMAX_FLOOR)
    at = tuple(np.flatnonzero(there.any(axis)) for axis in (1, 0))
    if not len(at[0]):
        return slice(0, 1), slice(0, 1)
    rows, columns = (slice(max(0, int(one[0]) - 2 * WINDOW), int(one[-1]) + 2 * WINDOW + 1) for one in at)
    return rows, columns


def _added(
    of: PartFields | Units, parts: Sequence[int], y1: int, y2: int, x: slice, units: Pixels | None = None
) -> Pixels:
    """The shares of some parts, added up, in rows y1 to y2 and the columns *x*.

    Args:
        units: H×W, what each is multiplied with; None: before all sum to 1.
    """
    floor, window = float(np.float32(SOFTMAX_FLOOR)), (y1, y2, x.start, x.stop)
    which = np.array(parts, np.int32)
    if of.power in (1, 2):  # the common ones
        squared = of.power == 2
        return loops.ramp(of.lines, of.there, which, of.bright, units, window, floor, squared)
    made = np.zeros((y2 - y1, x.stop - x.start), np.float32)
    for k in which:
        one = loops.ramp(of.lines, of.there, np.array([k], np.int32), of.bright, None, window, floor, False)
        one **= np.float32(of.power)
        made += one if units is None else one * units[y1:y2, x]
    return made


def _cells(there: Mask, y1: int, y2: int, height: int) -> Mask:
    """Which columns of cells …×h×w, of as many rows as *height*, have anything near rows y1 to y2."""
    rows = there.shape[-2]
    low, high = y1 * rows // height - 1, -(-y2 * rows // height) + 1
    return np.asarray(there[..., max(0, low) : high, :].any(-2), np.bool_)


def _runs(there: Mask, width: int) -> Iterator[slice]:
    """Runs of columns that cells w may touch when they are grown to *width*."""
    columns, cells = len(there), np.flatnonzero(there)
    if not len(cells):
        return
    breaks = np.flatnonzero(np.diff(cells) > _GAP)
    for first, last in zip((0, *(breaks + 1)), (*breaks, len(cells) - 1), strict=True):
        left = (int(cells[first]) - 1) * width // columns - 1
        right = -(-(int(cells[last]) + 2) * width // columns) + 1
        yield slice(max(0, left), min(right, width))
