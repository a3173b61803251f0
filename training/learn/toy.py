"""Tiny flat people drawn with numpy alone: enough to see that training learns, with no assets at all."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX

from ..scene.compose import Sample


def _disc(
    y: NDArray[np.floating], x: NDArray[np.floating], cy: float, cx: float, ry: float, rx: float
) -> NDArray[np.float32]:
    """Coverage of an ellipse with an edge about one pixel wide."""
    distance = np.hypot((y - cy) / ry, (x - cx) / rx)
    return np.clip((1 - distance) * min(rx, ry) + 0.5, 0, 1).astype(np.float32)


def toy_sample(rng: np.random.Generator, side: int = 64) -> Sample:
    """A striped ground and one figure of a face, hair, a top and trousers, (side, side)."""
    y, x = np.mgrid[0:side, 0:side].astype(np.float32)
    wave = np.sin(x * rng.normal(0, 0.4) + y * rng.normal(0, 0.4))[..., None]
    picture = rng.uniform(40, 215, 3) + wave * rng.uniform(0, 60, 3)
    tall = side * rng.uniform(0.5, 0.95)
    cx, top = rng.uniform(0.25, 0.75) * side, rng.uniform(0, 0.3) * side
    cloth, legs = rng.uniform(0, 255, (2, 3))
    skin = np.array([225, 172, 140]) * rng.uniform(0.35, 1.05)
    figure = (
        ("trousers", 0.74, 0.28, 0.13, legs),
        ("upper_clothes", 0.42, 0.22, 0.17, cloth),
        ("hair", 0.11, 0.12, 0.11, skin * 0.25),
        ("face", 0.14, 0.09, 0.075, skin),
    )
    alpha = np.zeros((side, side), np.float32)
    label = np.zeros((side, side), np.uint8)
    for name, at, high, wide, colour in figure:
        cover = _disc(y, x, top + at * tall, cx, high * tall, wide * tall)
        picture = picture * (1 - cover[..., None]) + colour * cover[..., None]
        alpha = alpha + cover - alpha * cover
        label[cover >= 0.5] = INDEX[name]
    picture = np.clip(picture + rng.normal(0, 4, picture.shape), 0, 255).astype(np.uint8)
    mattes = np.stack([alpha, np.zeros_like(alpha)], -1)
    heads = np.array([[cx, top + 0.13 * tall]], np.float32)
    return Sample(picture, (mattes * 255).astype(np.uint8), label, (label > 0).astype(np.int32), heads)
