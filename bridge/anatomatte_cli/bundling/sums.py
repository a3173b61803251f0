"""The list of a bundle's files: ``SHA256SUMS``, as ``sha256sum --check`` reads it too."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path

from anatomatte.errors import SetupError

NAME = "SHA256SUMS"


def write(root: Path) -> None:
    """Write the list of all files but itself."""
    lines = [f"{digest(root / name)}  {name}\n" for name in files(root)]
    (root / NAME).write_text("".join(lines), encoding="utf-8", errors="surrogateescape")
    (root / NAME).chmod(0o444)


def files(root: Path) -> Iterator[str]:
    """Paths of all files but the list, in order."""
    found = (path.relative_to(root).as_posix() for path in root.rglob("*") if not path.is_dir())
    yield from sorted(name for name in found if name != NAME)


def digest(path: Path) -> str:
    """SHA-256 of a file, in hexadecimal."""
    with open(path, "rb") as file:
        found = hashlib.sha256()
        while block := file.read(1 << 20):
            found.update(block)
    return found.hexdigest()


def listed(root: Path) -> dict[str, str]:
    """File → sum, as the list says.

    Raises:
        SetupError: there is no list.
    """
    try:
        text = (root / NAME).read_text(encoding="utf-8", errors="surrogateescape")
    except OSError as why:
        raise SetupError(f"{root} is no bundle: {NAME} {os.strerror(why.errno or 0).lower()}.") from why
    return {line[66:]: line[:64] for line in text.splitlines()}


def faults(root: Path) -> list[str]:
    """What differs from the list, a line each."""
    told, there = listed(root), set(files(root))
    found = [f"{name} is missing" for name in told if name not in there]
    found += [f"{name} is not in the list" for name in sorted(there - set(told))]
    return found + [
        f"{name} was changed" for name in told if name in there and digest(root / name) != told[name]
    ]
