"""The pixels of an EXR in ZIP, where what is 0 costs next to nothing.

A file of a hundred layers is 0 nearly everywhere.  Only the columns in which a channel holds something are
looked at, made into halves and packed, by a compiled loop (cpp/kernels/lines.h); all between is told as one
run.  Nothing but the byte before is looked for: OpenEXR's ZIP packs the differences between neighbouring
bytes, in which little else comes again.  The header is the image library's own.

Format: https://openexr.com/en/latest/OpenEXRFileLayout.html
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import xxhash

from .picture import Floats
from .still_rows import ROWS, Spans

LINES = {"zips": 1, "zip": 16}
"""Lines of a block, by the name of the compression."""


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
        for packed, sizes in _bands(planes, spans, lines, block, top):
            file.write(packed)
            digest.update(packed)
            for size in sizes:
                table.append(at)
                at += size
        head = header + struct.pack(f"<{len(table)}Q", *table)
        file.seek(0)
        file.write(head)
    return Proof(head, digest.digest())


def _bands(
    planes: Sequence[Floats], spans: Spans, lines: Lines, block: int, top: int
) -> Iterator[tuple[bytes, list[int]]]:
    """Some blocks after the other as they stand in the file, and how many bytes each takes."""
    from anatomatte.ops.loops import pack_lines

    height = planes[0].shape[0]
    for k, there in enumerate(spans.bands):
        y = k * ROWS
        seen = [n for n in lines.order if n in there]
        rows = [(lines.first[n], lines.size[n], there[n].start, there[n].stop) for n in seen]
        places = np.array(rows, np.int32).reshape(-1, 4)
        end = min(y + ROWS, height)
        yield pack_lines([planes[n] for n in seen], places, lines.words, y, end, block, top + y)
