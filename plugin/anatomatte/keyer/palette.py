"""The colours that each place of the picture mixes: the subject's nearby and the screen's.

Everything is measured in units of the screen's brightness at the pixel, so that a dark screen and
a bright one are the same to the solver.  The grid has one cell for ``cell``×``cell`` pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops
from ..ops.filters import Fill, Mask
from ..ops.planes import cell_mean, planar

PAIRS = ((0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2))
"""The six different entries of a symmetric 3×3 matrix, in the order in which they are stored."""

CHANNELS = 14
"""subject weight, C (3), C·C (6), screen weight, C − S (3)."""

_SHADE = 0.12
_LEAST = 0.02**2
"""Variance that the subject's colours have at least, in screen units."""


def cell_for(height: int, width: int) -> int:
    """Pixels of the plate along one cell: a power of two, so that strips fall on whole cells."""
    cell = 1
    while max(height, width) > 640 * cell:
        cell *= 2
    return cell


@dataclass(frozen=True, slots=True, eq=False)
class Palette:
    """h×w×12 fields on the grid: mean of the subject (3), its covariance (6), offset of the screen (3)."""

    fields: Pixels
    cell: int
    tone: tuple[float, float]

    def at(self, y: npt.NDArray[np.intp], x: npt.NDArray[np.intp]) -> Pixels:
        """The fields at pixels (y, x), bilinear: N×12."""
        height, width, count = self.fields.shape
        flat = self.fields.reshape(-1, count)
        top, down = _taps(y, self.cell, height)
        left, right = _taps(x, self.cell, width)
        below, beside = np.minimum(top + 1, height - 1), np.minimum(left + 1, width - 1)
        upper = flat[top * width + left]
        upper += (flat[top * width + beside] - upper) * right[:, None]
        lower = flat[below * width + left]
        lower += (flat[below * width + beside] - lower) * right[:, None]
        upper += (lower - upper) * down[:, None]
        return np.asarray(upper, np.float32)


def _taps(at: npt.NDArray[np.intp], cell: int, size: int) -> tuple[npt.NDArray[np.intp], Pixels]:
    place = np.clip((at + 0.5) / cell - 0.5, 0, size - 1)
    first = place.astype(np.intp)
    return first, (place - first).astype(np.float32)


def gather(light: Pixels, surface: Pixels, subject: Pixels, screen: Pixels, cell: int) -> Pixels:
    """Sums over the cells of one strip: rows×columns×CHANNELS.

    Args:
        light, surface: H×W×3, the plate and the screen, whose brightness is the unit of what is summed.
        subject, screen: H×W, weights.
    """
    return loops.gather(light, surface, subject, screen, cell)


def cells_of(mask: Mask, cell: int) -> Pixels:
    """Share of each cell that *mask* (H×W) covers; what is missing at the right and the bottom is not."""
    return cell_mean(mask.astype(np.float32), cell)


def spread(sums: Pixels, cell: int) -> Palette:
    """The gathered sums of all cells, filled in where nothing is known."""
    planes = np.moveaxis(planar(sums), 2, 0)
    subject, screen = (Fill(planes[c]) for c in (0, 10))
    weight, bare = (np.maximum(planes[c], np.float32(1e-9)) for c in (0, 10))
    mean, square = ([subject(planes[c] / weight) for c in some] for some in (range(1, 4), range(4, 10)))
    covariance = [
        plane - np.float32(1 - _SHADE**2) * mean[i] * mean[j] + np.float32(_LEAST if i == j else 0)
        for plane, (i, j) in zip(square, PAIRS, strict=True)
    ]
    offset = [screen(planes[c] / bare) for c in range(11, 14)]
    mass, *totals = (float(planes[c].sum(dtype=np.float64)) + 1e-9 for c in (0, 1, 2, 3, 4, 7, 9))
    level = float(sum(totals[:3]) / 3 / mass)
    tone = (level, max(float(sum(totals[3:]) / 3 / mass) - level * level, 0.0) ** 0.5)
    fields = np.asarray(cv2.merge([*mean, *covariance, *offset]), np.float32)
    return Palette(fields.reshape(*sums.shape[:2], -1), cell, tone)
