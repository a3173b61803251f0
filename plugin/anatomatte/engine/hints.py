"""The hints of the page Shot as corrections: points that act in the frame at which the controls stand."""

from __future__ import annotations

from ..fixing import HINTS
from ..people.places import Point, point_of
from ..settings import Settings
from ..shot.corrections import Correction, Mark

Hints = tuple[tuple[Correction, Mark], ...]


def of(settings: Settings, bounds: tuple[int, int, int, int], scale: Point, frame: int) -> Hints:
    """The hints that say something.

    Args:
        bounds, scale: as of `places.point_of`.
        frame: the number of the frame, which they are told to be of.
    """
    made = []
    for number in HINTS:
        kind, on = getattr(settings, f"fix_{number}"), getattr(settings, f"fix_{number}_on")
        if kind == "nothing" or not on:
            continue
        x, y = point_of(f"fix_{number}_at", settings, bounds, scale)
        part = getattr(settings, f"fix_{number}_part") if kind == "part" else ""
        people = (getattr(settings, f"fix_{number}_person"),) if kind == "person" else ()
        made.append((Correction(-number, kind, frame, part, people, (x, y)), Mark(-number, 1.0, ((x, y),))))
    return tuple(made)
