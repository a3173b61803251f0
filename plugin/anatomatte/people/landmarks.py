"""Landmarks of one person."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Landmarks:
    """Landmarks of one person in pixels of the plate, top row first; float32.

    Attributes:
        pose: 33×4, x, y, visibility and presence in 0..1.
        face: 468×3, or None where no face was found.
        left_hand, right_hand: 21×2, the person's own side, or None.
        score: 0..1, how far the pose is believed.
    """

    pose: NDArray[np.float32]
    face: NDArray[np.float32] | None
    left_hand: NDArray[np.float32] | None
    right_hand: NDArray[np.float32] | None
    score: float
