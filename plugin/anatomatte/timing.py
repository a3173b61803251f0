"""The page of the table about a frame's neighbours in time.  Standard library only."""

from __future__ import annotations

import dataclasses

from .controls import choice, control
from .whose import Whose


@dataclasses.dataclass(frozen=True, slots=True)
class Timing(Whose):
    """Controls of what other frames do for a frame; :class:`settings.Settings` adds the other pages."""

    # ---- Time
    steady: float = control(
        "double", 1.0, "Steady", "Time", "steady",
        "How much the frames before and after hold people, parts and their matte still; 0 sees each frame "
        "alone. A screen's key keeps each frame's own matte.",
        evidence="time",
    )  # fmt: skip
    window: int = control(
        "int", 2, "Window", "Time", "steady",
        "How many frames to each side Steady looks at.",
        high=5, slider=(0, 5), animates=False,
        evidence="time",
    )  # fmt: skip

    # ---- Status
    check: str = choice(
        "frame", "Check frames", "Status", "none",
        "Looks for reasons to doubt a frame: holes, islands, residue, networks that disagree, lost people; "
        "Neighbours also compares it with the frames before and behind. No pixel changes.",
        off="Off", frame="Each frame", neighbours="Neighbours",
    )  # fmt: skip


def temporal_window(settings: Timing) -> int:
    """How many frames to each side a frame is looked at with; 0 where it is seen alone."""
    steady = settings.window if settings.steady > 0 else 0
    return max(steady, 1) if settings.check == "neighbours" else steady
