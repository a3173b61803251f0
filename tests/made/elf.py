"""What an ELF file asks of the C library, read from the file itself: no binutils needed."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path

_DYNAMIC_VERSIONS = 0x6FFFFFFE  # SHT_GNU_verneed


def needed_versions(path: Path) -> dict[str, set[str]]:
    """{library: versions of it}, as in {"libc.so.6": {"GLIBC_2.14"}}, of a 64-bit little-endian file.

    Raises:
        ValueError: it is another kind of file.
    """
    data = path.read_bytes()
    if data[:6] != b"\x7fELF\x02\x01":
        raise ValueError(f"{path} is not a 64-bit little-endian ELF file")
    sections = list(_sections(data))
    found: dict[str, set[str]] = {}
    for kind, offset, link in sections:
        if kind == _DYNAMIC_VERSIONS:
            for library, version in _entries(data, offset, sections[link][1]):
                found.setdefault(library, set()).add(version)
    return found


def newest(versions: dict[str, set[str]], family: str = "GLIBC") -> tuple[int, ...]:
    """The highest version of *family* asked for; () when none is."""
    told = (
        name.split("_")[1] for names in versions.values() for name in names if name.startswith(family + "_")
    )
    return max((tuple(map(int, text.split("."))) for text in told if text[0].isdigit()), default=())


def _sections(data: bytes) -> Iterator[tuple[int, int, int]]:
    """(type, offset, link) of each section."""
    (start,) = struct.unpack_from("<Q", data, 40)
    size, count = struct.unpack_from("<HH", data, 58)
    for at in range(start, start + size * count, size):
        _, kind, _, _, offset, _, link, _, _, _ = struct.unpack_from("<IIQQQQIIQQ", data, at)
        yield kind, offset, link


def _entries(data: bytes, at: int, names: int) -> Iterator[tuple[str, str]]:
    """(library, version) of each entry of a section of needed versions."""
    while True:
        _, count, file, first, step = struct.unpack_from("<HHIII", data, at)
        where = at + first
        for _ in range(count):
            _, _, _, name, onward = struct.unpack_from("<IHHII", data, where)
            yield _text(data, names + file), _text(data, names + name)
            where += onward
        if not step:
            return
        at += step


def _text(data: bytes, at: int) -> str:
    return data[at : data.index(b"\0", at)].decode()
