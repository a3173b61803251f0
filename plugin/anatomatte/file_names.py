"""Names of files as texts: bytes that are no UTF-8, which a control or a header cannot hold, and links."""

from __future__ import annotations

import os
import re
from pathlib import Path

_ESCAPED = re.compile(rb"\\x([89a-f][0-9a-f])")


def shown(name: str) -> str:
    """A name as text for controls, headers and messages: bytes that are no UTF-8 as ``\\xe9``."""
    return os.fsencode(name).decode("utf-8", "backslashreplace")


def meant(text: str) -> Path:
    """The path that somebody wrote, or that `shown` made; ``~`` is the home folder."""
    path = Path(os.path.expanduser(text.strip()))
    if os.name == "nt" or "\\x" not in text or os.path.lexists(path):
        return path
    raw = _ESCAPED.sub(lambda found: bytes([int(found[1], 16)]), os.fsencode(path))
    return Path(os.fsdecode(raw))


def beside(path: Path, name: str) -> Path:
    """The file *name* that belongs to the file at *path*: in its folder, or where a link leads to."""
    near = path.with_name(name)
    return near if near.exists() else Path(os.path.realpath(path)).with_name(name)
