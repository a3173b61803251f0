"""One warm cutter in one thread, and the queue of those who want something of it."""

from __future__ import annotations

import logging
import math
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from typing import Any, Generic, Literal, Protocol, TypeVar

from anatomatte.errors import AnatomatteError, Cancelled

from .fair import FairQueue, Full
from .limits import Limits
from .problems import Refused

Result = TypeVar("Result")
State = Literal["starting", "ready", "failed", "stopped"]
_WEIGHT = 0.2  # of the newest picture in the mean time of one
_log = logging.getLogger("anatomatte.serve")


class Warm(Protocol):
    """A cutter that is open."""

    def close(self) -> None: ...


Open = Callable[[Callable[[], bool]], Any]
"""Makes the warm cutter from what tells it to stop; it is closed by its ``close``."""


@dataclass(eq=False)
class Work(Generic[Result]):
    """One picture in the queue or in work.

    Attributes:
        client: whose turn it takes.
        do: what is done with the cutter, in the engine's thread.
        future: its result.
    """

    client: str
    do: Callable[[Any], Result]
    future: Future[Result] = field(default_factory=Future)
    unwanted: threading.Event = field(default_factory=threading.Event)


@dataclass
class Tally:
    """What the engine has done since it started."""

    done: int = 0
    failed: int = 0
    cancelled: int = 0
    seconds: float = 0.0
    """Mean of the last pictures; 0 before the first."""


class Engine:
    """The cutter's thread.

    Args:
        opened: makes the cutter; it is made again after it failed to start.
        limits: of the queue.
    """

    def __init__(self, opened: Open, limits: Limits) -> None:
        self._opened, self._limits = opened, limits
        self._queue: FairQueue[Work[Any]] = FairQueue(limits.waiting, limits.waiting_each)
        self._cutter: Any = None
        self._current: Work[Any] | None = None
        self._ending = threading.Event()
        self._thread = threading.Thread(target=self._run, name="cutter", daemon=True)
        self.at_end: list[Callable[[], object]] = []
        """Called in the engine's thread when it ends: what else was made there is given back there."""
        self.state: State = "starting"
        self.fault = ""
        self.tally = Tally()

    def start(self) -> None:
        self._thread.start()

    @property
    def waiting(self) -> int:
        """Pictures in the queue, the one in work not counted."""
        return len(self._queue)

    @property
    def busy(self) -> bool:
        return self._current is not None

    def submit(self, client: str, do: Callable[[Any], Result]) -> Work[Result]:
        """Put work into the queue.

        Raises:
            Refused: 429, there is no room for it, with when to try again; 503, the server is ending.
        """
        if self._ending.is_set():
            raise _ending()
        work = Work(client, do)
        try:
            self._queue.put(client, work)
        except Full as why:
            whose = f"{self._limits.waiting_each} of your" if why.mine else f"{self._limits.waiting}"
            raise Refused(
                429,
                f"{whose} pictures are waiting already.",
                "Send it again after the time in Retry-After.",
                {
                    "Retry-After": str(
                        self.patience(self._limits.waiting_each if why.mine else len(self._queue))
                    )
                },
            ) from why
        return work

    def patience(self, ahead: int) -> int:
        """Seconds, at least 1 and at most 60, until half of *ahead* pictures are done."""
        return min(60, max(1, math.ceil(self.tally.seconds * ahead / 2)))

    def cancel(self, work: Work[Any]) -> None:
        """Take work out of the queue, or end it within the frame that it is at."""
        work.unwanted.set()
        if self._queue.remove(work.client, work):
            self.tally.cancelled += 1
            _settle(work, Cancelled("It was cancelled; send it again if it is still wanted."))

    def end(self) -> None:
        """End the work within its frame and refuse what waits; a handler of signals may call this."""
        self._ending.set()

    def close(self, patience: float = 30.0) -> None:
        """End the work within its frame, refuse what waits, and close the cutter.

        Args:
            patience: seconds that the frame in work has to end.
        """
        self.end()
        for work in self._queue.close():
            _settle(work, _ending())
        if self._thread.is_alive():
            self._thread.join(patience)
        self.state = "stopped"

    def unwanted(self) -> bool:
        """Whether the node is to stop at once: it asks between its steps."""
        work = self._current
        return self._ending.is_set() or (work is not None and work.unwanted.is_set())

    def _run(self) -> None:
        with suppress(AnatomatteError):
            self._ready()
        while (work := self._queue.take()) is not None:
            if self._ending.is_set():
                _settle(work, _ending())
                continue
            self._current = work
            began = time.monotonic()
            try:
                result = work.do(self._ready())
            except BaseException as why:
                self._failed(work, why)
            else:
                took = time.monotonic() - began
                mean = self.tally.seconds
                self.tally.seconds = took if not mean else mean + _WEIGHT * (took - mean)
                self.tally.done += 1
                _settle(work, result)
            finally:
                self._current = None
                del work
        for end in self.at_end:
            end()
        if self._cutter is not None:
            self._cutter.close()
            self._cutter = None

    def _ready(self) -> Any:
        """The cutter, made if there is none yet."""
        if self._cutter is None:
            self.state, self.fault = "starting", ""
            try:
                self._cutter = self._opened(self.unwanted)
            except BaseException as why:
                self.state, self.fault = "failed", str(why) or type(why).__name__
                if not isinstance(why, AnatomatteError):
                    _log.exception("the cutter did not start")
                raise
            self.state = "ready"
        return self._cutter

    def _failed(self, work: Work[Any], why: BaseException) -> None:
        stopped = self._ending.is_set() or work.unwanted.is_set()
        if stopped:
            self.tally.cancelled += 1
            _settle(
                work, _ending() if self._ending.is_set() else Cancelled("It was cancelled; send it again.")
            )
            return
        self.tally.failed += 1
        if not isinstance(why, (AnatomatteError, Refused)):
            _log.error("a picture failed", exc_info=why)
        _settle(work, why)


def _ending() -> Refused:
    return Refused(503, "The server is ending.", "Send it again when it is back.", {"Retry-After": "10"})


def _settle(work: Work[Any], result: Any) -> None:
    """Hand a result or an exception to whoever waits, if anybody still does."""
    with suppress(InvalidStateError):
        if isinstance(result, BaseException):
            work.future.set_exception(result)
        else:
            work.future.set_result(result)
