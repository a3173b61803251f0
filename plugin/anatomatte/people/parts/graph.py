"""Regions that are alike are likely the same part: mean-field inference on a dense graph of regions.

P. Krähenbühl, V. Koltun, "Efficient Inference in Fully Connected CRFs with Gaussian Edge Potentials" (2011),
here over some hundred regions instead of pixels, so that every pair is written out.
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops import loops
from .regions import Numbers

_COLOUR = np.array([1.5, 0.8, 0.8], np.float32)
"""Lightness counts less than hue."""
_ALIKE = 15.0
"""Distance of colours, in units of 8-bit Lab, within which regions are alike."""
_ROUNDS = 6
_ITSELF = 0.2


def means(values: Pixels, of: Numbers, weight: Pixels, count: int) -> Pixels:
    """Weighted mean (n, count) of values (n, N) over each region."""
    return loops.means(np.ascontiguousarray(values), of.astype(np.int32), weight, count)[0]


def likeness(colours: Pixels, places: Pixels, mass: Pixels, reach: float) -> Pixels:
    """How much each of n regions (rows, summing to 1) listens to every other one.

    Args:
        colours: n×3 Lab. places: n×2 pixels. mass: n, how large they are. reach: pixels.
    """
    tint = np.square((colours[:, None] - colours[None]) / _COLOUR).sum(-1) / np.float32(_ALIKE**2)
    away = np.square(places[:, None] - places[None]).sum(-1) / np.float32(reach**2)
    made = np.exp(np.float32(-0.5) * (tint + away))
    made[np.diag_indices(len(made))] *= np.float32(_ITSELF)
    made *= mass[None]
    return np.asarray(made / made.sum(1, keepdims=True), np.float32)


def agreed(evidence: Pixels, listens: Pixels, strength: float = 1.0) -> Pixels:
    """Probabilities (labels, n) of regions whose own log odds are *evidence*, after they listened."""
    made = softmax(evidence)
    for _ in range(_ROUNDS):
        made = softmax(evidence + np.float32(strength) * (made @ listens.T))
    return made


def softmax(logits: Pixels) -> Pixels:
    """Probabilities over the first axis."""
    return loops.softmax(np.ascontiguousarray(logits)[:, None])[:, 0]
