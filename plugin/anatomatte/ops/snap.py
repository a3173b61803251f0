"""The matte's edge drawn onto the edges of the plate.

In small windows the matte is a straight function of the plate's colour: K. He, J. Sun, X. Tang,
"Guided image filtering" (PAMI 2013), section 5, with three channels.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .filters import box

_RADIUS = 6.0
"""Pixels, at full resolution, within which an edge is looked for."""

_EPSILON = 4e-4


def _display(light: Pixels) -> Pixels:
    """A rough display encoding, in which equal steps look alike."""
    return np.asarray(np.sqrt(np.clip(light, 0, 16)), np.float32)


def snapped(matte: Pixels, light: Pixels, amount: float, scale: float = 1.0) -> Pixels:
    """*matte* (H×W in 0..1) moved by *amount* (0 to 1) towards what the plate's edges say.

    Args:
        light: H×W×3 scene-linear plate.
        scale: pixels of the plate for one at full resolution.

    Returns:
        H×W in 0..1; the matte itself where it is 0 or 1 all around.
    """
    size = 2 * max(1, round(_RADIUS * scale)) + 1
    edge = (matte > 0) & (matte < 1)
    wide = np.minimum(box(edge.astype(np.float32), size) * np.float32(size), 1)
    rows = np.flatnonzero(wide.any(1))
    if not len(rows):
        return matte
    y1, y2 = max(0, int(rows[0]) - 2 * size), min(len(matte), int(rows[-1]) + 2 * size + 1)
    guided = _guided(matte[y1:y2], _display(light[y1:y2]), size)
    out = matte.copy()
    near = np.float32(amount) * wide[y1:y2]
    out[y1:y2] += near * (np.clip(guided, 0, 1) - matte[y1:y2])
    return out


def _guided(matte: Pixels, guide: Pixels, size: int) -> Pixels:
    mean, flat = box(guide, size), box(matte, size)
    cover = box(guide * matte[..., None], size) - mean * flat[..., None]
    pairs = [(0, 0), (0, 1), (0, 2), (1, 1), (1, 2), (2, 2)]
    a, b, c, d, e, f = (
        box(np.ascontiguousarray(guide[..., i] * guide[..., j]), size)
        - mean[..., i] * mean[..., j]
        + np.float32(_EPSILON if i == j else 0)
        for i, j in pairs
    )
    x, y, z = cover[..., 0], cover[..., 1], cover[..., 2]
    aa, bb, cc = d * f - e * e, c * e - b * f, b * e - c * d
    dd, ee, ff = a * f - c * c, b * c - a * e, a * d - b * b
    det = np.maximum(a * aa + b * bb + c * cc, np.float32(1e-12))
    slope = np.stack([aa * x + bb * y + cc * z, bb * x + dd * y + ee * z, cc * x + ee * y + ff * z], -1)
    slope = np.asarray(slope / det[..., None], np.float32)
    offset = np.asarray(flat - (slope * mean).sum(2), np.float32)
    return np.asarray((box(slope, size) * guide).sum(2) + box(offset, size), np.float32)
