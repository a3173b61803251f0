"""Code values of video and the RGB that they mean, both ways, as the standards write them.

Limited range (ITU-R BT.601, BT.709, BT.2020): luma 16…235 and chroma 16…240 around 128, times 2^(bits-8);
legal white is exactly 1.0, and what a camera put above it or below black is kept.  Full range (JPEG, H.273):
0…2^bits-1.  Alpha is always full range.
"""

from __future__ import annotations

from dataclasses import dataclass
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

        table = ((np.arange(256, dtype=np.float64) - zero) / step).astype(np.float32)
        return np.asarray(cv2.LUT(plane, table), np.float32)
    made: Floats = np.subtract(plane, np.float32(zero), dtype=np.float32)
    made /= np.float32(step)
    return made


def encoded(values: Floats, zero: float, step: float, top: float) -> Codes:
    """Floats as the nearest integers between 0 and *top*; what is no number is 0."""
    codes = np.nan_to_num(values, nan=0.0, posinf=1e6, neginf=-1e6) * np.float32(step)
    codes += np.float32(zero + 0.5)
    np.clip(codes, 0.0, top + 0.5, out=codes)
    return codes.astype(np.uint8 if top < 256 else np.uint16)


def to_rgb(luma: Floats, blue: Floats, red: Floats, matrix: int) -> Floats:
    """H×W×3 RGB of luma (0…1) and the chromas (-0.5…0.5), each H×W."""
    import cv2

    kr, kb = WEIGHTS[matrix]
    kg = 1.0 - kr - kb
    rows = [
        [1.0, 0.0, 2.0 - 2.0 * kr],
        [1.0, -(2.0 - 2.0 * kb) * kb / kg, -(2.0 - 2.0 * kr) * kr / kg],
        [1.0, 2.0 - 2.0 * kb, 0.0],
    ]
    return np.asarray(cv2.transform(cv2.merge([luma, blue, red]), np.array(rows, np.float32)), np.float32)


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
    return np.ascontiguousarray(plane[: size[0], : size[1]])


def _stretched(plane: Floats, axis: int, factor: int, centred: bool) -> Floats:
    import cv2

    shape = list(plane.shape)
    shape[axis] *= factor
    out = np.empty(shape, np.float32)
    first = (factor - 1) / 2 if centred else 0.0
    one = np.ones(1, np.float32)
    for phase in range(factor):
        kernel = _keys((phase - first) / factor)
        across, down = (one, kernel) if axis == 0 else (kernel, one)
        made = plane if kernel[2] == 1.0 else cv2.sepFilter2D(plane, -1, across, down, borderType=1)
        if axis == 0:
            out[phase::factor] = made
        else:
            out[:, phase::factor] = made
    return out


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
