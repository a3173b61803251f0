"""Calibration of the network's outputs: logits to probabilities, and probabilities to coverage."""

from __future__ import annotations

import numpy as np

from ..ops.filters import gauss, step
from .evidence import Plane

GAIN = 3.0
"""Exponent that sharpens the odds: on held-out synthetic pictures a grey is doubt, seldom softness."""

WIDE = 6.0
"""The exponent where a wide area is grey: nothing that large is half transparent."""

MIDDLE = 0.56
"""What the networks call this probability is an even chance: they see people a little too large.

In photos with human-made masks, of whole people and of portraits alike, even chances lie at 0.6 to 0.7."""

_REACH = 2.5
_UNSURE = (0.35, 0.65)


def probable(logits: Plane) -> tuple[Plane, Plane]:
    """Probabilities (h, w) of people and of held things, with a sum of at most 1; *logits* (2, h, w)."""
    both = 1 / (1 + np.exp(-np.clip(logits, -30, 30)))
    both /= np.maximum(both.sum(0), 1)
    return np.asarray(both[0], np.float32), np.asarray(both[1], np.float32)


def believed(probability: Plane) -> Plane:
    """Probability (h, w) of a place being covered, given the one that the networks say."""
    safe = np.clip(probability, 0, 1)
    no = (1 - safe) * np.float32(MIDDLE / (1 - MIDDLE))
    return np.asarray(safe / (safe + no), np.float32)


def decided(probability: Plane) -> Plane:
    """Coverage (h, w) in 0-1 from a probability: doubt is settled, most where a wide area is in doubt."""
    unsure = gauss(4 * probability * (1 - probability), _REACH)
    gain = np.float32(GAIN) + np.float32(WIDE - GAIN) * step(unsure, *_UNSURE)
    safe = np.clip(probability, 1e-6, 1 - 1e-6)
    return np.asarray(1 / (1 + np.power((1 - safe) / safe, gain)), np.float32)
