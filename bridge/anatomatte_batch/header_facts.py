"""What of a file's header goes into what is made of it."""

from __future__ import annotations

import re
from typing import Any

from .picture import Fact

_OWN = re.compile(
    r"(oiio|openexr|anatomatte|cryptomatte|tiff|png|jpeg|jpg|webp|dpx|cineon|bmp|targa|hdr|icc|iccprofile|photoshop|xmp)[:/]"
    r"|(compression|dwacompressionlevel|orientation|planarconfig|name|type|version|view|multiview|chunkcount"
    r"|lineorder|tiles|channels|preview|envmap|wrapmodes|textureformat|datetime|imagedescription|software"
    r"|iccprofile|cicp|xresolution|yresolution|resolutionunit|hostcomputer|documentname|pixelaspectratio"
    r"|maxsamplesperpixel|deepimagestate|exif:(pixelxdimension|pixelydimension|colorspace|makernote"
    r"|interoperability.*|flashpixversion|exifversion|componentsconfiguration))$",
    re.IGNORECASE,
)
"""Facts about the file itself, not about the picture: how its pixels are stored, shown or coded."""


def facts_of(spec: Any) -> dict[str, Fact]:
    """Everything that a header says of the shot: time code, camera, lens, place, slate, grade, colour."""
    return {
        _text(item.name): (str(item.type), _said(item.value))
        for item in spec.extra_attribs
        if not _OWN.match(item.name) and item.value is not None
    }


def _said(value: Any) -> Any:
    if isinstance(value, str):
        return _text(value)
    return tuple(_said(one) for one in value) if isinstance(value, (tuple, list)) else value


def _text(text: str) -> str:
    """A text that can be written: one that is no UTF-8 is taken for Latin-1, as old cameras and tools write.

    The image library gives such bytes as halves of surrogates, and takes them back from nobody.
    """
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return text.encode("utf-8", "surrogateescape").decode("latin-1")
    return text


def rate_of(spec: Any) -> float | None:
    """Frames a second, or None."""
    value = spec.getattribute("FramesPerSecond") or spec.getattribute("dpx:FrameRate")
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[1]:
        return float(value[0]) / float(value[1])
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1000 else None
