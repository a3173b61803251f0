"""A folder that is watched: each picture once, when it is whole."""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from ..files import State, state_of
from .names import Place, Task, tasks, walked
from .options import FORMATS

PAUSE = 0.5
"""Seconds between two looks; a file that two of them find the same is whole."""


_LOOKS = 10
"""After so many looks what else came is looked at."""


def arriving(
    folder: Path,
    place: Place,
    stop: Callable[[], bool],
    cut_as: str | None = None,
    pause: float = PAUSE,
    looked: Callable[[], object] = lambda: None,
) -> Iterator[Task]:
    """The pictures in a folder and below, and those that come; one that changes comes again.

    A file counts when its size and dates are the same at two looks and it is not empty; names of outputs are
    never taken for pictures.

    Args:
        stop: ends it, asked at each look.
        cut_as: a format; pictures that are there at the first look, with a newer cutout of it, are left out.
        looked: called now and then, for what is no picture that is read.
    """
    seen: dict[Path, State] = {}
    given: dict[Path, State] = {}
    names = _Names(place)
    if cut_as is not None:
        there = tasks(list(walked(folder, place)), place)
        given = {task.source: state_of(task.source) for task in there if _is_cut(task, FORMATS[cut_as][0])}
        names.take(task for task in there if task.source in given)
    for look in itertools.count(1):
        if stop():
            return
        if look % _LOOKS == 0:
            looked()
        pictures = list(walked(folder, place))
        now = {path: state_of(path) for path, _ in pictures}
        for path, state in now.items():
            if seen.get(path) == state and given.get(path) != state and state[2]:
                given[path] = state
                yield names.task(path, pictures)
                if stop():
                    return
        seen = now
        time.sleep(pause)


class _Names:
    """What cutouts of a watched folder are called: no picture takes another's name, whenever they come."""

    def __init__(self, place: Place) -> None:
        self._place = place
        self._taken: dict[Path, Task] = {}  # by the beginning of the name

    def take(self, made: Iterable[Task]) -> None:
        """Names that are given."""
        self._taken |= {task.base: task for task in made}

    def task(self, path: Path, pictures: Sequence[tuple[Path, Path]]) -> Task:
        """The task of one of the pictures that are there now."""
        before = (task for task in self._taken.values() if task.source == path)
        if (made := next(before, None)) is None:
            made = next(task for task in tasks(pictures, self._place) if task.source == path)
            if made.base in self._taken:  # it came later than one of the same name
                made = replace(made, base=made.base.with_name(path.name))
            self.take([made])
        return made


def _is_cut(task: Task, suffix: str) -> bool:
    """Whether the cutout of a picture is there, and newer than it."""
    made, source = state_of(task.path("_cutout" + suffix)), state_of(task.source)
    return made[2] > 0 and made[3] >= source[3]
