"""Whether a pixel's colour is of the subject or of what is behind it."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask

_BINS = 12
_FLOOR = 1e-4

Table = npt.NDArray[np.float32]
Codes = npt.NDArray[np.uint16]


def codes(picture: Pixels) -> Codes:
    """h×w, the number of each pixel's colour; *picture* is h×w×3 in 0..1."""
    bins = (np.clip(picture, 0, 1) * np.float32(_BINS)).astype(np.uint8)
    made = np.zeros(picture.shape[:2], np.uint16)
    for channel in range(3):
        made *= np.uint16(_BINS)
        made += np.minimum(bins[..., channel], np.uint8(_BINS - 1))
    return made


def table(of: Codes, mask: Mask) -> Table:
    """How often each colour is there where the mask is, a little smoothed; 0 everywhere of an empty one.

    Colour histograms as in Y. Boykov and M.-P. Jolly, "Interactive graph cuts" (2001).
    """
    flat = np.bincount(of[mask], minlength=_BINS**3).astype(np.float32)
    counts: npt.NDArray[np.float32] = flat.reshape(_BINS, _BINS, _BINS)
    for axis in range(3):
        columns = np.ascontiguousarray(np.moveaxis(counts, axis, 0)).reshape(_BINS, -1)
        smooth = cv2.GaussianBlur(columns, (1, 5), 0.8, borderType=cv2.BORDER_REPLICATE)
        cube = np.asarray(smooth, np.float32).reshape(_BINS, _BINS, _BINS)
        counts = np.moveaxis(cube, 0, axis)
    return np.asarray(counts.ravel() / max(float(counts.sum()), 1.0), np.float32)


def likelier(of: Codes, inside: Table, outside: Table) -> Pixels:
    """Log of how much likelier each colour is *inside* than *outside*; 0 where a side has no colours."""
    if not inside.any() or not outside.any():
        return np.zeros(of.shape, np.float32)
    return np.asarray(np.log(inside[of] + _FLOOR) - np.log(outside[of] + _FLOOR), np.float32)
