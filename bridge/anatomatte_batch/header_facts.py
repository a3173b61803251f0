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
    r"|maxsamplesperpixel|deepimagestate|acesimagecontainerflag|thumbnail_(image|width|height|nchannels)|exif:(pixelxdimension|pixelydimension|colorspace|makernote"
    r"|interoperability.*|flashpixversion|exifversion|componentsconfiguration))$",
    re.IGNORECASE,
)
"""Facts about the file itself, not about the picture: how its pixels are stored, shown or coded."""


_TAKEN = ("DateTime", "ImageDescription")
"""Facts of the shot in an EXR alone: there they are capDate, when it was taken, and comments.  Others have
the date of the file there, and ours what it was made of."""

_SINGLE = {
    "double": "float",
    "vector2d": "float2",
    "vectord": "vector",
    "matrix33d": "matrix33",
    "matrixd": "matrix",
}
"""Types that the image library's Python reads and takes from nobody, and which takes their place."""


def facts_of(spec: Any, of_exr: bool = False) -> dict[str, Fact]:
    """Everything that a header says of the shot: time code, camera, lens, place, slate, grade, colour.

    Args:
        spec: the header.
        of_exr: whether it is that of an EXR.
    """
    return {
        _text(item.name): (_SINGLE.get(str(item.type), str(item.type)), _said(item.value))
        for item in spec.extra_attribs
        if item.value is not None and (not _OWN.match(item.name) or (of_exr and item.name in _TAKEN))
    }


def type_of(kind: str) -> Any:
    """The type of a fact for the image library, which does not know all of its own names for them."""
    import OpenImageIO as oiio

    whole = {"vector2i": (oiio.VEC2, 0), "vectori": (oiio.VEC3, 0), "vector2i[2]": (oiio.VEC2, 2)}
    shape = whole.get(kind)
    return kind if shape is None else oiio.TypeDesc(oiio.INT, shape[0], oiio.VECTOR, shape[1])


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
    """Frames a second, or None; of a DPX the film's rate, else the television's."""
    for name in ("framesPerSecond", "dpx:FrameRate", "dpx:TemporalFrameRate"):
        value = spec.getattribute(name)
        if isinstance(value, (tuple, list)) and len(value) == 2 and value[1]:
            value = float(value[0]) / float(value[1])
        if isinstance(value, (int, float)) and 0 < value < 1000:
            return exact_rate(float(value))
    return None


def exact_rate(rate: float) -> float:
    """The rate that is meant by a short form of it: 23.976 and 29.97 are of NTSC, n × 1000/1001."""
    ntsc = round(rate * 1.001) * 1000 / 1001
    return ntsc if abs(rate - ntsc) < 0.002 and abs(rate - round(rate)) > 0.01 else rate
