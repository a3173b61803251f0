"""The matte of the screen: how much of it shines through each pixel."""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from .screen import Screen

LIMIT = np.float32(64.0)
"""The key is measured on light within ±LIMIT, so that no highlight overflows; the picture is not touched."""


def transmission(light: Pixels, surface: Pixels, screen: Screen, gain: float, balance: float) -> Pixels:
    """Share of the screen's chroma in each pixel: 0 none, 1 pure screen; not clipped, H×W."""
    signal = screen.axis.key(np.clip(light, -LIMIT, LIMIT), balance)
    full = np.maximum(screen.axis.key(surface, balance), np.float32(1e-5))
    return signal / full * np.float32(gain)


def quiet(signal: Pixels, noise: float) -> Pixels:
    """Grain taken off the key signal, never off the picture: a local Wiener filter (J. S. Lee, 1980)."""
    if noise <= 0:
        return signal
    mean = cv2.blur(signal, (3, 3), borderType=cv2.BORDER_REPLICATE)
    spread = cv2.blur(signal * signal, (3, 3), borderType=cv2.BORDER_REPLICATE) - mean * mean
    spread = np.maximum(spread, 0)
    share = np.maximum(spread - np.float32(noise * noise), 0) / (spread + np.float32(1e-9))
    return mean + share * (signal - mean)


def screen_matte(signal: Pixels, screen: Screen) -> Pixels:
    """Coverage in 0..1 from the key signal, with its floor above the screen's own unrest."""
    floor = np.float32(min(3.0 * screen.noise, 0.2))
    ceiling = np.float32(0.03)
    alpha = np.clip((1 - signal - floor) / (1 - floor - ceiling), 0, 1)
    return 1 - np.float32(screen.weight) * (1 - alpha)
