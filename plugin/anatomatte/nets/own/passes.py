"""Inference on one torch thread: a pass depends neither on the number of threads nor on other passes."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator

import torch

_lock = threading.Lock()
_users = 0
_before = 0


@contextlib.contextmanager
def one_torch_thread() -> Iterator[None]:
    """Torch has one thread while any inference runs; its old number comes back after the last.

    The number is the process's and each thread's own: passes set it for themselves.
    """
    global _users, _before
    with _lock:
        if _users == 0:
            _before = torch.get_num_threads()
        _users += 1
    try:
        yield
    finally:
        with _lock:
            _users -= 1
            torch.set_num_threads(_before)


def alone() -> None:
    """Set this thread to one thread of torch, before a pass."""
    if torch.get_num_threads() != 1:
        torch.set_num_threads(1)
