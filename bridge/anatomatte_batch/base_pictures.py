"""Files that the image library reads wrongly where they lie, and rightly from a copy.

A JPEG with a gain map (Ultra HDR, ISO 21496-1; phones since 2023): the library multiplies the map in, hands
out linear light and calls it sRGB; others know the base alone, which is a whole JPEG in front of the map.
A JPEG XL of less than 128 bytes, as an empty matte of HD is: the library calls it damaged.
"""

from __future__ import annotations

import contextlib
import re
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

_GAIN = (b"hdrgm:Version", b"urn:iso:std:iso:ts:21496:")
"""In XMP, and where an application segment begins."""
_MARKER = re.compile(rb"\xff+([^\x00\xd0-\xd7\xff])")
"""In coded data: neither a stuffed byte nor a restart (ITU-T T.81, B.1.1)."""
_SHORT = 128
_SCAN, _END = 0xDA, 0xD9


@contextlib.contextmanager
def based(name: str) -> Iterator[tuple[str, bool]]:
    """A name of the file that the image library decodes rightly, its own or that of a copy, and whether there
    is a gain map beside its picture.

    Args:
        name: of a file of any kind.
    """
    path = Path(name)
    base = _base(path)
    content = base or _filled(path)
    if content is None:
        yield name, False
        return
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        copy = Path(folder) / ("base.jpg" if base else "filled.jxl")
        copy.write_bytes(content)
        yield str(copy), base is not None


def _filled(path: Path) -> bytes | None:
    """A short JPEG XL with nothing behind it, until it is as long as the library looks; None of others."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        head = file.read(_SHORT)
        return head.ljust(_SHORT, b"\0") if head[:2] == b"\xff\x0a" and len(head) < _SHORT else None
    return None


def _base(path: Path) -> bytes | None:
    """The base of a JPEG with a gain map; None of every other file."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        scans = _scans(file)
        if scans:
            file.seek(0)
            content = file.read()
            end = _end(content, scans)
            return content[:end] if 0 < end < len(content) else None
    return None


def _scans(file: BinaryIO) -> int:
    """Where the coded data of a JPEG with a gain map begin, by its headers alone; 0 of every other file."""
    if file.read(2) != b"\xff\xd8":
        return 0
    gained = False
    while len(head := file.read(4)) == 4 and head[0] == 0xFF:
        length = int.from_bytes(head[2:], "big")
        if head[1] == _SCAN:
            return file.tell() - 4 if gained else 0
        said = file.read(length - 2) if length > 1 else b""
        gained = gained or (0xE1 <= head[1] <= 0xE2 and any(one in said for one in _GAIN))
    return 0


def _end(content: bytes, at: int) -> int:
    """Where the first picture ends; 0 where it does not."""
    while (found := _MARKER.search(content, at)) is not None:
        if found[1][0] == _END:
            return found.end()
        at = found.end() + int.from_bytes(content[found.end() : found.end() + 2], "big")
    return 0
