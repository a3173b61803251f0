"""Video stores colour at half the resolution of brightness (4:2:0); the edge can have it back.

Across an edge of two colours, chroma follows brightness along a line.  The line is fitted in a small
window and read at each pixel's own brightness: the guided filter of K. He, J. Sun, X. Tang,
"Guided image filtering" (PAMI 2013), with luma as the guide and chroma as the input.
Only the key looks at the result; the picture that leaves is not touched.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import box, step

HALO = 4
_LUMA = np.array([0.30, 0.59, 0.11], np.float32)
_EPS = np.float32(1e-4)


def _coded(light: Pixels) -> Pixels:
    """A rough display encoding, in which cameras and codecs take luma and chroma apart."""
    return np.asarray(np.sign(light) * np.sqrt(np.abs(light)), np.float32)


def _luma(coded: Pixels) -> Pixels:
    return np.asarray(coded @ _LUMA, np.float32)


def _ripple(plane: Pixels) -> float:
    """Energy at the finest scale as a share of that at twice its size, along rows."""
    fine = plane[:, 2:] - 2 * plane[:, 1:-1] + plane[:, :-2]
    coarse = plane[:, 4:] - 2 * plane[:, 2:-2] + plane[:, :-4]
    return float((fine * fine).mean() / ((coarse * coarse).mean() + 1e-12))


def lost(light: Pixels) -> float:
    """0 to 1: does chroma lack the fine detail that luma has?  *light* is any sample of whole rows."""
    if light.shape[1] < 32:
        return 0.0
    coded = _coded(np.clip(light, 0, 4))
    luma = _luma(coded)
    own = _ripple(luma)
    if own <= 0:
        return 0.0
    red, blue = (_ripple(coded[..., c] - luma) / own for c in (0, 2))
    return float(1 - step(float(np.sqrt(red * blue)), 0.6, 0.85))


def restored(light: Pixels, strength: float) -> Pixels:
    """*light* with its chroma drawn to its luma's edges; *strength* 0 to 1."""
    coded = _coded(light)
    luma = _luma(coded)
    mean = box(luma, 3)
    spread = np.maximum(box(luma * luma, 3) - mean * mean, 0) + _EPS
    out = coded.copy()
    for channel in (0, 2):
        plane = np.asarray(coded[..., channel] - luma, np.float32)
        level = box(plane, 3)
        slope = np.asarray((box(plane * luma, 3) - level * mean) / spread, np.float32)
        drawn = box(slope, 3) * luma + box(level - slope * mean, 3)
        out[..., channel] += np.float32(strength) * (drawn - plane)
    out[..., 1] = (luma - _LUMA[0] * out[..., 0] - _LUMA[2] * out[..., 2]) / _LUMA[1]
    return np.asarray(np.sign(out) * out * out, np.float32)
