"""Who is found and whose matte it is: the first controls of the page Subject.  Standard library only."""

from __future__ import annotations

import dataclasses
from typing import Any

from .controls import choice, control
from .keying import SEEN, Keying
from .menus import MOST_PEOPLE


def _place(label: str, menu: str, entry: str, hint: str, at: float = 0.5, hides: bool = False) -> Any:
    """A place in the picture, which counts while a menu stands on its entry.

    Its default is the same share of the plate across and up, until somebody moves it.
    """
    return control(
        "point", (at, at), label, "Subject", "shape", hint,
        low=-1e6, high=1e6, unit="at", needs=(SEEN, (menu, (entry,))), hides=hides,
    )  # fmt: skip


def _corner(label: str, menu: str, at: float) -> Any:
    """A corner of a box, shown while a menu stands on the box."""
    which = "lower left" if at < 0.5 else "upper right"
    hint = (
        f"A corner of the box; until moved, the {which} one of the plate's middle. "
        "The two may be any that lie opposite."
    )
    return _place(label, menu, "box", hint, at, hides=True)


@dataclasses.dataclass(frozen=True, slots=True)
class Whose(Keying):
    """Controls of people as wholes; :class:`settings.Settings` adds their parts, and the checks."""

    # ---- Subject
    subject: str = choice(
        "auto", "Find people", "Subject", "observe",
        "Auto asks the people network where there is no screen, or where people or parts are wanted; "
        "On also lets it mend the screen key; Off never asks.",
        auto="Auto", on="On", off="Off",
        evidence="people",
    )  # fmt: skip
    people: int = control(
        "int", MOST_PEOPLE, "People", "Subject", "observe",
        "How many people are told apart at most; further people stay in the alpha as nobody.",
        low=1, high=MOST_PEOPLE, slider=(1, MOST_PEOPLE),
        evidence="people",
        needs=(SEEN,),
    )  # fmt: skip
    who: str = choice(
        "main", "Whose matte", "Subject", "shape",
        "The people that the alpha holds. Main is whom the shot is about, by size, sharpness and place: no "
        "bystanders; before a screen everyone.",
        everyone="Everyone", largest="The largest", index="By number", point="At the point", main="Main",
        needs=(SEEN,),
    )  # fmt: skip
    person: int = control(
        "int", 1, "Person number", "Subject", "shape",
        "The person when Whose matte is By number; people count from the left of the picture.",
        low=1, high=MOST_PEOPLE, slider=(1, MOST_PEOPLE),
        needs=(SEEN, ("who", ("index",))),
    )  # fmt: skip
    point: tuple[float, float] = _place(
        "Point", "who", "point",
        "A place on the person when Whose matte is At the point; until moved, the middle.",
    )  # fmt: skip
    also_keep: str = choice(
        "nobody", "Also keep", "Subject", "shape",
        "Keeps more than Whose matte does: a person, or who is mostly in a box and what is nobody's there.",
        nobody="Nobody", point="At the keep point", box="In the keep box",
        needs=(SEEN,),
    )  # fmt: skip
    keep_point: tuple[float, float] = _place(
        "Keep point", "also_keep", "point", "A place on the person to keep; until moved, the middle."
    )  # fmt: skip
    keep_corner: tuple[float, float] = _corner("Keep corner", "also_keep", 0.25)
    keep_opposite: tuple[float, float] = _corner("Keep opposite corner", "also_keep", 0.75)
    leave_out: str = choice(
        "nobody", "Leave out", "Subject", "shape",
        "Takes out, whatever is kept: a person and all that is nobody's, or who is mostly in a box and "
        "what is nobody's there.",
        nobody="Nobody", point="At the leave point", box="In the leave box",
        needs=(SEEN,),
    )  # fmt: skip
    leave_point: tuple[float, float] = _place(
        "Leave point", "leave_out", "point", "A place on the person to leave out; until moved, the middle."
    )  # fmt: skip
    leave_corner: tuple[float, float] = _corner("Leave corner", "leave_out", 0.25)
    leave_opposite: tuple[float, float] = _corner("Leave opposite corner", "leave_out", 0.75)
