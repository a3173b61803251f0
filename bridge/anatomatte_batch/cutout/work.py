"""One picture from its file to the files of its cutout; in this process, or in several warm ones."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
import time
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field, replace
from pathlib import Path

from anatomatte.atomic import beside
from anatomatte.errors import AnatomatteError, Cancelled, NoPlace, OutOfMemory, SetupError

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


def side_by_side(tasks: Iterable[Task], order: Order, jobs: int, stop: Callable[[], bool]) -> Iterator[Done]:
    """All pictures in *jobs* processes, each started once, as they end; each takes its share of processors.

    Raises:
        OutOfMemory: a process was killed.
    """
    order = replace(order, options=_shared(order.options, jobs))
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(jobs, context, _start, (order,)) as pool:
        waiting: set[Future[Done]] = {pool.submit(_in_process, task) for task in tasks}
        while waiting:
            ready, waiting = wait(waiting, 0.2, FIRST_COMPLETED)
            if stop():
                pool.shutdown(wait=True, cancel_futures=True)
                return
            for future in ready:
                try:
                    one = future.result()
                except BrokenProcessPool as why:
                    raise OutOfMemory(
                        "A process ended without a word, most likely for want of memory; lower -j."
                    ) from why
                yield one
                if isinstance(one.error, (SetupError, NoPlace)):
                    pool.shutdown(wait=True, cancel_futures=True)
                    return


def _shared(options: CutoutOptions, jobs: int) -> CutoutOptions:
    values = options.values()
    if not values.get("threads"):
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        values["threads"] = max(1, cores // jobs)
    return replace(options, settings=values)


_cutter: Cutter | None = None
_order: Order | None = None


def _start(order: Order) -> None:
    """Begin a process: Ctrl+C is heard by the parent alone."""
    global _order
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    _order = order


def _in_process(task: Task) -> Done:
    """A picture, by the node that the process's first one has made."""
    global _cutter
    assert _order is not None
    try:
        _cutter = _cutter or Cutter(_order.options)
    except AnatomatteError as why:
        return Done(task.shown, error=why)
    return done(_cutter, task, _order)
