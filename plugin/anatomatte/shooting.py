"""The page of the table for the shot's sidecar.  Standard library only."""

from __future__ import annotations

import dataclasses

from .controls import control
from .timing import Timing


@dataclasses.dataclass(frozen=True, slots=True)
class Shooting(Timing):
    """Controls of the page Shot; :class:`settings.Settings` adds the other pages and the checks."""

    shot_file: str = control(
        "file", "", "Shot file", "Shot", "observe",
        "The sidecar that `anatomatte analyse` wrote of this plate: people keep their numbers and names, and "
        "the screen is decided for each scene. Empty: every frame counts its people from the left.",
        animates=False,
        evidence="people",
    )  # fmt: skip
    reload_shot: bool = control(
        "button", False, "Reload", "Shot", "none",
        "Reads the shot file again after it was changed, and has the host ask for its frames anew.",
        animates=False,
    )  # fmt: skip
    shot_read: int = control(
        "int", 0, "Reloads", "Shot", "observe",
        "How often Reload was pressed: by it the host knows that what it kept is old; it changes no pixel.",
        high=1e6, slider=(0, 100), animates=False,
        evidence="people",
    )  # fmt: skip
