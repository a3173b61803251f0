"""Blurs, fills and resizes that every method of the keyer uses.  Borders repeat the last pixel."""

from __future__ import annotations

from typing import Generic, TypeVar

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from . import loops

Mask = npt.NDArray[np.bool_]
EDGE = cv2.BORDER_REPLICATE
Real = TypeVar("Real", np.float32, np.float64)


def box(pixels: Pixels, size: int) -> Pixels:
    """Mean over size×size pixels."""
    out = cv2.blur(pixels, (size, size), borderType=EDGE)
    return np.asarray(out, np.float32).reshape(pixels.shape)


def gauss(pixels: Pixels, sigma: float) -> Pixels:
    """Gaussian blur."""
    out = cv2.GaussianBlur(pixels, (0, 0), sigma, borderType=EDGE)
    return np.asarray(out, np.float32).reshape(pixels.shape)


def shrink(pixels: Pixels, height: int, width: int) -> Pixels:
    """Area average down to height×width."""
    if pixels.shape[:2] == (height, width):
        return pixels
    if _ours(pixels, height, width):
        return loops.shrink(pixels if _rows_whole(pixels) else np.ascontiguousarray(pixels), height, width)
    out = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(out, np.float32).reshape(height, width, *pixels.shape[2:])


def _ours(pixels: Pixels, height: int, width: int) -> bool:
    """Whether our own loop is the quicker one: OpenCV's is where a plane is halved, and makes larger."""
    rows, columns, *rest = pixels.shape
    smaller = pixels.dtype == np.float32 and 0 < height <= rows and 0 < width <= columns
    halved = not rest and (rows, columns) == (2 * height, 2 * width)
    return smaller and not halved and (not rest or rest[0] in (1, 3, 4))


def _rows_whole(pixels: Pixels) -> bool:
    """Whether the pixels of each row are in one piece."""
    size = pixels.itemsize * (pixels.shape[2] if pixels.ndim == 3 else 1)
    inner = pixels.ndim == 2 or pixels.shape[2] == 1 or pixels.strides[2] == pixels.itemsize
    return inner and (pixels.shape[1] == 1 or pixels.strides[1] == size)


def grow(pixels: Pixels, height: int, width: int) -> Pixels:
    """Bilinear up to height×width."""
    out = cv2.resize(pixels, (width, height), interpolation=cv2.INTER_LINEAR)
    return np.asarray(out, np.float32).reshape(height, width, *pixels.shape[2:])


def disc(radius: int) -> npt.NDArray[np.uint8]:
    """A round structuring element of 2·radius+1 pixels."""
    y, x = np.mgrid[-radius : radius + 1, -radius : radius + 1]
    return np.asarray(x * x + y * y <= radius * (radius + 0.5), np.uint8)


def eroded(mask: Mask, radius: int) -> Mask:
    """*mask* without everything that lies within *radius* pixels of its outside."""
    if radius <= 0:
        return mask
    return np.asarray(cv2.erode(mask.astype(np.uint8), disc(radius), borderType=EDGE), np.bool_)


def brightest(light: Pixels) -> Pixels:
    """The highest of the three channels (much quicker than a reduction along the last axis)."""
    return np.asarray(np.maximum(np.maximum(light[..., 0], light[..., 1]), light[..., 2]), np.float32)


def dot(one: Pixels, two: Pixels) -> Pixels:
    """Inner product of two colours at each pixel."""
    product = one * two
    return np.asarray(product[..., 0] + product[..., 1] + product[..., 2], np.float32)


def distance(one: Pixels, two: Pixels) -> Pixels:
    """Euclidean distance of two colours at each pixel."""
    if one.shape == two.shape and one.dtype == two.dtype == np.float32 and one.ndim > 1:
        found = loops.apart(one, two)
        if found is not None:
            return found
    gap = one - two
    return np.asarray(np.sqrt(dot(gap, gap)), np.float32)


def step(x: Pixels | float, low: float, high: float) -> Pixels:
    """Smoothly from 0 at *low* to 1 at *high*."""
    return loops.step(np.ascontiguousarray(x, np.float32), low, high - low).reshape(np.shape(x))


def rows_of(low: Pixels, y1: int, y2: int, height: int, width: int) -> Pixels:
    """Rows y1 to y2 of *low* brought bilinearly to height×width; any split into rows gives the same."""
    return loops.raised(np.ascontiguousarray(low, np.float32), y1, y2, height, width)


def reach(there: Mask, y1: int, y2: int, height: int, width: int) -> slice:
    """The columns of rows y1 to y2 of height×width that cells h×w may touch when they are grown to it."""
    rows, columns = there.shape
    low, high = y1 * rows // height - 1, -(-y2 * rows // height) + 1
    cells = np.flatnonzero(there[max(0, low) : high].any(0))
    if not len(cells):
        return slice(0, 0)
    left = (int(cells[0]) - 1) * width // columns - 1
    right = -(-(int(cells[-1]) + 2) * width // columns) + 1
    return slice(max(0, left), min(right, width))


def block_mean(pixels: Pixels, size: int) -> Pixels:
    """Mean of each size×size block, H×W×C; what is missing at the right and the bottom counts as 0."""
    if size == 1:
        return pixels
    height, width, channels = pixels.shape
    rows, columns = -(-height // size), -(-width // size)
    if (rows * size, columns * size) != (height, width):
        pixels = np.pad(pixels, ((0, rows * size - height), (0, columns * size - width), (0, 0)))
    out = np.empty((rows, columns, channels), np.float32)
    for c in range(0, channels, 4):  # OpenCV resizes at most four channels quickly
        part = np.ascontiguousarray(pixels[..., c : c + 4])
        small = cv2.resize(part, (columns, rows), interpolation=cv2.INTER_AREA)
        out[..., c : c + 4] = small.reshape(rows, columns, -1)
    return out


class Fill(Generic[Real]):
    """Spreads known values over a whole picture: normalised averaging on a pyramid (push-pull).

    Values count where *weight* H×W is above 0.  Each pixel takes the finest level of the pyramid at
    which the weight around it is well above *trust*; without any weight the answer is 0.
    After S. J. Gortler et al., "The Lumigraph" (1996), section 3.4.
    """

    def __init__(self, weight: npt.NDArray[Real], trust: float = 0.02) -> None:
        self._weight: npt.NDArray[Real] = weight
        dtype = weight.dtype.type
        masses: list[npt.NDArray[Real]] = [weight]
        while min(masses[-1].shape) > 1:
            masses.append(np.asarray(cv2.pyrDown(masses[-1]), dtype).reshape(_halved(masses[-1].shape)))
        self._shapes = [(int(mass.shape[0]), int(mass.shape[1])) for mass in masses]
        self._last: npt.NDArray[Real] = np.asarray(1 / (masses[-1] + dtype(1e-12)), dtype)
        shares: list[npt.NDArray[Real]] = [mass / (mass + dtype(trust)) for mass in masses[:-1]]
        self._rests: list[npt.NDArray[Real]] = [1 - share for share in shares]
        self._gains: list[npt.NDArray[Real]] = [
            share / (mass + dtype(1e-12)) for share, mass in zip(shares, masses, strict=False)
        ]

    def __call__(self, values: npt.NDArray[Real]) -> npt.NDArray[Real]:
        """*values* H×W, spread; the answer has their precision."""
        return self._spread(values * self._weight, 0)

    def around(self, values: npt.NDArray[Real]) -> npt.NDArray[Real]:
        """What all coarser levels have for the finest one, H×W; that is what *values* are spread to with
        `finest`. A picture of one pixel has no coarser level."""
        return self._raised(self._halved(values * self._weight), 0)

    @property
    def finest(self) -> tuple[npt.NDArray[Real], npt.NDArray[Real], npt.NDArray[Real]] | None:
        """Of the finest level how much what comes from the coarser ones counts, the weight, and what weighted
        values are multiplied with; None where there is only one level."""
        return (self._rests[0], self._weight, self._gains[0]) if self._rests else None

    def _halved(self, sums: npt.NDArray[Real]) -> npt.NDArray[Real]:
        shape = _halved((sums.shape[0], sums.shape[1]))
        return np.asarray(cv2.pyrDown(sums), sums.dtype).reshape(shape)

    def _raised(self, sums: npt.NDArray[Real], level: int) -> npt.NDArray[Real]:
        """What the weighted values of the next level give this one."""
        height, width = self._shapes[level]
        estimate = self._spread(sums, level + 1)
        return np.asarray(cv2.pyrUp(estimate, dstsize=(width, height)), sums.dtype).reshape(height, width)

    def _spread(self, sums: npt.NDArray[Real], level: int) -> npt.NDArray[Real]:
        """The estimate of a level, of its weighted values, which are changed."""
        if level == len(self._rests):
            return np.asarray(sums * self._last, sums.dtype)
        raised = self._raised(self._halved(sums), level)
        raised *= self._rests[level]
        sums *= self._gains[level]
        raised += sums
        return raised


def _halved(shape: tuple[int, ...]) -> tuple[int, int]:
    return (shape[0] + 1) // 2, (shape[1] + 1) // 2


def fill(values: npt.NDArray[Real], weight: npt.NDArray[Real], trust: float = 0.02) -> npt.NDArray[Real]:
    """*values* H×W×C spread over the whole picture from where *weight* H×W is above 0, as `Fill` does."""
    spread = Fill(weight, trust)
    planes = [spread(np.ascontiguousarray(values[..., c])) for c in range(values.shape[2])]
    return np.stack(planes, -1)
