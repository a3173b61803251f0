"""Resizing with antialiasing, equal to what Pillow gives: networks were trained on it.

A kernel has one formula, up and down: ``bilinear`` is a triangle, ``bicubic`` is Keys' with a = -0.5
("Cubic convolution interpolation for digital image processing", 1981), ``lanczos`` has three lobes. It
widens with the scale when a picture shrinks (Turkowski, "Filters for common resampling tasks", 1990),
unless antialiasing is off. Pixel centres are at halves; at the border the weights of the pixels that are
there sum to 1. Columns are resampled first, then rows. 8-bit pictures are
computed in integers of 22 binary places and rounded after each pass, so that they equal Pillow's to
the last bit; float pictures are computed in float32. (Pillow 11 and later resample rows first where
a picture grows wider and shrinks in height; its 8-bit rounding then differs by one.)
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

_PLACES = 22


def _triangle(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.maximum(1 - x, 0)


def _keys(x: NDArray[np.float64]) -> NDArray[np.float64]:
    near = (1.5 * x - 2.5) * x * x + 1
    far = ((-0.5 * x + 2.5) * x - 4) * x + 2
    return np.where(x < 1, near, np.where(x < 2, far, 0.0))


def _three_lobes(x: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(x < 3, np.sinc(x) * np.sinc(x / 3), 0.0)


_KERNELS: dict[str, tuple[Callable[[NDArray[np.float64]], NDArray[np.float64]], int]] = {
    "bilinear": (_triangle, 1),
    "bicubic": (_keys, 2),
    "lanczos": (_three_lobes, 3),
}
"""Weight at a distance, and the distance from which on it is 0, in pixels of the larger picture."""


@dataclass(frozen=True, slots=True)
class Kernel:
    """How pixels are weighed.

    Attributes:
        name: ``bilinear``, ``bicubic`` or ``lanczos``.
        antialias: whether it widens when a picture shrinks.
        corners: whether the centres of the outermost pixels, not their outer edges, coincide.
    """

    name: str = "bilinear"
    antialias: bool = True
    corners: bool = False


BILINEAR = Kernel()


@lru_cache(maxsize=64)
def _taps(source: int, target: int, kernel: Kernel) -> tuple[NDArray[np.intp], NDArray[np.float64]]:
    """First source cell of each target cell (target,), and its weights (target, taps), 0 at the end."""
    weight, reach = _KERNELS[kernel.name]
    scale = source / target
    centre = (np.arange(target) + 0.5) * scale
    if kernel.corners:
        scale = (source - 1) / max(target - 1, 1)
        centre = np.arange(target) * scale + 0.5
    wide = max(scale, 1.0) if kernel.antialias else 1.0
    first = np.maximum(np.trunc(centre - reach * wide + 0.5), 0).astype(np.intp)
    last = np.minimum(np.trunc(centre + reach * wide + 0.5), source).astype(np.intp)
    cells = first[:, None] + np.arange(int((last - first).max()))
    weights = weight(np.abs((cells - centre[:, None] + 0.5) * (1 / wide)))
    weights *= cells < last[:, None]
    weights /= weights.sum(1, keepdims=True)
    return first, weights


def _along_floats(rows: NDArray[Any], target: int, kernel: Kernel) -> NDArray[Any]:
    """(source, n) to (target, n), float32."""
    first, weights = _taps(len(rows), target, kernel)
    out = np.zeros((target, rows.shape[1]), np.float32)
    for k in range(weights.shape[1]):
        weight = weights[:, k].astype(np.float32)[:, None]
        out += weight * rows[np.minimum(first + k, len(rows) - 1)]
    return out


def _along_bytes(rows: NDArray[Any], target: int, kernel: Kernel) -> NDArray[Any]:
    """(source, n) to (target, n), uint8."""
    first, weights = _taps(len(rows), target, kernel)
    whole = np.trunc(np.copysign(0.5, weights) + weights * (1 << _PLACES)).astype(np.int32)
    out = np.full((target, rows.shape[1]), 1 << (_PLACES - 1), np.int32)
    for k in range(whole.shape[1]):
        out += whole[:, k, None] * rows[np.minimum(first + k, len(rows) - 1)]
    out >>= _PLACES
    return np.clip(out, 0, 255).astype(np.uint8)


Picture = TypeVar("Picture", NDArray[np.float32], NDArray[np.uint8])


def resize(picture: Picture, height: int, width: int, kernel: Kernel = BILINEAR) -> Picture:
    """`picture` (H, W, C) at another size (height, width, C), of the same type.

    Args:
        picture: float32 of any range, or uint8.
        height: rows wanted, at least 1.
        width: columns wanted, at least 1.
        kernel: how pixels are weighed.
    """
    high, wide, channels = picture.shape
    along = _along_bytes if picture.dtype == np.uint8 else _along_floats
    out: NDArray[Any] = picture
    if wide != width:
        columns = np.ascontiguousarray(out.transpose(1, 0, 2)).reshape(wide, high * channels)
        out = along(columns, width, kernel).reshape(width, high, channels).transpose(1, 0, 2)
    if high != height:
        rows = np.ascontiguousarray(out).reshape(high, width * channels)
        out = along(rows, height, kernel).reshape(height, width, channels)
    return np.ascontiguousarray(out)
