"""The faces of a frame, held still along its window; one that it lost is carried by those around it."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..faces import hidden, swap_steady
from ..faces.canonical import Floats
from ..faces.mesh import Face
from ..faces.swap_steady import Motion
from ..frame import Pixels
from ..people import landmarks as marks
from ..people.landmark_people import value_at
from ..temporal.steady import falloff
from . import faces, memo, moments, steadying
from .evidence import looked, people_of
from .task import Task

CARRIED = 0.5
"""How far a face that the frames around carry is believed, beside what they believe of it."""

_ON = 0.5
"""Share of a face on a person's matte from which on it may be theirs."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Found:
    """A face of a frame: `at` its person's place in `steadying.people`, the `face` in the plate's pixels, and
    whether the frames around `carried` it here because this one has none."""

    at: int
    face: Face
    carried: bool = False


class _Row(NamedTuple):
    """What another frame says: how far away it is, how it lies over this one, its faces."""

    away: int
    motion: Motion
    faces: list[Face]


def found(task: Task) -> tuple[Found, ...]:
    """The faces of a frame's people, in the order of `steadying.people`.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: as `faces.faces_of`, of the window too.
    """
    if not steadying.on(task):
        alone = faces.faces_of(task, people_of(task))
        return tuple(Found(at, face) for at, face in enumerate(alone) if face is not None)
    made: tuple[Found, ...] = memo.once("steady faces", task, memo.of_steady(task), lambda: _steady(task))
    return made


def numbered(task: Task) -> dict[int, Face]:
    """The faces of a frame by the numbers of their people, from 0.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: as `found`.
    """
    there = found(task)
    if not there:
        return {}
    people = steadying.people(task).evidence
    return {people.number(one.at): one.face for one in there}


def _steady(task: Task) -> tuple[Found, ...]:
    people = steadying.people(task)
    alone = task if task.shot is None else dataclasses.replace(task, shot=None, crowd=True)
    own = faces.faces_of(alone, looked(alone).people)
    rows, made = _rows(task), []
    size = task.plate.light.shape[0], task.plate.light.shape[1]
    mattes = [one.matte for one in marks.seen(people.evidence)]
    known = [face for face in own if face is not None]
    for at, place in enumerate(people.number):
        face = None if place is None or place >= len(own) else own[place]
        if face is not None:
            made.append(Found(at, _held(face, rows, size)))
            continue
        face = _carried(mattes[at], known, rows, size)
        if face is not None:
            made.append(Found(at, face, True))
    return tuple(made)


def _rows(task: Task) -> list[_Row]:
    around, made = task.around, []
    assert around is not None
    for one in steadying.neighbours(task):
        task.work.check()
        share = falloff(one.away, task.settings.window, task.settings.steady)
        motion = Motion(one.alignment.x, one.alignment.y, one.alignment.belief, share)
        there = moments.beside(task, around.number + one.away)
        seen = faces.faces_of(there, looked(there).people)
        made.append(_Row(one.away, motion, [face for face in seen if face is not None]))
    return made


def _held(own: Face, rows: Sequence[_Row], size: tuple[int, int]) -> Face:
    """A face with its landmarks held still by the frames around."""
    points = own.points.astype(np.float64)
    others, brows, hides = [], [], []
    for _, motion, there in rows:
        carried = [
            swap_steady.carried(face.points.astype(np.float64), points, motion, size) for face in there
        ]
        seen = [(one, face) for one, face in zip(carried, there, strict=True) if one is not None]
        near = swap_steady.nearest(points, [one for one, _ in seen], _width(own))
        if near is None:
            continue
        others.append((near, motion.weight))
        same = [face for one, face in seen if one is near]
        brows += [(face.brows, motion.weight) for face in same if face.brows is not None]
        hides += [(face.hides, motion.weight) for face in same if face.hides is not None]
    if not others:
        return own
    if own.brows is not None:
        own = dataclasses.replace(own, brows=swap_steady.held(own.brows, brows))
    if own.hides is not None:
        own = dataclasses.replace(own, hides=hidden.agreed([(own.hides, 1.0), *hides]))
    return own.held(swap_steady.held(points, others).astype(np.float32))


def _carried(
    matte: Pixels, known: Sequence[Face], rows: Sequence[_Row], size: tuple[int, int]
) -> Face | None:
    """A face that frames before and behind this one have on a person; None where only one side has it."""
    others: list[tuple[Floats, Face, float]] = []
    sides = set()
    for away, motion, there in rows:
        best = None
        for face in there:
            points = swap_steady.brought(face.points.astype(np.float64), motion, size)
            if points is None or any(_same(points, one) for one in known):
                continue
            on = _on(points, matte, size)
            if on > _ON and (best is None or on > best[0]):
                best = on, points, face
        if best is not None:
            others.append((best[1], best[2], motion.weight))
            sides.add(away > 0)
    if len(sides) < 2:
        return _between(matte, known, rows, size)
    total = sum(weight for _, _, weight in others)
    points = np.asarray(sum(weight * points for points, _, weight in others) / total)
    seen = sum(np.float32(weight / total) * face.seen for _, face, weight in others)
    score = sum(weight * face.score for _, face, weight in others) / total
    hides = [(face.hides, weight) for _, face, weight in others if face.hides is not None]
    like = dataclasses.replace(
        others[0][1],
        seen=np.asarray(seen, np.float32),
        score=CARRIED * float(score),
        hides=hidden.agreed(hides) if hides else None,
    )
    return like.held(points.astype(np.float32))


def _between(
    matte: Pixels, known: Sequence[Face], rows: Sequence[_Row], size: tuple[int, int]
) -> Face | None:
    """As `_carried`, where the picture has changed so much that no motion is believed: landmarks on their way
    from the last frame with a face to the next."""
    before = max((row for row in rows if row.away < 0 and row.faces), key=lambda row: row.away, default=None)
    behind = min((row for row in rows if row.away > 0 and row.faces), key=lambda row: row.away, default=None)
    if before is None or behind is None:
        return None
    share = -before.away / (behind.away - before.away)
    for one in before.faces:
        first, others = (
            one.points.astype(np.float64),
            [face.points.astype(np.float64) for face in behind.faces],
        )
        last = swap_steady.nearest(first, others, _width(one))
        if last is None:
            continue
        points = (1 - share) * first + share * last
        if _on(points, matte, size) > _ON and not any(_same(points, face) for face in known):
            return dataclasses.replace(one, score=CARRIED * one.score).held(points.astype(np.float32))
    return None


def _width(face: Face) -> float:
    return float(np.ptp(face.points[:, 0]))


def _same(points: Floats, face: Face) -> bool:
    """Whether landmarks are those of a face that the frame has."""
    return swap_steady.nearest(face.points.astype(np.float64), [points], _width(face)) is not None


def _on(points: Floats, matte: Pixels, size: tuple[int, int]) -> float:
    """The share of landmarks that is on a person's matte."""
    by = np.array([matte.shape[1] / size[1], matte.shape[0] / size[0]])
    return float(np.mean([value_at(matte, place) for place in points[:, :2] * by]))
