"""What was found once is not looked for again: one memo by content, under one budget.

Every node of the process shares it.  A key is the digest of everything that the result
depends on, so the order of frames, clones of nodes and renders per plane change nothing but the
time.  Two callers who want the same thing at the same moment wait for one of them to make it.
"""

from __future__ import annotations

import hashlib
import os
import threading
from collections import OrderedDict
from collections.abc import Callable
from typing import Any, Generic, TypeVar

import numpy as np
import numpy.typing as npt
import xxhash

T = TypeVar("T")

DEFAULT_MB = 512
"""Megabytes that the memo may hold, unless ANATOMATTE_CACHE_MB says otherwise (0 keeps nothing)."""


def granted_bytes() -> int:
    """The bound of the whole memo in bytes; a variable that is no number counts as not set."""
    told = os.environ.get("ANATOMATTE_CACHE_MB", "")
    return (int(told) if told.isdecimal() else DEFAULT_MB) * 1_000_000


_STRIP = 4_000_000
_SEED = int.from_bytes(os.urandom(8), "little")
"""Of this process: nobody can have made two plates beforehand that it takes for one."""


def _digest_of(pixels: npt.NDArray[Any]) -> bytes:
    """XXH3 of 128 bits over the bytes in C order: a sixth of the time of copying a plate."""
    whole = xxhash.xxh3_128(seed=_SEED)
    if pixels.flags.c_contiguous:
        whole.update(pixels.data)
        return bytes(whole.digest())
    rows = max(1, _STRIP // max(1, pixels[:1].nbytes))
    for y in range(0, len(pixels), rows):  # what is strided is not copied as a whole
        whole.update(np.ascontiguousarray(pixels[y : y + rows]).data)
    return bytes(whole.digest())


def content_key(*facts: object) -> str:
    """A digest of arrays (type, shape and every byte) and plain values, in their order.

    It holds in this process alone and is kept in no file.
    """
    whole = hashlib.sha256()
    for fact in facts:
        if isinstance(fact, np.ndarray):
            whole.update(f"array {fact.dtype.str} {fact.shape} ".encode())
            whole.update(_digest_of(fact))
        else:
            whole.update(f"{type(fact).__name__} {fact!r};".encode())
    return whole.hexdigest()


class _Pending:
    """A result that somebody is making."""

    def __init__(self) -> None:
        self.ready = threading.Event()
        self.value: Any = None
        self.made = False


class Region(Generic[T]):
    """A named part of a :class:`Memo`: results by key, the least recently used dropped first.

    Made by :meth:`Memo.region`.
    """

    def __init__(self, memo: Memo, size_of: Callable[[T], int], share: float) -> None:
        self._memo, self._size_of, self.share = memo, size_of, share
        self._lock = memo.lock
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
            self.made += 1
            self.keep(key, value)
            return value
        finally:
            with self._lock:
                del self._pending[key]
            mine.ready.set()

    def find(self, key: str) -> T | None:
        """What was kept under *key*, or None."""
        with self._lock:
            if key not in self._kept:
                return None
            self._kept.move_to_end(key)
            return self._kept[key][0]

    def keep(self, key: str, value: T) -> None:
        """Keep a result, unless it is larger than the whole budget."""
        size = self._size_of(value)
        with self._lock:
            if key in self._kept or not 0 < self._memo.limit >= size:
                return
            self._kept[key] = (value, size)
            self._bytes += size
            self._memo.fit()

    def drop(self) -> bool:
        """Drop the least recently used result; the memo's lock is held.  False where there is none."""
        if not self._kept:
            return False
        self._bytes -= self._kept.popitem(last=False)[1][1]
        return True

    @property
    def held(self) -> int:
        """Bytes that are kept now."""
        with self._lock:
            return self._bytes

    def purge(self) -> None:
        """Forget everything in this region."""
        with self._lock:
            self._kept.clear()
            self._bytes = 0


class Memo:
    """All results that a process keeps, under one budget.

    A region that holds more than its share gives way first, so that one kind of result never drives
    another out: finished frames do not push out the evidence that they were made from.

    Args:
        limit: bytes that all regions may take together; 0 keeps nothing.
    """

    def __init__(self, limit: int) -> None:
        self.limit = limit
        self.lock = threading.RLock()
        self._regions: dict[str, Region[Any]] = {}

    def region(self, name: str, size_of: Callable[[T], int], share: float = 1.0) -> Region[T]:
        """A new region.

        Args:
            size_of: bytes that a result takes.
            share: its part of the budget beside the shares of the other regions; what others leave
                free it may take.

        Raises:
            ValueError: there is one of this name, or the share is not positive.
        """
        if name in self._regions or share <= 0:
            raise ValueError(f"The region {name!r} exists already, or its share {share} is not above 0.")
        made = self._regions[name] = Region[T](self, size_of, share)
        return made

    def fit(self) -> None:
        """Drop results until the budget holds; the lock is held."""
        while sum(region._bytes for region in self._regions.values()) > self.limit:
            fullest = max(self._regions.values(), key=lambda region: region._bytes / region.share)
            if not fullest.drop():
                return

    @property
    def held(self) -> dict[str, int]:
        """Bytes that each region keeps now."""
        with self.lock:
            return {name: region._bytes for name, region in self._regions.items()}

    def purge(self) -> None:
        """Forget everything."""
        for region in self._regions.values():
            region.purge()


memo = Memo(granted_bytes())
"""The memo of this process: every node shares it, and ANATOMATTE_CACHE_MB bounds the whole of it."""
