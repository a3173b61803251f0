"""One picture from its file to the files of its cutout, and all of them in this process."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field, replace
from pathlib import Path

from anatomatte.atomic import beside
from anatomatte.errors import AnatomatteError, Cancelled, NoPlace

from ..node import Connect
from ..report import explained
from ..sheet import Line
from .cutter import Cutter
from .names import Task, check_writable
from .options import CutoutOptions


@dataclass(frozen=True)
class Order:
    """What is the same for every picture of a run.

    Attributes:
        inputs: real paths of all pictures, which are never written over.
        standard: the one cutout goes to standard output.
    """

    options: CutoutOptions
    inputs: frozenset[str] = frozenset()
    overwrite: bool = False
    standard: bool = False


@dataclass(frozen=True)
class Done:
    """How one picture ended.

    Attributes:
        source: its name.
        files: what was written, the cutout first.
        told: what there is to say of it, a sentence each.
        error: why it failed, or None.
        line, legend: its line of a sheet, where one is wanted.
    """

    source: str
    files: tuple[Path, ...] = ()
    told: tuple[str, ...] = ()
    error: Exception | None = None
    seconds: float = 0.0
    line: Line | None = None
    legend: dict[str, str] = field(default_factory=dict)


def done(cutter: Cutter, task: Task, order: Order) -> Done:
    """Cut a picture and write its files; a failure is in what is returned.

    Raises:
        Cancelled: a signal came.
    """
    began = time.monotonic()
    try:
        made = _made(cutter, task, order)
    except Cancelled:
        raise
    except Exception as why:
        error = explained(why)
        if str(task.source) != task.shown and isinstance(error, AnatomatteError):
            error = type(error)(str(error).replace(str(task.source), task.shown))
        return Done(task.shown, error=error, seconds=time.monotonic() - began)
    return replace(made, seconds=time.monotonic() - began)


def _made(cutter: Cutter, task: Task, order: Order) -> Done:
    from ..images import read_image
    from .encode import encoded
    from .options import FORMATS

    suffix = FORMATS[order.options.format][0]
    if not order.standard:
        check_writable(task.path("_cutout" + suffix), order.inputs, order.overwrite)
    cut = cutter.cut(read_image(task.source), order.options)
    written = []
    for end, content in encoded(cut):
        if order.standard:
            sys.stdout.buffer.write(content)
            sys.stdout.buffer.flush()
            break
        path = task.path(end)
        check_writable(path, order.inputs, order.overwrite)
        with beside(path) as temporary:
            temporary.write_bytes(content)
        written.append(path)
    said = (*(one.text for one in cut.picture.messages), *cut.told)
    made = Done(task.shown, tuple(written), tuple(dict.fromkeys(said)))
    if not order.options.sheet:
        return made
    from .pages import line_of

    return replace(made, line=line_of(Path(task.shown).name, cut), legend=cut.legend)


def one_by_one(
    tasks: Iterable[Task], order: Order, stop: Callable[[], bool], connect: Connect | None = None
) -> Iterator[Done]:
    """All pictures in this process, after one start; a full disk ends it."""
    with Cutter(order.options, stop, connect) as cutter:
        for task in tasks:
            if stop():
                return
            one = done(cutter, task, order)
            yield one
            if isinstance(one.error, NoPlace):
                return
