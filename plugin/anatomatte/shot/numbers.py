"""Tracks become numbers: who of them are the shot's actors, and in which order they count."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from ..errors import SettingsError
from ..menus import MOST_PEOPLE
from . import likeness
from .assignment import assigned
from .looks import FrameLooks, Look
from .schema import Moment, Person, Row, Shot

LEAST_FRAMES = 3
"""Frames in which an actor is seen at least, where the shot has so many."""

LEAST_SHARE = 0.02
"""How much of the shot they fill at least, as a share of who fills most: less is a piece of somebody."""

STEADY = 0.5
"""Share of the frames from the first to the last in which somebody is seen who always touches others."""

_SAME = 0.5  # overlap of boxes from which on two of them are of one person


@dataclass
class _Seen:
    """What there is of a track: first frame and place, last frame, frames, how much it fills, and whether it
    was ever clear of others."""

    first: int
    x: float
    last: int = 0
    count: int = 0
    presence: float = 0.0
    alone: bool = False

    @property
    def piece(self) -> bool:
        """Whether it comes and goes, and only where somebody else is: a piece of them."""
        return not self.alone and self.count < STEADY * (self.last - self.first + 1)


def numbered(frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]]) -> dict[int, int]:
    """Track → number for those who fill most of the shot, at most eight; the others have none.

    They count in the order in which they come into sight, those of one frame from the left.
    """
    seen: dict[int, _Seen] = {}
    for at, (frame, numbers) in enumerate(zip(frames, tracks, strict=True)):
        for look, track in zip(frame.looks, numbers, strict=True):
            one = seen.setdefault(track, _Seen(at, look.head[0]))
            one.last, one.count = at, one.count + 1
            one.presence += look.area**0.5
            one.alone = one.alone or look.alone > 0
    least = min(LEAST_FRAMES, len(frames))
    much = LEAST_SHARE * max((one.presence for one in seen.values()), default=0.0)
    actors = [t for t, one in seen.items() if one.count >= least and one.presence >= much and not one.piece]
    most = sorted(actors, key=lambda track: -seen[track].presence)[:MOST_PEOPLE]
    order = sorted(most, key=lambda track: (seen[track].first, seen[track].x))
    return {track: number for number, track in enumerate(order, 1)}


def rows(looks: Sequence[Look], tracks: Sequence[int], numbers: dict[int, int]) -> tuple[Row, ...]:
    """The people of a frame, each with their track, as a sidecar holds them."""
    return tuple(
        (numbers.get(track, 0), *look.head, *look.box) for look, track in zip(looks, tracks, strict=True)
    )


def people_of(moments: Mapping[int, Moment], before: Shot | None = None) -> tuple[Person, ...]:
    """Who is numbered in frames, with the names of an earlier sidecar; those of its people stay of whom a
    hand said something: a name, clothes, a correction, whose face it is."""
    seen: dict[int, list[int]] = {}
    for frame in sorted(moments):
        for row in moments[frame].people:
            if row[0]:
                seen.setdefault(row[0], []).append(frame)
    names = {} if before is None else {one.number: one.name for one in before.people if _by_hand(one, before)}
    return tuple(
        Person(n, names.get(n, ""), seen[n][0], seen[n][-1], len(seen[n]))
        if n in seen
        else Person(n, names[n])
        for n in sorted({*seen, *names})
    )


def _by_hand(person: Person, shot: Shot) -> bool:
    """Whether a hand said something of a person of a sidecar."""
    meant = {shot.actor, *(number for one in shot.corrections for number in one.people)}
    return bool(person.name) or person.wears != person.seems or person.number in meant


def carried_over(moments: Mapping[int, Moment], before: Shot, where: str) -> dict[int, Moment]:
    """The frames with the numbers that their people had in an earlier sidecar *before*, read at *where*.

    Raises:
        SettingsError: that one is of another plate.
    """
    common = [frame for frame in moments if frame in before.moments]
    like = [likeness.alike(moments[frame].likeness, before.moments[frame].likeness) for frame in common]
    if not like or np.median(like) < likeness.ALIKE:
        raise SettingsError(
            f"The shot file {where} is of another plate ({before.plate.name}); write to another -o, or "
            "replace it with --overwrite."
        )
    told = kept(moments, before)
    return {
        frame: dataclasses.replace(
            moment, people=tuple((told.get(row[0], 0), *row[1:]) for row in moment.people)
        )
        for frame, moment in moments.items()
    }


def kept(moments: Mapping[int, Moment], before: Shot) -> dict[int, int]:
    """New number → the number that this person had in an earlier sidecar of the plate, or a free one."""
    new = sorted({row[0] for moment in moments.values() for row in moment.people if row[0]})
    old = [person.number for person in before.people]
    shared = np.zeros((len(new), len(old)))
    for frame, moment in moments.items():
        there = before.moments.get(frame)
        for a in moment.people if there is not None else ():
            for b in there.people if there is not None else ():
                if a[0] and b[0] in old and boxes(a[3:], b[3:]) > _SAME:
                    shared[new.index(a[0]), old.index(b[0])] += 1
    pairs = assigned(np.where(shared > 0, -shared, np.inf), 0.0)
    told = {new[row]: old[column] for row, column in pairs}
    free = iter(
        [n for n in range(1, MOST_PEOPLE + 1) if n not in old] + [n for n in old if n not in told.values()]
    )
    return {number: told[number] if number in told else next(free) for number in new}


def boxes(one: Sequence[float], other: Sequence[float]) -> float:
    """Intersection over union of two boxes left, top, right, bottom; 0..1."""
    wide = min(one[2], other[2]) - max(one[0], other[0])
    high = min(one[3], other[3]) - max(one[1], other[1])
    both = max(wide, 0.0) * max(high, 0.0)
    whole = sum((box[2] - box[0]) * (box[3] - box[1]) for box in (one, other)) - both
    return both / whole if whole > 0 else 0.0
