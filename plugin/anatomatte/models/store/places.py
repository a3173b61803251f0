"""Where models lie: one folder of one's own, and shared ones that are only read.

``ANATOMATTE_MODELS`` is the folder that is written to; by default it is the user's.
``ANATOMATTE_MODELS_SHARED`` lists further folders, searched first and never written to.

A folder holds ``blobs/ab/abcd….onnx`` (files by the SHA-256 of their content),
``models/ID/PRECISION.json`` (which file a model is), ``manifests/ID.toml`` (of networks that the
package does not know), ``policy.toml`` and ``partial/`` (what is still being fetched).
"""

from __future__ import annotations

import contextlib
import errno
import os
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ...errors import OutputError

OWN = "ANATOMATTE_MODELS"
SHARED = "ANATOMATTE_MODELS_SHARED"
_WAIT = 600.0


def home() -> Path:
    """The user's home; of one who has none, as on farms, a folder that nobody can make."""
    try:
        return Path.home()
    except RuntimeError:
        return Path(os.devnull) / "no-home"


def _expanded(told: str) -> Path:
    try:
        return Path(told).expanduser().absolute()
    except RuntimeError:
        return home() / told.lstrip("~").partition("/")[2]


def own() -> Path:
    """The folder that is written to."""
    if told := os.environ.get(OWN):
        return _expanded(told)
    if sys.platform == "win32":
        return Path(os.environ.get("LOCALAPPDATA") or home() / "AppData" / "Local") / "Anatomatte" / "models"
    if sys.platform == "darwin":
        return home() / "Library" / "Application Support" / "Anatomatte" / "models"
    return Path(os.environ.get("XDG_DATA_HOME") or home() / ".local" / "share") / "anatomatte" / "models"


def shared() -> tuple[Path, ...]:
    """The folders that are only read, in their order."""
    told = os.environ.get(SHARED, "").split(os.pathsep)
    return tuple(_expanded(part) for part in told if part)


def roots() -> tuple[Path, ...]:
    """All folders in the order of the search: the shared ones, then one's own; each once."""
    return tuple(dict.fromkeys([*shared(), own()]))


@contextlib.contextmanager
def locked(folder: Path, waiting: Callable[[], None] = lambda: None, name: str = ".lock") -> Iterator[None]:
    """Nobody else who asks for *folder*'s lock *name* has it while the block runs.

    The lock is the system's: it ends with the process that holds it, however that ends.  File
    systems without locks go without.  *waiting* is called again and again while somebody else has it.

    Raises:
        OutputError: the folder cannot be written, or somebody else kept the lock for ten minutes.
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        handle = os.open(folder / name, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError as why:
        raise OutputError(
            f"The model folder {folder} cannot be written ({why.strerror}); set {OWN} to one that can."
        ) from why
    try:
        until = time.monotonic() + _WAIT
        while not _try_lock(handle):
            if time.monotonic() > until:
                raise OutputError(f"Another process has kept the model folder {folder} busy for ten minutes.")
            waiting()
            time.sleep(0.2)
        yield
    finally:
        os.close(handle)  # and with it the lock


def _try_lock(handle: int) -> bool:
    try:
        if sys.platform == "win32":
            import msvcrt

            msvcrt.locking(handle, msvcrt.LK_NBLCK, 1)
        else:
            import fcntl

            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError as why:
        if why.errno in (errno.EAGAIN, errno.EACCES, errno.EDEADLK, errno.EWOULDBLOCK):
            return False
        if why.errno not in (errno.ENOLCK, errno.ENOTSUP, errno.ENOSYS):
            raise
    return True
