"""What a hand corrected, put in force after Steady and before shape: it has the last word.

Frames around this one are made steady from what they say by themselves, so a correction changes the frames
in which its stroke lies and no other.
"""

from __future__ import annotations

import dataclasses
from typing import TypeVar

import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask, grow, shrink
from ..ops.guided import Guide, brightness
from ..parts import INDEX, PERSON
from ..people import mend
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import PartEvidence
from ..people.parts.labels import AT
from ..shot import windows
from ..shot.corrections import Correction, Mark
from . import memo, painted, steady_parts
from .edge import Refined
from .evidence import Evidence
from .steadying import coloured
from .task import Task

_FULL = 0.5
"""Belief from which on a correction reaches as far as where it was drawn; below it less far. What it takes it
takes whole: half of a part, or of a matte, is nobody's wish."""
_SOFT = 0.02
_UNDER = 0.2
"""Share of a stroke that has to lie on something for it to be meant."""
_BODY = 0.5
"""Probability of any part from which on a pixel is of a body."""
_TOUCHED = 0.05
"""Share of a stroke that lies on a part which it touches."""

T = TypeVar("T")
_Both = tuple[Correction, Mark]


def mended(task: Task, evidence: Evidence, refined: Refined) -> tuple[Evidence, Refined]:
    """Evidence and matte with the corrections of the frame to alpha and to people; as they came without.

    Raises:
        SettingsError: a painted matte is gone, was changed or has another shape.
    """
    found = _found(task, "keep", "remove", "person", "one")
    whole = painted.of(task)
    if not found and whole is None:
        return evidence, refined
    messages: list[str] = []
    people = evidence.people
    for one in found:
        if one[0].kind in ("person", "one"):
            people = None if people is None else _whose(task, people, one, messages)
    matte, kept = refined.key.matte, np.zeros_like(refined.key.matte)
    for one in found:
        if one[0].kind in ("keep", "remove"):
            matte, kept = _covered(task, people, matte, kept, one, messages)
    if whole is not None:
        matte = kept = whole
    evidence = dataclasses.replace(evidence, people=people)
    told = (*refined.messages, *messages)
    if matte is refined.key.matte:
        return evidence, dataclasses.replace(refined, messages=told)
    key = coloured(task, evidence, refined.key, matte)
    held = None if refined.held is None else np.minimum(refined.held, matte)
    decided = np.abs(matte - refined.key.matte) if whole is None else np.ones_like(matte)
    made = dataclasses.replace(
        refined, key=key, held=held, messages=told, kept=kept if kept.any() else None,
        decided=np.maximum(kept, decided),
    )  # fmt: skip
    return evidence, made


def parts_of(task: Task) -> PartEvidence:
    """The parts of all people, steady, with the frame's corrections to parts.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: as `steady_parts.parts_of`.
    """
    made = steady_parts.parts_of(task)
    found = _found(task, "part")
    if not found:
        return made
    facts = (*memo.of_steady(task), task.hints, task.settings.parts_hardness)

    def make() -> PartEvidence:
        shares = made.shares
        messages: list[str] = []
        for one in found:
            shares = _parted(task, shares, one, messages)
        return PartEvidence(shares, made.unsure, tuple(messages))

    return memo.once("mended parts", task, facts, make)


def _found(task: Task, *kinds: str) -> list[_Both]:
    """The corrections of some kinds that reach the frame, in their order; hints come after the sidecar's."""
    said: list[_Both] = []
    if task.shot is not None:
        shot, frame = task.shot.shot, task.shot.number
        said = [windows.drawn_within(both, shot.window(frame)) for both in shot.mended(frame)]
    return [both for both in (*said, *task.hints) if both[0].kind in kinds]


def _parted(task: Task, shares: Pixels, one: _Both, messages: list[str]) -> Pixels:
    """Shares of parts of which what is wrong under the stroke is the correction's part."""
    target = AT[one[0].part]
    others = [k for k in range(len(shares)) if k != target]
    small = _shrunk(shares, _colours(task).shape[:2])
    seed = _drawn(task, one)
    wrong = _under(small, seed, others)
    if not wrong:
        return _told(task, one, messages, f"all of it is {one[0].part} already", shares)
    there = small.argmax(0)
    taken = _fine(task, _area(task, one, np.isin(there, wrong), False), shares.shape[1:])
    return _given(shares, target, wrong, taken)


def _whose(task: Task, people: PeopleEvidence, one: _Both, messages: list[str]) -> PeopleEvidence:
    """People of whom one has what lies under the stroke, or two are one."""
    wanted = one[0].people
    if one[0].kind == "person" and _known(task, wanted[0]):
        people = _joined(people, wanted[0] - 1, one[1])
    row = {people.number(at) + 1: at for at in range(len(people.people))}
    absent = [number for number in wanted if number not in row]
    if one[0].kind == "one":
        if wanted[1] not in row:
            return people
        if absent:  # he is seen under the other number alone
            numbers = tuple(
                wanted[0] - 1 if people.number(at) == wanted[1] - 1 else people.number(at)
                for at in range(len(people.people))
            )
            return dataclasses.replace(people, numbers=numbers)
        everywhere = np.ones(people.alpha.shape, np.float32)
        made = _given(people.people, row[wanted[0]], [row[wanted[1]]], everywhere)
        return dataclasses.replace(people, people=made)
    if absent:
        return _told(task, one, messages, f"person {absent[0]} is not in the frame", people)
    target = row[wanted[0]]
    size = _colours(task).shape[:2]
    cover = _shrunk(people.alpha[None] + people.held[None], size)[0]
    small = _shrunk(people.people, size)
    wrong = _under(small, _drawn(task, one), [k for k in range(len(small)) if k != target])
    if not wrong:
        return _told(task, one, messages, f"all of it is person {wanted[0]} already", people)
    there = np.isin(small.argmax(0), wrong) & (cover > _SOFT)
    taken = _fine(task, _area(task, one, there, False), people.alpha.shape)
    return dataclasses.replace(people, people=_given(people.people, target, wrong, taken))


def _known(task: Task, number: int) -> bool:
    """Whether the shot has a person of this number, from 1, among those who are told apart."""
    people = () if task.shot is None else task.shot.shot.people
    return number <= task.settings.people and number in {one.number for one in people}


def _joined(people: PeopleEvidence, number: int, mark: Mark) -> PeopleEvidence:
    """People with one of a *number*, from 0, to whom nothing belongs yet: two who cover each other may be one
    to the machine, and a hand parts them. The same people where that one is among them."""
    numbers = tuple(people.number(at) for at in range(len(people.people)))
    if number in numbers:
        return people
    at = sum(0 <= other < number for other in numbers)
    x, y = np.mean(mark.points, 0)
    main, outfits = people.main, people.outfits
    return dataclasses.replace(
        people,
        people=np.insert(people.people, at, 0, 0),
        heads=np.insert(people.heads, at, (x, y, 0), 0),
        main=None if main is None else np.insert(main, at, True),
        outfits=None if outfits is None else np.insert(outfits, at, np.nan, 0),
        numbers=(*numbers[:at], number, *numbers[at:]),
    )


def _covered(
    task: Task,
    people: PeopleEvidence | None,
    matte: Pixels,
    kept: Pixels,
    one: _Both,
    messages: list[str],
) -> tuple[Pixels, Pixels]:
    """The matte with more or less in it, and what of it is kept by hand."""
    small = _shrunk(matte[None], _colours(task).shape[:2])[0]
    keeps = one[0].kind == "keep"
    wrong = small < 1 - _SOFT if keeps else small > _SOFT
    if not keeps and people is not None:
        wrong = wrong & ~_of_other_parts(task, people, _drawn(task, one))
    found = _area(task, one, wrong, True, keeps)
    if not found.any():
        said = "all of it is kept" if keeps else "nothing of it is in the matte"
        return _told(task, one, messages, f"{said} already", (matte, kept))
    if not keeps:  # its fringe is of mixed colours, and goes with it
        found = found | (mend.around(found) & wrong & (small < 1 - _SOFT))
    taken = _fine(task, found, matte.shape)
    if keeps:
        return np.maximum(matte, taken), np.maximum(kept, taken)
    return matte * (1 - taken), kept * (1 - taken)


def _of_other_parts(task: Task, people: PeopleEvidence, seed: Mask) -> Mask:
    """Where a body has parts that a stroke does not touch: skin is of one colour from the face to the hands,
    and who removes a face does not mean these. A thing that networks hardly take for a body has none."""
    size = seed.shape
    body = _shrunk(people.parts[[INDEX[name] for name in PERSON]].sum(0)[None], size)[0] > _BODY
    called = _shrunk(steady_parts.parts_of(task).shares, size).argmax(0)
    under = np.bincount(called[seed & body], minlength=len(PERSON))
    touched = np.flatnonzero(under > _TOUCHED * max(int(seed.sum()), 1))
    return np.asarray(body & ~np.isin(called, touched) & bool(len(touched)), np.bool_)


def _told(task: Task, one: _Both, messages: list[str], what: str, answer: T) -> T:
    """The *answer*, with a sentence of what there was not to mend, at the frame of the stroke alone."""
    if one[0].id < 0 or (task.shot is not None and task.shot.number == one[0].frame):
        name = f"Hint {-one[0].id}" if one[0].id < 0 else f"Correction {one[0].id}"
        messages.append(f"{name} found nothing to mend: {what}; move it or take it away.")
    return answer


def _given(shares: Pixels, target: int, wrong: list[int], taken: Pixels) -> Pixels:
    """A partition whose planes *wrong* give what is *taken*, h×w in 0..1, to the plane *target*."""
    made = shares.copy()
    for k in wrong:
        moved = shares[k] * taken
        made[k] = shares[k] - moved
        made[target] += moved
    return np.asarray(np.clip(made, 0, 1), np.float32)


def _under(small: Pixels, seed: Mask, among: list[int]) -> list[int]:
    """Planes that hold enough of a stroke."""
    there = small.argmax(0)[seed]
    return [k for k in among if float((there == k).sum()) >= _UNDER * max(len(there), 1)]


def _area(task: Task, one: _Both, wrong: Mask, bounded: bool, ground: bool = False) -> Mask:
    """What goes with a correction's stroke; strokes of the same kind that say otherwise hold against it."""
    family = ("keep", "remove") if bounded else (one[0].kind,)
    against = np.zeros_like(wrong)
    for other in _found(task, *family):
        if other[0].facts[:3] != one[0].facts[:3]:
            against |= _drawn(task, other)
    far = min(1.0, one[1].belief / _FULL)
    return mend.area(_colours(task), wrong, _drawn(task, one) & ~against, against, bounded, far, ground)


def _drawn(task: Task, one: _Both) -> Mask:
    return mend.drawn(one[1].points, one[0].radius, _colours(task).shape[:2])


def _colours(task: Task) -> Pixels:
    if "colours" not in task.kept:
        task.kept["colours"] = mend.lab(task.picture())
    made: Pixels = task.kept["colours"]
    return made


def _shrunk(planes: Pixels, size: tuple[int, ...]) -> Pixels:
    """Planes at the size of areas."""
    rows, columns = size
    smaller = rows * columns <= planes.shape[1] * planes.shape[2]
    made = [shrink(plane, rows, columns) if smaller else grow(plane, rows, columns) for plane in planes]
    return np.asarray(np.stack(made), np.float32)


def _fine(task: Task, found: Mask, size: tuple[int, ...]) -> Pixels:
    """An area along the edges of the picture at another size, 0..1."""
    rows, columns = size
    light = task.plate.light
    field = found.astype(np.float32)
    if rows * columns < field.size:
        return shrink(field, rows, columns)
    bright = brightness(light if light.shape[:2] == (rows, columns) else shrink(light, rows, columns))
    made = Guide(bright, field.shape).fine(field)
    return np.asarray(np.clip((made - np.float32(0.1)) / np.float32(0.8), 0, 1), np.float32)
