"""Find the screen and model its colour over the frame."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import gauss, rows_of, shrink, step
from .axis import Axis, axis_of

THUMB = 256
"""Longest side, in pixels, of the picture on which the screen is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is known of the screen.

    Attributes:
        weight: 0 (there is none) to 1 (certain); everything that the keyer does is scaled by it.
        axis: the colour axis along which the screen differs from grey.
        surface: h×w×3 scene-linear colour over the frame, at a low resolution.
        noise: grain of the sure screen, in units of its brightness.
    """

    weight: float
    axis: Axis
    surface: Pixels
    noise: float

    def rows(self, y1: int, y2: int, height: int, width: int) -> Pixels:
        """The surface at full size, rows y1 to y2 of *height*; any split gives the same pixels."""
        return rows_of(self.surface, y1, y2, height, width)


def thumbnail(light: Pixels) -> Pixels:
    """*light* averaged down so that its longest side is at most THUMB pixels."""
    height, width = light.shape[:2]
    factor = min(1.0, THUMB / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return light.copy()
    return shrink(light, size[1], size[0])


def _chroma(light: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Chromaticity (h×w×2), saturation and brightness of non-negative light."""
    total = light.sum(2) + np.float32(1e-9)
    chroma = light[..., :2] / total[..., None]
    top = light.max(2)
    return chroma, 1 - light.min(2) / (top + np.float32(1e-9)), top


def _flatness(chroma: Pixels, top: Pixels) -> Pixels:
    """1 where colour hardly changes within 5×5 pixels, towards 0 where it does."""
    mean = cv2.blur(chroma, (5, 5)).reshape(chroma.shape)
    spread = np.maximum(cv2.blur(chroma * chroma, (5, 5)).reshape(chroma.shape) - mean * mean, 0).sum(2)
    bright = cv2.blur(top, (5, 5))
    ripple = np.maximum(cv2.blur(top * top, (5, 5)) - bright * bright, 0) / (
        bright * bright + np.float32(1e-9)
    )
    return np.asarray(np.exp(-spread / np.float32(0.02**2) - ripple / np.float32(0.12**2)), np.float32)


_BINS = 64


def _hue_trust(mode: str) -> Pixels:
    """How plausible each chromaticity bin is as a screen: greens and blues before skin and wood."""
    bins = ((np.arange(_BINS) + 0.5) / _BINS).astype(np.float32)
    r, g = np.meshgrid(bins, bins, indexing="ij")
    b = 1 - r - g
    trust = 0.1 + 0.9 * step(np.maximum(g, b) - 0.75 * r, -0.02, 0.1)
    if mode == "green":
        trust = step(g - np.maximum(r, b), -0.06, 0.04)
    elif mode == "blue":
        trust = step(b - np.maximum(r, g), -0.06, 0.04)
    return np.asarray(np.where(b < -0.02, 0, trust), np.float32)


def _border(height: int, width: int) -> Pixels:
    """1 along the frame's edge, 0 in the middle; screens reach the edge."""
    rim = max(1, round(0.03 * max(height, width)))
    mask = np.ones((height, width), np.float32)
    mask[rim : height - rim, rim : width - rim] = 0
    return mask


def _bin(chroma: Pixels) -> npt.NDArray[np.intp]:
    index = np.clip((chroma * _BINS).astype(np.intp), 0, _BINS - 1)
    return np.asarray(index[..., 0] * _BINS + index[..., 1])


def _seed(chroma: Pixels, weight: Pixels, mode: str) -> Pixels:
    """The chromaticity with most evidence."""
    flat = _bin(chroma)
    counts = np.bincount(flat.ravel(), weight.ravel().astype(np.float64), _BINS * _BINS)
    table = cv2.GaussianBlur(counts.reshape(_BINS, _BINS), (0, 0), 1.2) * _hue_trust(mode)
    peak = int(np.argmax(table))
    return np.array([peak // _BINS + 0.5, peak % _BINS + 0.5], np.float32) / np.float32(_BINS)


def _members(light: Pixels, chroma: Pixels, seed: Pixels, base: Pixels) -> tuple[Pixels, Pixels]:
    """Weight of each thumbnail pixel as sure screen, and the refined chromaticity."""
    for radius in (0.08, 0.06, 0.05):
        near = np.exp(-((chroma - seed) ** 2).sum(2) / np.float32(radius**2)) * base
        mass = float(near.sum())
        if mass <= 1e-6:
            break
        seed = np.asarray((chroma * near[..., None]).sum((0, 1)) / mass, np.float32)
    near = np.exp(-((chroma - seed) ** 2).sum(2) / np.float32(0.045**2)) * base
    return np.where(near > 0.15, near, 0).astype(np.float32), seed


def _poly(height: int, width: int) -> np.ndarray:
    y, x = np.meshgrid(np.linspace(-1, 1, height), np.linspace(-1, 1, width), indexing="ij")
    return np.stack([np.ones_like(x), x, y, x * y, x * x, y * y], -1)


def _fit(light: Pixels, weight: Pixels) -> Pixels:
    """Robust second-order surface through the screen's pixels (iteratively reweighted, Tukey)."""
    height, width = weight.shape
    basis = _poly(height, width).reshape(-1, 6)
    values = light.reshape(-1, 3).astype(np.float64)
    base = weight.reshape(-1).astype(np.float64)
    scale = values[base > 0].mean(0).max() if (base > 0).any() else 1.0
    w, prior = base, np.diag([0, 0.01, 0.01, 0.03, 0.03, 0.03]) * max(base.sum(), 1e-9)
    surface = values
    for _ in range(4):
        weighted = basis * w[:, None]
        coefficients = np.linalg.solve(basis.T @ weighted + prior + 1e-12 * np.eye(6), weighted.T @ values)
        surface = basis @ coefficients
        wrong = np.abs(values - surface).max(1) / scale
        spread = max(4.7 * float(np.median(wrong[base > 0])) if (base > 0).any() else 1.0, 0.02)
        w = base * np.clip(1 - (wrong / spread) ** 2, 0, 1) ** 2
        if w.sum() < 1e-6:
            break
    return surface.reshape(height, width, 3).astype(np.float32)


def _follow(light: Pixels, surface: Pixels, weight: Pixels) -> Pixels:
    """Add what the low-order surface misses, smoothed, where sure screen is near."""
    wrong = np.abs(light - surface).max(2) / (surface.max(2) + np.float32(1e-6))
    trusted = weight * np.clip(1 - (wrong / np.float32(0.35)) ** 2, 0, 1)
    rest = (light - surface) * trusted[..., None]
    total, mass = np.zeros_like(rest), np.full(weight.shape, np.float32(1e-4))
    for sigma, share in ((3.0, 1.0), (9.0, 0.1), (27.0, 0.01)):
        total += np.float32(share) * gauss(rest, sigma)
        mass += np.float32(share) * gauss(trusted, sigma)
    return np.asarray(surface + total / mass[..., None], np.float32)


_CANON = {"green": (0.1, 0.6, 0.15), "blue": (0.08, 0.15, 0.6)}


def find(light: Pixels, mode: str, picked: tuple[float, float, float], uneven: bool) -> Screen | None:
    """The screen in scene-linear *light* (H×W×3), or None when *mode* is ``none``.

    *mode* is ``auto``, ``green``, ``blue``, ``picked`` (then *picked* is its linear colour).
    """
    if mode == "none":
        return None
    thumb = np.maximum(thumbnail(np.clip(light, -64, 64)), 0)
    height, width = thumb.shape[:2]
    chroma, saturation, top = _chroma(thumb)
    seen = step(top / (np.percentile(top, 95) + np.float32(1e-9)), 0.004, 0.03)
    coloured = step(saturation, 0.35, 0.7) * seen
    grainy = max(light.shape[:2]) < 1.5 * THUMB  # averaging down has not taken the grain off
    calm_chroma, _, calm_top = _chroma(gauss(thumb, 0.8)) if grainy else (chroma, None, top)
    base = coloured * _flatness(calm_chroma, calm_top)
    if mode == "picked":
        colour = np.maximum(np.array(picked, np.float32), 0)
        seed = colour[:2] / (colour.sum() + np.float32(1e-9))
    else:
        if mode != "auto":
            base = base * _hue_trust(mode).ravel()[_bin(chroma)]
        seed = _seed(chroma, base * (1 + 3 * _border(height, width)), mode)
        colour = np.array(_CANON.get(mode, _CANON["green"]), np.float32)
    member, seed = _members(thumb, chroma, seed, base)
    enough = member.sum() > 0.002 * height * width
    weight = 1.0
    if mode == "auto":
        calm = _calm(chroma, coloured, base, seed)
        weight = _presence(member, saturation, seed) * float(step(calm, 0.32, 0.52))
    if not enough:
        surface = np.broadcast_to(colour, (height, width, 3)).astype(np.float32)
        return Screen(weight if mode != "auto" else 0.0, axis_of(colour), surface, 0.0)
    solid = np.asarray(cv2.erode(member, np.ones((3, 3), np.uint8)), np.float32)
    member = solid if solid.sum() > 0.2 * member.sum() else member
    mean = np.asarray((thumb * member[..., None]).sum((0, 1)) / member.sum(), np.float32)
    surface = np.broadcast_to(mean, thumb.shape).astype(np.float32)
    if uneven:
        surface = _follow(thumb, _fit(thumb, member), member)
    surface = np.clip(
        surface, mean * np.float32(0.15), mean * np.float32(4.0) + np.float32(0.02) * mean.max()
    )
    axis = axis_of(mean)
    return Screen(weight, axis, surface, 0.0)


def _calm(chroma: Pixels, coloured: Pixels, base: Pixels, seed: Pixels) -> float:
    """Share of the pixels of this hue that lie in flat places: a wall has it, grass and sea have not."""
    like = ((chroma - seed) ** 2).sum(2) < 0.09**2
    return float((base * like).sum() / max(float((coloured * like).sum()), 1.0))


def _presence(member: Pixels, saturation: Pixels, seed: Pixels) -> float:
    """0 to 1: is this cluster a screen?  Covers some of the picture and of its border, strongly coloured."""
    height, width = member.shape
    mass = float(member.sum())
    if mass <= 0:
        return 0.0
    rim = _border(height, width)
    area = mass / (height * width)
    edge = float((member * rim).sum() / rim.sum())
    vivid = float((saturation * member).sum() / mass)
    blue = 1 - float(seed.sum())
    trust = float(step(max(float(seed[1]), blue) - 0.75 * float(seed[0]), -0.02, 0.1))
    least, most = 0.9 - 0.86 * trust, 1.4 - 1.22 * trust
    sky = float(step(blue - float(seed[1]), -0.1, 0.1))  # a blue must be purer than the sky
    pure = step(vivid, 0.5 + 0.16 * sky, 0.68 + 0.11 * sky)
    return float(step(area + edge, least, most) * pure)
