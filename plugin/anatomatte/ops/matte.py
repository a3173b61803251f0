"""What a compositor does to a finished matte: clips, gamma, erode, soften, despot.

Every function takes and gives a float32 H×W matte in 0..1.  Lengths are in pixels of the array.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..frame import Pixels
from . import loops
from .filters import EDGE, Mask, disc, gauss


def clip(matte: Pixels, black: float, white: float) -> Pixels:
    """Values at or below *black* become 0, at or above *white* 1, straight between them."""
    span = max(white - black, 1e-6)
    return np.asarray(np.clip((matte - np.float32(black)) * np.float32(1.0 / span), 0.0, 1.0), np.float32)


def gamma(matte: Pixels, value: float) -> Pixels:
    """matte ** (1 / value): above 1 opens the matte."""
    return np.power(matte, np.float32(1.0 / value))


def soften(matte: Pixels, size: float) -> Pixels:
    """Gaussian blur whose width at half height is about *size* pixels."""
    sigma = size / 2.355
    if sigma < 0.05:
        return matte
    return np.asarray(np.clip(gauss(matte, sigma), 0.0, 1.0), np.float32)


def calm(matte: Pixels, slack: float) -> Pixels:
    """Single pixels that stand out from all their eight neighbours by more than *slack* are drawn in.

    A strand or a slit has a neighbour along itself and stays; a speck of grain has none.
    """
    out = np.empty(matte.shape, np.float32)
    loops.calm(matte, slack, 0, 0, out)
    return out


def _shrink(matte: Pixels, radius: int) -> Pixels:
    """Grey erosion by a disc; large discs in steps of at most 7 pixels, so the cost stays linear."""
    while radius > 0:
        step = min(radius, 7)
        matte = np.asarray(cv2.erode(matte, disc(step), borderType=EDGE), np.float32)
        radius -= step
    return matte


def erode(matte: Pixels, size: float) -> Pixels:
    """Shrink the matte by *size* pixels (negative: grow it); fractions blend two whole sizes."""
    if size < 0:
        return np.float32(1.0) - erode(np.float32(1.0) - matte, -size)
    whole = math.floor(size)
    part = np.float32(size - whole)
    inner = _shrink(matte, whole)
    if part > 0:
        inner = inner + part * (_shrink(matte, whole + 1) - inner)
    return inner


def _spots(solid: Mask, area: float) -> Mask:
    """The connected groups of *solid* with fewer than *area* pixels."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(solid.astype(np.uint8), connectivity=8)
    small = stats[:, cv2.CC_STAT_AREA] < area
    small[0] = False
    return np.asarray(small[labels]) if count > 1 else np.zeros_like(solid)


def despot_black(matte: Pixels, area: float) -> Pixels:
    """Fill holes (matte below 0.95) smaller than *area* px²."""
    if area <= 0:
        return matte
    return np.float32(1.0) - despot_white(np.float32(1.0) - matte, area)


def despot_white(matte: Pixels, area: float) -> Pixels:
    """Remove islands (their core and the soft rim around it) smaller than *area* px².

    An island is what is left when everything at or below 0.05 counts as outside.
    """
    if area <= 0:
        return matte
    spots = _spots(matte > np.float32(0.05), area)
    return np.where(spots, np.float32(0.0), matte)
