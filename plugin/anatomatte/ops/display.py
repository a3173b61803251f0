"""The display transform for networks: scene-linear light to a display-referred picture.

Networks are trained on photographs: sRGB, 0 to 1, exposed for viewing.  A plate
that is such a photograph comes back practically as it was; a dark or a bright one is exposed as a
camera would have done it, and light above white is rolled off instead of clipped.
"""

from __future__ import annotations

import numpy as np

from .. import buffers
from ..frame import Pixels
from . import loops
from .colour import srgb_encode
from .filters import brightest, dot, shrink
from .strips import each

LONGEST = 4096
"""Longest side of the picture that is shown; larger plates are averaged down to it."""

DARK, BRIGHT = 0.08, 1.0
"""Mean linear light between which a plate is left as exposed as it is."""

_FULL_WHITE = 0.8  # the bright twentieth of a picture is not exposed beyond this
_KNEE = 0.5  # linear light above which highlights are rolled off, where there are any above white
_MOST_STOPS = 12.0
_MOST_WHITE = 16.0
_CODES = 65536
_SAMPLES = 65536
_LUMA = np.array([0.2126, 0.7152, 0.0722], np.float32)


def exposure(light: Pixels) -> float:
    """The factor that brings scene-linear *light*, H×W×3, to a photograph's exposure; 1 for most plates.

    A trimmed mean of the luminance (from the 25th to the 95th percentile: no letterbox, no lamps)
    is brought up to `DARK`, as far as the bright twentieth allows, or down from above `BRIGHT`.
    """
    luma = np.sort(np.clip(dot(_sampled(light), _LUMA), 0, 1e6))
    low, high = round(0.25 * (len(luma) - 1)), round(0.95 * (len(luma) - 1))
    mean, bright = float(luma[low : high + 1].mean()), float(luma[high])
    if mean < DARK:
        gain = min(DARK / max(mean, 1e-9), max(1.0, _FULL_WHITE / max(bright, 1e-9)))
        return float(min(gain, 2.0**_MOST_STOPS))
    if mean > BRIGHT:
        return (0.35 * mean + 0.65) / (mean * mean)
    return 1.0


def white(light: Pixels) -> float:
    """The light that becomes white: 1, or the brightest thousandth where that is more (16 at most)."""
    top = np.sort(brightest(_sampled(light)))
    return float(np.clip(top[round(0.999 * (len(top) - 1))], 1.0, _MOST_WHITE))


def _sampled(light: Pixels) -> Pixels:
    """Some pixels of a picture, N×3."""
    flat = light.reshape(-1, 3)
    return flat[:: max(1, len(flat) // _SAMPLES)]


def toned(light: Pixels, top: float) -> Pixels:
    """Linear *light* in 0..top rolled off to 0..1 above a knee; nothing changes where *top* is 1.

    The shoulder is the curve of E. Reinhard et al., "Photographic Tone Reproduction for Digital
    Images" (2002), equation 4, begun at the knee with its slope of 1 there.
    """
    knee = np.float32(_KNEE)
    span = np.float32(1) - knee
    t = np.maximum(light - knee, 0) / span
    end = np.float32((top - _KNEE) / (1 - _KNEE))
    rolled = knee + span * t * (1 + t / (end * end)) / (1 + t)
    return np.asarray(np.clip(np.where(light <= knee, light, rolled), 0, 1), np.float32)


def shown(
    light: Pixels, stops: float = 0.0, gamma: float = 1.0, threads: int = 1, exposed: float | None = None
) -> Pixels:
    """Scene-linear *light*, H×W×3 and finite, as display-referred RGB in 0..1 of `LONGEST` at most.

    Args:
        stops: added to the automatic exposure.
        gamma: bends the shown picture, value ** (1 / gamma).
        threads: processor threads; they change nothing.
        exposed: the automatic exposure in stops where a shot knows it; None takes the picture's own.
    """
    height, width = light.shape[:2]
    scale = LONGEST / max(height, width)
    if scale < 1:
        light = shrink(light, max(1, round(height * scale)), max(1, round(width * scale)))
    curve, gain, top = _tone(light, stops, gamma, exposed)
    factor = gain * (_CODES - 1) / top
    out = buffers.empty(light.shape)

    def strip(y1: int, y2: int) -> None:
        rows = np.ascontiguousarray(light[y1:y2], np.float32)
        loops.look_up(rows, curve, factor, out[y1:y2])

    each(light.shape[0], strip, threads, lambda: None)
    return out


def revealed(
    colours: Pixels, light: Pixels, stops: float = 0.0, gamma: float = 1.0, exposed: float | None = None
) -> Pixels:
    """Colours as `shown` shows those of the plate *light* (H×W×3), N×3 in 0..1, as scene-linear light.

    White comes back as the least light that becomes white.
    """
    height, width = light.shape[:2]
    scale = LONGEST / max(height, width)
    if scale < 1:
        light = shrink(light, max(1, round(height * scale)), max(1, round(width * scale)))
    curve, gain, top = _tone(light, stops, gamma, exposed)
    steps = np.linspace(0, top, _CODES)
    return np.asarray(np.interp(colours, curve, steps) / gain, np.float32)


def _tone(light: Pixels, stops: float, gamma: float, exposed: float | None) -> tuple[Pixels, float, float]:
    """The shown value of `_CODES` steps of exposed light from 0 to white, the exposure, and that white."""
    gain = (exposure(light) if exposed is None else 2.0**exposed) * 2.0**stops
    top = white(_sampled_rows(light) * np.float32(gain))
    steps = np.linspace(0, top, _CODES, dtype=np.float32)
    curve = np.clip(srgb_encode(toned(steps, top)), 0, 1)
    if gamma != 1.0:
        curve = np.power(curve, np.float32(1 / gamma))
    return curve.astype(np.float32), gain, top


def _sampled_rows(light: Pixels) -> Pixels:
    """Some whole rows, so that a large plate is not copied to find its white."""
    return light[:: max(1, light.shape[0] * light.shape[1] // _SAMPLES)]
