"""Failures as answers: a status code, what is wrong, and the cure."""

from __future__ import annotations

import errno
from collections.abc import Mapping
from dataclasses import dataclass, field

from anatomatte.errors import (
    AnatomatteError,
    Cancelled,
    DiskFull,
    OutOfMemory,
    OutputError,
    PlateError,
    SettingsError,
    SetupError,
    is_shortage,
)


@dataclass(eq=False)
class Refused(Exception):
    """A request that is answered with a failure.

    Attributes:
        status: of HTTP.
        error: what is wrong, a sentence.
        cure: what helps, a sentence.
        headers: that go with it.
    """

    status: int
    error: str
    cure: str
    headers: Mapping[str, str] = field(default_factory=dict)

    def __str__(self) -> str:
        return f"{self.error} {self.cure}"


_STATUS: tuple[tuple[type[AnatomatteError], int, str], ...] = (
    (SettingsError, 422, "Correct the field and send it again."),
    (PlateError, 415, "Send the picture again, as PNG, JPEG, WebP, TIFF or OpenEXR."),
    (SetupError, 503, "Whoever runs the server looks at `anatomatte doctor`."),
    (OutOfMemory, 503, "Send a smaller picture, or use a bigger machine."),
    (DiskFull, 507, "Whoever runs the server makes room on its disk."),
    (OutputError, 507, "Whoever runs the server looks at its disk."),
    (Cancelled, 503, "Send it again."),
)


def refused(why: BaseException) -> Refused:
    """The answer to any failure; what nobody explained is our bug and told as one."""
    if isinstance(why, Refused):
        return why
    for kind, status, cure in _STATUS:
        if isinstance(why, kind):
            error, own = parted(str(why))
            return Refused(status, error, own or cure, {"Retry-After": "10"} if status == 503 else {})
    if isinstance(why, OSError) and why.errno in (errno.ENOSPC, errno.EDQUOT):
        return Refused(507, "The server's disk is full.", "Whoever runs the server makes room on it.")
    if isinstance(why, (MemoryError, ImportError)) and is_shortage(why):
        return Refused(503, "Memory ran out.", "Send a smaller picture, or use a bigger machine.")
    return Refused(500, "The server failed at this picture.", "Please report it, with the server's log.")


def parted(text: str) -> tuple[str, str]:
    """A message of the error tree as (what is wrong, the cure): the cure is its last part."""
    text = " ".join(text.split())
    for mark in ("; ", ". "):
        head, found, tail = text.rpartition(mark)
        if found and head and tail:
            return head.rstrip(".") + ".", tail[0].upper() + tail[1:]
    return text, ""


def too_large(what: str, most: str, cure: str = "Send less, or raise the limit of the server.") -> Refused:
    """413: *what* is more than *most*."""
    return Refused(413, f"{what} is more than this server takes ({most}).", cure)
