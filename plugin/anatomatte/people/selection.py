"""Selection of instances and parts that the alpha holds, as the Subject page sets it."""

from __future__ import annotations

import dataclasses
import difflib
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ..errors import SettingsError
from ..parts import GROUPS, INDEX, PARTS, PERSON, channels
from ..settings import BY_NAME, Settings
from .evidence import PeopleEvidence, Plane
from .prominence import LEAST

_FACE_HAIR = ("hair", "face", "glasses")
_COVERED = 0.5
"""Coverage above which a place is on a person."""

Point = tuple[float, float]
"""x to the right and y down, as shares of the picture's width and height."""

_MIDDLE: Point = (0.5, 0.5)


@dataclass(frozen=True, slots=True)
class Selection:
    """What the alpha holds.

    Attributes:
        people: indices of the people, in the order of `ordered`.
        parts: channels of the person's own parts (`parts.PERSON`), ascending.
        held: what they hold belongs to it.
        whole: nothing of what is in front of a screen is left out, be it a person or not.
        doubts: sentences for the status.
    """

    people: tuple[int, ...]
    parts: tuple[int, ...]
    held: bool
    whole: bool
    doubts: tuple[str, ...] = ()


ALL_PARTS: tuple[int, ...] = channels(PERSON)
"""Channels of everything that is a person's own."""


def listed(text: str) -> tuple[str, ...]:
    """The parts that a list such as ``head upper_clothes -hat`` names, in the order of `PARTS`.

    Names are parts, groups, ``all`` and ``face_hair``, apart by spaces, commas or ``+``; a name after
    ``-`` is taken out again.

    Raises:
        SettingsError: a name is neither a part nor a group, or nothing is left.
    """
    found: set[str] = set()
    for word in text.replace(",", " ").replace("+", " ").replace("-", " -").casefold().split():
        name = word.removeprefix("-")
        if name:
            found = found - _named(name) if word != name else found | _named(name)
    if not found:
        raise SettingsError(
            f"Parts list (parts_list) = {text!r} names no part; write for example: face hair neck."
        )
    return tuple(name for name in PARTS if name in found)


def _named(name: str) -> set[str]:
    if name == "all":
        return {*PERSON, "held"}
    if name == "face_hair":
        return set(_FACE_HAIR)
    if name in GROUPS:
        return set(GROUPS[name])
    if name in INDEX and name != "background":
        return {name}
    near = difflib.get_close_matches(name, [*PARTS[1:], *GROUPS, "all", "face_hair"], n=1)
    cure = f"did you mean {near[0]!r}?" if near else f"there are {', '.join([*PARTS[1:], *GROUPS])}."
    raise SettingsError(f"Parts list (parts_list) names {name!r}, which is no part of a person; {cure}")


def chosen_parts(settings: Settings) -> tuple[str, ...]:
    """The parts that the controls choose, ``held`` among them where it is kept, in the order of `PARTS`.

    Raises:
        SettingsError: the list cannot be understood.
    """
    if settings.parts == "listed":
        return listed(settings.parts_list)
    names = {*PERSON, "held"} if settings.parts == "all" else _named(settings.parts)
    if settings.parts == "all" and not settings.held:
        names = names - {"held"}
    return tuple(name for name in PARTS if name in names)


def narrowed(settings: Settings) -> bool:
    """Whether the controls leave some people or parts out, for which they must be known."""
    if settings.who not in ("everyone", "main") or "point" in (settings.also_keep, settings.leave_out):
        return True
    return set(chosen_parts(settings)) != {*PERSON, "held"}


def ordered(evidence: PeopleEvidence) -> PeopleEvidence:
    """The same people from the left of the picture to the right: so the artist counts them."""
    order = (
        np.lexsort((evidence.heads[:, 1], evidence.heads[:, 0]))
        if len(evidence.heads)
        else np.zeros(0, np.intp)
    )
    if (order == np.arange(len(order))).all():
        return evidence
    return dataclasses.replace(
        evidence,
        people=evidence.people[order],
        heads=evidence.heads[order],
        main=None if evidence.main is None else evidence.main[order],
        outfits=None if evidence.outfits is None else evidence.outfits[order],
    )


def select(
    settings: Settings,
    evidence: PeopleEvidence,
    point: Point,
    keyed: bool = False,
    marks: tuple[Point, Point] = (_MIDDLE, _MIDDLE),
) -> Selection:
    """What the Subject page selects among the people of the *evidence* (in the order of `ordered`).

    Args:
        point: where the control Point lies; may be outside of the picture.
        keyed: there is a screen: nobody happens to be before one, so the main people are all of them.
        marks: where the controls Keep point and Leave point lie.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    names = chosen_parts(settings)
    parts = tuple(INDEX[name] for name in names if name != "held")
    count = len(evidence.people)
    doubts: tuple[str, ...] = ()
    if settings.who == "everyone" or not count:
        people = tuple(range(count))
    elif settings.who == "main":
        people = tuple(range(count)) if keyed else tuple(np.flatnonzero(_main(evidence)).tolist())
    elif settings.who == "largest":
        people = (int(np.argmax([float((evidence.alpha * share).sum()) for share in evidence.people])),)
    elif settings.who == "point":
        people = (person_at(evidence, point),)
    else:
        people = tuple(at for at in range(count) if evidence.number(at) == settings.person - 1)
        if not people and evidence.numbers is not None:
            doubts = (f"Person {settings.person} is not in this frame, so the matte is empty.",)
        elif not people:
            one = "person was" if count == 1 else "people were"
            more = f", and People tells {count} of them apart" if evidence.found > count else ""
            one = one if not more else "people were"
            seen = max(evidence.found, count)
            doubts = (
                f"There is no person {settings.person}: {seen} {one} seen{more}, so the matte is empty.",
            )
    people = _corrected(settings, evidence, people, marks)
    # where all who are told apart are main, so may be those beyond their count; what is nobody's is not
    beyond = keyed or not count or evidence.found > count
    everyone = settings.who == "everyone" or (settings.who == "main" and len(people) == count and beyond)
    everyone = everyone and settings.leave_out == "nobody"
    if everyone or settings.who == "main":
        doubts += _untold(evidence, people, not everyone)
    everything = everyone and parts == ALL_PARTS
    return Selection(people, parts, "held" in names, everything, doubts)


def _corrected(
    settings: Settings, evidence: PeopleEvidence, people: tuple[int, ...], marks: tuple[Point, Point]
) -> tuple[int, ...]:
    """The chosen people, with whom Also keep adds and without whom Leave out takes away."""
    if len(evidence.people) and settings.also_keep == "point":
        people = tuple(sorted({*people, person_at(evidence, marks[0])}))
    if len(evidence.people) and settings.leave_out == "point":
        gone = person_at(evidence, marks[1])
        people = tuple(person for person in people if person != gone)
    return people


def _untold(evidence: PeopleEvidence, people: tuple[int, ...], main: bool) -> tuple[str, ...]:
    """Sentences about people who were seen but have no matte, or are not among the *people* of Main."""
    count, more = len(evidence.people), evidence.found - len(evidence.people)
    said: tuple[str, ...] = ()
    if more > 0:
        have = "the largest has a matte" if count == 1 else f"the {count} largest have a matte each"
        stay = f"{more} {'stays' if more == 1 else 'stay'} in the alpha as nobody"
        left = f"{more} {'is' if more == 1 else 'are'} left out"
        said = (f"{evidence.found} people were seen; {have}, {left if main else stay}.",)
    if main and 0 < len(people) < count:
        hold = "is whom" if len(people) == 1 else "are whom"
        said += (
            f"{len(people)} of {count} people {hold} the shot is about; bystanders are left out "
            "(Whose matte Everyone keeps them).",
        )
    return said


def _main(evidence: PeopleEvidence) -> NDArray[np.bool_]:
    """Whether the picture is about each person; where the evidence does not say, by size alone."""
    if evidence.main is not None and len(evidence.main) == len(evidence.people):
        return evidence.main
    area = np.sqrt([float((evidence.alpha * share).sum()) for share in evidence.people])
    return np.asarray(area >= LEAST * area.max(), np.bool_)


def person_at(evidence: PeopleEvidence, point: Point) -> int:
    """The person whose matte is strongest at *point*, or whose matte is nearest to it."""
    height, width = evidence.alpha.shape
    column = int(np.clip(point[0] * width, 0, width - 1))
    row = int(np.clip(point[1] * height, 0, height - 1))
    mattes = (evidence.alpha + evidence.held) * evidence.people
    if evidence.alpha[row, column] + evidence.held[row, column] >= _COVERED:
        return int(mattes[:, row, column].argmax())
    return int(np.argmin([_distance(matte, row, column) for matte in mattes]))


def _distance(matte: Plane, row: int, column: int) -> float:
    """Cells from a cell to the nearest one of a matte; far where it has none."""
    outside = (matte < _COVERED / 2).astype(np.uint8)
    if outside.all():
        return float("inf")
    return float(cv2.distanceTransform(outside, cv2.DIST_L2, 5)[row, column])


def point_of(point: tuple[float, float], bounds: tuple[int, int, int, int], scale: Point) -> Point:
    """Where the control Point lies in a picture.

    Args:
        point: in canonical coordinates: pixels of the full picture, y upwards.  The default of the
            table means the middle of the picture.
        bounds: of the picture, in pixels at the render scale, y upwards.
        scale: pixels at the render scale per canonical unit, across and up.
    """
    if point == BY_NAME["point"].default:
        return _MIDDLE
    x1, y1, x2, y2 = bounds
    return (point[0] * scale[0] - x1) / max(1, x2 - x1), (y2 - point[1] * scale[1]) / max(1, y2 - y1)
