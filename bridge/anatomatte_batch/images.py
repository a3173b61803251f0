"""Still images in, through OpenImageIO: the formats of `formats`."""

from __future__ import annotations

import re
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.errors import OutOfMemory, PlateError, reason
from anatomatte.file_names import shown

from .base_pictures import based
from .dpx_rows import completed
from .files import by_content, reachable
from .formats import BY_SUFFIX, LINEAR, suffixes
from .header_facts import facts_of, rate_of
from .picture import Floats, Picture, Window
from .read_layers import Layer, chosen, is_plain, layers_of
from .result import Message
from .still_pages import Size, pages_told
from .still_places import aspect_of, upright
from .stills_colour import encoding_of, of_full_range, principal

IMAGES = suffixes(video=False)
_LINEAR = frozenset(s for s, kind in BY_SUFFIX.items() if kind.colour == LINEAR)
_LAYERED = (".exr", ".sxr")
_JPEGS = BY_SUFFIX[".jpg"].suffixes
_STRAIGHT = BY_SUFFIX[".jp2"].suffixes + BY_SUFFIX[".jxl"].suffixes + BY_SUFFIX[".bmp"].suffixes
"""Their alpha is no factor of their colour, and the image library does not say so."""
_NAMES_CRYPTOMATTE = re.compile(r"cryptomatte/[^/]+/name$", re.IGNORECASE)
_REC709_LUMINANCE = (0.2126, 0.7152, 0.0722)
_NO_RGB = ("CMYK", "CIELAB", "ICCLAB", "ITULAB", "color separated", "YCCK")
"""Kinds of colour, by the image library's words, that it makes into RGB without looking at their profile."""
_UNSPECIFIED = (
    "a pixel and does not say that the fourth is an alpha; it is left out. "
    "Write it as associated or unassociated alpha if it is one."
)
_ALPHA_FLAT = "everywhere, and counts, not its colour; write the matte into the alpha, or as grey."
_GUESSED = "its colours become RGB without its profile; convert it to RGB first where they matter."
_GAINED = "holds a gain map for HDR screens; its picture for other screens is read."
_LINES_LIE = 4
"""The last orientation whose lines run across the picture."""
_UPRIGHT_LINES = (
    "holds lines that run up or down the picture (its orientation), which is not read; turn it first."
)
_CURES = {
    "Subsampled channels": "; write it with channels of one size, colour as R, G and B",
    "no FORMAT specifier": "; of Radiance files those of RGBE are read: convert XYZE, as by ra_xyze -r",
}
"""What helps where the image library has only a reason, by a part of that."""
_TRUNCATED = "is truncated or damaged"
_NOT_BUILT_IN = re.compile("not configured|not implemented|[Uu]nsupported JPEG")
"""In the words of libraries that were built without a method of compression, or know no other one."""
_WHOLE_NUMBERS = 2.0**32 - 1


def read_image(path: Path, layer: str | None = None, matte: bool = False) -> Picture:
    """Read a still.

    Args:
        layer: the name of a layer or part; None for the picture itself.
        matte: whether it is read as a matte: one channel will do.

    Raises:
        PlateError: missing, damaged, truncated, deep, of upright lines, without pixels or without a picture
            among its layers; the message names the file.
        SettingsError: it has no *layer*.
        OutOfMemory: the picture does not fit.
    """
    import OpenImageIO as oiio

    try:
        size = path.stat().st_size
    except OSError as why:
        raise PlateError(
            f"{path} cannot be read: {why.strerror}; check that it is there and may be read."
        ) from why
    if size == 0:
        raise PlateError(f"{path} is empty (0 bytes); render or copy it again.")
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    with reachable(path) as name, based(name) as (file, gained):
        source = oiio.ImageInput.open(file, hints)
        if source is None:
            told = _why(oiio.geterror())
            cure = next((text for words, text in _CURES.items() if words in told), "")
            raise PlateError(f"{path} cannot be read: {told}{cure}.")
        try:
            picture = _read(path, by_content(path, source.format_name()), source, layer, matte)
        except MemoryError as why:
            raise OutOfMemory(f"{path} does not fit into memory; use a bigger machine.") from why
        finally:
            source.close()
    if not gained:
        return picture
    word = Message("gain-map", f"{path.name} {_GAINED}")
    return replace(picture, messages=(*picture.messages, word))


def _read(path: Path, real: Path, source: Any, wanted: str | None, matte: bool) -> Picture:
    """Read an opened file; *real* has the suffix that its content should have."""
    main = principal(real, source)
    layers, sizes = _layers(real, source, main)
    pages = "" if real.suffix.lower() in _LAYERED else pages_told(path, real, sizes, main)
    layer = chosen(layers, wanted, matte, path)
    part = layer.part or main
    spec = source.spec(part, 0)
    if spec.deep:
        raise PlateError(f"{path} is a deep image; flatten it first.")
    if real.suffix.lower() == ".dpx" and spec.get_int_attribute("Orientation", 1) > _LINES_LIE:
        raise PlateError(f"{path} {_UPRIGHT_LINES}")
    low, high = min(layer.channels), max(layer.channels) + 1
    source.geterror()  # that there is no further part is no news
    raw = source.read_image(part, 0, low, high, "float")
    said = source.geterror()  # what the decoder noticed while it filled the picture up
    if raw is None and _NOT_BUILT_IN.search(said):
        raise PlateError(
            f"{path} is packed in a way that is not read: {_why(said)}; "
            f"write it anew {'with 8 bits' if 'JPEG' in said else 'with LZW or ZIP'}."
        )
    if raw is None or (real.suffix.lower() in _JPEGS and said and "extraneous" not in said):
        raise PlateError(f"{path} {_TRUNCATED}: {_why(said)}; render or copy it again.")
    pixels = np.asarray(raw, dtype=np.float32).reshape(spec.height, spec.width, high - low)
    if real.suffix.lower() == ".dpx":
        pixels = completed(pixels, low, path, spec)
    if real.suffix.lower() in _LAYERED:
        _by_value(pixels, [str(spec.channelformat(n)) for n in range(low, high)])
    order = [channel - low for channel in layer.channels]
    if order != list(range(high - low)):
        pixels = np.ascontiguousarray(pixels[..., order])
    if layer.kind == "luminance-chroma":
        pixels = _of_luminance_chroma(pixels, spec)
    pixels, bounds, display, turned = upright(pixels, spec, real)
    pixels = of_full_range(pixels, layer.channels, real, spec)
    encoding = encoding_of(real, spec)
    aspect = aspect_of(spec, real.suffix.lower() in _JPEGS)
    return Picture(
        pixels,
        bounds,
        display,
        aspect=1.0 / aspect if turned else aspect,
        premult=_premult(real, spec, pixels.shape[2]),
        colour=encoding.colour,
        facts=facts_of(spec, real.suffix.lower() in _LAYERED),
        fps=rate_of(spec),
        name=shown(path.name),
        layer=str(layer),
        bits=8 * int(spec.format.basesize()),
        messages=(
            *_messages(path, real, layer, layers, spec, pixels, matte),
            *_outside(path, bounds, display),
            *([Message("pages", pages)] if pages else []),
            *(
                [Message("colour-unsure", f"{path.name} {encoding.note}.")]
                if encoding.note and not matte
                else []
            ),
        ),
    )


def _by_value(pixels: Floats, kinds: list[str]) -> None:
    """Give channels of whole numbers their values, as OpenEXR does; OpenImageIO makes 0 to 1 of them."""
    for place, kind in enumerate(kinds):
        if kind == "uint":
            pixels[..., place] = np.rint(pixels[..., place].astype(np.float64) * _WHOLE_NUMBERS)


def _outside(path: Path, bounds: Window, display: Window) -> list[Message]:
    """That nothing of a picture is seen in its display window, which other formats show alone."""
    (x1, y1, x2, y2), (wide, tall) = bounds, display[2:]
    if x1 < wide and y1 < tall and x2 > 0 and y2 > 0:
        return []
    text = f"The pixels of {path.name} all lie outside its display window of {wide}×{tall}."
    return [Message("outside-window", text)]


def _layers(path: Path, source: Any, main: int) -> tuple[list[Layer], list[Size]]:
    """All layers, and the sizes of all pictures: pages of a scan, an animation."""
    sizes: list[Size] = []
    parts: list[tuple[str, list[str]]] = []
    coded: set[str] = set()
    while source.seek_subimage(len(parts), 0):
        spec = source.spec(len(parts), 0)
        sizes.append((spec.width, spec.height))
        name = str(spec.get_string_attribute("oiio:subimagename"))
        coded |= {str(one.value) for one in spec.extra_attribs if _NAMES_CRYPTOMATTE.match(one.name)}
        parts.append(
            (name if path.suffix.lower() in _LAYERED else "", [str(one) for one in spec.channelnames])
        )
    if len(parts) == 1:
        parts = [("", parts[0][1])] if _beside(parts[0]) else parts
    if path.suffix.lower() not in _LAYERED:
        first = parts[main][1]
        parts = [("", [*("YA" if len(first) < 3 else first[:4])][: len(first)] + first[4:])]
    return layers_of(parts, coded), sizes


def _beside(part: tuple[str, list[str]]) -> bool:
    """Whether the only part's name says nothing that its channels do not."""
    return any("." not in channel for channel in part[1])


def _of_luminance_chroma(pixels: Floats, spec: Any) -> Floats:
    """RGB(A) of Y, RY and BY (OpenEXR): RY = (R - Y) / Y, BY = (B - Y) / Y."""
    weights = _luminance(spec.getattribute("chromaticities"))
    luminance = pixels[..., 0]
    red, blue = ((pixels[..., n] + 1.0) * luminance for n in (1, 2))
    green = (luminance - weights[0] * red - weights[2] * blue) / weights[1]
    return np.ascontiguousarray(
        np.dstack([red, green, blue, *([pixels[..., 3]] if pixels.shape[2] == 4 else [])])
    )


def _luminance(chromaticities: Any) -> tuple[float, float, float]:
    """Luminance of red, green and blue, by their chromaticities (SMPTE RP 177) or as Rec.709 has it."""
    if not chromaticities or len(chromaticities) != 8:
        return _REC709_LUMINANCE
    xy = np.asarray(chromaticities, np.float64).reshape(4, 2)
    xyz = np.stack([xy[:, 0] / xy[:, 1], np.ones(4), (1 - xy.sum(axis=1)) / xy[:, 1]])
    try:
        red, green, blue = (float(one) for one in np.linalg.solve(xyz[:, :3], xyz[:, 3]))
    except np.linalg.LinAlgError:
        return _REC709_LUMINANCE
    return red, green, blue


def _messages(
    path: Path, real: Path, layer: Layer, layers: list[Layer], spec: Any, pixels: Floats, matte: bool
) -> list[Message]:
    told: list[Message] = []
    if not is_plain(layer, layers):
        others = [one.title or "the unnamed layer" for one in layers if one is not layer]
        beside = f"; beside it there are {', '.join(dict.fromkeys(others[:8]))}" if others else ""
        told.append(Message("layer", f"Of {path.name} the layer {layer} is read{beside}."))
    if real.suffix.lower() != path.suffix.lower():
        nature = real.suffix[1:].upper()
        told.append(
            Message("file-type", f"{path.name} holds {nature}, whatever its name says; it is read so.")
        )
    if real.suffix.lower() in (".tif", ".tiff") and pixels.shape[2] == 3 and spec.nchannels > 3:
        told.append(Message("alpha-unspecified", f"{path.name} has {spec.nchannels} samples {_UNSPECIFIED}"))
    kind = spec.get_string_attribute("tiff:ColorSpace") or spec.get_string_attribute("jpeg:ColorSpace")
    if kind in _NO_RGB and not matte:
        told.append(Message("colour-unsure", f"{path.name} is {kind}: {_GUESSED}"))
    if matte and pixels.shape[2] == 4 and _flat(pixels[..., 3]) and not _flat(pixels[..., 0]):
        alpha = f"{pixels[0, 0, 3]:.3g}"
        told.append(
            Message("matte-alpha-flat", f"The alpha of the matte {path.name} is {alpha} {_ALPHA_FLAT}")
        )
    return told


def _flat(plane: Floats) -> bool:
    return bool(plane.size) and float(plane.min()) == float(plane.max())


def _premult(path: Path, spec: Any, channels: int) -> str:
    if channels != 4:
        return "opaque"
    if path.suffix.lower() in _LINEAR:
        return "premultiplied"
    if path.suffix.lower() in _STRAIGHT:
        return "unpremultiplied"
    return "unpremultiplied" if spec.get_int_attribute("oiio:UnassociatedAlpha", 0) else "premultiplied"


def _why(text: str) -> str:
    return reason(text.strip() or "the image library gives no reason")


def limit_threads(number: int) -> None:
    """Let the image library use no more than *number* threads."""
    import OpenImageIO as oiio

    oiio.attribute("threads", number)
    oiio.attribute("exr_threads", number)
