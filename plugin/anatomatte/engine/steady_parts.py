"""Parts of people along a window: every frame around this one votes which part a pixel is."""

from __future__ import annotations

import dataclasses

import numpy as np
import numpy.typing as npt

from ..cache import content_key
from ..frame import Pixels
from ..ops.filters import grow, shrink
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import PartEvidence
from ..people.parts.hardness import hardened
from ..temporal.steady import disagreement
from . import memo, moments, steadying
from .evidence import looked, people_of
from .moments import Neighbour
from .parts_alone import parts_alone
from .task import Task

_ABSENT = 1 / 255
_SCALE = np.float32(1 / 255)
_TINY = np.float32(1e-6)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """A frame's parts, small enough to be kept for a window.

    Attributes:
        labels: rows of `PartEvidence.shares` of which there is anything.
        planes: n×h×w, their shares in 255ths.
    """

    labels: tuple[int, ...]
    planes: npt.NDArray[np.uint8]


def parts_of(task: Task) -> PartEvidence:
    """The parts of all people in the frame, steady along its window where there is one.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: a frame of the window cannot be made.
    """
    if not steadying.on(task):
        return parts_alone(task, people_of(task))
    alone = _alone(task)
    facts = (*memo.of_steady(task), *_hardness(task))
    return memo.once("steady parts", task, facts, lambda: _voted(task, alone))


def _alone(task: Task) -> PartEvidence:
    """The parts of everybody in a frame, whatever the shot calls them."""
    unnumbered = task if task.shot is None else dataclasses.replace(task, shot=None, crowd=True)
    return parts_alone(unnumbered, looked(task).people)


def votes(task: Task, one: Neighbour) -> Votes:
    """The parts of another frame as it sees them by itself."""
    return _votes(task, one, None)


def _hardness(task: Task) -> tuple[float, ...]:
    """How decided parts are here, and in each frame of the window."""
    around = task.around
    assert around is not None
    return tuple(around.settings(n).parts_hardness for n in (around.number, *moments.window(task)))


def _voted(task: Task, alone: PartEvidence) -> PartEvidence:
    found = [one for one in steadying.neighbours(task) if one.moment.people is not None]
    people = steadying.people(task)
    _votes(task, None, alone)
    size = alone.shares.shape[1], alone.shares.shape[2]
    here = _cover(looked(task).people, size) / np.maximum(_cover(people.evidence, size), _TINY)
    made = alone.shares * np.clip(here, 0, 1)
    for one in found:
        task.work.check()
        assert one.moment.people is not None
        votes = _votes(task, one, None)
        share = steadying.weight(task, one, *size)
        share = share * one.alignment.warped(_cover(one.moment.people, size), size)
        share *= _SCALE
        for k, window, plane in one.alignment.windows(votes.planes.astype(np.float32), size):
            made[votes.labels[k]][window] += plane * share[window]
    task.kept.pop("beside", None)
    shares = _settled(made, alone.shares, task.settings.parts_hardness)
    unsure = tuple(() if n is None or n >= len(alone.unsure) else alone.unsure[n] for n in people.number)
    return PartEvidence(shares, unsure)


def _settled(made: Pixels, alone: Pixels, hardness: float) -> Pixels:
    """Shares that sum to 1 of votes n×h×w, which are changed; decided where they overrule *alone*."""
    total = made.sum(0)
    said = np.minimum(total / np.float32(0.05), 1)  # where nobody says anything it stays as it was
    made *= said / np.maximum(total, _TINY)
    if (said < 1).any():
        made += (1 - said) * alone
    away = np.zeros(total.shape, np.float32)
    for voted, own in zip(made, alone, strict=True):
        np.maximum(away, np.abs(voted - own), out=away)
    gross = disagreement(away)
    there = gross > 0
    open_ = made[:, there]
    open_ += gross[there] * (hardened(open_ + _TINY, hardness) - open_)
    made[:, there] = open_
    return made


def _votes(task: Task, one: Neighbour | None, alone: PartEvidence | None) -> Votes:
    """The parts of another frame as it sees them by itself, or of this one, for the frames around it."""
    around = task.around
    assert around is not None
    number = around.number + (0 if one is None else one.away)
    hardness = around.settings(number).parts_hardness
    key = content_key("votes", memo.of_moment(task, number), hardness, memo.of_wardrobe(task, number))

    def make() -> Votes:
        made = alone
        if made is None:
            made = _alone(moments.last_beside(task, number))
        return memo.frozen(_packed(made))

    found: Votes = memo.moments.get(key, make, task.work.check)
    return found


def _packed(made: PartEvidence) -> Votes:
    there = tuple(k for k, plane in enumerate(made.shares) if float(plane.max()) > _ABSENT)
    planes = np.empty((len(there), *made.shares.shape[1:]), np.uint8)
    for plane, label in zip(planes, there, strict=True):
        np.rint(made.shares[label] * 255, out=plane, casting="unsafe")
    return Votes(there, planes)


def _cover(people: PeopleEvidence, size: tuple[int, int]) -> Pixels:
    """Coverage by people at another size."""
    cover = np.clip(people.alpha + people.held, 0, 1)
    if cover.shape == size:
        return np.asarray(cover, np.float32)
    larger = size[0] > cover.shape[0]
    return grow(cover, *size) if larger else shrink(cover, *size)
