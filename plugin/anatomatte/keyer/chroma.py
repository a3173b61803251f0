"""Video stores colour at half the resolution of brightness (4:2:0); the key must know it.

Across an edge of such a plate the chroma is blurred and rings while the luma is sharp.  The loss is
found by what halving the picture takes away, and the solver then believes chroma less where there
is contrast around.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import box, grow, shrink, step

HALO = 4
_LUMA = np.array([0.30, 0.59, 0.11], np.float32)


def _coded(light: Pixels) -> Pixels:
    """A rough display encoding of light from 0 on, in which cameras and codecs take luma and chroma apart."""
    return np.asarray(np.sqrt(light), np.float32)


def _luma(coded: Pixels) -> Pixels:
    return np.asarray(coded @ _LUMA, np.float32)


def _fine(plane: Pixels) -> float:
    """What is lost by halving the size and doubling it again, as a share of the detail."""
    height, width = plane.shape
    half = shrink(plane, height // 2, width // 2)
    apart = min(float(np.square(plane - up).mean()) for up in (grow(half, height, width), _doubled(half)))
    bend = 4 * half[1:-1, 1:-1] - half[:-2, 1:-1] - half[2:, 1:-1] - half[1:-1, :-2] - half[1:-1, 2:]
    return apart / (float(np.square(bend).mean()) + 1e-12)


def _doubled(plane: Pixels) -> Pixels:
    return np.asarray(plane.repeat(2, 0).repeat(2, 1), np.float32)


def lost(light: Pixels) -> float:
    """0 to 1: does chroma lack the fine detail that luma has?  Four bands of *light* are looked at."""
    height, width = light.shape[0] // 2 * 2, light.shape[1] // 2 * 2
    if min(height, width) < 32:
        return 0.0
    tall = min(64, height)
    shares = []
    for at in sorted({int(y) // 2 * 2 for y in np.linspace(0, height - tall, 4)}):
        coded = _coded(np.clip(light[at : at + tall, :width], 0, 4))
        luma = _luma(coded)
        own = _fine(luma)
        red, blue = (_fine(np.asarray(coded[..., c] - luma, np.float32)) for c in (0, 2))
        shares.append((np.sqrt(red * blue), own))
    chroma, luma_share = np.sum(shares, 0)
    return float(1 - step(float(chroma / (luma_share + 1e-9)), 0.55, 0.75))


LUMA_RINGS, CHROMA_RINGS = 0.3, 0.6
"""Errors of a codec that has lost chroma, as shares of the contrast around."""


def contrast(light: Pixels) -> Pixels:
    """Deviation of brightness within 5×5 pixels, H×W."""
    luma = _luma(np.clip(light, 0, 64))
    mean = box(luma, 5)
    return np.asarray(np.sqrt(np.maximum(box(luma * luma, 5) - mean * mean, 0)), np.float32)
