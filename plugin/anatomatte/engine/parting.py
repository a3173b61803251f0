"""How a frame's matte is shared out: whose it is, and which part. Parts are made when they are asked for."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

from ..cache import content_key
from ..frame import Pixels
from ..ops.guided import brightness
from ..parts import PARTS, PERSON
from ..people import selection
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import PartEvidence
from ..people.parts.fields import PartFields, fields
from ..people.parts.hardness import contrast
from ..people.parts.labels import AT
from ..people.shares import Shares, persons, shares
from . import asking, face_regions, memo, mending, quality, quality_beside, steadying
from .mattes import Mattes
from .task import Task

asked = asking.parts


def shared(task: Task, seen: PeopleEvidence, held: Pixels | None) -> tuple[Shares, tuple[str, ...]]:
    """Shares of the people and parts that the Subject page chooses, and sentences for the status.

    Args:
        held: H×W, how much of the matte is held; None before a screen.
    """
    alone, light, work = held is not None, task.plate.light, task.work
    choice = selection.select(task.settings, seen, task.place, not alone, task.marks)

    def parts() -> PartEvidence:
        return mending.parts_of(task)

    def make() -> Shares:
        return shares(seen, choice, light, alone, held, parts, threads=work.threads, check=work.check)

    made = memo.once("shares", task, memo.of_shares(task, choice, alone), make)
    doubts = choice.doubts if len(seen.people) else ("No person was seen: mattes of people are empty.",)
    return made, doubts


def bound(task: Task, made: Mattes, light: Pixels) -> Mattes:
    """A frame's mattes that can be asked for parts, over *light*, H×W×3 at the alpha's size.

    Where the controls ask for parts they are made at once, and what is unsure among them is told.
    """
    if made.split is None:
        return made
    chosen = made.split.made
    split = made.split.bound(_maker(task, chosen, light), _persons(task, chosen))
    mattes = dataclasses.replace(made, split=split, regions=face_regions.maker(task, chosen, light))
    if asking.regions(task.settings) and chosen.numbers:
        mattes.faces = face_regions.told(task, chosen.numbers)
        mattes.landmarks = face_regions.placed(task, chosen.numbers)
        mattes.messages = (*mattes.messages, *face_regions.unseen(task, chosen.numbers))
    if asked(task.settings) and chosen.numbers:
        found = mending.parts_of(task)
        mattes.messages = (*mattes.messages, *found.messages)
        mattes.unsure = unsure(found, chosen, steadying.people(task).evidence)
        if task.settings.check != "off":
            mattes.findings = (*mattes.findings, quality.of_parts(task, mattes, found.shares, AT, chosen))
        if quality_beside.asked(task):
            others = tuple(one for one in mattes.findings if one.code != "part_jump")
            mattes.findings = (*others, quality_beside.part_sizes(task, mattes, found))
    return mattes


def _persons(task: Task, chosen: Shares) -> Callable[[], Pixels]:
    """What makes whose a pixel is along the edges of the plate."""
    work = task.work

    def make() -> Pixels:
        return persons(chosen, task.plate.light, work.threads, work.check)

    def once() -> Pixels:
        facts = (*memo.of_steady(task), task.plate.light.shape, content_key(chosen.people))
        return memo.once("persons", task, facts, make)

    return once


def _maker(task: Task, chosen: Shares, light: Pixels) -> Callable[[], PartFields]:
    """What makes the fields of the chosen parts."""
    worn = tuple(label for label in chosen.labels if PARTS[label] in PERSON)

    def make() -> PartFields:
        found, labels = mending.parts_of(task).among(worn)
        power = contrast(task.settings.parts_hardness)
        work = task.work
        return fields(found, labels, brightness(light), power, threads=work.threads, check=work.check)

    return lambda: memo.once("fields", task, memo.of_fields(task, worn, light.shape[:2]), make)


def unsure(found: PartEvidence, chosen: Shares, seen: PeopleEvidence) -> Mapping[str, str]:
    """The layers of the frame that are mostly open, and the group that holds each ("" where none does)."""
    told: dict[str, str] = {}
    for at in range(min(len(seen.people), len(found.unsure))):
        number = seen.number(at)
        alone = len(chosen.numbers) == 1
        for name, group in found.unsure[at] if number in chosen.numbers and (alone or number >= 0) else ():
            layer = name if alone else f"person_{number + 1:02d}.{name}"
            told[layer] = group
    return told
