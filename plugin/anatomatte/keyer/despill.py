"""The foreground's own colour: spill taken off the subject."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .axis import Axis

_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def spill(light: Pixels, axis: Axis, method: str) -> Pixels:
    """How far the screen's channel stands above its limit, H×W, scene-linear, at least 0."""
    return np.maximum(axis.key(light, 1.0 if method == "limit" else 0.5), 0)


def despill(light: Pixels, axis: Axis, excess: Pixels, grey: Pixels, amount: float, luminance: float) -> None:
    """Take *amount* of the spill off *light* in place and give *luminance* of its light back as grey.

    Spill is light of the screen: besides its chroma (*excess*) it brings the grey that the screen's
    colour holds (*grey*, H×W), which goes as far as there is any.
    """
    taken = excess * np.float32(amount)
    axis.take(light, taken)
    least = np.minimum(np.minimum(light[..., 0], light[..., 1]), light[..., 2])
    dull = np.minimum(grey * np.float32(amount), np.maximum(least, 0))
    weight = _LUMA[axis.high] + np.float32(axis.shear) * _LUMA[axis.mid]
    light += (np.float32(luminance) * (taken * weight + dull) - dull)[..., None]
