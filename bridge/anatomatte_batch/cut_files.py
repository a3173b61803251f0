"""Whether a PNG or a TIFF ends before its own tables do: readers pass over that once they have the pixels."""

from __future__ import annotations

import os
import struct
from contextlib import suppress
from pathlib import Path
from typing import BinaryIO

_PNG = b"\x89PNG\r\n\x1a\n"
_TIFF = {b"II*\0": "<", b"MM\0*": ">", b"II+\0": "<", b"MM\0+": ">"}
_SIZES = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4}
_SIZES |= {16: 8, 17: 8, 18: 8}
"""Bytes of a value, by its type in a TIFF (TIFF 6.0, section 2; BigTIFF from 16 on)."""
_PIXELS, _NUMBERS = (273, 279, 324, 325), {3: "H", 4: "I", 16: "Q"}
"""Where strips and tiles lie and how long they are; types that say so."""


def cut(path: Path) -> bool:
    """Whether a file lacks something at its end; False of other kinds, and where there is none."""
    with suppress(OSError), open(path, "rb") as file:
        size, head = os.fstat(file.fileno()).st_size, file.read(8)
        if head == _PNG:
            return _png_ends(file) > size
        order = _TIFF.get(head[:4])
        return order is not None and _tiff_ends(file, order, b"+" in head[:4], size) > size
    return False


def _png_ends(file: BinaryIO) -> int:
    """Where the last chunk ends (PNG, section 5.3)."""
    at = len(_PNG)
    while True:
        file.seek(at)
        head = file.read(8)
        if len(head) < 8:
            return at + 12
        at += 12 + int.from_bytes(head[:4], "big")
        if head[4:] == b"IEND":
            return at


def _tiff_ends(file: BinaryIO, order: str, big: bool, size: int) -> int:
    """Where the farthest table, value, strip or tile of any picture ends; not looked for behind *size*."""
    offset, count = ("Q", "Q") if big else ("I", "H")
    wide = struct.calcsize("<" + offset)
    seen: set[int] = set()
    ends, at = 0, _number(file, order, offset, 8 if big else 4)
    while 0 < at < size and at not in seen:
        seen.add(at)
        first = at + struct.calcsize("<" + count)
        last = first + _number(file, order, count, at) * (4 + 2 * wide)
        ends = max(ends, last + wide)
        values: dict[int, tuple[int, ...]] = {}
        for row in range(first, last, 4 + 2 * wide):
            file.seek(row)
            told = file.read(4 + 2 * wide)
            if len(told) < 4 + 2 * wide:
                return ends
            tag, kind, number = struct.unpack(order + "HH" + offset, told[: 4 + wide])
            length, place = _SIZES.get(kind, 0) * number, row + 4 + wide
            if length > wide:
                (place,) = struct.unpack(order + offset, told[4 + wide :])
                ends = max(ends, place + length)
            if ends > size:
                return ends
            if tag in _PIXELS and kind in _NUMBERS:
                file.seek(place)
                values[tag] = struct.unpack(f"{order}{number}{_NUMBERS[kind]}", file.read(length))
        for places, lengths in ((273, 279), (324, 325)):
            ends = max(ends, *map(sum, zip(values.get(places, ()), values.get(lengths, ()), strict=False)), 0)
        at = _number(file, order, offset, last)
    return max(ends, at + 1) if at >= size else ends


def _number(file: BinaryIO, order: str, kind: str, at: int) -> int:
    """A number of a file; 0 where it has ended."""
    file.seek(at)
    told = file.read(struct.calcsize("<" + kind))
    return int(struct.unpack(order + kind, told)[0]) if len(told) == struct.calcsize("<" + kind) else 0
