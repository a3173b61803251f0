"""How one frame is worked on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .ops.strips import granted
from .settings import Settings


def _never() -> None:
    return None


def _silent(_: float) -> None:
    return None


@dataclass(frozen=True, slots=True)
class Job:
    """How one frame is worked on; nothing in it changes a pixel except ``scale``.

    Attributes:
        threads: processor threads.
        check: called between stages and strips; raises Cancelled to stop.
        progress: told the share of the work that is done, 0 to 1.
        scale: pixels of the plate per pixel at full resolution; lengths are multiplied by it.
        across: pixels of the plate per unit of canonical coordinates, to the right and up.
    """

    threads: int = 1
    check: Callable[[], None] = _never
    progress: Callable[[float], None] = _silent
    scale: float = 1.0
    across: tuple[float, float] = (1.0, 1.0)


def job_for(settings: Settings, **facts: Any) -> Job:
    """A job with the threads that the settings ask for."""
    return Job(threads=settings.threads or granted(), **facts)
