"""Planar pictures, whose channels lie apart in memory: arithmetic on them is many times quicker.

Such a picture is still H×W×C and only its strides differ: numpy's arithmetic takes it and gives one
of its kind.  OpenCV wants the channels together or one at a time.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from .filters import EDGE

BAND = 16
"""Rows that are worked on at a time where each pixel stands alone: so temporaries stay near the processor."""


def bands(height: int) -> list[slice]:
    """All rows, some at a time; how many changes no pixel."""
    return [slice(y, min(y + BAND, height)) for y in range(0, height, BAND)]


def planar(pixels: Pixels) -> Pixels:
    """*pixels* H×W×C with each channel in one piece of memory."""
    if not pixels.flags.c_contiguous or pixels.dtype != np.float32:
        return np.moveaxis(np.ascontiguousarray(np.moveaxis(pixels, 2, 0)), 0, 2)
    out = np.empty((pixels.shape[2], *pixels.shape[:2]), np.float32)
    cv2.mixChannels([pixels], list(out), [at for k in range(len(out)) for at in (k, k)])
    return np.moveaxis(out, 0, 2)


def box(pixels: Pixels, size: int) -> Pixels:
    """Mean over size×size pixels of each channel, planar; borders repeat the last pixel."""
    out = np.empty((pixels.shape[2], *pixels.shape[:2]), np.float32)
    for c, plane in enumerate(out):
        cv2.blur(np.ascontiguousarray(pixels[..., c]), (size, size), dst=plane, borderType=EDGE)
    return np.moveaxis(out, 0, 2)


def cell_mean(plane: Pixels, size: int) -> Pixels:
    """Mean of each size×size block of H×W; what is missing at the right and the bottom counts as 0."""
    if size == 1:
        return plane
    height, width = plane.shape
    rows, columns = -(-height // size), -(-width // size)
    if (rows * size, columns * size) != (height, width):
        plane = np.pad(plane, ((0, rows * size - height), (0, columns * size - width)))
    lines = plane.reshape(rows, size, columns * size).sum(1)
    total = lines[:, ::size].copy()
    for k in range(1, size):
        total += lines[:, k::size]
    return np.asarray(total * np.float32(1 / size**2), np.float32)
