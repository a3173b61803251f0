"""Medians and quantiles of few numbers: as NumPy has them, without what it does for arrays of any kind."""

from __future__ import annotations

import numpy as np

from ...frame import Pixels


def median(values: Pixels) -> Pixels:
    """The median along the first axis, of N numbers or of N rows; N is 1 at least."""
    low, high = (len(values) - 1) // 2, len(values) // 2
    part = np.partition(values, (low, high) if high > low else high, 0)
    return np.asarray((part[low] + part[high]) * np.float32(0.5), np.float32)


def quantile(values: Pixels, share: float) -> float:
    """A quantile of N numbers, between the two that are nearest; N is 1 at least."""
    at = np.float32(share) * np.float32(len(values) - 1)
    low = min(int(at), len(values) - 1)
    high = min(low + 1, len(values) - 1)
    part = np.partition(values, (low, high) if high > low else high)
    return float(part[low] + (part[high] - part[low]) * (at - np.float32(low)))
