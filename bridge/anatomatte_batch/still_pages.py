"""Stills that hold more than one picture: which of them is read, in words."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from pathlib import Path

from .still_places import chunks

Size = tuple[int, int]


def pages_told(path: Path, real: Path, sizes: Sequence[Size], main: int) -> str:
    """What there is to say of the pictures in a file of which one is read; empty of one alone.

    Args:
        path: the file.
        real: with the suffix that its content should have.
        sizes: width and height of each picture that the image library finds.
        main: the number of the one that is read.
    """
    pages = sizes.count(sizes[main])
    if pages > 1:
        return f"{path.name} holds {pages} pictures; the first is read."
    larger = [one for one in sizes if one[0] > sizes[main][0] and one[1] > sizes[main][1]]
    if larger:
        (width, height), (wide, tall) = sizes[main], max(larger)
        return (
            f"{path.name} holds a picture of {wide}×{tall} behind its first one of {width}×{height}, which "
            "is read as the file does not call it a thumbnail; write the one that is meant alone."
        )
    suffix = real.suffix.lower()
    if suffix == ".png" and _animated_png(path):
        return f"{path.name} holds moving pictures; its still is read."
    if suffix == ".jxl" and _animated_jxl(path):
        return f"{path.name} holds moving pictures; the last is read."
    return ""


def _animated_png(path: Path) -> bool:
    """Whether a PNG has the control of an animation before its pixels (PNG, third edition, 11.3.6)."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        for name, _ in chunks(file):
            if name in (b"acTL", b"IDAT"):
                return name == b"acTL"
    return False


def _animated_jxl(path: Path) -> bool:
    """Whether the header of a JPEG XL speaks of an animation (ISO/IEC 18181-1, annex D)."""
    with contextlib.suppress(OSError, IndexError), path.open("rb") as file:
        head = file.read(1 << 16)
        return _Bits(_codestream(head)).animated()
    return False


def _codestream(head: bytes) -> bytes:
    """The coded picture without its boxes (ISO/IEC 18181-2)."""
    at = 0
    while head[:2] != b"\xff\x0a" and at + 8 <= len(head):
        size, kind = int.from_bytes(head[at : at + 4], "big"), head[at + 4 : at + 8]
        inside = at + (16 if size == 1 else 8)
        if kind in (b"jxlc", b"jxlp"):
            return head[inside + 4 * (kind == b"jxlp") :]
        at += int.from_bytes(head[at + 8 : at + 16], "big") if size == 1 else size or len(head)
    return head


class _Bits:
    """Numbers in a header of JPEG XL, the lowest bit first."""

    def __init__(self, data: bytes) -> None:
        self._data, self._at = data, 16  # behind the signature

    def animated(self) -> bool:
        self._size()
        if self._take(1) or not self._take(1):  # all as usual, or no field beyond
            return False
        self._take(3)
        if self._take(1):
            self._size()
        if self._take(1):
            self._preview()
        return bool(self._take(1))

    def _size(self) -> None:
        small = self._take(1)
        for first in (True, False):
            self._take(5 if small else (9, 13, 18, 30)[self._take(2)])
            if first and self._take(3):  # the other side is told by a ratio
                return

    def _preview(self) -> None:
        small = self._take(1)
        for first in (True, False):
            self._take(((0, 0, 5, 9) if small else (6, 8, 10, 12))[self._take(2)])
            if first and self._take(3):
                return

    def _take(self, bits: int) -> int:
        value = 0
        for place in range(bits):
            value |= (self._data[self._at >> 3] >> (self._at & 7) & 1) << place
            self._at += 1
        return value
