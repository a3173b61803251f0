"""Pure functions of pixels that a host owes a plug-in: other depths, components and scales."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ClipError

Array = npt.NDArray[Any]
Bounds = tuple[int, int, int, int]

_WHITE: dict[np.dtype[Any], int] = {np.dtype(np.uint8): 255, np.dtype(np.uint16): 65535}


def convert_depth(pixels: Array, dtype: np.dtype[Any]) -> Array:
    """The same picture in another depth.

    Integers hold 0 to 1 (white is 255 or 65535): floats are clipped to that and rounded, and
    what is not a number becomes 0.  Returns `pixels` itself where the depth is right already.
    """
    if pixels.dtype == dtype:
        return pixels
    white_in, white_out = _WHITE.get(pixels.dtype), _WHITE.get(dtype)
    if white_in and white_out:
        if white_out > white_in:
            wide: Array = pixels.astype(dtype) * np.uint16(257)
            return wide
        return ((pixels.astype(np.uint32) * 255 + 32767) // 65535).astype(dtype)
    if white_in:
        return (pixels.astype(np.float32) / np.float32(white_in)).astype(dtype)
    if white_out:
        unit = np.clip(np.nan_to_num(pixels.astype(np.float32), nan=0.0, posinf=1.0, neginf=0.0), 0, 1)
        return (unit * np.float32(white_out) + np.float32(0.5)).astype(dtype)
    with np.errstate(over="ignore"):
        return pixels.astype(dtype)


def convert_components(pixels: Array, components: str) -> Array:
    """The same picture as "rgba", "rgb" or "alpha", shape H×W×C.

    A matte becomes white times itself; RGB gets an alpha of 1; RGBA gives its alpha.  RGB has no
    matte to give: ClipError.
    """
    pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
    have = {1: "alpha", 3: "rgb", 4: "rgba"}[pixels.shape[2]]
    if have == components:
        return pixels
    if components == "alpha":
        if have == "rgb":
            raise ClipError("The clip takes a matte; give H×W, H×W×1 or RGBA, not RGB.")
        return pixels[:, :, 3:4]
    if have == "alpha":
        return np.repeat(pixels, 4 if components == "rgba" else 3, axis=2)
    if components == "rgb":
        return np.ascontiguousarray(pixels[:, :, :3])
    h, w = pixels.shape[:2]
    out = np.empty((h, w, 4), pixels.dtype)
    out[:, :, :3] = pixels
    out[:, :, 3] = _WHITE.get(pixels.dtype, 1)
    return out


def resample(pixels: Array, source: Bounds, target: Bounds, ratio: tuple[float, float]) -> Array:
    """The picture at another render scale, each pixel the mean of the area that it covers.

    `pixels` fills `source` (x1, y1, x2, y2; y up); the result fills `target`, whose unit is
    1/`ratio` (x, y) of the source's.  Area beyond the source repeats its edge.  H×W×C in and out,
    same depth.
    """
    shaped = pixels if pixels.ndim == 3 else pixels[:, :, None]
    work = shaped if shaped.dtype == np.float32 else shaped.astype(np.float32)
    # rows run from the top down, so their axis is y mirrored
    rows = _area_mean(work, (-source[3], -target[3], target[3] - target[1]), ratio[1])
    columns = np.swapaxes(rows, 0, 1)
    both = _area_mean(columns, (source[0], target[0], target[2] - target[0]), ratio[0])
    out = np.swapaxes(both, 0, 1)
    white = _WHITE.get(shaped.dtype)
    return np.ascontiguousarray(np.rint(out) if white else out).astype(shaped.dtype)


def _area_mean(pixels: Array, axis: tuple[int, int, int], ratio: float) -> Array:
    """Means along axis 0: `axis` is (start of the source, start and length of the target)."""
    source_start, target_start, length = axis
    n = pixels.shape[0]
    edges = (np.arange(length + 1) + target_start) / ratio - source_start
    low, high = edges[:-1], edges[1:]
    out = np.zeros((length, *pixels.shape[1:]), np.float32)
    first = np.floor(low).astype(int)
    for tap in range(math.ceil(1 / ratio) + 1):
        index = first + tap
        weight = np.clip(np.minimum(high, index + 1) - np.maximum(low, index), 0, None) / (high - low)
        used = weight > 1e-9  # a pixel that is not touched must not spoil others with a NaN
        taken = pixels[np.clip(index[used], 0, n - 1)]
        out[used] += weight[used].astype(np.float32).reshape(-1, *[1] * (pixels.ndim - 1)) * taken
    return out
