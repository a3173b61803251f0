"""Which pixels of a small picture are a screen: one flat, strongly coloured cluster of chromaticity."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import step
from ..ops.planes import box

_BINS = 64
_NOISE = 0.0009
"""Unrest that any camera leaves in a small picture, scene-linear: what a dark screen is allowed."""


def chroma_of(light: Pixels) -> tuple[Pixels, Pixels, Pixels]:
    """Chromaticity (h×w×2), saturation and brightness of non-negative light."""
    red, green, blue = (np.ascontiguousarray(light[..., c]) for c in range(3))
    total = red + green + blue + np.float32(1e-9)
    chroma = np.stack([red / total, green / total])
    top, least = np.maximum(np.maximum(red, green), blue), np.minimum(np.minimum(red, green), blue)
    saturation = np.asarray(1 - least / (top + np.float32(1e-9)), np.float32)
    return np.moveaxis(chroma, 0, 2), saturation, np.asarray(top, np.float32)


def flatness(chroma: Pixels, top: Pixels) -> Pixels:
    """1 where colour hardly changes within 5×5 pixels, towards 0 where it does."""
    mean = box(chroma, 5)
    spread = np.maximum(box(chroma * chroma, 5) - mean * mean, 0)
    bright = cv2.blur(top, (5, 5))
    ripple = np.maximum(cv2.blur(top * top, (5, 5)) - bright * bright, 0) / (
        bright * bright + np.float32(1e-9)
    )
    grain = np.float32(_NOISE) ** 2 / (bright * bright + np.float32(1e-9))
    loose = (spread[..., 0] + spread[..., 1]) / (np.float32(0.02**2) + grain)
    loose += ripple / (np.float32(0.12**2) + grain)
    return np.asarray(np.exp(-loose), np.float32)


def hue_trust(mode: str) -> Pixels:
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


def border(height: int, width: int) -> Pixels:
    """1 along the frame's edge, 0 in the middle; screens reach the edge."""
    rim = max(1, round(0.03 * max(height, width)))
    mask = np.ones((height, width), np.float32)
    mask[rim : height - rim, rim : width - rim] = 0
    return mask


def bin_of(chroma: Pixels) -> npt.NDArray[np.intp]:
    """Index of each chromaticity in a flat table of `hue_trust`."""
    index = np.clip((chroma * _BINS).astype(np.intp), 0, _BINS - 1)
    return np.asarray(index[..., 0] * _BINS + index[..., 1])


def _away(chroma: Pixels, seed: Pixels) -> Pixels:
    """Squared distance of chromaticities to *seed* (one, or one for each pixel), h×w."""
    gap = chroma - seed
    return np.asarray(gap[..., 0] ** 2 + gap[..., 1] ** 2, np.float32)


def seed_of(chroma: Pixels, weight: Pixels, mode: str) -> Pixels:
    """The chromaticity with most evidence."""
    flat = bin_of(chroma)
    counts = np.bincount(flat.ravel(), weight.ravel().astype(np.float64), _BINS * _BINS)
    table = cv2.GaussianBlur(counts.reshape(_BINS, _BINS), (0, 0), 1.2) * hue_trust(mode)
    peak = int(np.argmax(table))
    return np.array([peak // _BINS + 0.5, peak % _BINS + 0.5], np.float32) / np.float32(_BINS)


def members(chroma: Pixels, seed: Pixels, base: Pixels) -> tuple[Pixels, Pixels]:
    """Weight of each pixel as sure screen, and the refined chromaticity."""
    for radius in (0.08, 0.06, 0.05):
        near = np.exp(-_away(chroma, seed) / np.float32(radius**2)) * base
        mass = float(near.sum())
        if mass <= 1e-6:
            break
        seed = np.asarray((chroma * near[..., None]).sum((0, 1)) / mass, np.float32)
    return alike(chroma, seed, base), seed


def alike(chroma: Pixels, seed: Pixels, base: Pixels) -> Pixels:
    """Weight of each pixel by its nearness to *seed* (one chromaticity, or one for each pixel)."""
    near = np.exp(-_away(chroma, seed) / np.float32(0.045**2)) * base
    return np.where(near > 0.15, near, 0).astype(np.float32)


# ---------------------------------------------------------------- is there a screen at all?


def calm(chroma: Pixels, coloured: Pixels, base: Pixels, seed: Pixels) -> float:
    """0 to 1: does this hue lie in flat places?  A wall does, grass and sea do not."""
    like = _away(chroma, seed) < 0.09**2
    share = float((base * like).sum() / max(float((coloured * like).sum()), 1.0))
    return float(step(share, 0.38, 0.54))


def one_paint(chroma: Pixels, seen: Pixels, seed: Pixels) -> float:
    """0 to 1: is this hue one colour or a stretch of many?  Paint is one; sky and stage light drift."""
    away = np.sqrt(_away(chroma, seed))
    family = float((seen * (away < 0.2)).sum())
    share = float((seen * (away < 0.05)).sum()) / max(family, 1.0)
    bluish = float(step(1 - float(seed.sum()) - float(seed[1]), -0.1, 0.1))
    low = 0.4 + 0.18 * bluish
    return float(step(share, low, low + 0.14))


def plausible(seed: Pixels) -> float:
    """0 to 1: how plausible this chromaticity is for a screen; skin, wood, a red or a yellow wall are not."""
    blue = 1 - float(seed.sum())
    return float(step(max(float(seed[1]), blue) - 0.75 * float(seed[0]), -0.02, 0.1))
