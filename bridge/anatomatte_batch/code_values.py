"""Code values of video and the RGB that they mean, both ways, as the standards write them.

Limited range (ITU-R BT.601, BT.709, BT.2020): luma 16…235 and chroma 16…240 around 128, times 2^(bits-8);
legal white is exactly 1.0, and what a camera put above it or below black is kept.  Full range (JPEG, H.273):
0…2^bits-1.  Alpha is always full range.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt

from .picture import Floats

Codes = npt.NDArray[Any]
"""uint8 or uint16."""

WEIGHTS: dict[int, tuple[float, float]] = {
    1: (0.2126, 0.0722),
    4: (0.30, 0.11),
    5: (0.299, 0.114),
    6: (0.299, 0.114),
    7: (0.212, 0.087),
    9: (0.2627, 0.0593),
}
"""Share of red and of blue in luma, by the number of the matrix in H.273: BT.709, FCC, BT.601 (twice),
SMPTE 240M, BT.2020 with non-constant luminance."""


@dataclass(frozen=True, slots=True)
class Coding:
    """How numbers in a plane mean light.

    Attributes:
        bits: of a sample, 8 to 16.
        full: whether 0 and the largest number are black and white.
        matrix: of luma and chroma by H.273, one of `WEIGHTS`.
    """

    bits: int
    full: bool
    matrix: int = 1

    @property
    def top(self) -> float:
        """The largest code."""
        return float(2**self.bits - 1)

    @property
    def luma(self) -> tuple[float, float]:
        """The code of black, and how many lie between black and white."""
        scale = float(1 << (self.bits - 8))
        return (0.0, self.top) if self.full else (16.0 * scale, 219.0 * scale)

    @property
    def chroma(self) -> tuple[float, float]:
        """The code of no colour, and how many a chroma of one has."""
        scale = float(1 << (self.bits - 8))
        return 128.0 * scale, self.top if self.full else 224.0 * scale


def decoded(plane: Codes, zero: float, step: float) -> Floats:
    """Integers as float32, *zero* as 0.0 and *zero* + *step* as exactly 1.0."""
    if plane.dtype == np.uint8:
        import cv2

        return np.asarray(cv2.LUT(np.ascontiguousarray(plane), _table(zero, step)), np.float32)
    made: Floats = np.subtract(plane, np.float32(zero), dtype=np.float32)
    made /= np.float32(step)
    return made


@lru_cache(maxsize=16)
def _table(zero: float, step: float) -> Floats:
    return ((np.arange(256, dtype=np.float64) - zero) / step).astype(np.float32)


def encoded(values: Floats, zero: float, step: float, top: float) -> Codes:
    """Floats as the nearest integers between 0 and *top*; what is no number is 0."""
    codes = np.nan_to_num(values, nan=0.0, posinf=1e6, neginf=-1e6) * np.float32(step)
    codes += np.float32(zero + 0.5)
    np.clip(codes, 0.0, top + 0.5, out=codes)
    return codes.astype(np.uint8 if top < 256 else np.uint16)


def to_rgb(
    luma: Codes, blue: Codes, red: Codes, coding: Coding, log: tuple[int, int], centred: bool
) -> Floats:
    """H×W×3 RGB of the codes of luma, H×W, and of both chromas, which may be smaller.

    A band of lines after the other, so that only the result is large.

    Args:
        log: powers of two, down and across, by which chroma is smaller.
        centred: whether a sample of chroma lies midway between two columns, or on the left one.
    """
    import cv2

    height, width = luma.shape
    rows = np.array(_rows(coding.matrix), np.float32)
    out = np.empty((height, width, 3), np.float32)
    factor = 1 << log[0]
    for top in range(0, height, _BAND):
        end = min(top + _BAND, height)
        first = max(top // factor - _MARGIN, 0)
        last = min(-(-end // factor) + _MARGIN, blue.shape[0])
        lines = slice(top - first * factor, end - first * factor)
        planes = [decoded(luma[top:end], *coding.luma)]
        for plane in (blue, red):
            small = decoded(plane[first:last], *coding.chroma)
            planes.append(enlarged(small, ((last - first) * factor, width), log, (True, centred))[lines])
        cv2.transform(cv2.merge(planes), rows, dst=out[top:end])
    return out


_BAND, _MARGIN = 128, 3
"""Lines of luma that are converted at once, and lines of chroma around them that the kernel reaches."""


def _rows(matrix: int) -> list[list[float]]:
    """Red, green and blue, each of luma, blue and red chroma."""
    kr, kb = WEIGHTS[matrix]
    kg = 1.0 - kr - kb
    return [
        [1.0, 0.0, 2.0 - 2.0 * kr],
        [1.0, -(2.0 - 2.0 * kb) * kb / kg, -(2.0 - 2.0 * kr) * kr / kg],
        [1.0, 2.0 - 2.0 * kb, 0.0],
    ]


def from_rgb(rgb: Floats, matrix: int) -> tuple[Floats, Floats, Floats]:
    """Luma and both chromas, each H×W, of H×W×3 RGB."""
    kr, kb = WEIGHTS[matrix]
    luma = kr * rgb[..., 0] + (1.0 - kr - kb) * rgb[..., 1] + kb * rgb[..., 2]
    blue = (rgb[..., 2] - luma) / (2.0 - 2.0 * kb)
    red = (rgb[..., 0] - luma) / (2.0 - 2.0 * kr)
    return (np.asarray(luma, np.float32), np.asarray(blue, np.float32), np.asarray(red, np.float32))


def enlarged(
    plane: Floats, size: tuple[int, int], log: tuple[int, int], centred: tuple[bool, bool]
) -> Floats:
    """A plane of chroma at the size of its luma.

    Interpolated with Keys' cubic kernel, a = -0.5 (Keys, "Cubic convolution interpolation for digital image
    processing", 1981).

    Args:
        size: height and width of the luma.
        log: powers of two, down and across, by which chroma is smaller.
        centred: down and across, whether a sample lies amid those of luma, or on the first of them.
    """
    for axis in (0, 1):
        if factor := 1 << log[axis]:
            plane = plane if factor == 1 else _stretched(plane, axis, factor, centred[axis])
    return np.asarray(plane[: size[0], : size[1]])


def _stretched(plane: Floats, axis: int, factor: int, centred: bool) -> Floats:
    import cv2

    first = (factor - 1) / 2 if centred else 0.0
    phases = []
    for phase in range(factor):
        kernel = _keys((phase - first) / factor)
        across, down = (_ONE, kernel) if axis == 0 else (kernel, _ONE)
        same = kernel[2] == 1.0
        phases.append(plane if same else cv2.sepFilter2D(plane, -1, across, down, borderType=_REPLICATE))
    height, width = plane.shape
    if axis == 1:
        return np.asarray(cv2.merge(phases), np.float32).reshape(height, width * factor)
    out = np.empty((height, factor, width), np.float32)
    for phase, made in enumerate(phases):
        out[:, phase] = made
    return out.reshape(height * factor, width)


_ONE: Floats = np.ones(1, np.float32)
_REPLICATE = 1  # OpenCV's BORDER_REPLICATE


@lru_cache(maxsize=64)
def _keys(offset: float) -> Floats:
    """Weights of the five samples around one, for a point at *offset* (-1…1) from it."""
    x = np.abs(np.arange(-2, 3) - offset)
    near = (1.5 * x - 2.5) * x * x + 1.0
    far = ((-0.5 * x + 2.5) * x - 4.0) * x + 2.0
    return np.where(x < 1, near, np.where(x < 2, far, 0.0)).astype(np.float32)


def halved(plane: Floats, log: tuple[int, int]) -> Floats:
    """A chroma plane of half the height and width, where *log* says so: the mean of two lines, and across
    1:2:1 around the left sample of each pair, where H.273 has it by default."""
    if log[0]:
        plane = (plane[0::2] + plane[1::2]) * np.float32(0.5)
    if log[1]:
        left = np.pad(plane, ((0, 0), (1, 0)), mode="edge")
        plane = left[:, 0:-1:2] * 0.25 + left[:, 1::2] * 0.5 + left[:, 2::2] * 0.25
    return np.ascontiguousarray(plane, np.float32)
