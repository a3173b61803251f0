"""Parts of people along a window: every frame around this one votes which part a pixel is.

Most of a person is one part in all of these frames, and stays it: votes are counted where it is open.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt

from ..cache import content_key
from ..frame import Pixels
from ..ops.filters import EDGE, grow, shrink
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import PartEvidence
from ..people.parts.hardness import hardened
from ..temporal.steady import disagreement
from . import memo, moments, steadying
from .evidence import looked, people_of
from .moments import Neighbour
from .parts_alone import parts_alone
from .task import Task

Codes = npt.NDArray[np.uint8]

NOBODY, OPEN = 254, 255
"""What a pixel is where nobody is, and where it is not sure which part it is."""

_SURE = 250
"""Share, in 255ths, from which on a pixel is surely of a part."""

_FAINT = 0.1
"""Coverage up to which nobody is in a pixel: networks are rarely sure of nothing."""

_AROUND = np.ones((3, 3), np.uint8)
"""What a value between pixels is made of."""

_WIDE = 4096
"""Places in a row of those that are looked up: OpenCV takes no longer ones than 32767."""

_ABSENT = 1 / 255
_SCALE = np.float32(1 / 255)
_TINY = np.float32(1e-6)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Votes:
    """A frame's parts, small enough to be kept for a window.

    Attributes:
        labels: rows of `PartEvidence.shares` of which there is anything.
        planes: n×h×w, their shares in 255ths.
        sure: h×w, the one of them that a pixel and those around it surely are, `NOBODY`, or `OPEN`.
        cover: h×w in 0..1, coverage by people.
    """

    labels: tuple[int, ...]
    planes: Codes
    sure: Codes
    cover: Pixels


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
    own = _votes(task, None, alone)
    size = alone.shares.shape[1], alone.shares.shape[2]
    lying = []
    open_ = own.sure == OPEN
    for one in found:
        task.work.check()
        votes = _votes(task, one, None)
        x, y = one.alignment.places(size, votes.sure.shape)
        lying.append((one, votes, x, y))
        nearest = cv2.remap(votes.sure, x, y, cv2.INTER_NEAREST, borderMode=EDGE)
        open_ |= np.asarray(nearest != own.sure)
    task.kept.pop("beside", None)
    at = np.flatnonzero(open_)
    here = own.cover / np.maximum(_cover(people.evidence, size), _TINY)
    said = alone.shares.reshape(len(alone.shares), -1)[:, at]
    made = said * np.clip(here.reshape(-1)[at], 0, 1)
    for one, votes, x, y in lying:
        places = _rows(x, at), _rows(y, at)
        share = steadying.weight(task, one, *size).reshape(-1)[at]
        share = share * _looked_up(votes.cover, places)[: len(at)] * _SCALE
        for k, plane in zip(votes.labels, votes.planes, strict=True):
            made[k] += _looked_up(plane.astype(np.float32), places)[: len(at)] * share
    shares = alone.shares.copy()
    shares.reshape(len(shares), -1)[:, at] = _settled(made, said, task.settings.parts_hardness)
    unsure = tuple(() if n is None or n >= len(alone.unsure) else alone.unsure[n] for n in people.number)
    return PartEvidence(shares, unsure)


def _rows(field: Pixels, at: npt.NDArray[np.intp]) -> Pixels:
    """Values of a field at some pixels, in rows of one length; 0 behind the last."""
    made = np.zeros((max(1, -(-len(at) // _WIDE)), _WIDE), np.float32)
    made.reshape(-1)[: len(at)] = field.reshape(-1)[at]
    return made


def _looked_up(plane: Pixels, places: tuple[Pixels, Pixels]) -> Pixels:
    """A plane's values at *places*, one after the other."""
    made = cv2.remap(plane, *places, cv2.INTER_LINEAR, borderMode=EDGE)
    return np.asarray(made, np.float32).reshape(-1)


def _settled(made: Pixels, alone: Pixels, hardness: float) -> Pixels:
    """Shares that sum to 1 of votes n×N, which are changed; decided where they overrule *alone*."""
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
        if one is None:
            assert alone is not None
            return memo.frozen(_packed(alone, looked(task).people))
        other = moments.last_beside(task, number)
        return memo.frozen(_packed(_alone(other), looked(other).people))

    found: Votes = memo.moments.get(key, make, task.work.check)
    return found


def _packed(made: PartEvidence, people: PeopleEvidence) -> Votes:
    there = tuple(k for k, plane in enumerate(made.shares) if float(plane.max()) > _ABSENT)
    planes = np.empty((len(there), *made.shares.shape[1:]), np.uint8)
    for plane, label in zip(planes, there, strict=True):
        np.rint(made.shares[label] * 255, out=plane, casting="unsafe")
    cover = _cover(people, (planes.shape[1], planes.shape[2]))
    return Votes(there, planes, _sure(there, planes, cover), cover)


def _sure(labels: tuple[int, ...], planes: Codes, cover: Pixels) -> Codes:
    """`Votes.sure` of *planes*, with the people's coverage h×w."""
    made = np.full(cover.shape, OPEN, np.uint8)
    for label, plane in zip(labels, planes, strict=True):
        made[plane >= _SURE] = label
    low, high = cv2.erode(made, _AROUND), cv2.dilate(made, _AROUND)
    made[low != high] = OPEN
    made[cv2.dilate(cover, _AROUND) <= _FAINT] = NOBODY
    return made


def _cover(people: PeopleEvidence, size: tuple[int, int]) -> Pixels:
    """Coverage by people at another size."""
    cover = np.clip(people.alpha + people.held, 0, 1)
    if cover.shape == size:
        return np.asarray(cover, np.float32)
    larger = size[0] > cover.shape[0]
    return grow(cover, *size) if larger else shrink(cover, *size)
