"""Small files of text that somebody names: read whole, if they are files, and no longer than text is."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from .errors import SettingsError

LONGEST = 16 << 20
"""Bytes; presets and manifests have some thousand."""


def read(path: Path, encoding: str = "utf-8", longest: int = LONGEST) -> str:
    """The text of the file at *path*.

    Raises:
        SettingsError: it is a pipe or a device, which may never end, or has more than *longest* bytes.
        OSError, UnicodeDecodeError: it is not there, cannot be read, or is no text.
    """
    # without O_NONBLOCK a pipe that nobody writes to is waited for
    with open(os.open(path, os.O_RDONLY | os.O_CLOEXEC | getattr(os, "O_NONBLOCK", 0)), "rb") as file:
        facts = os.fstat(file.fileno())
        if not stat.S_ISREG(facts.st_mode):
            raise SettingsError(
                f"{path} is a pipe or a device, not a file; copy what it gives into one first."
            )
        content = file.read(longest + 1)
    if len(content) > longest:
        raise SettingsError(f"{path} is longer than {longest >> 20} MB, which no file of settings is.")
    return content.decode(encoding)
