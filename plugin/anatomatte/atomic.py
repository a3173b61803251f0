"""Files that are whole or not there: written beside under a hidden name, synced, renamed."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import time
from collections.abc import Iterator
from pathlib import Path

from .errors import AnatomatteError, OutputError

_HIDDEN = ".anatomatte-"
_DAY = 86400.0


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

    Raises:
        OutputError: the folder or the file cannot be written; the message names it.
    """
    # the name of a long file still has to fit into the 255 bytes of a file system
    temporary = path.with_name(f"{_HIDDEN}{secrets.token_hex(6)}{path.suffix}")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        yield temporary
        _sync(temporary)
        os.replace(temporary, path)
        _sync(path.parent)
    except AnatomatteError:
        raise
    except OSError as why:
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


def _reason(why: OSError) -> str:
    if why.errno == errno.ENOSPC:
        return "the disk is full"
    if why.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return "no permission to write there"
    return why.strerror or str(why)
