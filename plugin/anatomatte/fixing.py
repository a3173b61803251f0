"""The hints of the page Shot: places at which a hand says what something is.  Standard library only."""

from __future__ import annotations

import dataclasses
from typing import Any

from .controls import Need, choice, control
from .keying import SEEN
from .menus import MOST_PEOPLE, PART_MENU
from .parts import PERSON
from .shooting import Shooting

HINTS = (1, 2, 3)
"""The hints that there are."""

_KINDS = {
    "nothing": "Nothing",
    "keep": "Keep this",
    "remove": "Remove this",
    "part": "This part",
    "person": "This person",
}
_SAYING = ("keep", "remove", "part", "person")
_PARTS = {name: label for name, label in PART_MENU.items() if name in PERSON}


def _at(number: int, *kinds: str) -> tuple[Need, ...]:
    return (SEEN, (f"fix_{number}", kinds))


def _what(number: int) -> Any:
    return choice(
        "nothing", f"Hint {number}", "Shot", "shape",
        "What lies at the hint's place, and the wrong area around it, to the edges of the picture. It acts "
        "in every frame: key-frame the place along. Strokes of a shot file follow by themselves.",
        **_KINDS, group="Hints", needs=(SEEN,),
    )  # fmt: skip


def _place(number: int) -> Any:
    return control(
        "point", (0.5, 0.5), f"Hint {number} place", "Shot", "shape",
        "In the middle of what is wrong; until moved, the middle of the plate.",
        low=-1e6, high=1e6, unit="at", group="Hints", needs=_at(number, *_SAYING), hides=True,
    )  # fmt: skip


def _on(number: int) -> Any:
    return control(
        "bool", True, f"Hint {number} on", "Shot", "shape", "Key-frame it to end or begin a hint.",
        group="Hints", needs=_at(number, *_SAYING), hides=True,
    )  # fmt: skip


def _part(number: int) -> Any:
    return choice(
        "upper_clothes", f"Hint {number} part", "Shot", "shape", "Which part of the person it is.",
        **_PARTS, group="Hints", needs=_at(number, "part"), hides=True,
    )  # fmt: skip


def _person(number: int) -> Any:
    return control(
        "int", 1, f"Hint {number} person", "Shot", "shape", "The number of the person whose it is.",
        low=1, high=MOST_PEOPLE, slider=(1, MOST_PEOPLE), group="Hints", needs=_at(number, "person"),
        hides=True,
    )  # fmt: skip


@dataclasses.dataclass(frozen=True, slots=True)
class Fixing(Shooting):
    """Corrections without a sidecar; :class:`settings.Settings` adds the other pages and the checks."""

    fix_1: str = _what(1)
    fix_1_at: tuple[float, float] = _place(1)
    fix_1_on: bool = _on(1)
    fix_1_part: str = _part(1)
    fix_1_person: int = _person(1)
    fix_2: str = _what(2)
    fix_2_at: tuple[float, float] = _place(2)
    fix_2_on: bool = _on(2)
    fix_2_part: str = _part(2)
    fix_2_person: int = _person(2)
    fix_3: str = _what(3)
    fix_3_at: tuple[float, float] = _place(3)
    fix_3_on: bool = _on(3)
    fix_3_part: str = _part(3)
    fix_3_person: int = _person(3)
