"""Where what happened is written down: a folder of the user's own, or nowhere."""

from __future__ import annotations

import contextlib
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

NAME = "anatomatte-errors.log"


def append(text: str) -> str:
    """Append to the log of errors; its path, or an empty text where none can be written.

    The folder is made with mode 0700, and one that is a link or another user's is left alone: where everybody
    may write, others could have made it.
    """
    for folder in _folders():
        with contextlib.suppress(OSError):
            _own(folder)
            file = folder / NAME
            flags = os.O_WRONLY | os.O_CREAT | os.O_APPEND | getattr(os, "O_NOFOLLOW", 0)
            with open(os.open(file, flags, 0o600), "w", encoding="utf-8", errors="backslashreplace") as log:
                log.write(text)
            return str(file)
    return ""


def _folders() -> Iterator[Path]:
    if state := os.environ.get("XDG_STATE_HOME"):
        yield Path(state) / "anatomatte"
    with contextlib.suppress(RuntimeError):
        yield Path.home() / ".local" / "state" / "anatomatte"
    user = os.getuid() if hasattr(os, "getuid") else 0
    yield Path(tempfile.gettempdir()) / f"anatomatte-{user}"


def _own(folder: Path) -> None:
    """Make a folder, and raise OSError unless it is the user's own."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    facts = folder.lstat()
    if not stat.S_ISDIR(facts.st_mode) or (hasattr(os, "getuid") and facts.st_uid != os.getuid()):
        raise PermissionError(f"{folder} is not our own")
    if facts.st_mode & 0o077:
        folder.chmod(0o700)
