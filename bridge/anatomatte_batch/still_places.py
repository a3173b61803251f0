"""Where the pixels of a still lie: turned as its camera says, its windows, the shape of a pixel."""

from __future__ import annotations

import contextlib
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np

from .picture import Floats, Window

_WINDOWED = (".exr", ".sxr")
"""Files of which the windows are the picture's own."""
_DOTS = ("in", "cm")
_ORIENTATION = 0x0112


def upright(pixels: Floats, spec: Any, path: Path) -> tuple[Floats, Window, Window, bool]:
    """Turned as a camera's orientation tag says; bounds that count y upwards; the display window; whether
    width and height changed places.

    A place on a page (oFFs of a PNG that was trimmed or is a layer, DPX) without the size of that page is no
    window: what every other program shows is the picture.

    Args:
        pixels: H×W×C as the file has them.
        spec: the file's header.
        path: with the suffix that the content should have.
    """
    turn = _orientation(spec, path)
    if 1 < turn <= 8:
        pixels = _turned(pixels, turn)
        height, width = pixels.shape[:2]
        return pixels, (0, 0, width, height), (0, 0, width, height), turn > 4
    display = (spec.full_x, spec.full_y, spec.full_width, spec.full_height)
    if path.suffix.lower() not in _WINDOWED and display[2:] == (spec.width, spec.height):
        return pixels, (0, 0, spec.width, spec.height), (0, 0, spec.width, spec.height), False
    x1 = spec.x - spec.full_x
    top = spec.full_y + spec.full_height - spec.y
    return pixels, (x1, top - spec.height, x1 + spec.width, top), display, False


def aspect_of(spec: Any, jpeg: bool) -> float:
    """Width of a pixel divided by its height, as it lies in the file.

    The image library divides the densities of a JPEG where they are a shape (JFIF, units 0), and where they
    are dots per inch or centimetre, of which more make a pixel narrower.
    """
    aspect = float(spec.get_float_attribute("PixelAspectRatio", 1.0)) or 1.0
    if jpeg and spec.get_string_attribute("ResolutionUnit") in _DOTS:
        across, down = (float(spec.get_float_attribute(f"{one}Resolution")) for one in "XY")
        if across > 0 and down > 0 and abs(aspect - across / down) < 1e-3 * aspect:
            return down / across
    return aspect


def _turned(pixels: Floats, turn: int) -> Floats:
    if turn in (2, 4, 5, 7):
        pixels = pixels[:, ::-1]
    quarter = {1: 0, 2: 0, 3: 2, 4: 2, 5: 1, 6: 3, 7: 3, 8: 1}[turn]
    return np.ascontiguousarray(np.rot90(pixels, quarter))


def _orientation(spec: Any, path: Path) -> int:
    told = spec.getattribute("Orientation")
    if told is None and path.suffix.lower() == ".png":
        return _behind(path)
    return int(spec.get_int_attribute("Orientation", 1))


def _behind(path: Path) -> int:
    """The orientation in the Exif of a PNG that stands behind the pixels, where the image library does not
    look (PNG, third edition, 5.6: anywhere but between the pixels); 1 without one."""
    with contextlib.suppress(OSError, struct.error), path.open("rb") as file:
        for name, length in chunks(file):
            if name == b"eXIf" and (turn := _of_exif(file.read(length))):
                return turn
    return 1


def chunks(file: BinaryIO) -> Iterator[tuple[bytes, int]]:
    """Name and length of each chunk of a PNG, with the file where its data begin; nothing of other files."""
    if file.read(8) != b"\x89PNG\r\n\x1a\n":
        return
    while len(head := file.read(8)) == 8:
        after = file.tell() + int.from_bytes(head[:4], "big") + 4
        yield head[4:], int.from_bytes(head[:4], "big")
        file.seek(after)


def _of_exif(data: bytes) -> int:
    """The orientation in the first table of an Exif (TIFF 6.0, section 2); 0 without one."""
    order = {b"II": "<", b"MM": ">"}.get(data[:2], "")
    if not order:
        return 0
    (at,) = struct.unpack_from(order + "I", data, 4)
    (count,) = struct.unpack_from(order + "H", data, at)
    for row in range(at + 2, at + 2 + 12 * count, 12):
        tag, kind, _, value = struct.unpack_from(order + "HHIH", data, row)
        if tag == _ORIENTATION and kind == 3:
            return int(value)
    return 0
