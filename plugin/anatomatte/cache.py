"""What was found once is not looked for again: a bounded store by content.

Every node of the process shares one store.  A key is the digest of everything that the result
depends on, so the order of frames, clones of nodes and renders per plane change nothing but the
time.  Two callers who want the same thing at the same moment wait for one of them to make it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt

T = TypeVar("T")

DEFAULT_MB = 512
"""What one store may hold, unless ANATOMATTE_CACHE_MB says otherwise (0 keeps nothing)."""


def granted_bytes() -> int:
    """The bound of a store in bytes; a variable that is no number counts as not set."""
    told = os.environ.get("ANATOMATTE_CACHE_MB", "")
    return (int(told) if told.isdecimal() else DEFAULT_MB) * 1_000_000


def _digest_of(pixels: npt.NDArray[Any], threads: int) -> bytes:
    """SHA-256 over the bytes in C order, in strips that do not depend on *threads*."""
    rows = max(1, 4_000_000 // max(1, pixels[:1].nbytes)) if pixels.ndim else 1
    strips = [pixels[y : y + rows] for y in range(0, len(pixels), rows)]

    def one(strip: npt.NDArray[Any]) -> bytes:
        return hashlib.sha256(np.ascontiguousarray(strip).data).digest()

    if threads > 1 and len(strips) > 1:
        with ThreadPoolExecutor(threads) as pool:
            parts = list(pool.map(one, strips))
    else:
        parts = [one(strip) for strip in strips]
    return b"".join(parts)


def content_key(*facts: object, threads: int = 1) -> str:
    """A digest of arrays (type, shape and every byte) and plain values, in their order."""
    whole = hashlib.sha256()
    for fact in facts:
        if isinstance(fact, np.ndarray):
            whole.update(f"array {fact.dtype.str} {fact.shape} ".encode())
            whole.update(_digest_of(fact, threads))
        else:
            whole.update(f"{type(fact).__name__} {fact!r};".encode())
    return whole.hexdigest()


class _Pending:
    """A result that somebody is making."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.value: Any = None
        self.made = False


class Store(Generic[T]):
    """Results by key, the least recently used dropped first.

    Args:
        size_of: bytes that a result takes.
        limit: bytes that all may take together; a result larger than that is not kept.
    """

    def __init__(self, size_of: Callable[[T], int], limit: int) -> None:
        self._size_of = size_of
        self._limit = limit
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, tuple[T, int]] = OrderedDict()
        self._pending: dict[str, _Pending] = {}
        self._bytes = 0
        self.made = 0
        """How often something was made rather than found."""

    def get(self, key: str, make: Callable[[], T], check: Callable[[], None] = lambda: None) -> T:
        """The result for *key*, made by *make* if nobody has; a failure is the caller's own.

        *check* is called every 50 ms while somebody else makes it and may raise to stop waiting.
        """
        while True:
            with self._lock:
                if key in self._kept:
                    self._kept.move_to_end(key)
                    return self._kept[key][0]
                pending = self._pending.get(key)
                if pending is None:
                    mine = self._pending[key] = _Pending()
                    break
            while not pending.ready.wait(0.05):
                check()
            if pending.made:
                value: T = pending.value
                return value
            # its maker failed or was cancelled: it is our turn
        try:
            value = make()
            mine.value, mine.made = value, True
            self._keep(key, value)
            return value
        finally:
            with self._lock:
                del self._pending[key]
            mine.ready.set()

    def _keep(self, key: str, value: T) -> None:
        size = self._size_of(value)
        with self._lock:
            self.made += 1
            if size > self._limit:
                return
            self._kept[key] = (value, size)
            self._bytes += size
            while self._bytes > self._limit:
                _, (_, dropped) = self._kept.popitem(last=False)
                self._bytes -= dropped

    @property
    def held(self) -> int:
        """Bytes that are kept now."""
        with self._lock:
            return self._bytes

    def purge(self) -> None:
        """Forget everything."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0
