"""The error tree, sorted by who can mend the failure.

Each class knows the exit code of the command line and whether the same frame is worth another
try.  A message is one or two sentences: what is wrong, where, and the cure.
"""

from __future__ import annotations

import errno
import os


class AnatomatteError(Exception):
    """Base of every failure that Anatomatte explains.  Anything else is our bug (exit 1)."""

    exit_code: int = 1
    retry: bool = False


class SettingsError(AnatomatteError, ValueError):
    """A control, preset or option has an unknown name or a value out of range; the artist mends it."""

    exit_code = 2


class PlateError(AnatomatteError, ValueError):
    """The picture cannot be used (missing, truncated, wrong components); the artist mends it."""

    exit_code = 3


class FrameMissing(PlateError):
    """A clip has no picture at a frame: files of others may be there."""


class SetupError(AnatomatteError, RuntimeError):
    """Python, weights, device or table digest are not as installed; the TD mends it."""

    exit_code = 4


class OutOfMemory(AnatomatteError, MemoryError):
    """The frame does not fit into memory; a bigger machine or a smaller frame mends it."""

    exit_code = 5
    retry = True


class QualityError(AnatomatteError, RuntimeError):
    """An opt-in quality threshold was missed; the artist looks at the frame."""

    exit_code = 6


class OutputError(AnatomatteError, OSError):
    """The result cannot be written (disk full, no permission); the TD mends it."""

    exit_code = 7
    retry = True


class NoPlace(OutputError):
    """The result cannot be put there, nor can the next one: a run ends."""


class DiskFull(NoPlace):
    """There is no room for it."""


class NotWritable(NoPlace):
    """Its folder takes no file."""


class TimedOut(AnatomatteError, TimeoutError):
    """A frame took longer than it was given; a faster machine, a free one or more time mends it."""

    exit_code = 8
    retry = True


class Cancelled(AnatomatteError):
    """The user or the farm stopped the work (exit 130 for SIGINT, 143 for SIGTERM, 129 for SIGHUP)."""

    exit_code = 130


def is_shortage(why: BaseException) -> bool:
    """Whether an import or a load failed because memory was short, told by the dynamic loader's words.

    The loader says so in an ImportError or OSError without a number; such a library is installed, and
    the same frame renders where there is room.
    """
    words = str(why).lower()
    signs = ("failed to map segment", "cannot allocate memory", "cannot create shared object descriptor")
    return isinstance(why, MemoryError) or any(sign in words for sign in signs)


def too_long(why: BaseException) -> SettingsError | None:
    """A name that is longer than the file system takes, in a sentence; None of anything else."""
    if not isinstance(why, OSError) or why.errno != errno.ENAMETOOLONG:
        return None
    name = os.path.basename(os.fsdecode(why.filename2 or why.filename or ""))
    return SettingsError(
        f"The name {name[:24]}…{name[-24:]} is longer than the file system takes; choose a shorter one."
    )


def reason(why: BaseException | str, last: bool = False, most: int = 240) -> str:
    """What a library gives as the reason of a failure, in one line of at most about *most* characters.

    Libraries put names of functions and files first and the reason last, so what is too long loses its
    beginning.

    Args:
        last: of several lines the last one counts, as in a traceback; else the first.
    """
    text = str(why).strip() or type(why).__name__
    lines = [" ".join(line.split()) for line in text.splitlines() if line.strip()]
    line = lines[-1 if last else 0]
    if len(line) > most:
        line = "… " + line[-most:].partition(" ")[2]
    return line.rstrip(". ")
