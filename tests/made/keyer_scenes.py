"""Small made plates whose alpha, foreground and screen are known, for the keyer's tests."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt

Pixels = npt.NDArray[np.float32]
GREEN = (0.06, 0.42, 0.09)
SCREENS = {
    "green": GREEN,
    "blue": (0.03, 0.09, 0.40),
    "teal": (0.02, 0.38, 0.26),
    "lime": (0.32, 0.52, 0.04),
    "dark": (0.004, 0.05, 0.007),
    "hot": (0.20, 0.95, 0.22),
}


@dataclasses.dataclass(frozen=True)
class Scene:
    """A plate in linear light and the truth about it."""

    image: Pixels
    alpha: Pixels
    foreground: Pixels
    screen: Pixels


def scene(
    height: int = 120,
    width: int = 180,
    colour: tuple[float, float, float] = GREEN,
    uneven: float = 0.4,
    grain: float = 0.006,
    spill: float = 0.0,
    size: float = 1.0,
    seed: int = 3,
    coat: tuple[float, float, float] = (0.25, 0.05, 0.04),
) -> Scene:
    """A head with loose hair over a coat, before an unevenly lit screen with grain."""
    up = 4
    random = np.random.default_rng(seed)
    h, w = height * up, width * up
    cover = np.zeros((h, w), np.uint8)
    skin = np.zeros((h, w), np.uint8)
    middle = (w // 2, int(h * 0.42))
    large = h * size
    cv2.ellipse(cover, middle, (int(large * 0.2), int(large * 0.27)), 0, 0, 360, 255, -1)
    cv2.ellipse(cover, (w // 2, int(h * 1.05)), (int(large * 0.42), int(large * 0.4)), 0, 0, 360, 255, -1)
    cv2.ellipse(skin, (w // 2, int(h * 0.46)), (int(large * 0.14), int(large * 0.19)), 0, 0, 360, 255, -1)
    for _ in range(60):
        angle = random.uniform(-np.pi, 0)
        start = np.array(middle) + h * size * np.array([0.19 * np.cos(angle), 0.26 * np.sin(angle)])
        points = [start]
        for _ in range(6):
            angle += random.normal() * 0.25
            points.append(points[-1] + h * 0.02 * np.array([np.cos(angle), np.sin(angle)]))
        line = np.stack(points).round().astype(np.int32)
        cv2.polylines(cover, [line], False, 255, int(random.integers(2, 6)))
    y, x = np.mgrid[:h, :w].astype(np.float32) / h
    hair = np.array([0.10, 0.05, 0.02]) * (1 + 0.4 * np.sin(40 * x + 9 * y))[..., None]
    cloth = np.array(coat) * (1 + 0.5 * np.sin(25 * y))[..., None]
    light = np.where((y < 0.66)[..., None], hair, cloth)
    light = np.where(skin[..., None] > 0, np.array([0.5, 0.31, 0.22]), light) * (cover[..., None] > 0)
    area = cv2.INTER_AREA
    alpha = cv2.resize(cover.astype(np.float32) / 255, (width, height), interpolation=area)
    light = cv2.resize(light.astype(np.float32), (width, height), interpolation=area)
    y, x = np.mgrid[:height, :width].astype(np.float32) / height - 0.5
    glow = 1 + uneven * (1.1 * np.exp(-((x - 0.9) ** 2 + y**2) / 0.4) - 0.4)
    screen = (np.array(colour, np.float32) * glow[..., None]).astype(np.float32)
    lit = light + np.float32(spill) * alpha[..., None] * screen
    image = lit + (1 - alpha[..., None]) * screen
    image = image + grain * random.standard_normal(image.shape) * np.sqrt(image + 0.02)
    foreground = light / np.maximum(alpha, 1e-3)[..., None]
    return Scene(image.astype(np.float32), alpha, foreground.astype(np.float32), screen)


def srgb8(light: Pixels) -> npt.NDArray[np.uint8]:
    """Linear light as 8-bit sRGB."""
    v = np.clip(light, 0, 1)
    coded = np.where(v <= 0.0031308, v * 12.92, 1.055 * np.power(v, 1 / 2.4) - 0.055)
    return (coded * 255 + 0.5).astype(np.uint8)


def edge(alpha: Pixels) -> npt.NDArray[np.bool_]:
    """Soft pixels and three around them."""
    soft = ((alpha > 0.02) & (alpha < 0.98)).astype(np.uint8)
    return np.asarray(cv2.dilate(soft, np.ones((7, 7), np.uint8)) > 0)
