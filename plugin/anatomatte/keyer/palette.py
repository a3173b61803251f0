"""The colours that each place of the picture mixes: the subject's nearby and the screen's.

Everything is measured in units of the screen's brightness at the pixel, so that a dark screen and
a bright one are the same to the solver.  The grid has one cell for ``cell``×``cell`` pixels.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops
from ..ops.filters import Mask, fill
from ..ops.planes import cell_mean

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
    subject, screen = (np.ascontiguousarray(sums[..., c]) for c in (0, 10))
    known, offset = (
        fill(
            np.asarray(sums[..., some] / np.maximum(weight, np.float32(1e-9))[..., None], np.float32), weight
        )
        for some, weight in ((slice(1, 10), subject), (slice(11, 14), screen))
    )
    mean = known[..., :3]
    covariance = np.stack(
        [
            known[..., 3 + k] - (1 - _SHADE**2) * mean[..., i] * mean[..., j] + (_LEAST if i == j else 0.0)
            for k, (i, j) in enumerate(PAIRS)
        ],
        -1,
    )
    mass, *totals = sums[..., (0, 1, 2, 3, 4, 7, 9)].sum((0, 1), dtype=np.float64) + 1e-9
    level = float(sum(totals[:3]) / 3 / mass)
    tone = (level, max(float(sum(totals[3:]) / 3 / mass) - level * level, 0.0) ** 0.5)
    return Palette(np.concatenate([mean, covariance, offset], -1).astype(np.float32), cell, tone)
