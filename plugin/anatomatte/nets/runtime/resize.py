"""Bilinear resizing with antialiasing, equal to what Pillow gives: networks were trained on it.

The filter is a triangle that widens with the scale when a picture shrinks (Turkowski, "Filters for
common resampling tasks", 1990). Columns are resampled first, then rows. 8-bit pictures are
computed in integers of 22 binary places and rounded after each pass, so that they equal Pillow's to
the last bit; float pictures are computed in float32. (Pillow 11 and later resample rows first where
a picture grows wider and shrinks in height; its 8-bit rounding then differs by one.)
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_PLACES = 22


@lru_cache(maxsize=64)
def _taps(source: int, target: int) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """First source cell of each target cell (target,), and its weights (target, taps), 0 at the end."""
    scale = source / target
    wide = max(scale, 1.0)
    centre = (np.arange(target) + 0.5) * scale
    first = np.maximum(np.trunc(centre - wide + 0.5), 0).astype(np.intp)
    last = np.minimum(np.trunc(centre + wide + 0.5), source).astype(np.intp)
    cells = first[:, None] + np.arange(int((last - first).max()))
    weights = np.maximum(1 - np.abs((cells - centre[:, None] + 0.5) * (1 / wide)), 0)
    weights *= cells < last[:, None]
    weights /= weights.sum(1, keepdims=True)
    return first, weights


def _along_floats(rows: NDArray[Any], target: int) -> NDArray[Any]:
    """(source, n) to (target, n), float32."""
    first, weights = _taps(len(rows), target)
    out = np.zeros((target, rows.shape[1]), np.float32)
    for k in range(weights.shape[1]):
        weight = weights[:, k].astype(np.float32)[:, None]
        out += weight * rows[np.minimum(first + k, len(rows) - 1)]
    return out


def _along_bytes(rows: NDArray[Any], target: int) -> NDArray[Any]:
    """(source, n) to (target, n), uint8."""
    first, weights = _taps(len(rows), target)
    whole = np.trunc(0.5 + weights * (1 << _PLACES)).astype(np.int32)
    out = np.full((target, rows.shape[1]), 1 << (_PLACES - 1), np.int32)
    for k in range(whole.shape[1]):
        out += whole[:, k, None] * rows[np.minimum(first + k, len(rows) - 1)]
    out >>= _PLACES
    return np.clip(out, 0, 255).astype(np.uint8)


Picture = TypeVar("Picture", NDArray[np.float32], NDArray[np.uint8])


def resize(picture: Picture, height: int, width: int) -> Picture:
    """`picture` (H, W, C) at another size (height, width, C), of the same type.

    Args:
        picture: float32 of any range, or uint8.
        height: rows wanted, at least 1.
        width: columns wanted, at least 1.
    """
    high, wide, channels = picture.shape
    along = _along_bytes if picture.dtype == np.uint8 else _along_floats
    out: NDArray[Any] = picture
    if wide != width:
        columns = np.ascontiguousarray(out.transpose(1, 0, 2)).reshape(wide, high * channels)
        out = along(columns, width).reshape(width, high, channels).transpose(1, 0, 2)
    if high != height:
        rows = np.ascontiguousarray(out).reshape(high, width * channels)
        out = along(rows, height).reshape(height, width, channels)
    return np.ascontiguousarray(out)
