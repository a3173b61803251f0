"""How one frame is worked on: one object for threads, cancelling, progress and scale, handed on whole."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from .ops.strips import granted
from .settings import Settings


def never() -> None:
    """A check that cancels nothing."""


def silent(_: float) -> None:
    """A progress that nobody watches."""


@dataclass(frozen=True, slots=True)
class Work:
    """How one frame is worked on; nothing in it changes a pixel but ``scale``, and ``device`` by rounding.

    Attributes:
        threads: processor threads.
        check: called between stages and strips; raises Cancelled to stop.
        progress: told the share of the work that is done, 0 to 1.
        scale: pixels of the plate per pixel at full resolution; lengths are multiplied by it.
        device: where networks are asked to run, a value of the control.
        across: pixels of the plate per unit of canonical coordinates, to the right and up; None where the
            plate is at full size, and its pixel aspect tells (`placed`).
    """

    threads: int = 1
    check: Callable[[], None] = never
    progress: Callable[[float], None] = silent
    scale: float = 1.0
    across: tuple[float, float] | None = None
    device: str = "auto"

    def placed(self, aspect: float) -> tuple[float, float]:
        """`across`, of a plate with this pixel aspect."""
        return self.across or (1 / (aspect or 1.0), 1.0)


def work_for(settings: Settings, **facts: Any) -> Work:
    """The work of a frame with the threads and the device that the settings ask for."""
    return Work(threads=settings.threads or granted(), device=settings.device, **facts)
