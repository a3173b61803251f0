"""How a still is encoded, by its type and by what its header says; and what there is to say of that."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any

from anatomatte.errors import PlateError
from anatomatte.ops import colour

from .base_pictures import based
from .files import by_content, reachable
from .formats import BY_SUFFIX, LINEAR
from .icc import transfer_of
from .picture import Floats

_LINEAR = frozenset(s for s, kind in BY_SUFFIX.items() if kind.colour == LINEAR)
_FILM = (".dpx", ".cin")
_DPX = {
    "linear": "linear",
    "logarithmic": "cineon",
    "printing density": "cineon",
    "itu-r 709-4": "rec709",
    "smpte 274m": "rec709",
    "itu-r 601-5 system b or g": "rec709",
    "itu-r 601-5 system m": "rec709",
    "unspecified video": "rec709",
    "ntsc composite video": "rec709",
    "pal composite video": "rec709",
}
"""Transfer codes of SMPTE 268M by the image library's names; a colorimetric code has the same ones."""
_DPX_UNREAD = ("adx", "z depth linear", "z depth homogeneous")
_TAGS = {
    "lin": "linear",
    "linear": "linear",
    "srgb": "srgb",
    "srgbe": "srgb",
    "g22": "srgb",
    "g24": "rec709",
    "acescct": "acescct",
    "pq": "pq",
    "st2084": "pq",
    "hlg": "hlg",
}
"""Beginnings of the image library's names of colour spaces; g24 is what it calls BT.709's own curve."""
_BENT = (
    "g18",
    "g26",
    "acescc",
    "adx",
    "adx10",
    "adx16",
    "log",
    "logc",
    "logc3",
    "logc4",
)
"""Beginnings of names that are certainly no linear light."""


@dataclass(frozen=True)
class Encoding:
    """How a file's pixels are encoded.

    Attributes:
        colour: a value of ``input_colour``, or ``?`` and the name of a tag that is not read.
        note: that it is a guess, or that the file contradicts itself, in words to follow its name; or empty.
    """

    colour: str
    note: str = ""


def colour_of(path: Path, spec: Any) -> str:
    """`encoding_of` without its note."""
    return encoding_of(path, spec).colour


def encoding_of(path: Path, spec: Any) -> Encoding:
    """What the header says, else what the type means.

    EXR, HDR and float TIFF are scene-linear, DPX and Cineon are Cineon log, all others are sRGB, unless they
    are tagged, of whatever type they are.  Of several tags the first counts: cICP, ICC profile, the rest
    (PNG, third edition).
    """
    suffix = path.suffix.lower()
    if suffix == ".dpx":
        return _of_dpx(spec)
    if suffix == ".cin":
        return Encoding("cineon")
    floats = str(spec.format) in ("float", "half", "double")
    usual = "linear" if suffix in _LINEAR or (suffix in (".tif", ".tiff") and floats) else "srgb"
    if suffix == ".hdr":
        return Encoding(usual)
    tags = list(_tags(spec, linear=usual == "linear"))
    if not tags:
        return Encoding(usual)
    first, where = tags[0]
    others = [f"{_plain(kind)} by its {by}" for kind, by in tags[1:] if kind != first]
    if not others and usual == "linear" and first != "linear":
        others = ["linear by its type"]
    note = f"says that it is {_plain(first)} by its {where} and {', '.join(others)}; the first counts"
    return Encoding(first, note if others else "")


def of_full_range(pixels: Floats, channels: tuple[int, ...], path: Path, spec: Any) -> Floats:
    """Pixels of a PNG whose cICP says that they have video's range: 16 to 235 of 8 bits become 0 to 1
    (ITU-T H.273, 8.3); an alpha has the full range.

    Args:
        pixels: H×W×C, 0 to 1 for the file's codes.
        channels: which of the file's channels they are.
        path: with the suffix that the content should have.
        spec: the file's header.
    """
    cicp = spec.getattribute("CICP")
    if path.suffix.lower() != ".png" or not cicp or len(cicp) < 4 or cicp[3]:
        return pixels
    bits = 8 * spec.format.basesize()
    for place, channel in enumerate(channels):
        if channel != spec.alpha_channel:
            pixels[..., place] *= (2**bits - 1) / 2 ** (bits - 8) / 219
            pixels[..., place] -= 16 / 219
    return pixels


def principal(path: Path, source: Any) -> int:
    """The number of the picture that a file is about: 0, but for a TIFF that begins with smaller copies of it
    (NewSubfileType), as cameras and scanners write for their displays.

    Args:
        path: with the suffix that the content should have.
        source: the opened file.
    """
    part = 0
    if path.suffix.lower() in (".tif", ".tiff"):
        while source.seek_subimage(part, 0):
            if not source.spec(part, 0).get_int_attribute("tiff:subfiletype", 0) & _SMALLER:
                return part
            part += 1
    return 0


_SMALLER = 1
"""The bit of NewSubfileType."""


def _plain(kind: str) -> str:
    return kind.removeprefix("?")


def _tags(spec: Any, linear: bool) -> Iterator[tuple[str, str]]:
    """What a header says of the encoding, and by what, the weightiest first."""
    name = str(spec.get_string_attribute("oiio:ColorSpace"))
    cicp = spec.getattribute("CICP")
    coded = bool(cicp) and len(cicp) > 1 and cicp[1] != _CICP_UNSPECIFIED
    if coded:
        told = _tagged(name, linear)  # sRGB too where the library does not know the code
        known = _CICP.get(cicp[1])
        yield known or (told if told[:1] == "?" else f"?transfer code {cicp[1]} of a cICP"), "cICP"
    profile = spec.getattribute("ICCProfile")
    curve = transfer_of(bytes(profile), _KNOWN) if profile is not None else ""
    if curve:
        yield (curve if curve in _KNOWN else f"?{curve}"), "ICC profile"
    # without a tag the library says sRGB too, and beside a profile it knows only a gamma
    if name and not coded and not (curve and name.lower().startswith("srgb")):
        yield _tagged(name, linear), "colour space"


_CICP_UNSPECIFIED = 2
_CICP = {
    1: "rec709",
    4: "srgb",
    6: "rec709",
    8: "linear",
    13: "srgb",
    14: "rec709",
    15: "rec709",
    16: "pq",
    18: "hlg",
}
"""Transfer codes of ITU-T H.273; 4, a gamma of 2.2, is within .01 of sRGB."""
_KNOWN: dict[str, Callable[[Floats], Floats]] = {
    name: partial(colour.decode, name) for name in ("linear", "srgb", "rec709")
}


def _tagged(name: str, linear: bool) -> str:
    """A name of a colour space as a value of ``input_colour``; linear light has names without end."""
    first = name.lower().removeprefix("ocio:").partition("_")[0].partition(" ")[0]
    known = _TAGS.get(first)
    if known is None and linear and first not in _BENT and "log" not in first:
        known = "linear"
    return known or f"?{name}"


def _of_dpx(spec: Any) -> Encoding:
    """By the transfer code; where it says nothing by the colorimetric one, else as film scans are."""
    transfer = str(spec.get_string_attribute("dpx:Transfer"))
    metric = str(spec.get_string_attribute("dpx:Colorimetric"))
    told, beside = _DPX.get(transfer.lower()), _DPX.get(metric.lower())
    cure = "say with --colour if it is something else"
    if transfer.lower() in _DPX_UNREAD:
        return Encoding(f"?{transfer}")
    if told is None:
        stands = f"does not say how it is encoded (transfer {transfer or 'unknown'!r})"
        if str(spec.format) == "float":
            return Encoding("linear", f"{stands} and holds floats: it is taken as linear; {cure}")
        if beside is not None:
            return Encoding(beside, f"{stands}: it goes by its colorimetric, {metric!r}; {cure}")
        return Encoding("cineon", f"{stands}: it is taken as Cineon log; {cure}")
    if told == "linear" and str(spec.format) != "float":
        bits = spec.get_int_attribute("oiio:BitsPerSample", 0) or (8 if str(spec.format) == "uint8" else 16)
        return Encoding(
            "linear", f"says that it is linear, in {bits} bits, as older FFmpegs write of all; {cure}"
        )
    if beside is not None and beside != told and "linear" not in (beside, told):
        return Encoding(
            told, f"says {transfer!r} and, of its colorimetric, {metric!r}; the first counts; {cure}"
        )
    return Encoding(told)


def peek_colour(path: Path) -> str:
    """The encoding of a file without reading its pixels; a broken header answers by its type.

    Raises:
        PlateError: the file is tagged with an encoding that is not read.
    """
    suffix = path.suffix.lower()
    import OpenImageIO as oiio

    with reachable(path) as name, based(name) as (file, _):
        source = oiio.ImageInput.open(file)
        if source is None:
            oiio.geterror()
            return "linear" if suffix in _LINEAR else "cineon" if suffix in _FILM else "srgb"
        try:
            real = by_content(path, source.format_name())
            found = colour_of(real, source.spec(principal(real, source), 0))
        finally:
            source.close()
    if found.startswith("?"):
        raise PlateError(
            f"{path} is tagged as {found[1:]}, which is not read as it is; convert it to EXR, or say with "
            "--colour as what it is to be taken."
        )
    return found
