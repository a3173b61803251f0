"""Large blocks of freed memory go back to the system, in processes that are ours."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD, _M_ARENA_MAX = -3, -8  # of malloc.h
MAPPED_BY_ITSELF = 28 << 20
"""Bytes from which on glibc maps a block by itself, as in the worker (`cpp/worker/main.cpp`).

It raises this by itself to 32 MiB, so that mattes of UHD (31.6 MiB) come from heaps that keep what was freed;
the rows of HD stay below, where fresh pages cost time.
"""


def frugal() -> None:
    """Have glibc give large blocks back at once, where that is the C library."""
    with suppress(OSError, AttributeError, TypeError):  # another C library, another system
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MAPPED_BY_ITSELF)


def one_arena() -> None:
    """Let all threads share one arena of glibc's malloc, where that is the C library; before they start.

    A picture's arrays come from a thread and go in another: with an arena for each of them, free memory is
    spread over all and not used again.
    """
    with suppress(OSError, AttributeError, TypeError):
        ctypes.CDLL(None).mallopt(_M_ARENA_MAX, 1)
