"""Pictures in files for the command line: .npy, and what OpenImageIO reads where it is installed."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from .errors import ClipError, HostError

Array = npt.NDArray[Any]


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
    image = _oiio().ImageBuf(str(path))
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
        image = oiio.ImageBuf(np.ascontiguousarray(pixels))
        image.specmod().attribute("DateTime", "")  # else an EXR says that it was taken just now
        if not image.write(str(fresh)):
            raise HostError(f"{path} cannot be written: {image.geterror()}")
    os.replace(fresh, path)
