"""SIGINT and SIGTERM: the frame in work is dropped, nothing half-written stays, exit 130 or 143."""

from __future__ import annotations

import signal
import threading
from types import FrameType, TracebackType
from typing import Any

from anatomatte.errors import Cancelled


class Signals:
    """While its block runs, the first signal is noted and a second one interrupts at once.

    Only Python's main thread hears signals; in another one they stay whose they were.
    """

    def __init__(self) -> None:
        self.received = 0
        self._before: dict[int, Any] = {}

    def __enter__(self) -> Signals:
        if threading.current_thread() is not threading.main_thread():
            return self
        for number in (signal.SIGINT, signal.SIGTERM):
            self._before[number] = signal.signal(number, self._note)
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
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

    def error(self) -> Cancelled:
        """The error of the signal that came."""
        number = self.received or signal.SIGINT
        error = Cancelled(f"Stopped by {signal.Signals(number).name}; finished frames are kept.")
        error.exit_code = 128 + number
        return error
