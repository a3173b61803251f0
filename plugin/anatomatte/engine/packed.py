"""Mattes that are kept for a window: 16 bits of the part of the picture in which there is anything."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from ..frame import Pixels

_WHITE = np.float32(65535)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Packed:
    """A matte H×W in 0..1, within 1/131070.

    Attributes:
        shape: H, W.
        origin: row and column at which *values* lie; all around them is 0.
        values: h×w, in 65535ths.
    """

    shape: tuple[int, int]
    origin: tuple[int, int]
    values: npt.NDArray[np.uint16]

    def __bool__(self) -> bool:
        """Whether there is anything in it."""
        return bool(self.values.size)

    def plane(self) -> Pixels:
        """The matte, H×W."""
        made = np.zeros(self.shape, np.float32)
        np.divide(self.values, _WHITE, out=made[self._window])
        return made

    def codes(self) -> npt.NDArray[np.uint16]:
        """The matte, H×W, in 65535ths."""
        made = np.zeros(self.shape, np.uint16)
        made[self._window] = self.values
        return made

    @property
    def _window(self) -> tuple[slice, slice]:
        (top, left), (rows, columns) = self.origin, self.values.shape
        return slice(top, top + rows), slice(left, left + columns)


def packed(plane: Pixels) -> Packed:
    """A matte H×W in 0..1, packed."""
    there = plane > 0
    rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
    shape = (plane.shape[0], plane.shape[1])
    if not len(rows):
        return Packed(shape, (0, 0), np.zeros((0, 0), np.uint16))
    top, left = int(rows[0]), int(columns[0])
    part = plane[top : int(rows[-1]) + 1, left : int(columns[-1]) + 1]
    return Packed(shape, (top, left), np.rint(part * _WHITE).astype(np.uint16))
