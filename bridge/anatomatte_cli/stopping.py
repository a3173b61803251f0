"""Signals outside of a run, from the first moment on: a sentence and the signal's exit code.

A run hears them itself (`anatomatte_batch.cancel`).  Before it, and in commands that have none, they
interrupt as Ctrl-C does, so that whatever is half-written is taken away.
"""

from __future__ import annotations

import signal

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable
    from types import FrameType

_received = 0


def listen() -> None:
    """Hear the signals that end a command, but for those that whoever started it lets it ignore."""
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupt)


def _interrupt(number: int, _frame: FrameType | None) -> None:
    global _received
    _received = number
    raise KeyboardInterrupt


def ended() -> tuple[int, str] | None:
    """The exit code and the sentence of the signal that came; None where none did."""
    if not _received:
        return None
    return 128 + _received, f"Stopped by {signal.Signals(_received).name}."


def until(work: Callable[[], object]) -> None:
    """Do what only a signal ends, which therefore is its usual end."""
    global _received
    try:
        work()
    except KeyboardInterrupt:
        _received = 0
