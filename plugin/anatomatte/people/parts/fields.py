"""Parts at the plate's resolution: shares on a grid, drawn onto the plate's own edges where they change.

Each share is a straight function of the plate's brightness in small windows of the grid (`ops.guided`). Its
slope and offset are kept, and evaluated for whatever rows and columns are asked for: any window of the frame
is the same, bit for bit, as that window of the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops.guided import Guide
from ...ops.strips import every, never
from ..partition import SOFTMAX_FLOOR

WINDOW = 3
"""Cells across the window in which a share is a straight function of brightness."""

_ROWS = 64
_GAP = 8
"""Cells without anything of a part between two runs of columns."""
_TINY = np.float32(1e-12)


@dataclass(frozen=True, slots=True, eq=False)
class PartFields:
    """Shares of parts over a frame of H×W; they sum to 1 everywhere.

    Attributes:
        labels: the channel of each part.
        lines: n×h×w×2, slope and offset over the plate's brightness.
        there: n×h×w, where anything of a part is left.
        bright: H×W in 0..1.
        unit: H×W, what the shares are multiplied with to sum to 1.
        power: contrast of the ramp between two parts.
    """

    labels: tuple[int, ...]
    lines: Pixels
    there: npt.NDArray[np.bool_]
    bright: Pixels
    unit: Pixels
    power: float

    def rows(self, k: int, y1: int, y2: int) -> Iterator[tuple[Pixels, slice]]:
        """The share of part *k* in rows y1 to y2 of the frame, in each run of columns where there is any."""
        for made, x in _ramps(self.lines[k], self.there[k], self.bright, self.power, y1, y2):
            made *= self.unit[y1:y2, x]
            yield made, x


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
    lines = np.empty((*shares.shape, 2), np.float32)

    def straight(k: int) -> None:
        lines[k, ..., 0], lines[k, ..., 1] = guide.lines(shares[k])
        lines[k, ..., 1] -= np.float32(SOFTMAX_FLOOR)

    every(len(shares), straight, threads, check)
    # brightness is in 0..1: where this is 0 or less nothing is left of the part
    there = lines[..., 1] + np.maximum(lines[..., 0], 0) > 0
    height = bright.shape[0]
    unit = np.zeros(bright.shape, np.float32)
    strips = [(y, min(y + _ROWS, height)) for y in range(0, height, _ROWS)]

    def normal(at: int) -> None:
        y1, y2 = strips[at]
        for k in range(len(shares)):
            for made, x in _ramps(lines[k], there[k], bright, power, y1, y2):
                unit[y1:y2, x] += made
        np.divide(1, np.maximum(unit[y1:y2], _TINY), out=unit[y1:y2])

    every(len(strips), normal, threads, check)
    return PartFields(tuple(labels), lines, there, bright, unit, power)


def _ramps(
    lines: Pixels, there: npt.NDArray[np.bool_], bright: Pixels, power: float, y1: int, y2: int
) -> Iterator[tuple[Pixels, slice]]:
    """A part's share before all sum to 1, in rows y1 to y2, in each run of columns in which there is any."""
    for x in _runs(there, y1, y2, *bright.shape):
        grown = _grown(lines, y1, y2, x, bright.shape)
        made = grown[..., 0] * bright[y1:y2, x]
        made += grown[..., 1]
        np.clip(made, 0, np.float32(1 - SOFTMAX_FLOOR), out=made)
        if power == 2:  # the common one
            made *= made
        elif power != 1:
            made **= np.float32(power)
        yield made, x


def _runs(there: npt.NDArray[np.bool_], y1: int, y2: int, height: int, width: int) -> Iterator[slice]:
    """Runs of columns that cells h×w may touch in rows y1 to y2 when they are grown to height×width."""
    rows, columns = there.shape
    low, high = y1 * rows // height - 1, -(-y2 * rows // height) + 1
    cells = np.flatnonzero(there[max(0, low) : high].any(0))
    if not len(cells):
        return
    breaks = np.flatnonzero(np.diff(cells) > _GAP)
    for first, last in zip((0, *(breaks + 1)), (*breaks, len(cells) - 1), strict=True):
        left = (int(cells[first]) - 1) * width // columns - 1
        right = -(-(int(cells[last]) + 2) * width // columns) + 1
        yield slice(max(0, left), min(right, width))


def _grown(low: Pixels, y1: int, y2: int, x: slice, size: tuple[int, ...]) -> Pixels:
    """Rows and columns of *low*, h×w×2, brought bilinearly to *size*; windows are those of the whole."""
    rows = _places(np.arange(y1, y2), low.shape[0], size[0])
    columns = _places(np.arange(x.start, x.stop), low.shape[1], size[1])
    across = np.repeat(columns[None], len(rows), 0)
    down = np.repeat(rows[:, None], len(columns), 1)
    made = cv2.remap(low, across, down, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32)


def _places(pixels: npt.NDArray[np.intp], cells: int, size: int) -> Pixels:
    """Where *pixels* of *size* lie on *cells*."""
    return np.asarray((pixels + 0.5) * (cells / size) - 0.5, np.float32)
