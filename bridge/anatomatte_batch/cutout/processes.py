"""Pictures side by side, in several warm processes that end with the one that began them.

A signal is the parent's to answer, whoever got it: a terminal and a queue send it to all.  Children only stop
what they do, so that nothing half-written stays, and a child whose parent is gone leaves.
"""

from __future__ import annotations

import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from contextlib import contextmanager
from dataclasses import replace
from multiprocessing.connection import wait as wait_for
from typing import Protocol

from anatomatte.errors import AnatomatteError, NoPlace, OutOfMemory, SetupError

from ..frugal import frugal, one_arena
from .cutter import Cutter
from .names import Task
from .options import CutoutOptions
from .work import Done, Order, done


def side_by_side(tasks: Iterable[Task], order: Order, jobs: int, stop: Callable[[], bool]) -> Iterator[Done]:
    """All pictures in *jobs* processes, each started once, as they end; each takes its share of processors.

    Args:
        stop: whether the work is to end; what is in work then is left, and nothing of it stays.

    Raises:
        OutOfMemory: a process was killed.
    """
    order = replace(order, options=_shared(order.options, jobs))
    context = multiprocessing.get_context("spawn")
    with _unheard():
        over = context.Event()
        pool = ProcessPoolExecutor(jobs, context, _start, (order, over))
        waiting: set[Future[Done]] = {pool.submit(_in_process, task) for task in tasks}
    try:
        while waiting:
            ready, waiting = wait(waiting, 0.2, FIRST_COMPLETED)
            if stop():
                return
            for future in ready:
                try:
                    one = future.result()
                except BrokenProcessPool as why:
                    if stop():
                        return
                    raise OutOfMemory(
                        "A process ended without a word, most likely for want of memory; lower -j."
                    ) from why
                yield one
                if isinstance(one.error, (SetupError, NoPlace)):
                    return
    finally:
        over.set()
        pool.shutdown(wait=True, cancel_futures=True)


_ENDS = {getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP") if hasattr(signal, name)}


@contextmanager
def _unheard() -> Iterator[None]:
    """Begin processes that hear no signal until they have said what to do with it, those of Python's own too:
    this one hears what came meanwhile when the block ends."""
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _ENDS)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


def _shared(options: CutoutOptions, jobs: int) -> CutoutOptions:
    values = options.values()
    if not values.get("threads"):
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        values["threads"] = max(1, cores // jobs)
    return replace(options, settings=values)


class _Over(Protocol):
    """Whether the parent has had enough."""

    def is_set(self) -> bool: ...


class _Child:
    """What a process keeps from picture to picture."""

    def __init__(self, order: Order, over: _Over) -> None:
        self.order, self._over = order, over
        self.cutter: Cutter | None = None
        self.at_work = threading.Lock()
        self._asked = threading.Event()

    def stop(self) -> bool:
        """Whether what is in work is to be left."""
        return self._asked.is_set() or self._over.is_set()

    def ask(self, *_: object) -> None:
        """Leave what is in work, and end unless the parent has ended this process by then."""
        self._asked.set()
        threading.Thread(target=self._leave, daemon=True).start()

    def _leave(self) -> None:
        with self.at_work:
            os._exit(128 + signal.SIGTERM)

    def with_parent(self) -> None:
        """Wait for the parent's end, which no signal tells of."""
        parent = multiprocessing.parent_process()
        assert parent is not None
        wait_for([parent.sentinel])
        self.ask()


_child: _Child | None = None


def _start(order: Order, over: _Over) -> None:
    """Begin a process."""
    global _child
    frugal()  # it is born without what its parent told the C library
    one_arena()
    _child = _Child(order, over)
    for number in _ENDS:
        signal.signal(number, _child.ask if number == signal.SIGTERM else signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _ENDS)
    threading.Thread(target=_child.with_parent, daemon=True).start()


def _in_process(task: Task) -> Done:
    """A picture, by the node that the process's first one has made."""
    assert _child is not None
    with _child.at_work:
        try:
            _child.cutter = _child.cutter or Cutter(_child.order.options, _child.stop)
        except AnatomatteError as why:
            return Done(task.shown, error=why)
        return done(_child.cutter, task, _child.order)
