"""The last value of each row of a DPX of 10 bits, which the image library leaves out."""

from __future__ import annotations

import struct
from pathlib import Path
from typing import Any

import numpy as np

from anatomatte.errors import PlateError

from .picture import Floats

_FILLED = {1: 22, 2: 20}
"""By the packing (SMPTE 268M, field 21.6): by how many bits the first of three values in a word is moved."""
_ELEMENT = 780
"""Where the first image element begins in the header."""
_ABGR = 52


def completed(pixels: Floats, first: int, path: Path, spec: Any) -> Floats:
    """Four channels of 10 bits, three values in a word: where a row has one value in its last word, the image
    library leaves in its place what the memory held before. It is the alpha of the last pixel, or its red in
    the order ABGR, of rows that are 4096, 1828, 1024 or 640 pixels wide and others that leave 1 of 3.

    Args:
        pixels: H×W×C as the file has them, changed in place; C channels of the file from *first* on.
        path: a file that OpenImageIO has read as DPX.
        spec: its header.

    Raises:
        PlateError: the file ends within a row.
    """
    if spec.nchannels != 4 or spec.width % 3 != 1 or spec.get_int_attribute("oiio:BitsPerSample", 0) != 10:
        return pixels
    with path.open("rb") as file:
        order = "<" if file.read(4) == b"XPDS" else ">"
        (start,) = struct.unpack(order + "I", file.read(4))
        file.seek(_ELEMENT + 20)
        descriptor, _, _, _, packing, encoding, own, padding = struct.unpack(order + "4BHHII", file.read(16))
        channel = (0 if descriptor == _ABGR else 3) - first
        if packing not in _FILLED or encoding != 0 or not 0 <= channel < pixels.shape[2]:
            return pixels
        start = own if 0 < own < path.stat().st_size else start
        padding = padding if padding < path.stat().st_size else 0
        words = (spec.width * 4 + 2) // 3
        for row in range(spec.height):
            file.seek(start + row * (4 * words + padding) + 4 * (words - 1))
            if len(last := file.read(4)) < 4:
                raise PlateError(f"{path} is truncated or damaged: a row lacks its end; copy it again.")
            (word,) = struct.unpack(order + "I", last)
            pixels[row, -1, channel] = np.float32((word >> _FILLED[packing] & 1023) / 1023)
    return pixels
