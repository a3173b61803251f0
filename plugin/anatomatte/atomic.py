"""Files that are whole or not there: written beside under a hidden name, synced, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import shutil
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import AnatomatteError, DiskFull, NotWritable, OutputError, reason, too_long

try:
    import resource
except ImportError:  # Windows has no such limits
    resource = None  # type: ignore[assignment]

_HIDDEN = ".anatomatte-"
_DAY = 86400.0
_ROOM = 1 << 20  # bytes; a frame takes more


def sweep(folder: Path) -> None:
    """Remove hidden files that a killed run left more than a day ago."""
    with contextlib.suppress(OSError):
        for path in folder.glob(_HIDDEN + "*"):
            if time.time() - path.stat().st_mtime > _DAY:
                path.unlink(missing_ok=True)


@contextlib.contextmanager
def beside(path: Path) -> Iterator[Path]:
    """A hidden name in the folder of *path*, which becomes *path* when the block ends well.

    The extension is kept, because writers choose their format by it.  Whatever ends the block
    early, a signal included, removes the hidden file.

    A link is followed: what it leads to is written, and it stays a link.

    Raises:
        OutputError: the folder or the file cannot be written; the message names it.
        DiskFull: there is no room for it.
        NotWritable: the folder takes no file, or none so large.
        SettingsError: the name is longer than the file system takes.
    """
    path = Path(os.path.realpath(path))
    # the name of a long file still has to fit into the 255 bytes of a file system
    temporary = path.with_name(f"{_HIDDEN}{os.urandom(6).hex()}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except AnatomatteError:
        raise
    except OSError as why:
        if (sentence := too_long(why)) is not None:
            raise sentence from why
        if is_full(why, path.parent):
            raise DiskFull(
                f"{path} cannot be written: the disk is full; make room and render again."
            ) from why
        if is_too_large(why, temporary):
            raise NotWritable(
                f"{path} cannot be written: no file may be so large here (`ulimit -f`, or the file system); "
                "raise the limit, or write smaller files."
            ) from why
        if is_closed(why, path.parent):
            raise NotWritable(
                f"{path} cannot be written: {path.parent} takes no files (no permission, or it is read-only "
                "now); mend that and render again."
            ) from why
        raise OutputError(f"{path} cannot be written: {_reason(why)}.") from why
    finally:
        with contextlib.suppress(OSError):
            temporary.unlink(missing_ok=True)


def _sync(path: Path) -> None:
    folder = path.is_dir()
    if folder and os.name == "nt":
        return  # Windows has no handle for a folder's entries
    handle = os.open(path, os.O_RDONLY if folder else os.O_RDWR)
    try:
        os.fsync(handle)
    except OSError as why:
        if why.errno not in (errno.EINVAL, errno.ENOTSUP):  # some network file systems cannot sync folders
            raise
    finally:
        os.close(handle)


def is_full(why: OSError, folder: Path) -> bool:
    """Whether writing into a folder failed for want of room; libraries that write tell no number, so the
    folder is asked."""
    if why.errno is not None:
        return why.errno in (errno.ENOSPC, errno.EDQUOT)
    try:
        usage = shutil.disk_usage(folder)
        # what cannot be written at all, an image of a disk or /proc, has no room either
        return usage.total > 0 and usage.free < _ROOM and os.access(folder, os.W_OK)
    except OSError:
        return False


def is_too_large(why: OSError, written: Path) -> bool:
    """Whether a file is at the limit that this process has for one; libraries that write tell no number, so
    what is *written* of it is asked."""
    if why.errno is not None or resource is None:
        return why.errno == errno.EFBIG
    limit = resource.getrlimit(resource.RLIMIT_FSIZE)[0]
    try:
        return limit != resource.RLIM_INFINITY and written.stat().st_size >= limit
    except OSError:
        return False


def is_closed(why: OSError, folder: Path) -> bool:
    """Whether writing into a folder failed as nobody may, or this user; as for `is_full` it is asked."""
    if why.errno not in (None, errno.EACCES, errno.EPERM, errno.EROFS):
        return False
    while not folder.exists() and folder != folder.parent:
        folder = folder.parent
    return not os.access(folder, os.W_OK | os.X_OK)


def _reason(why: OSError) -> str:
    if why.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "no permission to write there"
    return reason(why.strerror or str(why))
