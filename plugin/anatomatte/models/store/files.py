"""Files of the store: by the SHA-256 of what they hold, whole or not there."""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import secrets
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO, Any

from ...atomic import beside
from ...errors import OutputError, SetupError

Tell = Callable[[int, int], None]
"""Is told bytes done and bytes in all, now and then; may raise to stop."""

_STEP = 4 * 2**20
_DAY = 86400.0


def silent(_done: int, _total: int) -> None:
    """Tells nobody."""


def blob(root: Path, sha256: str, suffix: str) -> Path:
    """Where content lies in a folder of the store."""
    return root / "blobs" / sha256[:2] / f"{sha256}{suffix}"


def sha256_of(path: Path, tell: Tell = silent) -> str:
    """SHA-256 of a file's content, as 64 hexadecimal digits.

    Raises:
        SetupError: it cannot be read.
    """
    try:
        return poured(path, lambda _: None, tell)
    except OSError as why:
        raise SetupError(f"{path} cannot be read: {why.strerror}.") from why


def poured(path: Path, sink: Callable[[bytes], Any], tell: Tell = silent) -> str:
    """SHA-256 of a file's content, which is handed to *sink* piece by piece."""
    with open(path, "rb") as file:
        return _through(file, os.fstat(file.fileno()).st_size, sink, tell)


def part_of(tell: Tell, before: int, total: int) -> Tell:
    """For one file of several: *before* bytes were done when it began, of *total* in all."""
    return lambda done, _: tell(before + done, total)


def _through(source: IO[bytes], total: int, sink: Callable[[bytes], Any], tell: Tell) -> str:
    whole, done = hashlib.sha256(), 0
    while chunk := source.read(_STEP):
        whole.update(chunk)
        sink(chunk)
        done += len(chunk)
        tell(done, total)
    return whole.hexdigest()


def copied(source: IO[bytes], total: int, target: Path, tell: Tell = silent) -> str:
    """Copy a stream to *target* and give the SHA-256 of what was written.

    Args:
        total: bytes expected, for *tell* and for the room on the disk.

    Raises:
        OutputError: the disk has no room.
    """
    need_room(target.parent, total)
    with open(target, "xb") as file:
        return _through(source, total, file.write, tell)


def need_room(folder: Path, amount: int) -> None:
    """Raise OutputError unless *folder*'s disk has room for *amount* bytes and a little more."""
    try:
        facts = os.statvfs(folder)
    except (OSError, AttributeError):  # no such folder yet, or no such question on this system
        return
    free = facts.f_bavail * facts.f_frsize
    if free < amount + 2**20:
        raise OutputError(
            f"{folder} has room for {said(free)}, but {said(amount)} are needed; "
            "make room or set ANATOMATTE_MODELS to another disk."
        )


@contextlib.contextmanager
def arriving(root: Path, suffix: str = "") -> Iterator[Path]:
    """A name in the folder's ``partial/`` that is not there yet, and is gone after the block."""
    folder = root / "partial"
    path = folder / f"{secrets.token_hex(8)}{suffix}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        yield path
    except OSError as why:
        if isinstance(why, OutputError):
            raise
        raise OutputError(
            f"The model folder {root} cannot be written ({why.strerror or why}); "
            "set ANATOMATTE_MODELS to one that can."
        ) from why
    finally:
        with contextlib.suppress(OSError):
            path.unlink(missing_ok=True)


def sweep(root: Path) -> None:
    """Remove what killed imports left in ``partial/`` more than a day ago; downloads keep a week."""
    with contextlib.suppress(OSError):
        for path in (root / "partial").iterdir():
            age = time.time() - path.stat().st_mtime
            if age > (7 * _DAY if path.name.startswith("pull-") else _DAY):
                path.unlink(missing_ok=True)


def publish(source: Path, target: Path) -> None:
    """Move a complete file of the same folder tree to its place, for everybody to read.

    Raises:
        OutputError: the place cannot be written.
    """
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        handle = os.open(source, os.O_RDWR)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
        source.chmod(0o444)
        os.replace(source, target)
    except OSError as why:
        raise OutputError(f"{target} cannot be written: {why.strerror or why}.") from why


def write_json(path: Path, facts: Any) -> None:
    """Write *facts* to *path*, whole or not at all."""
    with beside(path) as temporary:
        temporary.write_text(json.dumps(facts, ensure_ascii=False, indent=2) + "\n", encoding="utf-8")


def said(amount: int) -> str:
    """Bytes in words: ``25.9 MB``."""
    for unit, size in (("GB", 1e9), ("MB", 1e6), ("kB", 1e3)):
        if amount >= size:
            return f"{amount / size:.1f} {unit}"
    return f"{amount} bytes"


def gone(path: Path) -> None:
    """Remove a file; one that is not there is gone already.

    Raises:
        OutputError: it cannot be removed.
    """
    try:
        path.unlink(missing_ok=True)
        path.parent.rmdir()
    except OSError as why:
        if path.exists():
            raise OutputError(f"{path} cannot be removed: {why.strerror}.") from why
