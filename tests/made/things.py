"""A picture without anybody in it, for which a people network makes a matte all the same."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

WIDE, HIGH = 384, 256


def vase() -> npt.NDArray[np.float32]:
    """A blue vase on a wooden table before a wall, H×W×3, display-referred RGB in 0..1."""
    rows, columns = np.mgrid[:HIGH, :WIDE].astype(np.float32)
    wall, wood = np.array((0.66, 0.63, 0.58)), np.array((0.45, 0.3, 0.18))
    behind = np.where((rows < 0.58 * HIGH)[..., None], wall, wood) * (0.94 + 0.12 * rows / HIGH)[..., None]
    down = (rows - 30) / 190
    radius = 190 * (0.16 + 0.2 * np.sin(np.clip(down, 0, 1) * 3.1) ** 2 * (1 - 0.3 * down))
    across = (columns - WIDE / 2) / np.maximum(radius, 1)
    inside = (down > 0) & (down < 1) & (np.abs(across) < 1)
    soft = cv2.GaussianBlur(inside.astype(np.float32), (0, 0), 0.7)[..., None]
    lit = (0.25 + 0.75 * np.clip(1 - (across + 0.35) ** 2, 0, 1))[..., None]
    grain = np.random.default_rng(9).normal(0, 0.008, (HIGH, WIDE, 3))
    drawn = behind * (1 - soft) + soft * np.array((0.2, 0.35, 0.6)) * lit + grain
    return np.asarray(np.clip(drawn, 0, 1), np.float32)
