"""One still of a run: read, cut, encoded, written; what became of it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

from anatomatte.atomic import beside
from anatomatte.errors import SettingsError

from ..picture import Picture
from ..report import explained
from ..sheet import Line
from .cut import Cut
from .cutter import Cutter
from .encode import CUTOUT, encoded
from .finding import Task, made_here
from .options import FORMATS, CutoutOptions


@dataclass(frozen=True, eq=False)
class StillResult:
    """How one still ended.

    Attributes:
        source: its file.
        paths: the files that were made, the cutout first; empty where it failed.
        seconds: that it took.
        error: why it failed, or None.
        told: what there is to say of it, a sentence each.
        legend: part → colour of those in *line*.
        line: its line of the contact sheet, where one was asked for.
    """

    source: Path
    paths: tuple[Path, ...] = ()
    seconds: float = 0.0
    error: Exception | None = None
    told: tuple[str, ...] = ()
    legend: Mapping[str, str] = field(default_factory=dict)
    line: Line | None = None


def work(cutter: Cutter, task: Task, options: CutoutOptions, overwrite: bool) -> StillResult:
    """A still, from its file to its files; what fails is in the result.

    Raises:
        Exception: only what ended the process's own work, like a signal.
    """
    from ..images import read_image

    began = time.monotonic()
    try:
        if not overwrite:
            check_room(task, options)
        picture = read_image(task.path)
        cut = cutter.cut(picture, options)
        paths = tuple(write(cut, task, overwrite))
    except Exception as why:
        return StillResult(task.path, (), time.monotonic() - began, explained(why))
    return replace(told_of(cut, picture, task.path), paths=paths, seconds=time.monotonic() - began)


def told_of(cut: Cut, picture: Picture, source: Path) -> StillResult:
    """What there is to say of a still that was cut."""
    from .pages import line_of

    wish = cut.options
    return StillResult(
        source,
        told=(*(message.text for message in picture.messages), *cut.told),
        legend=cut.legend if wish.sheet else {},
        line=line_of(source.name, cut) if wish.sheet else None,
    )


def check_room(task: Task, options: CutoutOptions) -> None:
    """What others made is not written over; told before a still is cut.

    Raises:
        SettingsError: such a file is there.
    """
    check_free(task.target(CUTOUT + FORMATS[options.format][0]), task.exact is not None)


def check_free(target: Path, exact: bool = False) -> None:
    """As `check_room`, of one file; *exact*: its name was given by a person."""
    known = not exact and target.suffix in (".webp", ".json")  # nothing in them says who made them
    if target.exists() and not known and not made_here(target):
        raise SettingsError(f"{target} is there and was not made by Anatomatte; --overwrite replaces it.")


def write(cut: Cut, task: Task, overwrite: bool) -> Iterator[Path]:
    """Write the files of a cut, each whole or not at all; their paths.

    Raises:
        SettingsError: a file of others is there, which is not to be written over.
        OutputError: one cannot be written.
    """
    for ending, content in encoded(cut):
        path = task.target(ending)
        if not overwrite:
            check_free(path, path == task.exact)
        with beside(path) as temporary:
            temporary.write_bytes(content)
        yield path


Hand = Callable[[StillResult], None]
"""Takes each result as it comes."""
