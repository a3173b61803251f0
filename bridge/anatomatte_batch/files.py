"""What tells one state of a file from another; files for libraries that know UTF-8 only."""

from __future__ import annotations

import contextlib
import tempfile
from collections.abc import Iterator
from pathlib import Path

from anatomatte.file_names import shown

State = tuple[int, int, int, int, int]
"""Device, inode, size, time of change of the contents and of the entry (nanoseconds); zeros of none."""


def state_of(path: Path) -> State:
    """The state of a file as it is now; zeros where there is none that can be looked at."""
    try:
        facts = path.stat()
    except OSError:
        return (0, 0, 0, 0, 0)
    return facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtime_ns, facts.st_ctime_ns


NATURES: dict[str, tuple[str, ...]] = {
    "openexr": (".exr", ".sxr"),
    "png": (".png",),
    "tiff": (".tif", ".tiff"),
    "jpeg": (".jpg", ".jpeg", ".jpe", ".jif", ".jfif", ".mpo"),
    "jpegxl": (".jxl",),
    "jpeg2000": (".jp2", ".j2k", ".j2c", ".jph"),
    "webp": (".webp",),
    "bmp": (".bmp", ".dib"),
    "targa": (".tga",),
    "dpx": (".dpx",),
    "cineon": (".cin",),
    "hdr": (".hdr",),
}
"""Suffixes of stills by the image library's names of what is in them."""


def by_content(path: Path, nature: str) -> Path:
    """The path with the suffix that its content should have; the path itself where it has it."""
    own = NATURES.get(nature, ())
    return path if not own or path.suffix.lower() in own else path.with_suffix(own[0])


@contextlib.contextmanager
def reachable(path: Path) -> Iterator[str]:
    """A name of a file for libraries that know UTF-8 only: its own, or that of a link to it."""
    if shown(str(path)) == str(path):
        yield str(path)
        return
    with tempfile.TemporaryDirectory(prefix="anatomatte-") as folder:
        suffix = path.suffix if shown(path.suffix) == path.suffix else ""
        link = Path(folder) / f"file{suffix}"
        link.symlink_to(path.absolute())
        yield str(link)
