"""A folder that is watched: each picture once, when it is whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from pathlib import Path

from ..files import State, state_of
from .names import Place, Task, tasks, walked
from .options import FORMATS

PAUSE = 0.5
"""Seconds between two looks; a file that two of them find the same is whole."""


def arriving(
    folder: Path, place: Place, stop: Callable[[], bool], cut_as: str | None = None, pause: float = PAUSE
) -> Iterator[Task]:
    """The pictures in a folder and below, and those that come; one that changes comes again.

    A file counts when its size and dates are the same at two looks and it is not empty; names of outputs are
    never taken for pictures.

    Args:
        stop: ends it, asked at each look.
        cut_as: a format; pictures that are there at the first look, with a newer cutout of it, are left out.
    """
    seen: dict[Path, State] = {}
    given: dict[Path, State] = {}
    if cut_as is not None:
        there = ((path, tasks([(path, shape)], place)[0]) for path, shape in walked(folder, place))
        given = {path: state_of(path) for path, task in there if _is_cut(task, FORMATS[cut_as][0])}
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


def _is_cut(task: Task, suffix: str) -> bool:
    """Whether the cutout of a picture is there, and newer than it."""
    made, source = state_of(task.path("_cutout" + suffix)), state_of(task.source)
    return made[2] > 0 and made[3] >= source[3]
