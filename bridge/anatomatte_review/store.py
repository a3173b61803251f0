"""Finished files on the disk, bounded in bytes and in age; the oldest give way."""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from anatomatte.atomic import is_full
from anatomatte.errors import DiskFull, OutputError

from .limits import MB, Limits

_PREFIX, _LOCK = "anatomatte-serve-", "running"


def _sweep(folder: Path) -> None:
    """Remove what killed servers of this user left: their kernel has given their locks back."""
    for left in folder.glob(f"{_PREFIX}*"):
        with suppress(OSError):
            if left.is_symlink() or left.stat().st_uid != os.getuid():
                continue
            held = os.open(left / _LOCK, os.O_RDWR | os.O_NOFOLLOW | os.O_CLOEXEC)
            try:
                fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
                shutil.rmtree(left, ignore_errors=True)
            finally:
                os.close(held)


@dataclass
class _Shelf:
    """The files of one job: their bytes, and when it was finished, if it is."""

    size: int = 0
    finished: float | None = None


class Store:
    """Files by job, in a folder of this process that goes with it.

    Args:
        limits: how much is kept, and how long.
        gone: told of each job whose files gave way.
        clock: seconds, for age.
    """

    def __init__(
        self,
        limits: Limits,
        gone: Callable[[str], object] = lambda job: None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        _sweep(Path(tempfile.gettempdir()))
        self.folder = Path(tempfile.mkdtemp(prefix=_PREFIX))
        self._lock = os.open(self.folder / _LOCK, os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
        fcntl.flock(self._lock, fcntl.LOCK_EX)
        self._limits, self._gone, self._clock = limits, gone, clock
        self._shelves: OrderedDict[str, _Shelf] = OrderedDict()
        self._changing = threading.RLock()

    @property
    def size(self) -> int:
        """Bytes of all results."""
        with self._changing:
            return sum(shelf.size for shelf in self._shelves.values())

    def tray(self, job: str) -> Path:
        """The folder of what was sent for a job; `emptied` takes it away."""
        return self.folder / "in" / job

    def emptied(self, job: str) -> None:
        """What was sent for a job is no longer needed."""
        shutil.rmtree(self.tray(job), ignore_errors=True)

    def put(self, job: str, name: str, content: bytes) -> Path:
        """Keep a result.

        Args:
            name: of a file, made here; never a sender's.

        Raises:
            DiskFull: neither giving way nor the disk leaves room for it.
            OutputError: it cannot be written.
        """
        self.expire()
        with self._changing:
            shelf = self._shelves.setdefault(job, _Shelf())
            self._make_room(len(content), job)
            shelf.size += len(content)
        path = self.folder / "out" / job / name
        try:
            path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.write_bytes(content)
        except OSError as why:
            path.unlink(missing_ok=True)
            with self._changing:
                shelf.size -= len(content)
            if is_full(why, self.folder):
                raise DiskFull("The server's disk is full; whoever runs it makes room.") from why
            raise OutputError(f"The result cannot be kept ({why.strerror}); look at the server.") from why
        return path

    def finish(self, job: str) -> None:
        """From now on the files of a job may give way."""
        with self._changing:
            self._shelves.setdefault(job, _Shelf()).finished = self._clock()

    def drop(self, job: str) -> None:
        """Remove all that belongs to a job."""
        with self._changing:
            self._shelves.pop(job, None)
        shutil.rmtree(self.folder / "out" / job, ignore_errors=True)
        self.emptied(job)
        self._gone(job)

    def expire(self) -> None:
        """Remove what is older than it may be."""
        oldest = self._clock() - 60 * self._limits.kept_minutes
        with self._changing:
            late = [job for job, when in self._finished() if when < oldest]
        for job in late:
            self.drop(job)

    def close(self) -> None:
        """Remove everything."""
        shutil.rmtree(self.folder, ignore_errors=True)
        os.close(self._lock)

    def _finished(self) -> list[tuple[str, float]]:
        """The jobs that may give way, the oldest first, and when they were finished."""
        return [(job, one.finished) for job, one in self._shelves.items() if one.finished is not None]

    def _make_room(self, wanted: int, job: str) -> None:
        done = [other for other, _ in self._finished() if other != job]
        while self.size + wanted > self._limits.kept_bytes:
            if not done:
                raise DiskFull(
                    f"The results are more than the {self._limits.kept_bytes / MB:.0f} MB that are kept; "
                    "fetch and delete finished jobs, or send less at once."
                )
            self.drop(done.pop(0))
