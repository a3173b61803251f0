"""What the service asks of the cutter: a still in, encoded files and labels out."""

from __future__ import annotations

import io
import json
import time
import zipfile
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np

from anatomatte.errors import SettingsError
from anatomatte.parts import GROUPS, PARTS
from anatomatte.settings import Value
from anatomatte_batch.picture import Floats

from .limits import Limits
from .names import shown
from .pictures import read
from .warm import Cut, Cutter, displayed

_HARD = 0.004
"""Half the width of the step that a threshold makes of the matte."""
_COLOURS = {
    "white": "#ffffff", "black": "#000000", "grey": "#808080", "gray": "#808080", "red": "#ff0000",
    "green": "#00ff00", "blue": "#0000ff",
}  # fmt: skip
_SUFFIX = {"png": ".png", "jpg": ".jpg", "webp": ".webp", "tif": ".tif", "exr": ".exr"}


@dataclass(frozen=True)
class Wish:
    """What is wanted of each picture of a request; units as `schemas.CutForm` tells them.

    Attributes:
        background: ``transparent``, a colour, or the file of a picture.
    """

    background: str | Path = "transparent"
    format: str = "png"
    only: tuple[str, ...] = ()
    threshold: float | None = None
    feather: float = 0.0
    erode: float = 0.0
    quality: int = 92
    alpha: bool = False
    parts: bool = False
    plate: bool = False


@dataclass
class Made:
    """What became of a picture.

    Attributes:
        files: suffix of the name → bytes; the result first.
        views: what a page shows: ``result``, ``alpha``, ``parts``, ``plate`` → (extension, bytes).
        labels: as `Cut.labels`; None where parts were not asked for.
        seconds: in the engine.
        told: what there is to say of it.
    """

    files: dict[str, bytes] = field(default_factory=dict)
    views: dict[str, tuple[str, bytes]] = field(default_factory=dict)
    labels: dict[str, object] | None = None
    seconds: float = 0.0
    told: tuple[str, ...] = ()


def opened(stop: Callable[[], bool]) -> Cutter:
    """The warm cutter, with its networks loaded."""
    return Cutter(stop)


def made(cutter: Cutter, source: Path, name: str, wish: Wish, limits: Limits) -> Callable[[], Made]:
    """A picture cut, in the engine's thread; what is returned encodes it, in any other.

    Raises:
        Refused: it is no picture, or too large.
        AnatomatteError: as a batch's frame.
    """
    began = time.monotonic()
    ground = _ground(wish, limits)
    cut = cutter.cut(read(source, name, limits), _values(wish), wish.parts)
    took = time.monotonic() - began
    return lambda: _encoded(cut, ground, wish, took)


def found(
    cutter: Cutter, source: Path, name: str, kind: str, limits: Limits
) -> Callable[[], dict[str, bytes]]:
    """The parts of a picture, as `made`.

    Args:
        kind: ``png``, ``zip`` or ``json``.
    """
    cut = cutter.cut(read(source, name, limits), {}, True)
    return lambda: _parsed(cut, kind)


def _values(wish: Wish) -> dict[str, Value]:
    """The controls of a wish."""
    values: dict[str, Value] = {"erode": wish.erode, "soften": wish.feather}
    if wish.threshold is not None:
        middle = min(max(wish.threshold, _HARD), 1 - _HARD)
        values |= {"clip_black": middle - _HARD, "clip_white": middle + _HARD}
    if wish.only:
        for word in wish.only:
            if word not in PARTS and word not in GROUPS:
                near = f"{', '.join(sorted(GROUPS))} and the parts that GET /status lists"
                raise SettingsError(f"only: there is no part {shown(word)!r}; there are {near}.")
        values |= {"parts": "listed", "parts_list": " ".join(wish.only)}
    return values


def _ground(wish: Wish, limits: Limits) -> Floats | None:
    """The background, sRGB: 1×1×3 of a colour, H×W×3 of a picture; None where it is transparent."""
    if isinstance(wish.background, Path):
        picture = read(wish.background, "the background", limits)
        return displayed(picture, picture.colour)
    word = wish.background.lower()
    if word in ("", "transparent", "none"):
        return np.ones((1, 1, 3), np.float32) if wish.format == "jpg" else None
    digits = _COLOURS.get(word, word).removeprefix("#")
    digits = "".join(2 * digit for digit in digits) if len(digits) == 3 else digits
    try:
        if len(digits) != 6:
            raise ValueError
        rgb = bytes.fromhex(digits)
    except ValueError as why:
        text = (
            f"bg: {shown(wish.background)!r} is no background; say transparent, #20a040, or send a picture."
        )
        raise SettingsError(text) from why
    return np.frombuffer(rgb, np.uint8).reshape(1, 1, 3).astype(np.float32) / np.float32(255)


def _encoded(cut: Cut, ground: Floats | None, wish: Wish, seconds: float) -> Made:
    """All files of a cut picture."""
    result = Made(seconds=round(seconds, 3), told=cut.told)
    pixels = _placed(cut, ground, linear=wish.format == "exr")
    first = _file(pixels, wish.format, wish.quality)
    result.files[f"_cutout{_SUFFIX[wish.format]}"] = first
    if wish.alpha:
        result.files["_alpha.png"] = _file(cut.alpha[..., None], "png")
        result.views["alpha"] = ".png", result.files["_alpha.png"]
    if wish.parts:
        result.labels = cut.labels()
        result.files["_parts.png"] = _file(cut.parts_map(), "png")
        result.files["_labels.json"] = json.dumps(result.labels, indent=1).encode()
        result.views["parts"] = ".png", result.files["_parts.png"]
    if wish.plate:
        result.views["plate"] = ".jpg", _file(cut.plate, "jpg", 90)
        seen = wish.format in ("png", "jpg", "webp")
        view = first if seen else _file(_placed(cut, ground, linear=False), "png")
        result.views["result"] = _SUFFIX[wish.format] if seen else ".png", view
    return result


def _placed(cut: Cut, ground: Floats | None, linear: bool) -> Floats:
    """The people before their background, laid over it in scene-linear light.

    Args:
        linear: whether it stays so, premultiplied; else sRGB, unpremultiplied.
    """
    from anatomatte.ops import colour

    light = cut.light
    if ground is not None:
        height, width = cut.alpha.shape
        behind = colour.decode("srgb", _covering(ground, width, height))
        seen: Floats = np.asarray(light[..., :3] + (1 - light[..., 3:]) * behind, np.float32)
        return seen if linear else np.clip(colour.encode("srgb", seen), 0, 1)
    if linear:
        return light
    rgb: Floats = np.asarray(light[..., :3] / np.maximum(light[..., 3:], 1e-6), np.float32)
    return np.concatenate([np.clip(colour.encode("srgb", rgb), 0, 1), light[..., 3:]], axis=2)


def _covering(ground: Floats, width: int, height: int) -> Floats:
    """A background scaled to cover width × height, its middle kept."""
    rows, columns = ground.shape[:2]
    if (rows, columns) == (1, 1):
        return np.broadcast_to(ground, (height, width, 3))
    scale = max(width / columns, height / rows)
    size = max(width, round(columns * scale)), max(height, round(rows * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_CUBIC
    large = cv2.resize(ground, size, interpolation=how)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return np.clip(large[top : top + height, left : left + width], 0, 1)


def _file(pixels: Floats, kind: str, quality: int = 92) -> bytes:
    """Pixels as a file of 8 bits; OpenEXR as half floats. C in 1, 3, 4."""
    if kind in ("tif", "exr"):
        return _stored(pixels, kind)
    bits = np.rint(np.clip(pixels, 0, 1) * 255).astype(np.uint8)
    order = {1: None, 3: cv2.COLOR_RGB2BGR, 4: cv2.COLOR_RGBA2BGRA}[bits.shape[2]]
    how = {
        "png": [cv2.IMWRITE_PNG_COMPRESSION, 2],
        "jpg": [cv2.IMWRITE_JPEG_QUALITY, quality],
        "webp": [cv2.IMWRITE_WEBP_QUALITY, quality],
    }[kind]
    good, content = cv2.imencode(_SUFFIX[kind], bits if order is None else cv2.cvtColor(bits, order), how)
    if not good:
        raise SettingsError(f"format: {kind} does not take this picture; choose png.")
    return bytes(content)


def _stored(pixels: Floats, kind: str) -> bytes:
    import tempfile

    import OpenImageIO as oiio

    spec = oiio.ImageSpec(
        pixels.shape[1], pixels.shape[0], pixels.shape[2], "half" if kind == "exr" else "uint8"
    )
    spec.attribute("oiio:UnassociatedAlpha", 0 if kind == "exr" else 1)
    spec.attribute("compression", "zip")
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        path = Path(folder) / f"made{_SUFFIX[kind]}"
        out = oiio.ImageOutput.create(str(path))
        if out is None or not out.open(str(path), spec) or not out.write_image(np.ascontiguousarray(pixels)):
            raise OSError(out.geterror() if out else oiio.geterror())
        out.close()
        return path.read_bytes()


def _parsed(cut: Cut, kind: str) -> dict[str, bytes]:
    """``png``: the colour map; ``zip``: one archive; ``json``: labels.json and a PNG of each mask."""
    if kind == "png":
        return {"parts.png": _file(cut.parts_map(), "png")}
    found = {"labels.json": json.dumps(cut.labels(), indent=1).encode()}
    found |= {
        f"{name}.png": _file(mask[..., None], "png") for name, mask in {**cut.people, **cut.parts}.items()
    }
    if kind == "json":
        return found
    found["parts.png"] = _file(cut.parts_map(), "png")
    return {"parts.zip": _zipped(found)}


def _zipped(files: Mapping[str, bytes]) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as packed:
        for name, content in files.items():
            packed.writestr(name, content)
    return out.getvalue()
