"""Short words for the strings of the standard, and the names of its arguments."""

from __future__ import annotations

from typing import Any, Final

import numpy as np

COMPONENTS: Final = {
    "rgba": "OfxImageComponentRGBA",
    "rgb": "OfxImageComponentRGB",
    "alpha": "OfxImageComponentAlpha",
}
CHANNELS: Final = {"rgba": 4, "rgb": 3, "alpha": 1}
BY_CHANNELS: Final = {4: "rgba", 3: "rgb", 1: "alpha"}

# from shallow to deep
DEPTHS: Final[dict[str, str]] = {
    "byte": "OfxBitDepthByte",
    "short": "OfxBitDepthShort",
    "half": "OfxBitDepthHalf",
    "float": "OfxBitDepthFloat",
}
DTYPES: Final[dict[str, np.dtype[Any]]] = {
    "byte": np.dtype(np.uint8),
    "short": np.dtype(np.uint16),
    "half": np.dtype(np.float16),
    "float": np.dtype(np.float32),
}
BY_DTYPE: Final[dict[np.dtype[Any], str]] = {dtype: depth for depth, dtype in DTYPES.items()}

PREMULTS: Final = {
    "opaque": "OfxImageOpaque",
    "premultiplied": "OfxImageAlphaPremultiplied",
    "unpremultiplied": "OfxImageAlphaUnPremultiplied",
}
FIELDS: Final = {
    "none": "OfxFieldNone",
    "lower": "OfxFieldLower",
    "upper": "OfxFieldUpper",
    "both": "OfxFieldBoth",
    "single": "OfxFieldSingle",
    "doubled": "OfxFieldDoubled",
}
CONTEXTS: Final = {
    "filter": "OfxImageEffectContextFilter",
    "general": "OfxImageEffectContextGeneral",
    "generator": "OfxImageEffectContextGenerator",
    "transition": "OfxImageEffectContextTransition",
    "paint": "OfxImageEffectContextPaint",
    "retimer": "OfxImageEffectContextRetimer",
}


def short_word(table: dict[str, str], ofx: str, fallback: str = "") -> str:
    """The short word of one of the standard's strings; `fallback` for a string not in the table."""
    return next((word for word, string in table.items() if string == ofx), fallback)
