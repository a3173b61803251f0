"""What Also keep and Leave out make of the people whom Whose matte chose; Leave out has the last word."""

from __future__ import annotations

from collections.abc import Iterator

from ..settings import BY_NAME, Settings
from .evidence import PeopleEvidence
from .places import Box, Marks, Point, people_in, person_at

People = tuple[int, ...]


def with_kept(settings: Settings, evidence: PeopleEvidence, people: People, marks: Marks) -> People:
    """The chosen people and those whom Also keep adds, ascending."""
    return tuple(sorted({*people, *_meant(settings.also_keep, evidence, marks.keep, marks.keep_box)}))


def without_left(settings: Settings, evidence: PeopleEvidence, people: People, marks: Marks) -> People:
    """The chosen people without those whom Leave out takes away."""
    gone = _meant(settings.leave_out, evidence, marks.leave, marks.leave_box)
    return tuple(person for person in people if person not in gone)


def told(settings: Settings, evidence: PeopleEvidence, marks: Marks) -> tuple[str, ...]:
    """Sentences for the status: boxes without effect, and people who are both kept and left out."""
    return tuple(_sentences(settings, evidence, marks))


def _sentences(settings: Settings, evidence: PeopleEvidence, marks: Marks) -> Iterator[str]:
    for menu, word, box in (("also_keep", "keep", marks.keep_box), ("leave_out", "leave", marks.leave_box)):
        if getattr(settings, menu) != "box":
            continue
        if box.empty:
            one, other = BY_NAME[f"{word}_corner"].words, BY_NAME[f"{word}_opposite"].words
            yield f"Nothing of the picture is in the {word} box; move {one} and {other} apart, onto it."
        elif len(evidence.people) and not people_in(box, evidence):
            yield f"No person is mostly in the {word} box; it counts for what is nobody's alone."
    kept = _meant(settings.also_keep, evidence, marks.keep, marks.keep_box)
    gone = _meant(settings.leave_out, evidence, marks.leave, marks.leave_box)
    for person in kept:
        if person in gone:
            yield f"Person {person + 1} is both to be kept and to be left out, and is left out."


def _meant(entry: str, evidence: PeopleEvidence, point: Point, box: Box) -> People:
    """The people whom a menu's entry means."""
    if not len(evidence.people) or entry == "nobody":
        return ()
    return (person_at(evidence, point),) if entry == "point" else people_in(box, evidence)
