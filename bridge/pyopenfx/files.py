"""Pictures in files for the command line: .npy, and what OpenImageIO reads where it is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ClipError, HostError

Array = npt.NDArray[Any]
_STRAIGHT = (".jp2", ".j2k", ".j2c", ".jph", ".jxl")
"""OpenImageIO multiplies and divides colour of JPEG 2000 by a power of alpha, of JPEG XL by nothing."""


def _oiio() -> Any:
    try:
        import OpenImageIO
    except ImportError as why:
        raise HostError(
            "Only .npy files without OpenImageIO; `pip install OpenImageIO` brings the others."
        ) from why
    return OpenImageIO


def read_picture(path: Path) -> Array:
    """H×W×C, top row first; ClipError for a file that is no picture."""
    if path.suffix == ".npy":
        try:
            return np.asarray(np.load(path, allow_pickle=False))
        except (OSError, ValueError) as why:
            raise ClipError(f"{path} cannot be read: {why}") from why
    oiio = _oiio()
    hints = oiio.ImageSpec()
    hints["pnm:pfmflip"] = 1  # else its rows, which lie bottom to top, stay so
    straight = path.suffix.lower() in _STRAIGHT
    if straight:
        hints["oiio:UnassociatedAlpha"] = 1
    image = oiio.ImageBuf(str(path), 0, 0, hints)
    if straight and image.spec().alpha_channel >= 0:
        image = oiio.ImageBufAlgo.premult(image)
    pixels = image.get_pixels(image.spec().format)
    if pixels is None:
        raise ClipError(f"{path} cannot be read: {image.geterror()}")
    if pixels.shape[2] == 2:  # a matte with an alpha
        pixels = pixels[..., :1]
    return np.ascontiguousarray(pixels[..., :4])


def write_picture(path: Path, pixels: Array) -> None:
    """Writes H×W×C, top row first, beside the place and then into it."""
    fresh = path.with_name(f".{path.stem}.part{path.suffix}")
    if path.suffix == ".npy":
        np.save(fresh, pixels)
    else:
        oiio = _oiio()
        if path.suffix.lower() == ".pfm":
            pixels = pixels.astype(np.float32)  # rows of half would lie top to bottom
        image = oiio.ImageBuf(np.ascontiguousarray(pixels))
        if path.suffix.lower() in _STRAIGHT and image.spec().alpha_channel >= 0:
            image = oiio.ImageBufAlgo.unpremult(image)
        image.specmod().attribute("DateTime", "")  # else an EXR says that it was taken just now
        if not image.write(str(fresh)):
            raise HostError(f"{path} cannot be written: {image.geterror()}")
    os.replace(fresh, path)
