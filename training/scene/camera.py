"""What a camera, a grade and a codec do to a finished picture, and to its mattes where they are optical."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

Plane = NDArray[np.float32]


def motion_kernel(rng: np.random.Generator, width: int) -> Plane:
    """A line of motion up to 5 % of the picture's width long."""
    half = max(1, int(rng.uniform(0.008, 0.025) * width))
    kernel = np.zeros((2 * half + 1, 2 * half + 1), np.float32)
    turn = rng.uniform(0, np.pi)
    dx, dy = half * np.cos(turn), half * np.sin(turn)
    cv2.line(kernel, (round(half - dx), round(half - dy)), (round(half + dx), round(half + dy)), 1.0)
    return kernel / kernel.sum()


def optics(rng: np.random.Generator, picture: Plane, mattes: Plane) -> tuple[Plane, Plane]:
    """Motion blur or softness of a whole picture (H, W, 3) and its mattes (H, W, K) alike."""
    if rng.random() < 0.05:
        kernel = motion_kernel(rng, picture.shape[1])
        picture, mattes = cv2.filter2D(picture, -1, kernel), cv2.filter2D(mattes, -1, kernel)
    if rng.random() < 0.3:
        sigma = rng.uniform(0.001, 0.006) * picture.shape[1]
        picture, mattes = cv2.GaussianBlur(picture, (0, 0), sigma), cv2.GaussianBlur(mattes, (0, 0), sigma)
    return picture, mattes.reshape(picture.shape[0], picture.shape[1], -1)


LEAST = 0.1
"""Mean below which automatic exposure brightens a plate before the network sees it."""


def exposed(picture: Plane) -> Plane:
    """A dark picture (H, W, 3) brought up as automatic exposure does, eightfold at most."""
    mean = float(picture.mean())
    return picture if mean >= LEAST else picture * np.float32(min(8.0, LEAST / max(mean, 1e-3)))


class Grade:
    """Colour, exposure, noise and compression; noise comes from a pool drawn once."""

    def __init__(self, rng: np.random.Generator) -> None:
        self._noise = rng.normal(0, 1, 1 << 20).astype(np.float32)

    def __call__(self, rng: np.random.Generator, picture: Plane) -> NDArray[np.uint8]:
        """A graded copy of `picture` (H, W, 3) in 0-255, uint8."""
        x = np.clip(picture, 0, 255) * (1 / 255)
        height, width = x.shape[:2]
        if rng.random() < 0.8:
            x = x ** np.float32(np.exp(rng.normal(0, 0.22)))
            gain = np.exp(rng.normal(0, 0.16)) * (1 + rng.normal(0, 0.07, 3))
            x = x * gain.astype(np.float32) + np.float32(rng.normal(0, 0.02))
        if rng.random() < 0.04:
            x = x * np.float32(rng.uniform(0.1, 0.4))  # a dark plate
        if rng.random() < 0.1:  # cross-talk of channels, as lamps and profiles cause it
            mix = np.eye(3) + rng.normal(0, 0.07, (3, 3))
            x = np.clip(x @ mix.astype(np.float32), 0, 4)
        pick = rng.random()
        if pick < 0.08:
            x = np.repeat(x.mean(-1, keepdims=True), 3, -1)
        elif pick < 0.45:
            grey = x.mean(-1, keepdims=True)
            x = grey + (x - grey) * np.float32(rng.uniform(0.3, 1.5))
        if rng.random() < 0.1:
            v = (
                np.linspace(-1, 1, height, dtype=np.float32)[:, None] ** 2
                + np.linspace(-1, 1, width, dtype=np.float32)[None] ** 2
            )
            x = x * (1 - np.float32(rng.uniform(0.1, 0.4)) * v)[..., None]
        if rng.random() < 0.12:  # lower resolution footage
            k = rng.uniform(0.35, 0.8)
            small = cv2.resize(
                x, (max(8, int(width * k)), max(8, int(height * k))), interpolation=cv2.INTER_AREA
            )
            x = cv2.resize(small, (width, height), interpolation=cv2.INTER_LINEAR)
        if rng.random() < 0.25:  # sharpened, locally or for contrast
            sigma = rng.uniform(0.5, 1.2) if rng.random() < 0.7 else 0.06 * width
            x = x + np.float32(rng.uniform(0.2, 1.2)) * (x - cv2.GaussianBlur(x, (0, 0), sigma))
        x = exposed(x)
        strength = rng.exponential(0.014)
        if strength > 0.003:
            start = int(rng.integers(0, len(self._noise) - x.size))
            grain = self._noise[start : start + x.size].reshape(x.shape)
            x = x + grain * np.float32(strength) * (0.5 + np.sqrt(np.clip(x, 0, 1)))
        out = (np.clip(x, 0, 1) * 255 + 0.5).astype(np.uint8)
        if rng.random() < 0.4:
            coded = cv2.imencode(".jpg", out, [cv2.IMWRITE_JPEG_QUALITY, int(rng.uniform(30, 95))])[1]
            out = cv2.imdecode(coded, cv2.IMREAD_COLOR)
        return out
