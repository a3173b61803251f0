"""The pixels of an EXR in ZIP, where what is 0 costs next to nothing.

A file of a hundred layers is 0 nearly everywhere.  OpenEXR's ZIP packs the differences between neighbouring
bytes, so that zeros become runs of one byte: these are put in as they were packed once, and only what lies
between them is looked at, converted and packed.  The header is the image library's own.

Format: https://openexr.com/en/latest/OpenEXRFileLayout.html; runs are put together as RFC 1951 allows.
"""

from __future__ import annotations

import functools
import struct
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import xxhash

from .picture import Floats
from .still_rows import ROWS, Spans

LINES = {"zips": 1, "zip": 16}
"""Lines of a block, by the name of the compression."""
_HALF_MAX = np.float32(65504.0)
_GAP = 8192
"""Zeros between two pieces of a line from which on they are left out: fewer are cheaper packed."""
_STEP = 1024
"""Runs are as long as so many zeros or a multiple of them: few are ever packed."""
_FLAT = 0x80
"""The difference between two equal bytes."""
_LEVEL = 4
_ADLER = 65521
_ENDED = b"\x03\x00"
"""Nothing more, in a stream of RFC 1951."""

Words = npt.NDArray[np.uint16]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Proof:
    """What a file must hold when it is read back: its beginning, and a digest of the rest."""

    head: bytes
    digest: bytes

    def holds(self, path: Path) -> bool:
        """Whether the file is as it was written, byte for byte."""
        found = xxhash.xxh3_128()
        with path.open("rb") as file:
            if file.read(len(self.head)) != self.head:
                return False
            while part := file.read(1 << 20):
                found.update(part)
        return found.digest() == self.digest


class Lines:
    """Where each channel lies in a line of a file: one after the other by name, 16 bits a word.

    Args:
        names: of the channels, as planes are given.
        depths: ``half`` or ``float``, of each.
        width: of the picture.
    """

    def __init__(self, names: Sequence[str], depths: Sequence[str], width: int) -> None:
        self.order = sorted(range(len(names)), key=lambda n: names[n].encode())
        self.size = [2 if depth == "float" else 1 for depth in depths]
        self.first = [0] * len(names)
        at = 0
        for n in self.order:
            self.first[n] = at
            at += self.size[n] * width
        self.words = at


def write(path: Path, top: int, block: int, planes: Sequence[Floats], spans: Spans, lines: Lines) -> Proof:
    """Write the blocks of a file that holds its header and an empty table of blocks.

    Args:
        top: the number of the first line.
        block: lines of a block.
        planes: H×W each, finite.
        spans: where they are not 0.
        lines: where channels lie.
    """
    digest = xxhash.xxh3_128()
    with path.open("r+b") as file:
        header = file.read()[: -8 * -(-planes[0].shape[0] // block)]
        table: list[int] = []
        at = file.tell()
        for y, packed in _blocks(planes, spans, lines, block):
            piece = struct.pack("<ii", top + y, len(packed)) + packed
            file.write(piece)
            digest.update(piece)
            table.append(at)
            at += len(piece)
        head = header + struct.pack(f"<{len(table)}Q", *table)
        file.seek(0)
        file.write(head)
    return Proof(head, digest.digest())


def _blocks(planes: Sequence[Floats], spans: Spans, lines: Lines, block: int) -> Iterator[tuple[int, bytes]]:
    """The first row and the bytes of each block."""
    packer = _Packer(lines.words, block)
    height = planes[0].shape[0]
    for k, there in enumerate(spans.bands):
        y, rows = k * ROWS, min(ROWS, height - k * ROWS)
        pieces = _pieces(planes, there, lines, slice(y, y + rows))
        for first in range(0, rows, block):
            yield y + first, packer.packed(pieces, slice(first, min(first + block, rows)))


@dataclass(frozen=True)
class _Piece:
    """Some words of several lines, from *first* on; all before, between and behind pieces is 0."""

    first: int
    words: Words


def _pieces(planes: Sequence[Floats], there: dict[int, slice], lines: Lines, rows: slice) -> list[_Piece]:
    """What is not 0 in some rows, each piece with a zero behind it unless the line ends there; the first
    begins with the line."""
    ends = [(0, 1)]
    for n in lines.order:
        if n in there:
            first, size = lines.first[n], lines.size[n]
            ends.append((first + size * there[n].start, min(first + size * there[n].stop + 1, lines.words)))
    made: list[_Piece] = []
    for start, stop in _joined(ends, lines.words):
        made.append(_Piece(start, np.zeros((rows.stop - rows.start, stop - start), "<u2")))
    firsts = np.array([piece.first for piece in made])
    for n, x in there.items():
        start = lines.first[n] + lines.size[n] * x.start
        piece = made[int(np.searchsorted(firsts, start, "right")) - 1]
        at = slice(start - piece.first, start - piece.first + lines.size[n] * (x.stop - x.start))
        part = planes[n][rows, x]
        if lines.size[n] == 1:
            piece.words.view("<f2")[:, at] = np.clip(part, -_HALF_MAX, _HALF_MAX)
        else:
            piece.words[:, at] = np.ascontiguousarray(part, "<f4").view("<u2")
    return made


def _joined(ends: list[tuple[int, int]], words: int) -> list[tuple[int, int]]:
    """Spans in order, joined where little lies between them; gaps are multiples of `_STEP`."""
    made = ends[:1]
    for start, stop in (*ends[1:], (words, words)):
        before, end = made[-1]
        if start - end < _GAP:
            made[-1] = before, max(end, stop)
        else:
            made[-1] = before, end + (start - end) % _STEP
            made.append((start, stop))
    return [(start, stop) for start, stop in made if stop > start]


class _Packer:
    """Packs blocks of lines of so many words."""

    def __init__(self, words: int, block: int) -> None:
        self._words = words
        # within one line little comes again but the byte before
        strategy = zlib.Z_RLE if block == 1 else zlib.Z_DEFAULT_STRATEGY
        self._squeeze = zlib.compressobj(_LEVEL, zlib.DEFLATED, -15, 8, strategy)

    def packed(self, pieces: list[_Piece], rows: slice) -> bytes:
        """A block as it stands in a file: all low bytes, then all high ones, as differences, in ZIP; or as
        it is, where that is shorter."""
        count = rows.stop - rows.start
        last = pieces[-1]
        ends = last.first + last.words.shape[1] == self._words
        edge = last.words[rows, -1] if ends else np.zeros(count, np.uint16)
        out, check, at = [b"\x78\x01"], 1, 0
        for high in (0, 1):
            differences = [
                _differences(piece, rows, high, edge if piece.first == 0 else None) for piece in pieces
            ]
            for row in range(count):
                line = (high * count + row) * self._words
                for piece, some in zip(pieces, differences, strict=True):
                    start = line + piece.first
                    if start > at:
                        out += (self._squeeze.flush(zlib.Z_FULL_FLUSH), _run(start - at))
                        check = _adler_of_run(check, start - at)
                    data = some[row]
                    out.append(self._squeeze.compress(data))
                    check = zlib.adler32(data, check)
                    at = start + len(data)
        out.append(self._squeeze.flush(zlib.Z_FULL_FLUSH))
        rest = 2 * count * self._words - at
        if rest:
            out.append(_run(rest))
            check = _adler_of_run(check, rest)
        made = b"".join((*out, _ENDED, check.to_bytes(4, "big")))
        return made if len(made) < 2 * count * self._words else self._plain(pieces, rows)

    def _plain(self, pieces: list[_Piece], rows: slice) -> bytes:
        whole = np.zeros((rows.stop - rows.start, self._words), "<u2")
        for piece in pieces:
            whole[:, piece.first : piece.first + piece.words.shape[1]] = piece.words[rows]
        return whole.tobytes()


def _differences(piece: _Piece, rows: slice, high: int, edge: Words | None) -> Bytes:
    """Low or high bytes of a piece, each less the one before it.

    Args:
        edge: the last words of all lines, where the piece begins a line: what comes before are the last bytes
            of the line before, or of the low bytes; nothing comes before the first of all.
    """
    words = piece.words[rows]
    found = np.ascontiguousarray(words.view(np.uint8)[:, high::2])
    made = np.empty_like(found)
    np.subtract(found[:, 1:], found[:, :-1], out=made[:, 1:])
    made[:, 0] = found[:, 0]
    if edge is not None:
        ends = edge.astype("<u2").view(np.uint8)
        before = np.roll(ends[high::2], 1)
        before[0] = ends[-2] if high else _FLAT
        made[:, 0] -= before
    made += np.uint8(_FLAT)
    return made


@functools.lru_cache(maxsize=4096)
def _run(length: int) -> bytes:
    """So many differences of equal bytes, packed, to be put between others."""
    squeeze = zlib.compressobj(9, zlib.DEFLATED, -15)
    return squeeze.compress(bytes((_FLAT,)) * length) + squeeze.flush(zlib.Z_FULL_FLUSH)


def _adler_of_run(check: int, length: int) -> int:
    """Adler-32 after so many more differences of equal bytes."""
    low, high = check & 0xFFFF, check >> 16
    high = (high + length * low + _FLAT * (length * (length + 1) // 2)) % _ADLER
    return high << 16 | (low + _FLAT * length) % _ADLER
