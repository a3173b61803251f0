"""The likeness of a plate: small enough for every frame, and the same through codecs, curves and proxies.

A grid of display-encoded luminance, ranked: cells are compared by their order (Spearman's rank correlation),
which no grade, exposure or encoding changes much, and another shot has by chance only.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels

ROWS, COLUMNS = 9, 16
ALIKE = 0.8
"""Correlation from which on two likenesses are of one plate; of different shots 19 in 20 are below .6."""

_FLAT = 1e-3
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_SIZE = ROWS * COLUMNS


def of(light: Pixels) -> str:
    """The likeness of scene-linear *light*, H×W×3: 144 ranks in hexadecimal, or zeros of an even picture."""
    small = cv2.resize(np.clip(light, 0, 64), (COLUMNS, ROWS), interpolation=cv2.INTER_AREA)
    luma = np.sqrt(np.maximum(np.asarray(small, np.float32).reshape(-1, 3) @ _LUMA, 0))
    if float(np.ptp(luma)) < _FLAT:
        return "00" * _SIZE
    # ties share a rank: an even screen must not be noise
    steps = np.round(luma / max(float(luma.max()), 1e-6) * 512)
    order = np.searchsorted(np.sort(steps), steps, "left") + np.searchsorted(np.sort(steps), steps, "right")
    return bytes(np.round(order * (255 / (2 * _SIZE))).astype(np.uint8)).hex()


def is_likeness(text: object) -> bool:
    """Whether a text may be what `of` gives."""
    try:
        return isinstance(text, str) and len(bytes.fromhex(text)) == _SIZE
    except ValueError:
        return False


def alike(one: str, other: str) -> float:
    """How alike two likenesses are, -1 to 1; an even picture is like another one, and like nothing else."""
    a, b = (np.frombuffer(bytes.fromhex(text), np.uint8).astype(np.float64) for text in (one, other))
    a, b = a - a.mean(), b - b.mean()
    spread = float(np.sqrt((a * a).sum() * (b * b).sum()))
    if spread == 0:
        return 1.0 if not a.any() and not b.any() else 0.0
    return float((a * b).sum()) / spread
