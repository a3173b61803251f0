"""What an ICC profile says of tones: its curve from code values to light.

The image library keeps a profile's bytes and calls the picture sRGB whatever they say, so the
curve is read here (ICC.1:2022, 7.3 the tag table, 10.6 curveType, 10.18 parametricCurveType).
"""

from __future__ import annotations

import struct
from collections.abc import Callable

import numpy as np

from .picture import Floats

_CURVES = (b"gTRC", b"kTRC")
_GRID: Floats = np.linspace(0, 1, 65, dtype=np.float32)
_CLOSE = 0.02
"""How far a curve may lie from one that is known, in linear light; 2.2 and sRGB differ by .01."""


def transfer_of(profile: bytes, known: dict[str, Callable[[Floats], Floats]]) -> str:
    """Which curve a profile has.

    Args:
        profile: the whole of it.
        known: what decodes code values 0-1 to linear light, by its name.

    Returns:
        The name of the known curve that it lies on; ``gamma 1.80`` and the like for another; an empty text
        where it has no curve of its own (a table of colours) or is damaged.
    """
    try:
        light = _light(profile)
    except (struct.error, IndexError, ValueError):
        return ""
    if light is None or not np.isfinite(light).all():
        return ""
    apart = {name: float(np.abs(decode(_GRID) - light).max()) for name, decode in known.items()}
    nearest = min(apart, key=lambda name: apart[name])
    if apart[nearest] <= _CLOSE:
        return nearest
    middle = min(max(float(light[32]), 1e-6), 1 - 1e-6)
    return f"gamma {np.log(middle) / np.log(0.5):.2f}"


def _light(profile: bytes) -> Floats | None:
    """Linear light at `_GRID`."""
    (count,) = struct.unpack_from(">I", profile, 128)
    for number in range(min(count, 100)):
        name, at, size = struct.unpack_from(">4sII", profile, 132 + 12 * number)
        if name in _CURVES:
            return _curve(profile[at : at + size])
    return None


def _curve(tag: bytes) -> Floats | None:
    x = _GRID.astype(np.float64)
    if tag[:4] == b"curv":
        (count,) = struct.unpack_from(">I", tag, 8)
        if count == 0:
            return _GRID
        numbers = np.frombuffer(tag[12 : 12 + 2 * count], ">u2").astype(np.float64)
        if count == 1:
            return np.asarray(x ** (numbers[0] / 256), np.float32)
        return np.asarray(np.interp(x, np.linspace(0, 1, len(numbers)), numbers / 65535), np.float32)
    if tag[:4] != b"para":
        return None
    (kind,) = struct.unpack_from(">H", tag, 8)
    given = [n / 65536 for n in struct.unpack_from(f">{(1, 3, 4, 5, 7)[kind]}i", tag, 12)]
    g, a, b, c, d, e, f = _parameters(kind, given)
    bent = np.maximum(a * x + b, 0) ** g
    return np.asarray(np.where(x >= d, bent + e, c * x + f), np.float32)


def _parameters(kind: int, given: list[float]) -> tuple[float, ...]:
    """g, a, b, c, d, e, f of Y = (aX + b)^g + e from d on, and cX + f below it."""
    g, a, b, c, d, e, f = (*given, *(0.0,) * (7 - len(given)))
    if kind == 0:
        return g, 1.0, 0.0, 0.0, 0.0, 0.0, 0.0
    if kind in (1, 2):  # c is added to both branches of the second
        return g, a, b, 0.0, -b / a if a else 0.0, c, c
    return g, a, b, c, d, e, f
