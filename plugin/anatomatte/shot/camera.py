"""How the camera moves from frame to frame, as far as a shift tells it."""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..frame import Pixels
from ..people.evidence import Plane
from .looks import Look

_LONGEST = 128
_SURE = 0.2  # response of the phase correlation from which on it is believed
_MOST = 0.25  # of the height, in one frame


def background(picture: Pixels, looks: Sequence[Look]) -> Plane:
    """A display-referred *picture* (H, W, 3), small and grey, with its people in the grey of the rest."""
    high, wide = picture.shape[:2]
    scale = _LONGEST / max(high, wide)
    size = max(16, round(wide * scale)), max(16, round(high * scale))
    grey = np.asarray(cv2.resize(picture.mean(2), size, interpolation=cv2.INTER_AREA), np.float32)
    cover = np.zeros_like(grey)
    for look in looks:
        mask = np.asarray(look.mask, np.float32) / 255
        cover = np.maximum(cover, cv2.resize(mask, size, interpolation=cv2.INTER_LINEAR))
    mean = float((grey * (1 - cover)).sum() / max(float((1 - cover).sum()), 1e-6))
    return np.asarray(grey + cover * (mean - grey), np.float32)


def shift(before: Plane, now: Plane) -> tuple[float, float]:
    """How far `background` moved, x and y in heights of the picture, by phase correlation; 0 if unsure.

    After C. D. Kuglin and D. C. Hines, "The Phase Correlation Image Alignment Method" (1975).
    """
    high, wide = now.shape
    if before.shape != now.shape or not before.any() or not now.any():
        return 0.0, 0.0
    (x, y), sure = cv2.phaseCorrelate(before, now, cv2.createHanningWindow((wide, high), cv2.CV_32F))
    if sure < _SURE or max(abs(x), abs(y)) > _MOST * high:
        return 0.0, 0.0
    return float(x) / high, float(y) / high
