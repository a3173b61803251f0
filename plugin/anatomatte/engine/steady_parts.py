"""Parts of people along a window: every frame around this one votes which part a pixel is.

A vote is a frame's shares before they are decided: a frame that is nearly sure outweighs one that barely is.
What they add up to is decided then, as *Parts hardness* says.  Most of a person is surely one part in all of
these frames, and stays it: votes are counted where it is open.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import numpy.typing as npt

from ..cache import content_key
from ..frame import Pixels
from ..ops import loops
from ..ops.filters import EDGE, grow, shrink
from ..people.evidence import PeopleEvidence
from ..people.parts.boxes import sized
from ..people.parts.everyone import PartEvidence
from ..people.parts.hardness import COMPILED, hardened, hardened_planes
from . import memo, moments, steadying
from .evidence import looked, people_of
from .moments import Neighbour
from .parts_alone import parts_alone
from .task import Task

Codes = npt.NDArray[np.uint8]

NOBODY, OPEN = 254, 255
"""What a pixel is where nobody is, and where it is not sure which part it is."""

_SURE = 0.98
"""Share, decided, from which on a pixel is surely of a part."""

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
        planes: n×h×w, their shares in 255ths before they are decided.
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
    """The parts of everybody in a frame, undecided, whatever the shot calls them."""
    unnumbered = task if task.shot is None else dataclasses.replace(task, shot=None, crowd=True)
    return parts_alone(unnumbered, looked(task).people, 0.0)


def votes(task: Task, one: Neighbour) -> Votes:
    """The parts of another frame as it sees them by itself."""
    return _votes(task, one, None)


def sizes(task: Task, one: Neighbour, matte: Pixels) -> dict[int, float]:
    """By rows of `PartEvidence.shares`, how much of another frame its parts fill as it sees them by itself.

    Args:
        matte: that frame's, at any size.
    """
    around = task.around
    assert around is not None
    found = votes(task, one)
    hard = hardened(found.planes * _SCALE, around.settings(around.number + one.away).parts_hardness)
    weight = sized(matte, *found.cover.shape)
    return {k: float((plane * weight).mean()) for k, plane in zip(found.labels, hard, strict=True)}


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
    said = np.ascontiguousarray(alone.shares.reshape(len(alone.shares), -1)[:, at])
    made = said * np.clip(here.reshape(-1)[at], 0, 1)
    for one, votes, x, y in lying:
        places = _rows(x, at), _rows(y, at)
        share = steadying.weight(task, one, *size).reshape(-1)[at]
        share = share * _looked_up(votes.cover, places)[: len(at)] * _SCALE
        there_x, there_y = (plane.reshape(-1)[: len(at)] for plane in places)
        loops.hear(votes.planes, np.array(votes.labels, np.int32), there_x, there_y, share, made)
    hardness = task.settings.parts_hardness
    shares = hardened_planes(alone.shares, hardness, _ABSENT)
    if lying:
        shares.reshape(len(shares), -1)[:, at] = hardened(_settled(made, said), hardness)
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


def _settled(made: Pixels, alone: Pixels) -> Pixels:
    """Shares that sum to 1 of votes n×N, which are changed; *alone* where nobody votes."""
    total = made.sum(0)
    said = np.minimum(total / np.float32(0.05), 1)
    made *= said / np.maximum(total, _TINY)
    if (said < 1).any():
        made += (1 - said) * alone
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
            return memo.frozen(_packed(alone, looked(task).people, hardness))
        other = moments.last_beside(task, number)
        return memo.frozen(_packed(_alone(other), looked(other).people, hardness))

    found: Votes = memo.moments.get(key, make, task.work.check)
    return found


def _packed(made: PartEvidence, people: PeopleEvidence, hardness: float) -> Votes:
    there = tuple(k for k, plane in enumerate(made.shares) if float(plane.max()) > _ABSENT)
    size = made.shares.shape[1], made.shares.shape[2]
    cover = _cover(people, size)
    near = np.asarray(cv2.dilate(cover, _AROUND), np.float32)
    planes, sure = _coded(made.shares, there, near, hardness)
    low, high = cv2.erode(sure, _AROUND), cv2.dilate(sure, _AROUND)
    sure[low != high] = OPEN
    sure[near <= np.float32(_FAINT)] = NOBODY
    return Votes(there, planes, sure, cover)


def _coded(shares: Pixels, there: tuple[int, ...], near: Pixels, hardness: float) -> tuple[Codes, Codes]:
    """Rows *there* of shares n×h×w in 255ths, and which of them a pixel surely is, or `OPEN`.

    Args:
        near: h×w, the people's coverage around a pixel.
    """
    if hardness in COMPILED:
        flat, rows = np.ascontiguousarray(shares.reshape(len(shares), -1)), np.array(there, np.int32)
        limits = float(np.float32(_FAINT)), float(np.float32(_SURE))
        planes, sure = loops.vote(flat, rows, hardness == 1, near.reshape(-1), limits, OPEN)
        return planes.reshape(len(there), *near.shape), sure.reshape(near.shape)
    some = shares[list(there)]
    sure = np.full(near.shape, OPEN, np.uint8)
    at = np.flatnonzero(near > np.float32(_FAINT))
    hard = hardened(some.reshape(len(there), -1)[:, at], hardness)
    for label, share in zip(there, hard, strict=True):
        sure.reshape(-1)[at[share >= np.float32(_SURE)]] = label
    return np.rint(some * np.float32(255)).astype(np.uint8), sure


def _cover(people: PeopleEvidence, size: tuple[int, int]) -> Pixels:
    """Coverage by people at another size."""
    cover = np.clip(people.alpha + people.held, 0, 1)
    if cover.shape == size:
        return np.asarray(cover, np.float32)
    larger = size[0] > cover.shape[0]
    return grow(cover, *size) if larger else shrink(cover, *size)
