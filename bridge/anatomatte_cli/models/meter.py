"""How far a transfer is: a bar for people, a plain line now and then for logs."""

from __future__ import annotations

import sys
import time
from types import TracebackType
from typing import Any

from anatomatte.models.store.files import said

_QUIET = 2.0
_EVERY = 10.0


class Meter:
    """Called with bytes done and bytes in all; says nothing about what takes less than two seconds.

    Args:
        what: what is moved, in a few words.
        quiet: say nothing at all.
    """

    def __init__(self, what: str, quiet: bool = False) -> None:
        self._what, self._quiet = what, quiet
        self._bar: Any = None
        self._task: Any = None
        self._next = time.monotonic() + (_QUIET if sys.stderr.isatty() else _EVERY)

    def __enter__(self) -> Meter:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def __call__(self, done: int, total: int) -> None:
        if self._bar is not None:
            self._bar.update(self._task, completed=done, total=total or None)
        elif not self._quiet and time.monotonic() > self._next:
            if sys.stderr.isatty():
                self._start(done, total)
            else:
                share = f" of {said(total)}, {100 * done // total} %" if total else ""
                print(f"{self._what}: {said(done)}{share}", file=sys.stderr, flush=True)
                self._next = time.monotonic() + _EVERY

    def _start(self, done: int, total: int) -> None:
        from rich.console import Console
        from rich.progress import (
            BarColumn,
            DownloadColumn,
            Progress,
            TextColumn,
            TimeRemainingColumn,
            TransferSpeedColumn,
        )

        columns = (
            TextColumn("{task.description}"),
            BarColumn(),
            DownloadColumn(),
            TransferSpeedColumn(),
            TimeRemainingColumn(),
        )
        self._bar = Progress(*columns, console=Console(stderr=True))
        self._bar.start()
        self._task = self._bar.add_task(self._what, total=total or None, completed=done)
