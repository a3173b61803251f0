"""How a still is encoded, by its type and by what its header says."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from anatomatte.errors import PlateError

from .files import reachable
from .formats import BY_SUFFIX, LINEAR

_LINEAR = frozenset(s for s, kind in BY_SUFFIX.items() if kind.colour == LINEAR)
_DPX_TRANSFER = {
    "linear": "linear",
    "itu-r 709-4": "rec709",
    "smpte 274m": "rec709",
    "itu-r 601-5 system b or g": "rec709",
    "itu-r 601-5 system m": "rec709",
    "unspecified video": "rec709",
    "ntsc composite video": "rec709",
    "pal composite video": "rec709",
}
_TAGS = {"lin": "linear", "srgb": "srgb", "srgbe": "srgb", "g22": "srgb", "g24": "rec709"}
"""Beginnings of the image library's names of colour spaces; g24 is what it calls BT.709's own curve."""


def colour_of(path: Path, spec: Any) -> str:
    """How a file's pixels are encoded, as a value of ``input_colour``.

    EXR, HDR and float TIFF are scene-linear, DPX and Cineon are Cineon log unless the header says otherwise,
    all others are sRGB unless they are tagged; a tag that is not read gives ``?`` and its name.
    """
    suffix = path.suffix.lower()
    if suffix in _LINEAR:
        return "linear"
    if suffix in (".dpx", ".cin"):
        return _DPX_TRANSFER.get(str(spec.get_string_attribute("dpx:Transfer")).lower(), "cineon")
    floats = str(spec.format) in ("float", "half", "double")
    if suffix in (".tif", ".tiff") and floats:
        return "linear"
    tag = str(spec.get_string_attribute("oiio:ColorSpace"))
    if not tag or suffix not in (".png", ".webp", ".jpg", ".jpeg", ".tif", ".tiff"):
        return "srgb"
    return _TAGS.get(tag.lower().partition("_")[0], f"?{tag}")


def peek_colour(path: Path) -> str:
    """The encoding of a file without reading its pixels; a broken header answers by its type.

    Raises:
        PlateError: the file is tagged with an encoding that is not read.
    """
    suffix = path.suffix.lower()
    if suffix in _LINEAR:
        return "linear"
    import OpenImageIO as oiio

    with reachable(path) as name:
        source = oiio.ImageInput.open(name)
        if source is None:
            oiio.geterror()
            return "cineon" if suffix in (".dpx", ".cin") else "srgb"
        try:
            found = colour_of(path, source.spec())
        finally:
            source.close()
    if found.startswith("?"):
        raise PlateError(
            f"{path} is tagged as {found[1:]}, which is not read as it is; convert it to EXR, or say with "
            "--colour as what it is to be taken."
        )
    return found
