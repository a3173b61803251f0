"""Code of libraries, given back while nothing is rendered: it stands in their files, and comes back page by
page when it runs again."""

from __future__ import annotations

import contextlib
import ctypes
import mmap
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

_MAPPINGS = Path("/proc/self/smaps")
_ONLY_READ = ("r-xp", "r--p")


@dataclass
class _Mapping:
    """A part of a file in this process: addresses, rights, the file, kilobytes that are no longer its own."""

    start: int
    end: int
    rights: str
    path: str
    changed: int = 0


def _mappings() -> Iterator[_Mapping]:
    """What the system says of this process."""
    found: _Mapping | None = None
    for line in _MAPPINGS.read_text(errors="surrogateescape").splitlines():
        first, _, rest = line.partition(" ")
        if first == "Anonymous:" and found is not None:
            found.changed = int(rest.split()[0])
        elif not first.endswith(":"):
            if found is not None:
                yield found
            start, end = (int(one, 16) for one in first.split("-"))
            rights, *_, path = rest.split(maxsplit=4)
            found = _Mapping(start, end, rights, path)
    if found is not None:
        yield found


def let_go(folder: Path = Path(np.__file__).parents[1]) -> None:
    """Give back what this process has in memory of files below *folder*, where NumPy is installed and others
    beside it, as far as nobody has changed it."""
    with contextlib.suppress(OSError):  # another system
        advise = ctypes.CDLL(None).madvise
        for one in list(_mappings()):
            if one.rights in _ONLY_READ and not one.changed and one.path.startswith(f"{folder}/"):
                size = ctypes.c_size_t(one.end - one.start)
                advise(ctypes.c_void_p(one.start), size, mmap.MADV_DONTNEED)
