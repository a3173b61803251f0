"""What a hand mends of a shot, as data: a stroke of a kind at a frame, and how far it reaches."""

from __future__ import annotations

from dataclasses import dataclass

from ..errors import SettingsError
from ..menus import MOST_PEOPLE
from ..parts import PERSON
from ..toml_table import field as entry
from ..toml_table import nearest

KINDS: tuple[str, ...] = ("keep", "remove", "part", "person", "one")
"""Keep or remove what lies under the stroke; it is this part; it is this person's; two numbers are one."""

_FAR = 4.0
"""Pictures beyond each side of the picture from which on a point of a stroke is a slip."""

REACH = 20
"""Frames to either side that a correction reaches unless it says otherwise."""

Points = tuple[tuple[float, float], ...]
"""A polyline in shares of the picture's width and height, y down."""


@dataclass(frozen=True, slots=True)
class Correction:
    """One correction.

    Attributes:
        id: its number within the shot.
        kind: of `KINDS`.
        frame: at which the stroke was drawn.
        part: the part's layer, of kind ``part``.
        people: the person's number, of kind ``person``; two of kind ``one``, the first of which stays.
        stroke: x, y, x, y … in shares of the picture, y down; empty of kind ``one``.
        radius: of the stroke, in shares of the picture's height.
        reach: frames to either side over which it is carried and fades.
        carried: the reach over which its marks were carried; -1 where that is not known.
    """

    id: int = entry("int", low=1)
    kind: str = entry("text", choices=KINDS)
    frame: int = entry("int")
    part: str = entry("text", "")
    people: tuple[int, ...] = entry("ints", (), low=1, high=MOST_PEOPLE)
    stroke: tuple[float, ...] = entry("numbers", ())
    radius: float = entry("number", 0.01, low=0.001, high=0.5)
    reach: int = entry("int", REACH, low=0, high=10000)
    carried: int = entry("int", -1, low=-1, high=10000)

    @property
    def points(self) -> Points:
        """The stroke as points."""
        return tuple(zip(self.stroke[::2], self.stroke[1::2], strict=True))

    @property
    def facts(self) -> tuple[object, ...]:
        """All in it that decides pixels where its stroke lies."""
        return self.kind, self.part, self.people, self.radius

    def said(self) -> str:
        """The correction in words."""
        who = " and ".join(str(number) for number in self.people)
        what = {"part": self.part, "person": f"person {who}", "one": f"people {who} are one"}
        return f"{self.id}: {what.get(self.kind, self.kind)} at frame {self.frame}, reach {self.reach}"


@dataclass(frozen=True, slots=True)
class Mark:
    """Where a correction's stroke lies in one frame, and in 0..1 how far that is to be believed."""

    id: int
    belief: float
    points: Points = ()


@dataclass(frozen=True, slots=True)
class Painted:
    """A matte that was painted for a frame: the name of the file beside the sidecar, and its digest."""

    frame: int = entry("int")
    file: str = entry("text")
    sha256: str = entry("text")


def checked(one: Correction, where: str) -> Correction:
    """*one* if it can be meant.

    Raises:
        SettingsError: it names no such part, not the people that its kind takes, or a stroke that lies
            outside of the picture or has half a point.
    """
    at = f"{where}: correction {one.id}"
    if one.kind == "part" and one.part not in PERSON:
        raise SettingsError(f"{at}: part {one.part!r} is no part of a person; {nearest(one.part, PERSON)}")
    wanted = {"person": 1, "one": 2}.get(one.kind, 0)
    if len(set(one.people)) != wanted or len(one.people) != wanted:
        told = ", ".join(map(str, one.people)) or "none"
        many = ("no number", "one number", "two different numbers")[wanted]
        raise SettingsError(f"{at}: kind {one.kind} takes {many} of people, not {told}.")
    if one.kind == "one":
        return one
    if len(one.stroke) < 2 or len(one.stroke) % 2:
        raise SettingsError(f"{at}: a stroke is x, y and so on, one point at least; give pairs.")
    if any(not -_FAR <= value <= 1 + _FAR for value in one.stroke):
        raise SettingsError(f"{at}: a point of the stroke lies far outside of the picture; take it away.")
    if not any(0 <= x <= 1 and 0 <= y <= 1 for x, y in one.points):
        raise SettingsError(f"{at}: the stroke lies outside of the picture; draw it within the plate.")
    return one
