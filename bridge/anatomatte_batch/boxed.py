"""Planes that know where they are not 0, in memory that is only taken there."""

from __future__ import annotations

import mmap
from typing import Any

import numpy as np

from .picture import Floats

Box = tuple[slice, slice]
"""Rows and columns."""
_PRIVATE = (
    {"flags": mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS} if hasattr(mmap, "MAP_ANONYMOUS") else {}
)  # other systems know no other kind


class Boxed(np.ndarray[Any, np.dtype[np.float32]]):
    """A plane H×W×1 with the rows and columns outside of which it is 0, for whoever looks through it next.

    What is made of it does not know them any more.
    """

    box: Box | None = None


def placed_in(size: tuple[int, int], box: Box, values: Floats) -> Boxed:
    """A plane of H×W that is 0 but for *values* in a box.

    Its memory comes from the system in small pages, of which those of the box alone are filled: NumPy asks
    for large ones, and a part of somebody takes three times as long there.
    """
    height, width = size
    memory = mmap.mmap(-1, max(1, 4 * height * width), **_PRIVATE)
    plane = np.frombuffer(memory, np.float32, height * width).reshape(height, width, 1).view(Boxed)
    plane[(*box, 0)] = values
    plane.box = box
    return plane


def box_of(plane: Floats) -> Box | None:
    """Where a plane is not 0, if it knows."""
    return getattr(plane, "box", None)
