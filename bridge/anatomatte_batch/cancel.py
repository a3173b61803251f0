"""SIGINT, SIGTERM, SIGHUP: the frame in work is dropped, nothing half-written stays, exit 130, 143, 129."""

from __future__ import annotations

import signal
import threading
from time import monotonic
from types import FrameType, TracebackType
from typing import Any

from anatomatte.errors import Cancelled, TimedOut

_AT_WORK: list[Signals] = []


def heard() -> tuple[int, ...]:
    """The signals that end a run; SIGHUP, of a terminal that goes, unless `nohup` said to ignore it."""
    hangup = getattr(signal, "SIGHUP", None)
    if hangup is None or signal.getsignal(hangup) is signal.SIG_IGN:
        return signal.SIGINT, signal.SIGTERM
    return signal.SIGINT, signal.SIGTERM, hangup


def stop(number: int) -> None:
    """Stop what runs in this process, as that signal would."""
    for signals in list(_AT_WORK):
        signals.received = signals.received or number


class Signals:
    """While its block runs, the first signal is noted and a second one interrupts at once.

    Only Python's main thread hears signals; in another one they stay whose they were.
    """

    def __init__(self) -> None:
        self.received = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        _AT_WORK.append(self)
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in heard():
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        _AT_WORK.remove(self)
        if isinstance(value, Cancelled) and self.received:
            value.exit_code = 128 + self.received
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _note(self, number: int, _frame: FrameType | None) -> None:
        again, self.received = self.received, number
        if again:
            raise self.error()

    def __call__(self) -> bool:
        """Whether the work is to stop."""
        return bool(self.received)

    def check(self) -> None:
        """Raise Cancelled, with the exit code of the signal, once one came."""
        if self.received:
            raise self.error()

    def named(self, stopped: Cancelled) -> Cancelled:
        """The error of the signal that stopped something, which itself does not know by what."""
        return self.error() if self.received else stopped

    def error(self) -> Cancelled:
        """The error of the signal that came."""
        number = self.received or signal.SIGINT
        error = Cancelled(f"Stopped by {signal.Signals(number).name}; finished frames are kept.")
        error.exit_code = 128 + number
        return error


class Deadline:
    """When the frame in work has to be done: the node asks, as it asks for a signal, and ends the frame."""

    def __init__(self, seconds: float | None) -> None:
        self.seconds = seconds
        self._until: float | None = None

    def begin(self) -> None:
        """A frame begins, or is tried again."""
        self._until = None if self.seconds is None else monotonic() + self.seconds

    def __call__(self) -> bool:
        """Whether its time is over."""
        return self._until is not None and monotonic() >= self._until

    def check(self, frame: int) -> None:
        """Raise TimedOut once its time is over."""
        if self():
            raise self._error(frame)

    def explained(self, frame: int, error: Exception) -> Exception:
        """The error of a frame that its deadline ended; another error as it is."""
        return self._error(frame) if isinstance(error, Cancelled) and self() else error

    def _error(self, frame: int) -> TimedOut:
        return TimedOut(
            f"Frame {frame} took longer than {self.seconds:g} s (--timeout-per-frame); give it more, or a "
            "faster machine."
        )
