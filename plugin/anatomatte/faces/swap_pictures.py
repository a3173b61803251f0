"""The pictures of the face that is put in: files by a name, read into light."""

from __future__ import annotations

import re
from pathlib import Path

import cv2
import numpy as np

from ..errors import SettingsError
from ..file_names import meant
from ..frame import NONSENSE, SQUEEZED, Pixels
from ..ops import colour
from ..ops.filters import grow

MOST = 24
"""Pictures of a folder or a take that are looked at, evenly over it."""

KINDS = {".png", ".jpg", ".jpeg", ".tif", ".tiff", ".exr", ".webp", ".bmp", ".hdr"}
"""Suffixes of what is read."""

_LINEAR = {".exr", ".hdr"}
_COUNTED = re.compile(r"#+|%0?\d*d|@+|\$F\d*")


def files_of(text: str, words: str, most: int = MOST) -> tuple[Path, ...]:
    """The files that a control means: one picture, those of a folder, or a sequence, in their order.

    Args:
        words: what the control is called, for the sentence.
        most: how many of them are taken, evenly.

    Raises:
        SettingsError: it is empty, or nothing is there.
    """
    if not text.strip():
        raise SettingsError(f"{words} is empty; choose a picture, a folder or a sequence (face.####.exr).")
    path = meant(text)
    found: list[Path]
    if path.is_dir():
        found = [
            one for one in path.iterdir() if one.suffix.lower() in KINDS and not one.name.startswith(".")
        ]
    elif path.is_file():
        found = [path]
    else:
        found = _numbered(path)
    if not found:
        raise SettingsError(
            f"{words}: there is no picture at {path.name}; check the path, on this machine too, or take "
            "another one (PNG, JPEG, TIFF, EXR)."
        )
    return _evenly(sorted(found, key=_order), most)


def _numbered(path: Path) -> list[Path]:
    """The files of a sequence whose name has its numbers' place as #### or %04d."""
    mark = _COUNTED.search(path.name)
    if mark is None or not path.parent.is_dir():
        return []
    shape = re.compile(re.escape(path.name[: mark.start()]) + r"-?\d+" + re.escape(path.name[mark.end() :]))
    return [one for one in path.parent.iterdir() if shape.fullmatch(one.name)]


def _order(path: Path) -> tuple[object, ...]:
    """Names with numbers in them in the order of the numbers."""
    return tuple(
        (part.isdigit(), int(part) if part.isdigit() else 0, part) for part in re.split(r"(\d+)", path.name)
    )


def _evenly(files: list[Path], most: int) -> tuple[Path, ...]:
    if len(files) <= most:
        return tuple(files)
    return tuple(files[round(k * (len(files) - 1) / (most - 1))] for k in range(most))


def light_of(path: Path, words: str) -> Pixels:
    """A picture as scene-linear light, H×W×3; whole numbers are sRGB, floating point is linear.

    Raises:
        SettingsError: it cannot be read.
    """
    try:
        found = _exr(path) if path.suffix.lower() == ".exr" else _decoded(path)
    except (OSError, ValueError, cv2.error) as why:
        raise SettingsError(
            f"{words}: {path.name} cannot be read as a picture ({why}); take another file."
        ) from why
    if found.ndim == 2:
        found = np.repeat(found[..., None], 3, 2)
    whole = found.dtype.kind == "u"
    pixels = found[..., :3].astype(np.float32)
    if whole:
        pixels /= np.float32(np.iinfo(found.dtype).max)
    curve = "linear" if path.suffix.lower() in _LINEAR or not whole else "srgb"
    light = np.nan_to_num(colour.decode(curve, pixels), nan=0.0, posinf=0.0, neginf=0.0)
    return np.ascontiguousarray(light, np.float32)


def _decoded(path: Path) -> np.ndarray:
    whole = cv2.IMREAD_ANYDEPTH | cv2.IMREAD_ANYCOLOR  # and turned as its camera says, which UNCHANGED is not
    made = cv2.imdecode(np.frombuffer(path.read_bytes(), np.uint8), whole)
    if made is None:
        raise ValueError("no kind of picture that is known")
    return made if made.ndim == 2 else made[..., 2::-1]


def _exr(path: Path) -> np.ndarray:
    try:
        import OpenImageIO as oiio
    except ImportError as why:
        raise ValueError("EXR needs OpenImageIO in the node's Python; PNG or TIFF need nothing") from why
    picture = oiio.ImageInput.open(str(path))
    if picture is None:
        raise ValueError(str(oiio.geterror()) or "no EXR")
    try:
        made = picture.read_image(0, 0, 0, min(4, picture.spec().nchannels), "float")
        aspect = float(picture.spec().get_float_attribute("PixelAspectRatio", 1.0))
    finally:
        picture.close()
    if made is None:
        raise ValueError("its pixels cannot be read")
    found = np.asarray(made, np.float32)
    found = found if found.shape[2] >= 3 else np.repeat(found[..., :1], 3, 2)
    return _unsqueezed(found[..., :3], aspect)


def _unsqueezed(pixels: Pixels, aspect: float) -> Pixels:
    """A picture whose pixels are *aspect* times as wide as high, with square ones."""
    if not SQUEEZED <= max(aspect, 1 / max(aspect, 1e-9)) <= NONSENSE:
        return pixels
    rows, columns = pixels.shape[0] * max(1 / aspect, 1), pixels.shape[1] * max(aspect, 1)
    return grow(np.ascontiguousarray(pixels), round(rows), round(columns))
