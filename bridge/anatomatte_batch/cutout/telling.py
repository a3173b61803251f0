"""What cutouts or a sheet say: a line a picture, and a bar where it takes longer than two seconds."""

from __future__ import annotations

import sys
import threading
from types import TracebackType
from typing import Any

from ..report import _print
from .work import Done

AFTER = 2.0
"""Seconds before a terminal shows a bar."""


class Telling:
    """Lines and a bar on standard error, so that standard output is the pictures' own.

    Args:
        total: how many pictures there are; None where that is not known.
        quiet: nothing but failures.
        what: what the bar counts.
    """

    def __init__(self, total: int | None, quiet: bool, what: str = "pictures") -> None:
        self._total, self._quiet, self._count = total, quiet, 0
        self._what = what
        self._said: set[str] = set()
        self._bar: Any = None
        self._lock = threading.Lock()
        self._timer = threading.Timer(AFTER, self._begin)
        self._timer.daemon = True

    def __enter__(self) -> Telling:
        if not self._quiet and self._total is not None and sys.stderr.isatty():
            self._timer.start()
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        self._timer.cancel()
        with self._lock:
            if self._bar is not None:
                self._bar.stop()

    def _begin(self) -> None:
        from rich.console import Console
        from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

        columns = (TextColumn(self._what), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
        with self._lock:
            self._bar = Progress(*columns, console=Console(file=sys.stderr))
            self._bar.start()
            self._bar.add_task(self._what, total=self._total, completed=self._count)

    def done(self, one: Done) -> None:
        """A picture ended."""
        self._count += 1
        of = f"[{self._count}/{self._total}]" if self._total is not None else f"[{self._count}]"
        if one.error is not None:
            self.say(f"{of} {one.source} failed: {one.error}", always=True)
        else:
            more = f" and {len(one.files) - 1} more" if len(one.files) > 1 else ""
            where = f": {one.files[0]}{more}" if one.files else ""
            self.say(f"{of} {one.source} cut in {one.seconds:.2f} s{where}")
        for sentence in one.told:
            if sentence not in self._said:
                self._said.add(sentence)
                self.say(f"note: {one.source}: {sentence}")
        self._move()

    def row(self, count: int, total: int, label: str) -> None:
        """A row of a sheet is made: the *count*-th of *total*."""
        self._count, self._total = count, total
        self.say(f"[{count}/{total}] {label} is on the sheet")
        self._move()

    def _move(self) -> None:
        with self._lock:
            if self._bar is not None:
                self._bar.update(self._bar.task_ids[0], completed=self._count, total=self._total)

    def say(self, text: str, always: bool = False) -> None:
        """A sentence; *always* even where it is to be quiet."""
        if self._quiet and not always:
            return
        with self._lock:
            if self._bar is not None:
                self._bar.console.print(text, markup=False, highlight=False, soft_wrap=True)
            else:
                _print(text, sys.stderr)
