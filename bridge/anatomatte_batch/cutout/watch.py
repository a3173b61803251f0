"""A folder that is watched: each picture once, when it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..files import State, state_of
from .names import Place, Task, tasks, walked

PAUSE = 0.5
"""Seconds between two looks; a file that two of them find the same is whole."""


def arriving(folder: Path, place: Place, stop: Callable[[], bool], pause: float = PAUSE) -> Iterator[Task]:
    """The pictures in a folder and below, and those that come; one that changes comes again.

    A file counts when its size and dates are the same at two looks and it is not empty; names of outputs are
    never taken for pictures.

    Args:
        stop: ends it, asked at each look.
    """
    seen: dict[Path, State] = {}
    given: dict[Path, State] = {}
    while not stop():
        now = {path: (state_of(path), shape) for path, shape in walked(folder, place)}
        for path, (state, shape) in now.items():
            if seen.get(path) == state and given.get(path) != state and state[2]:
                given[path] = state
                yield from tasks([(path, shape)], place)
                if stop():
                    return
        seen = {path: state for path, (state, _) in now.items()}
        time.sleep(pause)
