"""Where a matte is open along a window: tiles that are all 0, or all 1, in every frame need no work.

Most of a picture is one or the other.  A mean over frames of which each says the same is what they say, so
these tiles come out bit for bit as if they had been worked on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import NamedTuple, cast

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops
from ..ops.filters import Mask
from ..ops.strips import every, never
from .align import Alignment
from .steady import Beside

TILE = 16
"""Pixels of a tile's side."""

_BATCH = 256
"""Tiles that are worked on at a time: they stay near the processor."""

_EMPTY, _FULL, _OPEN = 0, 1, 2

_BETWEEN = 2
"""Cells around those of a tile that it depends on: a pixel lies between the places of the cells beside it."""

Mean = Callable[[Pixels, Sequence[Beside]], Pixels]
Codes = npt.NDArray[np.uint16]
Kinds = npt.NDArray[np.uint8]


Places = npt.NDArray[np.intp]
Corner = tuple[Places, Places]


class Lying(NamedTuple):
    """A matte of another frame, how it lies over this one H×W, and how much it counts.

    `values` are 65535ths of its part in which there is anything, from the row and column `origin` on.
    `kinds` is `kinds_of` the whole matte, `reach` is `reached` of that alignment.
    """

    values: Codes
    origin: tuple[int, int]
    kinds: Kinds
    lies: Alignment
    share: float
    reach: tuple[Corner, Corner]


Tiles = tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]
"""Rows and columns of some tiles of a picture."""


def over_open(
    own: Pixels,
    others: Sequence[Lying],
    mean: Mean,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> Pixels:
    """*own*, H×W in 0..1, by a *mean* of it and of others that gives 0 of nothing but 0, and 1 of nothing
    but 1."""
    made = own.copy()
    row, column = _opened(own, others)
    batches = [(row[k : k + _BATCH], column[k : k + _BATCH]) for k in range(0, len(row), _BATCH)]

    def work(k: int) -> None:
        here = batches[k]
        said = [_beside(one, own.shape, here) for one in others]
        loops.put_tiles(made, here, mean(loops.take_tiles(made, here), said))

    every(len(batches), work, threads, check)
    return made


def _beside(one: Lying, shape: Sequence[int], here: Tiles) -> Beside:
    """What another frame says in tiles of this one, n·TILE × TILE, and how much that counts."""
    places = (one.lies.x, one.lies.y, one.lies.belief)
    return Beside(*loops.lay(one.values, one.origin, shape, places, one.share, here))


def _opened(own: Pixels, others: Sequence[Lying]) -> Tiles:
    """The tiles in which this frame's matte H×W and those of *others* are not all 0, nor all 1."""
    kinds = kinds_of(own, 0.0, 1.0)
    closed = kinds != _OPEN
    for one in others:
        for kind in (_EMPTY, _FULL):
            here = kinds == kind
            closed &= ~here | _all_in(one.kinds == kind, *one.reach)
    row, column = np.nonzero(~closed)
    return row.astype(np.int32), column.astype(np.int32)


def kinds_of(plane: Pixels | Codes, least: float = 0, most: float = 65535) -> Kinds:
    """Whether the tiles of a plane are all *least* (_EMPTY), all *most* (_FULL) or neither (_OPEN)."""
    rows, columns = (_ends(np.arange(0, size, TILE), size) for size in plane.shape)
    whole = cast(Codes, np.ascontiguousarray(plane))
    low, high = loops.extremes(whole, rows, columns)
    made = np.full(low.shape, _OPEN, np.uint8)
    made[high <= least] = _EMPTY
    made[low >= most] = _FULL
    return made


def _ends(first: Places, size: int, around: int = 0) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """From which line and before which one windows lie that begin at *first*, each up to the next, the last
    up to *size*, and lines *around* them; each has a line at least."""
    last = np.maximum(np.append(first[1:], size), first + 1) + around
    return np.maximum(first - around, 0).astype(np.int32), np.minimum(last, size).astype(np.int32)


def reached(lies: Alignment, shape: Sequence[int]) -> tuple[Corner, Corner]:
    """First and last row and column of the other frame's tiles that each of this frame's may show.

    Args:
        shape: H and W of both frames.
    """
    cells = [
        _ends((np.arange(0, shape[k], TILE) * size // shape[k]), size, _BETWEEN)
        for k, size in enumerate(lies.x.shape)
    ]
    low: list[Places] = []
    high: list[Places] = []
    for k, plane in enumerate((lies.y, lies.x)):
        scale = shape[k] / lies.x.shape[k]
        found = loops.extremes(np.ascontiguousarray(plane), cells[0], cells[1])
        for out, end, away in ((low, found[0], -1.5), (high, found[1], 1.5)):
            place = np.clip((end + 0.5) * scale - 0.5 + away, 0, shape[k] - 1)
            out.append(place.astype(np.intp) // TILE)
    return (low[0], low[1]), (high[0], high[1])


def _all_in(there: Mask, low: Corner, high: Corner) -> Mask:
    """Whether all tiles from a *low* corner to a *high* one are *there*."""
    sums = cv2.integral((~there).astype(np.uint8))
    top, left, bottom, right = low[0], low[1], high[0] + 1, high[1] + 1
    missing = sums[bottom, right] - sums[top, right] - sums[bottom, left] + sums[top, left]
    return np.asarray(missing == 0)
