"""Still images in, through OpenImageIO: the formats of `formats`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.errors import OutOfMemory, PlateError

from .formats import BY_SUFFIX, LINEAR, suffixes
from .picture import Fact, Floats, Picture, Window

IMAGES = suffixes(video=False)
_LINEAR = frozenset(s for s, kind in BY_SUFFIX.items() if kind.colour == LINEAR)
_DPX_TRANSFER = {
    "linear": "linear",
    "itu-r 709-4": "rec709",
    "smpte 274m": "rec709",
    "itu-r 601-5 system b or g": "rec709",
    "itu-r 601-5 system m": "rec709",
}
_KEPT = (
    "smpte:TimeCode", "smpte:KeyCode", "FramesPerSecond", "PixelAspectRatio", "chromaticities",
    "adoptedNeutral", "whiteLuminance", "lookModTransform", "worldtocamera", "worldtoscreen", "worldToNDC",
    "screenWindowCenter", "screenWindowWidth", "Copyright", "Artist", "owner", "comments", "Make", "Model",
    "FocalLength", "ExposureTime", "FNumber", "captureDate", "utcOffset", "reelName",
)  # fmt: skip
_KEPT_PREFIXES = ("camera", "lens", "imageCounter", "nuke/", "input/", "interim/")
_TRUNCATED = "is truncated or damaged"


def read_image(path: Path) -> Picture:
    """Read a still.

    Raises:
        PlateError: missing, damaged, truncated, deep or without pixels; the message names the file.
        OutOfMemory: the picture does not fit.
    """
    import OpenImageIO as oiio

    try:
        size = path.stat().st_size
    except OSError as why:
        raise PlateError(f"{path} cannot be read: {why.strerror}; check SRC and --frames.") from why
    if size == 0:
        raise PlateError(f"{path} is empty (0 bytes); render or copy it again.")
    hints = oiio.ImageSpec()
    hints.attribute("oiio:UnassociatedAlpha", 1)
    source = oiio.ImageInput.open(str(path), hints)
    if source is None:
        raise PlateError(f"{path} cannot be read: {_why(oiio.geterror())}.")
    try:
        return _read(path, source)
    except MemoryError as why:
        raise OutOfMemory(f"{path} does not fit into memory; use a bigger machine.") from why
    finally:
        source.close()


def _read(path: Path, source: Any) -> Picture:
    subimage = _pick_part(source)
    spec = source.spec(subimage, 0)
    if spec.deep:
        raise PlateError(f"{path} is a deep image; flatten it first.")
    channels = _pick_channels(list(spec.channelnames))
    low, high = min(channels), max(channels) + 1
    raw = source.read_image(subimage, 0, low, high, "float")
    if raw is None or _cut_short(path):
        raise PlateError(f"{path} {_TRUNCATED}: {_why(source.geterror())}; render or copy it again.")
    pixels = np.asarray(raw, dtype=np.float32).reshape(spec.height, spec.width, high - low)
    wanted = [channel - low for channel in channels]
    if wanted != list(range(high - low)):
        pixels = np.ascontiguousarray(pixels[..., wanted])
    pixels, bounds, display = _upright(pixels, spec)
    return Picture(
        pixels,
        bounds,
        display,
        aspect=float(spec.get_float_attribute("PixelAspectRatio", 1.0)) or 1.0,
        premult=_premult(path, spec, pixels.shape[2]),
        colour=colour_of(path, spec),
        facts=_facts(spec),
        fps=_fps(spec),
        name=path.name,
    )


def _pick_part(source: Any) -> int:
    """The first part that holds a beauty, else the first."""
    part = 0
    while source.seek_subimage(part, 0):
        names = {str(name).lower() for name in source.spec(part, 0).channelnames}
        if {"r", "g", "b"} <= names:
            return part
        part += 1
    return 0


def _pick_channels(names: list[str]) -> list[int]:
    """Beauty with its alpha; else a layer's colour; else the first channel alone."""
    lower = [name.lower() for name in names]
    layers = ["", *dict.fromkeys(name.rpartition(".")[0] + "." for name in lower if "." in name)]
    for layer in layers:
        for trio in (("r", "g", "b"), ("red", "green", "blue")):
            if all(layer + channel in lower for channel in trio):
                found = [lower.index(layer + channel) for channel in trio]
                alpha = [layer + word for word in ("a", "alpha") if layer + word in lower]
                return found + [lower.index(name) for name in alpha[:1]]
    for name in ("y", "a", "alpha"):
        if name in lower:
            return [lower.index(name)]
    return [0]


def _upright(pixels: Floats, spec: Any) -> tuple[Floats, Window, Window]:
    """Turned as a camera's orientation tag says; bounds that count y upwards; the display window."""
    turn = int(spec.get_int_attribute("Orientation", 1))
    if 1 < turn <= 8:
        pixels = _turned(pixels, turn)
        height, width = pixels.shape[:2]
        return pixels, (0, 0, width, height), (0, 0, width, height)
    x1 = spec.x - spec.full_x
    top = spec.full_y + spec.full_height - spec.y
    display = (spec.full_x, spec.full_y, spec.full_width, spec.full_height)
    return pixels, (x1, top - spec.height, x1 + spec.width, top), display


def _turned(pixels: Floats, turn: int) -> Floats:
    if turn in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    quarter = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}[turn]
    return np.ascontiguousarray(np.rot90(pixels, quarter))


def _premult(path: Path, spec: Any, channels: int) -> str:
    if channels != 4:
        return "opaque"
    if path.suffix.lower() in _LINEAR:
        return "premultiplied"
    return "unpremultiplied" if spec.get_int_attribute("oiio:UnassociatedAlpha", 0) else "premultiplied"


def colour_of(path: Path, spec: Any) -> str:
    """How a file's pixels are encoded, by its type: EXR, HDR and float TIFF are scene-linear, DPX and
    Cineon are Cineon log unless the header says otherwise, all others are sRGB."""
    suffix = path.suffix.lower()
    if suffix in _LINEAR:
        return "linear"
    if suffix in (".dpx", ".cin"):
        return _DPX_TRANSFER.get(str(spec.get_string_attribute("dpx:Transfer")).lower(), "cineon")
    floats = str(spec.format) in ("float", "half", "double")
    return "linear" if suffix in (".tif", ".tiff") and floats else "srgb"


def _facts(spec: Any) -> dict[str, Fact]:
    kept = {name.lower() for name in _KEPT}
    return {
        item.name: (str(item.type), item.value)
        for item in spec.extra_attribs
        if item.name.lower() in kept or item.name.startswith(_KEPT_PREFIXES)
    }


def _fps(spec: Any) -> float | None:
    value = spec.getattribute("FramesPerSecond") or spec.getattribute("dpx:FrameRate")
    if isinstance(value, (tuple, list)) and len(value) == 2 and value[1]:
        return float(value[0]) / float(value[1])
    return float(value) if isinstance(value, (int, float)) and 0 < value < 1000 else None


def _cut_short(path: Path) -> bool:
    """A JPEG without its end marker: its decoder fills the rest with grey and says nothing."""
    if path.suffix.lower() not in (".jpg", ".jpeg"):
        return False
    return b"\xff\xd9" not in path.read_bytes()[-65536:]


def _why(text: str) -> str:
    return (text.strip().splitlines() or ["the image library gives no reason"])[0].rstrip(".")


def limit_threads(number: int) -> None:
    """Let the image library use no more than *number* threads."""
    import OpenImageIO as oiio

    oiio.attribute("threads", number)
    oiio.attribute("exr_threads", number)


def peek_colour(path: Path) -> str:
    """The encoding of a file without reading its pixels; a broken header answers by its type."""
    suffix = path.suffix.lower()
    if suffix not in (".dpx", ".cin", ".tif", ".tiff"):
        return "linear" if suffix in _LINEAR else "srgb"
    import OpenImageIO as oiio

    source = oiio.ImageInput.open(str(path))
    if source is None:
        oiio.geterror()
        return "cineon" if suffix in (".dpx", ".cin") else "srgb"
    try:
        return colour_of(path, source.spec())
    finally:
        source.close()
