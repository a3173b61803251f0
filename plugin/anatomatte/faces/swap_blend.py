"""The new face laid over the old: fine detail in a narrow border, coarse light in a wide one.

Two bands (after Burt and Adelson, ACM ToG 1983). Where the matte is 0 the plate stays to the last bit; where
it is 1 nothing of the old face is left.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import gauss, grow, shrink, step

_FINE = (0.0, 0.3)
_MATTE = (0.0, 0.8)
"""Of how far a place is from the border of the mesh: from where to where detail, and all else, is blended."""

_WHOLE = np.float32(255 / 254)
"""What is bare face but for a 255th is bare face."""

_REACH = 0.05
"""What is coarse, in widths of the face."""


def blended(
    new: Pixels, old: Pixels, inner: Pixels, share: Pixels, amount: float, width: float
) -> tuple[Pixels, Pixels]:
    """What is added to *old* H×W×3, and the matte H×W of the new face in it.

    Args:
        new: H×W×3, in the plate's light.
        inner: how far a place is from the border of the mesh, in 0..1.
        share: how far a pixel of the person is bare face.
        amount: how much of the new face is wanted.
        width: of the face in pixels.
    """
    strength = np.minimum(share * _WHOLE, 1) * np.float32(amount)
    matte = np.asarray(step(inner, *_MATTE) * strength, np.float32)
    gap = np.where(matte[..., None] > 0, new - old, np.float32(0))
    coarse = _coarse(gap, matte, max(1.0, _REACH * width))
    fine = (step(inner, *_FINE) * strength)[..., None]
    change = fine * (gap - coarse) + matte[..., None] * coarse
    return np.asarray(change, np.float32), matte


def _coarse(gap: Pixels, matte: Pixels, sigma: float) -> Pixels:
    """The low frequencies of *gap* where the matte is, without what lies beyond it."""
    height, width = matte.shape
    by = max(1.0, sigma / 2)
    rows, columns = max(1, round(height / by)), max(1, round(width / by))
    share = gauss(shrink(matte, rows, columns), sigma / by)
    found = gauss(shrink(gap * matte[..., None], rows, columns), sigma / by)
    return grow(np.asarray(found / np.maximum(share, 1e-6)[..., None], np.float32), height, width)
