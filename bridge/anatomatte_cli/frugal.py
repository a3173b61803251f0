"""Large blocks of freed memory go back to the system, in processes that are ours."""

from __future__ import annotations

import ctypes
from contextlib import suppress

_M_MMAP_THRESHOLD = -3
MAPPED_BY_ITSELF = 28 << 20
"""Bytes from which on glibc maps a block by itself, as in the worker (`cpp/worker/main.cpp`).

It raises this by itself to 32 MiB, so that mattes of UHD (31.6 MiB) come from heaps that keep what was freed;
the rows of HD stay below, where fresh pages cost time.
"""


def frugal() -> None:
    """Have glibc give large blocks back at once, where that is the C library."""
    with suppress(OSError, AttributeError, TypeError):  # another C library, another system
        ctypes.CDLL(None).mallopt(_M_MMAP_THRESHOLD, MAPPED_BY_ITSELF)
