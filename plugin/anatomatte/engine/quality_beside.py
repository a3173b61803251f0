"""What the checks of `qc` are told of the frames beside one, laid over it along the flow."""

from __future__ import annotations

import dataclasses

import numpy as np

from .. import qc
from ..frame import Pixels
from ..menus import PERSON_MENU
from ..ops.filters import grow, shrink
from ..people import selection
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import PartEvidence
from ..people.parts.labels import LABELS
from ..qc.checks import beside
from ..qc.seen import Beside, Seen
from ..qc.steps import part_jump
from ..settings import Settings
from . import steady_parts, steadying
from .edge import Refined
from .evidence import Evidence
from .mattes import Mattes
from .moments import Neighbour
from .task import Task

ALONE = "This host hands over no other frames: Check frames looks at each frame by itself."


def asked(task: Task) -> bool:
    """Whether the frames beside this one are to be looked at."""
    return task.settings.check == "neighbours"


def unheard(task: Task) -> tuple[str, ...]:
    """That the frames beside this one are not to be had."""
    return (ALONE,) if asked(task) and (task.around is None or not task.around.can) else ()


def found(task: Task, seen: Seen, evidence: Evidence, refined: Refined, made: Mattes) -> qc.Findings:
    """What the frames beside this one say of it; mattes are compared before any tweak."""
    chosen = None if made.split is None else made.split.made.numbers
    people = evidence.people
    places = None if people is None or chosen is None else _places(people, chosen)
    here = dataclasses.replace(
        seen,
        alpha=_held(refined.key.matte, people, places, seen.alpha.shape),
        people=seen.people if task.shot is None and not task.crowd and by_number(task) else None,
    )
    return beside(here, [_beside(task, one, here) for one in _sides(task)])


def by_number(task: Task) -> bool:
    """Whether somebody asks for people by their numbers; an analysis does."""
    settings = task.settings
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not set(PERSON_MENU).isdisjoint((*packed, settings.parts_of))
    return task.crowd or layers or settings.output == "people" or settings.who == "index"


def part_sizes(task: Task, made: Mattes, parts: PartEvidence) -> qc.Finding:
    """Whether a part is of another size than in the frames beside this one."""
    sides = []
    for one in _sides(task):
        sizes = {LABELS[k]: size for k, size in steady_parts.sizes(task, one, one.moment.matte).items()}
        empty = np.zeros((1, 1), np.float32)
        sides.append(Beside(one.away, empty, empty + 1, areas=sizes))
    alpha = _sized(made.alpha, (parts.shares.shape[1], parts.shares.shape[2]))
    planes = {name: plane * alpha for name, plane in zip(LABELS, parts.shares, strict=True)}
    return part_jump(Seen(np.zeros((*alpha.shape, 3), np.float32), alpha, parts=planes), sides)


def _sides(task: Task) -> list[Neighbour]:
    """The frame before and the one behind, where they show the same shot."""
    return [one for one in steadying.neighbours(task) if abs(one.away) == 1]


def _beside(task: Task, one: Neighbour, here: Seen) -> Beside:
    size = (here.alpha.shape[0], here.alpha.shape[1])
    moment, people = one.moment, one.moment.people
    places: tuple[int, ...] | None = None
    mattes = None
    if people is not None:
        choice = selection.select(_settings(task, one), people, task.place, moment.hold is None, task.marks)
        places = None if choice.whole else choice.people
        if here.people is not None and (not steadying.on(task) or len(people.people) == len(here.people)):
            cover = np.clip(people.alpha + people.held, 0, 1)
            mattes = one.alignment.warped(people.people * cover, size)
    alpha = _held(moment.matte, people, places, size)
    return Beside(
        one.away, one.alignment.warped(alpha), one.alignment.believed(*size), mattes, None, moment.decision
    )


def _settings(task: Task, one: Neighbour) -> Settings:
    assert task.around is not None
    return task.around.settings(task.around.number + one.away)


def _places(people: PeopleEvidence, numbers: tuple[int, ...]) -> tuple[int, ...] | None:
    """Where people of these numbers stand in the evidence; None where they are all of them."""
    places = tuple(k for k in range(len(people.people)) if people.number(k) in numbers)
    return None if len(places) == len(people.people) else places


def _held(
    matte: Pixels, people: PeopleEvidence | None, places: tuple[int, ...] | None, size: tuple[int, ...]
) -> Pixels:
    """A matte at a size, of the people at some places alone; None: of all."""
    made = _sized(matte, (size[0], size[1]))
    if people is None or places is None:
        return made
    whose = np.zeros(made.shape, np.float32)
    for k in places:
        whose += _sized(people.people[k], (size[0], size[1]))
    return np.asarray(made * np.clip(whose, 0, 1), np.float32)


def _sized(plane: Pixels, size: tuple[int, int]) -> Pixels:
    smaller = size[0] * size[1] < plane.shape[0] * plane.shape[1]
    return shrink(plane, *size) if smaller else grow(plane, *size)
