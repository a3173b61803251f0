"""Names of files as strangers send them, made harmless."""

from __future__ import annotations

import re
import unicodedata
from pathlib import PurePosixPath
from urllib.parse import quote

_MOST = 80
_ODD = re.compile(r"[^\w.,+=@()\[\] -]")
_DEVICES = re.compile(r"^(con|prn|aux|nul|com\d|lpt\d)$", re.IGNORECASE)


def shown(name: str) -> str:
    """A sent name for messages: its last part, one line, at most 80 characters."""
    last = re.split(r"[\\/]", name)[-1]
    clean = "".join(sign for sign in last if unicodedata.category(sign)[0] != "C").strip()
    return clean[:_MOST] or "the picture"


def stem(name: str) -> str:
    """A stem that is a file's name on any system: no folder, no sign that a shell or Windows minds."""
    plain = unicodedata.normalize("NFC", shown(name))
    found = _ODD.sub("_", PurePosixPath(plain).stem).strip(" .")
    while len(found.encode()) > 2 * _MOST:
        found = found[:-1]
    return f"_{found}" if _DEVICES.match(found) else found or "picture"


def apart(names: list[str]) -> list[str]:
    """The stems of several names, told apart by a number where they are the same to any file system."""
    taken: set[str] = set()
    made = []
    for name in names:
        first = own = stem(name)
        count = 1
        while own.casefold() in taken:
            count += 1
            own = f"{first}-{count}"
        taken.add(own.casefold())
        made.append(own)
    return made


def attachment(name: str, inline: bool = False) -> str:
    """The value of Content-Disposition for a name (RFC 6266)."""
    plain = name.encode("ascii", "replace").decode().replace("?", "_").replace('"', "_")
    kind = "inline" if inline else "attachment"
    return f"{kind}; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
