"""A folder that is watched: each still once, only when its file is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..files import State, state_of
from .finding import Found, Task, in_folder

WAIT = 0.5
"""Seconds between two looks; a file that is the same at both is whole."""


class Watch:
    """Looks at a folder again and again.

    Args:
        folder: that is looked at, with all below it.
        out: where results go; what lies in it is not looked at.
        done: whether a still that is there when the watch begins was cut before.
    """

    def __init__(self, folder: Path, out: Path | None, done: Callable[[Found], bool]) -> None:
        self._folder, self._out, self._done = folder, out, done
        self._seen: dict[Path, State] = {}
        self._taken: dict[Path, State] = {}
        self._first = True

    def look(self) -> list[Found]:
        """The stills that are whole since the last look; one that changed after it was taken comes again."""
        ready = []
        now: dict[Path, State] = {}
        for found in in_folder(self._folder, self._out):
            state = now[found.path] = state_of(found.path)
            if self._taken.get(found.path) == state or not state[2]:
                continue
            if self._first and self._done(found):
                self._taken[found.path] = state
            elif self._seen.get(found.path) == state:
                self._taken[found.path] = state
                ready.append(found)
        self._seen, self._first = now, False
        return ready

    def forever(self, stopped: Callable[[], bool]) -> Iterator[list[Found]]:
        """What each look brings, until *stopped* says so."""
        while not stopped():
            ready = self.look()
            if ready:
                yield ready
            else:
                _rest(stopped)


def _rest(stopped: Callable[[], bool]) -> None:
    until = time.monotonic() + WAIT
    while time.monotonic() < until and not stopped():
        time.sleep(0.05)


def is_newer(task: Task, ending: str) -> bool:
    """Whether the cutout of a still is there, and newer than the still."""
    target = task.target(ending)
    try:
        return target.stat().st_mtime_ns > task.path.stat().st_mtime_ns
    except OSError:
        return False
