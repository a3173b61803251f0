"""Mattes that are kept for a window: 16 bits of the part of the picture in which there is anything."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..frame import Pixels
from ..temporal.open import Codes, Kinds, kinds_of

_WHITE = np.float32(65535)

Window = tuple[slice, slice]
"""Rows and columns."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A matte H×W in 0..1, within 1/131070.

    Attributes:
        shape: H, W.
        origin: row and column at which *values* lie; all around them is 0.
        values: h×w, in 65535ths.
        kinds: of its tiles, of all of H×W.
    """

    shape: tuple[int, int]
    origin: tuple[int, int]
    values: Codes
    kinds: Kinds

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.values.size)

    def plane(self) -> Pixels:
        """The matte, H×W."""
        made = np.zeros(self.shape, np.float32)
        np.divide(self.values, _WHITE, out=made[self._window])
        return made

    def codes(self) -> Codes:
        """The matte, H×W, in 65535ths."""
        return _codes(self.shape, self._window, self.values)

    @property
    def _window(self) -> Window:
        return _window(self.origin, self.values)


def packed(plane: Pixels) -> Packed:
    """A matte H×W in 0..1, packed."""
    there = plane > 0
    rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
    shape = (plane.shape[0], plane.shape[1])
    top, left, bottom, right = (
        (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1) if len(rows) else (0,) * 4
    )
    values = np.rint(plane[top:bottom, left:right] * _WHITE).astype(np.uint16)
    kinds = kinds_of(_codes(shape, _window((top, left), values), values))
    return Packed(shape, (top, left), values, kinds)


def _window(origin: tuple[int, int], values: Codes) -> Window:
    """Where values lie whose first is at *origin*."""
    (top, left), (rows, columns) = origin, values.shape
    return slice(top, top + rows), slice(left, left + columns)


def _codes(shape: tuple[int, int], window: Window, values: Codes) -> Codes:
    made = np.zeros(shape, np.uint16)
    made[window] = values
    return made
