"""The folder of the server that its page may take pictures from: read only, and nothing outside it."""

from __future__ import annotations

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from .pictures import HEAD, kind_of
from .problems import Refused

_MOST = 2000
"""Entries of one folder that are looked at."""


@dataclass(frozen=True)
class Listing:
    """What a folder holds: names of folders and of pictures, in order, and whether that is all."""

    folders: list[str]
    pictures: list[str]
    whole: bool


@dataclass(frozen=True)
class Names:
    """The folders and files of a folder by name, in order; links and hidden ones left out; `whole` as that of
    a `Listing`."""

    folders: list[str]
    files: list[str]
    whole: bool


class Root:
    """A folder whose descriptor is held: every path goes down from it, and follows no link.

    Args:
        path: the folder.

    Raises:
        OSError: it is no folder that can be read.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._held = os.open(path, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)

    def close(self) -> None:
        os.close(self._held)

    def listing(self, inside: str) -> Listing:
        """The pictures and folders of a folder; links, hidden files and everything else are left out.

        Raises:
            Refused: 404, there is no such folder in the root.
        """
        folders, pictures, seen = [], [], 0
        with self._folder(parts_of(inside)) as held, os.scandir(held) as entries:
            for entry in entries:
                seen += 1
                if seen > _MOST:
                    break
                if entry.name.startswith(".") or not entry.name.isprintable():
                    continue
                with suppress(OSError):
                    if entry.is_dir(follow_symlinks=False):
                        folders.append(entry.name)
                    elif entry.is_file(follow_symlinks=False) and _kind(entry.name, held):
                        pictures.append(entry.name)
        return Listing(sorted(folders), sorted(pictures), seen <= _MOST)

    def names(self, inside: str, most: int = 20000) -> Names:
        """All folders and files of a folder, of the first *most* entries.

        Raises:
            Refused: 404, there is no such folder in the root.
        """
        folders, files, seen = [], [], 0
        with self._folder(parts_of(inside)) as held, os.scandir(held) as entries:
            for entry in entries:
                seen += 1
                if seen > most:
                    break
                if not entry.name.startswith(".") and entry.name.isprintable():
                    with suppress(OSError):
                        if entry.is_dir(follow_symlinks=False):
                            folders.append(entry.name)
                        elif entry.is_file(follow_symlinks=False):
                            files.append(entry.name)
        return Names(sorted(folders), sorted(files), seen <= most)

    def folder(self, inside: str) -> Path:
        """The path of a folder in the root, for libraries that take no descriptor; no step of it is a link.

        Raises:
            Refused: 404, there is no such folder in the root.
        """
        parts = parts_of(inside)
        with self._folder(parts):
            return self.path.joinpath(*parts)

    def file(self, inside: str) -> Path:
        """The path of a regular file in the root, as `folder`.

        Raises:
            Refused: 404, there is no such file in the root.
        """
        with self.opened(inside):
            return self.path.joinpath(*parts_of(inside))

    @contextmanager
    def opened(self, inside: str) -> Iterator[int]:
        """The descriptor of a regular file in the root, for reading.

        Raises:
            Refused: 404, there is no such file in the root.
        """
        *above, name = parts_of(inside) or ("",)
        with self._folder(above) as held:
            file = _down(name, held, os.O_RDONLY | os.O_NONBLOCK)
        try:
            if not stat.S_ISREG(os.fstat(file).st_mode):
                raise _absent()
            yield file
        finally:
            os.close(file)

    @contextmanager
    def _folder(self, parts: list[str]) -> Iterator[int]:
        held = os.dup(self._held)
        try:
            for part in parts:
                below = _down(part, held, os.O_RDONLY | os.O_DIRECTORY)
                os.close(held)
                held = below
            yield held
        finally:
            os.close(held)


def parts_of(inside: str) -> list[str]:
    """The steps of a path below the root; ``..`` is no step down.

    Raises:
        Refused: 404, it holds steps that lead elsewhere, or hidden names.
    """
    parts = [part for part in inside.split("/") if part not in ("", ".")]
    if any(part == ".." or part.startswith(".") or "\0" in part or "\\" in part for part in parts):
        raise _absent()
    return parts


def _down(name: str, held: int, how: int) -> int:
    try:
        return os.open(name, how | os.O_NOFOLLOW | os.O_CLOEXEC, dir_fd=held)
    except (OSError, ValueError) as why:  # ValueError: a name that no file system has
        raise _absent() from why


def _kind(name: str, held: int) -> bool:
    file = os.open(name, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC, dir_fd=held)
    try:
        return kind_of(os.read(file, HEAD)) not in (None, ".zip")
    finally:
        os.close(file)


def _absent() -> Refused:
    return Refused(404, "There is no such thing in the server's folder.", "Choose one that /folder lists.")
