"""Memory for pictures, used again for the next frame.

Touching 130 MB of fresh memory costs as much as copying them once more, so the buffer of a dead
picture waits for the next one of its size.  The pool is small, and ``purge`` empties it.
"""

from __future__ import annotations

import ctypes
import math
import mmap
import os
import threading
import weakref

import numpy as np
import numpy.typing as npt

SMALLEST = 1 << 20
"""Below this many bytes the allocator is quicker than we are."""
KEPT = 12
"""Buffers that wait at the same time: a frame of a sequence takes ten."""
MOST = 150_000_000
"""Bytes of all that wait, those of an HD frame: of larger ones memory counts more than the time it takes."""

LARGEST = 64_000_000
"""Bytes of a buffer that waits at most: a UHD picture is touched anew in a hundredth of its frame."""

_LAZY = 16_000_000
"""Bytes from which on zeros are mapped by themselves."""

_lock = threading.Lock()
_waiting: list[mmap.mmap] = []


def _take(size: int) -> mmap.mmap:
    with _lock:
        for at, memory in enumerate(_waiting):
            if len(memory) == size:
                return _waiting.pop(at)
    memory = mmap.mmap(-1, size)
    if hasattr(mmap, "MADV_HUGEPAGE"):
        memory.madvise(mmap.MADV_HUGEPAGE)
    return memory


def _give_back(memory: mmap.mmap) -> None:
    if len(memory) > LARGEST:
        return
    with _lock:
        _waiting.append(memory)
        while len(_waiting) > KEPT or sum(map(len, _waiting)) > MOST:
            _waiting.pop(0)


def empty(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """An uninitialised float32 array of *shape*, C order, from the pool where it is large.

    Its memory returns to the pool when the array and the last view of it are gone.
    """
    size = 4 * math.prod(shape)
    if size < SMALLEST:
        return np.empty(shape, np.float32)
    memory = _take(size)
    # every view keeps this array alive: NumPy ends a chain of views at the one whose base is no array
    owner = np.frombuffer(memory, np.float32)
    weakref.finalize(owner, _give_back, memory).atexit = False
    return owner.reshape(shape)


def zeros(shape: tuple[int, ...]) -> npt.NDArray[np.float32]:
    """A float32 array of *shape*, C order, all 0; rows that nobody writes into take no memory.

    The allocator clears memory that it has used before, and keeps blocks as large as a UHD matte.
    """
    size = 4 * math.prod(shape)
    if size < _LAZY:
        return np.zeros(shape, np.float32)
    return np.frombuffer(mmap.mmap(-1, size), np.float32).reshape(shape)


def waiting() -> int:
    """Bytes that wait to be used again."""
    with _lock:
        return sum(map(len, _waiting))


def purge() -> None:
    """Give the waiting buffers back to the system, and what the C library keeps of freed memory."""
    with _lock:
        _waiting.clear()
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None) if os.name == "posix" else None
    if trim is not None:  # glibc keeps what lies between blocks that are still in use
        trim(0)
