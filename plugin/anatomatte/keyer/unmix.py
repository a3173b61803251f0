"""The foreground's own colour: screen light taken out of the edge, spill taken off the subject."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .axis import Axis

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)
_THIN = np.float32(0.08)


def unmix(light: Pixels, surface: Pixels, alpha: Pixels, amount: float) -> Pixels:
    """F of C = αF + (1−α)S, with *amount* of the screen's light S taken out; H×W×3, a new array.

    Below an alpha of 0.08 the division would only blow up grain, so the result fades to what is
    left of C.  Screen light is never taken below zero, values that are negative already stay.
    """
    cover = alpha[..., None]
    left = light - np.float32(amount) * (1 - cover) * surface
    left = np.where(left < 0, np.minimum(light, 0), left)
    return left / np.maximum(1 - np.float32(amount) * (1 - cover), _THIN)


def spill(light: Pixels, axis: Axis, method: str) -> Pixels:
    """How far the screen's channel stands above its limit, H×W, scene-linear, at least 0."""
    return np.maximum(axis.key(light, 1.0 if method == "limit" else 0.5), 0)


def despill(light: Pixels, axis: Axis, excess: Pixels, amount: float, luminance: float) -> None:
    """Take *amount* of *excess* off *light* in place and give *luminance* of its light back as grey."""
    taken = excess * np.float32(amount)
    axis.take(light, taken)
    if luminance > 0:
        weight = _LUMA[axis.high] + np.float32(axis.shear) * _LUMA[axis.mid]
        light += (taken * weight * np.float32(luminance))[..., None]
