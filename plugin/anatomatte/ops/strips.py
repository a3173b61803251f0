"""Strip processing, horizontal and threaded: bounded memory, several threads, one result.

A strip function writes only its own rows, so the answer does not depend on the number of
threads nor on the order in which they finish.
"""

from __future__ import annotations

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import cv2

ROWS = 128
"""Height of a strip: a strip of an 8K frame stays near the caches, and a frame has enough of them."""

Rows = tuple[int, int]


def never() -> None:
    """The check of work that nobody stops."""


def granted() -> int:
    """Processor threads that the machine or the farm grants: OMP_NUM_THREADS, else the affinity mask."""
    asked = os.environ.get("OMP_NUM_THREADS", "").split(",")[0].strip()
    if asked.isdigit() and int(asked) > 0:
        return int(asked)
    if hasattr(os, "sched_getaffinity"):
        return max(1, len(os.sched_getaffinity(0)))
    return os.cpu_count() or 1


def each(height: int, work: Callable[[int, int], None], threads: int, check: Callable[[], None]) -> None:
    """Call ``work(y1, y2)`` for all strips of *height* rows; *check* may raise between strips."""
    spans = [(y, min(y + ROWS, height)) for y in range(0, height, ROWS)]
    every(len(spans), lambda k: work(*spans[k]), threads, check)


def every(count: int, work: Callable[[int], None], threads: int, check: Callable[[], None]) -> None:
    """Call ``work(k)`` for k from 0 to *count*; *check* may raise between calls."""
    if threads <= 1 or count <= 1:
        for k in range(count):
            check()
            work(k)
        return
    with ThreadPoolExecutor(min(threads, count)) as pool:
        waiting = [pool.submit(work, k) for k in range(count)]
        try:
            for one in waiting:
                check()
                one.result()
        except BaseException:
            for one in waiting:
                one.cancel()
            raise


_lock = threading.Lock()
_users = 0
_before = 0


@contextlib.contextmanager
def opencv_threads(threads: int) -> Iterator[None]:
    """Give OpenCV *threads* while at least one frame is in work; its old number comes back after the last.

    The number belongs to the whole process: frames that overlap share the one set first.
    """
    global _users, _before
    with _lock:
        if _users == 0:
            _before = cv2.getNumThreads()
            cv2.setNumThreads(threads)
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            if _users == 0:
                cv2.setNumThreads(_before)
