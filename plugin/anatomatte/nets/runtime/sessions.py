"""Loaded networks: each once per process, shared by every node, given back when nobody needs them.

A network is loaded by the first frame that asks for it; others who ask meanwhile wait for that one
load.  What has not been used for a while is released by a timer, what `purge` drops while a frame
still uses it goes when that frame is done.  When a device is short of memory a frame takes the next
step of a ladder: a smaller inner size, then the CPU, then it fails with `OutOfMemory`.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Hashable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, TypeVar

from ...errors import OutOfMemory
from ...ops.strips import never

T = TypeVar("T")

IDLE_SECONDS = 300.0
"""How long a network that nobody uses stays loaded, unless ANATOMATTE_MODEL_IDLE_S says otherwise."""

_SHORT_OF_MEMORY = (
    "out of memory",
    "can't allocate memory",
    "cannot allocate memory",
    "failed to allocate memory",
    "not enough memory",
    "bad_alloc",
    "bad allocation",
    "available memory of",
)


def idle_seconds() -> float:
    """The patience with an unused network in seconds; a variable that is no number counts as not set."""
    try:
        asked = float(os.environ.get("ANATOMATTE_MODEL_IDLE_S", ""))
    except ValueError:
        return IDLE_SECONDS
    return asked if asked >= 0 else IDLE_SECONDS


@dataclass(eq=False)
class _Slot:
    """One network: being loaded, ready, or waiting to be released."""

    lock: threading.Lock = field(default_factory=threading.Lock)
    value: Any = None
    loaded: bool = False
    users: int = 0
    dropped: bool = False
    last: float = 0.0


class Sessions:
    """The networks that a process holds.

    Args:
        idle: seconds after its last use until a network is released.
        clock: seconds that only grow.
    """

    def __init__(self, idle: float | None = None, clock: Callable[[], float] = time.monotonic) -> None:
        self._idle = idle
        self._clock = clock
        self._lock = threading.Lock()
        self._slots: dict[Hashable, _Slot] = {}
        self._timer: threading.Timer | None = None
        self.loads = 0
        """How often a network was loaded rather than found."""

    @property
    def idle(self) -> float:
        """Seconds after its last use until a network is released."""
        return idle_seconds() if self._idle is None else self._idle

    @property
    def held(self) -> int:
        """How many networks are loaded now."""
        with self._lock:
            return sum(slot.loaded for slot in self._slots.values())

    @contextmanager
    def using(self, key: Hashable, load: Callable[[], T], check: Callable[[], None] = never) -> Iterator[T]:
        """The network of *key*, loaded by *load* if nobody has; it stays as long as the block runs.

        *check* is called every 50 ms while somebody else loads it and may raise to stop waiting.
        A load that fails is the caller's own failure; the next caller tries again.
        """
        with self._lock:
            slot = self._slots.setdefault(key, _Slot())
            slot.users += 1
        try:
            while not slot.lock.acquire(timeout=0.05):
                check()
            try:
                if not slot.loaded:
                    slot.value = load()
                    slot.loaded = True
                    with self._lock:
                        self.loads += 1
            finally:
                slot.lock.release()
            yield slot.value
        finally:
            self._leave(key, slot)

    def _leave(self, key: Hashable, slot: _Slot) -> None:
        with self._lock:
            slot.users -= 1
            slot.last = self._clock()
            useless = slot.dropped or not slot.loaded
            if not slot.users and useless and self._slots.get(key) is slot:
                del self._slots[key]
            if self._timer is None and self._slots:
                self._wake_in(self.idle)

    def _wake_in(self, seconds: float) -> None:
        """Set the timer that releases what is idle; the lock is held."""
        self._timer = threading.Timer(max(seconds, 0.01), self._wake)
        self._timer.daemon = True
        self._timer.name = "anatomatte-sessions"
        self._timer.start()

    def _wake(self) -> None:
        self.release_idle()
        with self._lock:
            self._timer = None
            if self._slots:
                oldest = min(slot.last for slot in self._slots.values())
                # whatever is in use is checked again a whole idle time later
                left = oldest + self.idle - self._clock()
                self._wake_in(left if left > 0 else max(self.idle, 1.0))

    def release_idle(self, patience: float | None = None) -> int:
        """Release what nobody has used for `idle` seconds, or for *patience*; how many that were."""
        wait = self.idle if patience is None else patience
        with self._lock:
            now = self._clock()
            old = [
                key
                for key, slot in self._slots.items()
                if not slot.users and slot.loaded and now - slot.last >= wait
            ]
            for key in old:
                del self._slots[key]
        return len(old)

    def purge(self) -> None:
        """Release everything; what a frame is using goes when that frame is done."""
        with self._lock:
            for key, slot in list(self._slots.items()):
                slot.dropped = True
                if not slot.users:
                    del self._slots[key]


sessions = Sessions()
"""The networks of this process."""


@dataclass(frozen=True, slots=True)
class Rung:
    """One way to run a network.

    Attributes:
        device: `cpu`, or a GPU's name.
        side: the side of the network's input, 0 for the one that it was made for.
    """

    device: str
    side: int = 0

    def __str__(self) -> str:
        return f"on {self.device}" + (f" at an inner size of {self.side}" if self.side else "")


def ladder(device: str, smaller: Sequence[int] = ()) -> tuple[Rung, ...]:
    """The ways to run a network, best first: *smaller* inner sizes on its device, then the CPU likewise."""
    devices = (device,) if device == "cpu" else (device, "cpu")
    return tuple(Rung(where, side) for where in devices for side in (0, *smaller))


def short_of_memory(error: BaseException) -> bool:
    """Whether a failure of torch, ONNX Runtime or numpy means that memory ran out."""
    if isinstance(error, MemoryError):
        return True
    text = str(error).lower()
    theirs = isinstance(error, RuntimeError) or type(error).__module__.startswith("onnxruntime")
    return theirs and any(words in text for words in _SHORT_OF_MEMORY)


def descend(
    what: str, rungs: Sequence[Rung], run: Callable[[Rung], T], report: Callable[[str], None] = lambda _: None
) -> T:
    """*run* on the first rung whose memory suffices; every step down is reported.

    Args:
        what: the network's name in the messages.
        report: takes one sentence for the frame's status.

    Raises:
        OutOfMemory: no rung was small enough.
    """
    for place, rung in enumerate(rungs):
        try:
            made = run(rung)
        except Exception as error:
            if not short_of_memory(error):
                raise
            sessions.release_idle(0)
            continue
        if place:
            report(f"{what} did not fit into memory {rungs[0]}; this frame was made {rung}.")
        return made
    raise OutOfMemory(
        f"{what} does not fit into memory, not even {rungs[-1]}: render at a smaller size, "
        "choose a smaller model or a machine with more memory."
    )
