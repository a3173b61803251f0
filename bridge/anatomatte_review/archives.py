"""Zips of pictures in, with every size checked twice; zips of results out."""

from __future__ import annotations

import stat
import zipfile
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import IO

from .limits import MB, Limits
from .names import shown
from .pictures import HEAD, kind_of
from .problems import Refused, too_large

_PIECE = 1 << 16
_MOST_ENTRIES = 4000


def unpacked(sent: IO[bytes], limits: Limits, new: Callable[[str], Path]) -> Iterator[tuple[str, Path]]:
    """The pictures of a zip, as (name, file); whatever is no picture in it is passed over.

    No name of the zip becomes a path, links are not followed, and what an entry says of its size is
    checked again while it is unpacked.

    Args:
        new: makes the path of a file of ours, from its suffix.

    Raises:
        Refused: damaged, encrypted, or larger than the limits, packed or not.
    """
    try:
        with zipfile.ZipFile(sent) as packed:
            yield from _pictures(packed, limits, new)
    except (zipfile.BadZipFile, NotImplementedError, EOFError, ValueError, KeyError) as why:
        raise _damaged() from why
    except RuntimeError as why:  # encrypted, or a method that Python does not unpack
        raise Refused(400, "The zip is encrypted.", "Pack it without a password.") from why
    except OSError as why:
        if why.errno is None:  # zlib's and lzma's
            raise _damaged() from why
        raise


def _pictures(
    packed: zipfile.ZipFile, limits: Limits, new: Callable[[str], Path]
) -> Iterator[tuple[str, Path]]:
    entries = packed.infolist()
    if len(entries) > _MOST_ENTRIES:
        raise too_large(f"A zip of {len(entries)} entries", f"{_MOST_ENTRIES}")
    promised = sum(entry.file_size for entry in entries)
    if promised > limits.batch_bytes:
        raise too_large(f"A zip that unpacks to {promised / MB:.0f} MB", f"{limits.batch_mb:g} MB")
    count = total = 0
    for entry in entries:
        if entry.is_dir() or stat.S_ISLNK(entry.external_attr >> 16) or _hidden(entry.filename):
            continue
        with packed.open(entry) as inside:
            head = inside.read(HEAD)
            kind = kind_of(head)
            if kind in (None, ".zip"):
                continue
            count += 1
            if count > limits.files:
                raise too_large(f"A zip of more than {limits.files} pictures", f"{limits.files}")
            name, path = shown(entry.filename), new(kind or "")
            total += _copied(inside, head, path, name, limits)
            if total > limits.batch_bytes:
                raise too_large("What the zip unpacks to", f"{limits.batch_mb:g} MB")
            yield name, path


def _damaged() -> Refused:
    return Refused(400, "The zip is damaged or cut short.", "Pack it again and send it whole.")


def _hidden(name: str) -> bool:
    """Whether an entry is what systems leave beside pictures (``__MACOSX``, ``.DS_Store``)."""
    return any(part.startswith((".", "__MACOSX")) and part not in (".", "..") for part in name.split("/"))


def _copied(inside: IO[bytes], head: bytes, path: Path, name: str, limits: Limits) -> int:
    """Write an entry to *path*; its bytes."""
    size = len(head)
    with path.open("wb") as out:
        out.write(head)
        while piece := inside.read(_PIECE):
            size += len(piece)
            if size > limits.file_bytes:
                raise too_large(f"{name} in the zip", f"{limits.file_mb:g} MB a picture")
            out.write(piece)
    return size


def packed(files: Iterable[tuple[str, Path]], target: Path) -> None:
    """Write a zip of files, stored as they are: pictures are compressed already."""
    with zipfile.ZipFile(target, "w", zipfile.ZIP_STORED) as out:
        for name, path in files:
            out.write(path, name)
