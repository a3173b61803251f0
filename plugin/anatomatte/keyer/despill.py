"""The foreground's own colour: spill taken off the subject."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .axis import Axis

LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def spill(light: Pixels, axis: Axis, method: str) -> Pixels:
    """How far the screen's channel stands above its limit, H×W, scene-linear, at least 0.

    The limits are the ones that compositors know: ``average`` the mean of the other two channels,
    ``limit`` the higher of them, ``double`` (double average) the mean in which the warmer of them
    counts twice, which spares skin.  ``unmix`` measures like ``average``.
    """
    if method == "double":
        return np.maximum(axis.double(light), 0)
    return np.maximum(axis.key(light, 1.0 if method == "limit" else 0.5), 0)


def despill(
    light: Pixels,
    axis: Axis,
    excess: Pixels,
    grey: Pixels,
    amount: Pixels | float,
    back: Pixels | float,
) -> None:
    """Take *amount* of the spill off *light* in place and put other light there.

    Spill is light of the screen: besides its chroma (*excess*) it brings the grey that the screen's
    colour holds (*grey*, H×W), which goes as far as there is any.

    Args:
        amount: share of the spill that goes, at least 0; H×W or one number.
        back: light that comes in its place, for each unit of luminance taken: a number (grey), a
            colour (3) or H×W×3.
    """
    strength = np.minimum(np.asarray(amount, np.float32), 1)  # above 1 only the grey goes on
    taken = excess * strength
    axis.take(light, taken)
    least = np.minimum(np.minimum(light[..., 0], light[..., 1]), light[..., 2])
    dull = np.minimum(grey * np.asarray(amount, np.float32), np.maximum(least, 0))
    weight = LUMA[axis.high] + np.float32(axis.shear) * LUMA[axis.mid]
    lost = taken * weight + dull
    if isinstance(back, float):
        light += (np.float32(back) * lost - dull)[..., None]
    else:
        light += lost[..., None] * back - dull[..., None]


def tinted(colour: Pixels, amount: float) -> Pixels:
    """*colour* (…×3, scene-linear) as light of the luminance *amount*; black gives nothing."""
    colour = np.maximum(colour, 0)
    bright = colour @ LUMA
    scale = np.where(bright > 1e-6, np.float32(amount) / np.maximum(bright, np.float32(1e-6)), 0)
    return np.asarray(colour * scale[..., None], np.float32)
