"""Stills spread over processes, each with a warm node of its own."""

from __future__ import annotations

import multiprocessing
import os
import signal
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool

from anatomatte.errors import AnatomatteError, OutOfMemory
from anatomatte.settings import Value

from .cutter import Cutter
from .finding import Task
from .options import CutoutOptions
from .work import Hand, StillResult, work

_cutter: Cutter | None = None
_AHEAD = 2
"""Stills that wait at each process, so that none is idle."""


def spread(
    tasks: Sequence[Task],
    options: CutoutOptions,
    overwrite: bool,
    jobs: int,
    hand: Hand,
    stopped: Callable[[], bool],
) -> None:
    """Cut all *tasks* in *jobs* processes; *hand* takes each result in this one, in the order they end.

    Ends early, stills in work finished, once *stopped* says so.

    Raises:
        OutOfMemory: a process was killed.
    """
    pool = ProcessPoolExecutor(jobs, multiprocessing.get_context("spawn"), _begin)
    waiting = list(reversed(tasks))
    running: set[Future[StillResult]] = set()
    try:
        while (waiting and not stopped()) or running:
            while waiting and len(running) < jobs * _AHEAD and not stopped():
                running.add(pool.submit(_one, waiting.pop(), options, overwrite))
            done, running = wait(running, timeout=0.2, return_when=FIRST_COMPLETED)
            for future in done:
                hand(future.result())
            if stopped():
                running = {future for future in running if not future.cancel()}
    except BrokenProcessPool as why:
        raise OutOfMemory(
            "A process that cut stills was ended from outside, as a machine short of memory does; "
            "take fewer with -j."
        ) from why
    finally:
        pool.shutdown(wait=True, cancel_futures=True)


def threads_for(jobs: int) -> dict[str, Value]:
    """The control *threads*, so that *jobs* processes share the processors."""
    return {"threads": max(1, (os.cpu_count() or 1) // jobs)} if jobs > 1 else {}


def _begin() -> None:
    """A process begins: signals are its parent's to hear."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _one(task: Task, options: CutoutOptions, overwrite: bool) -> StillResult:
    global _cutter
    try:
        _cutter = _cutter or Cutter(options)
    except AnatomatteError as why:
        return StillResult(task.path, error=why)
    return work(_cutter, task, options, overwrite)
