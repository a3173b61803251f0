"""The stage between a frame and its shot: what was found in it is made steady along the frames around it.

What is filtered is what each frame says by itself, never what was made steady before: a frame depends on
its window and on nothing else, however the shot is rendered.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping, Sequence
from typing import NamedTuple

import numpy as np

from ..decision import Decision
from ..frame import Pixels
from ..keyer.key import Key
from ..people.evidence import PeopleEvidence, Plane
from ..temporal import whose
from ..temporal.open import Lying, Mean, over_open, reached
from ..temporal.steady import Beside, averaged, disagreement, falloff, steady
from . import asking, memo, moments
from .edge import Refined, complete, refine
from .evidence import Evidence, looked, observe, people_of
from .moments import Moment, Neighbour
from .packed import Packed
from .task import Task
from .unveiling import unveiled

DRAFT = "A draft is seen by itself: Steady begins at full resolution."

_FAINT = 0.004
_TINY = np.float32(1e-6)

_DECIDED = 8
"""Power that draws a pixel to the person whom most of the window gives it to."""


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class SteadyPeople:
    """The people of a frame as its window knows them.

    Attributes:
        evidence: from the left; those whom this frame lost are carried by the frames around it.
        number: for each of them, the place in this frame's own evidence; None where it is carried.
    """

    evidence: PeopleEvidence
    number: tuple[int | None, ...]


class _Row(NamedTuple):
    """Another frame's people: their mattes J×h×w as they lie here, how much they count at each pixel and as a
    whole, and who is who."""

    one: Neighbour
    weight: Pixels
    share: float
    mattes: Pixels
    nobodys: Pixels
    order: tuple[int | None, ...]


def on(task: Task) -> bool:
    """Whether a frame is made steady with frames around it that are there."""
    settings = task.settings
    return settings.steady > 0 and settings.window > 0 and bool(moments.window(task))


def steadied(task: Task, evidence: Evidence, refined: Refined) -> tuple[Evidence, Refined]:
    """Evidence and matte, steady along the window; as they came where there is none.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: a frame of the window cannot be made.
    """
    settings = task.settings
    if settings.steady <= 0 or settings.window <= 0:
        return evidence, refined
    said = _absent(task)
    if not on(task):
        return evidence, dataclasses.replace(refined, messages=(*refined.messages, *said))
    if evidence.people is None:  # a key keeps its own matte: the window decides on the screen alone
        moments.decided(task, evidence)
        evidence, refined, told = _as_the_others(task, evidence, refined, _decisions(task))
        return evidence, dataclasses.replace(refined, messages=(*refined.messages, *said, *told))
    alone = moments.own(task, evidence, refined)
    if not asking.parts(settings):
        task.let_go()
    found = task.kept["neighbours"] = moments.neighbours(task, alone)
    decisions = {one.away: one.moment.decision for one in found}
    evidence, refined, told = _as_the_others(task, evidence, refined, decisions)
    agreeing = [one for one in found if one.moment.decision.screen == evidence.decision.screen]
    messages = (*refined.messages, *said, *told)
    if agreeing and evidence.people is not None:
        evidence = dataclasses.replace(evidence, people=people(task).evidence)
    if not agreeing or evidence.keyed:  # a key is measured pixel by pixel; its flicker is less than motion's
        return evidence, dataclasses.replace(refined, messages=messages)
    facts = (alone.key, *memo.of_steady(task), evidence.decision.screen)
    key, held = memo.once("steady", task, facts, lambda: _matte(task, evidence, refined, agreeing))
    return evidence, Refined(key, held, messages, refined.band)


def people(task: Task) -> SteadyPeople:
    """The people of a frame in which they were asked for, steady along the window where there is one, and
    numbered as the shot does it."""
    if not on(task):
        alone = people_of(task)
        return SteadyPeople(alone, tuple(range(len(alone.people))))
    seen = looked(task).people
    lean = memo.once("steady people", task, memo.of_steady(task), lambda: _lean(_people(task, seen)))
    made = dataclasses.replace(lean, evidence=dataclasses.replace(lean.evidence, parts=seen.parts))
    if task.shot is None:
        return made
    rows = task.shot.places(made.evidence, task.settings.people)
    numbered = task.shot.numbered(made.evidence, task.settings.people)
    return SteadyPeople(numbered, tuple(made.number[at] for at in rows))


def _lean(made: SteadyPeople) -> SteadyPeople:
    """People without the parts, which are the frame's own and kept with these."""
    return dataclasses.replace(made, evidence=dataclasses.replace(made.evidence, parts=moments.NO_PARTS))


def neighbours(task: Task) -> tuple[Neighbour, ...]:
    """The frames of the window as they lie over this one; none where it is seen alone."""
    if not moments.window(task):
        return ()
    if "neighbours" not in task.kept:
        evidence = observe(task)
        alone = moments.own(task, evidence, refine(task, evidence))
        task.kept["neighbours"] = moments.neighbours(task, alone)
    made: tuple[Neighbour, ...] = task.kept["neighbours"]
    return made


def weight(task: Task, one: Neighbour, rows: int, columns: int) -> Pixels:
    """How much another frame counts beside this one, rows×columns in 0..1."""
    settings = task.settings
    share = falloff(one.away, settings.window, settings.steady)
    return one.alignment.believed(rows, columns) * np.float32(share)


def _absent(task: Task) -> tuple[str, ...]:
    """What is told of frames that are not to be had."""
    around = task.around
    if around is None or not around.can:  # which the node says
        return ()
    if task.half:
        return (DRAFT,)
    lost = sorted(set(task.window) - set(moments.window(task)))
    if not lost or around.first is None or around.last is None:
        return ()
    named = ", ".join(str(number) for number in lost)
    return (f"Steady does without frame {named}: there is no picture of it.",)


def _decides(task: Task) -> bool:
    """Whether each frame decides on a screen by itself."""
    return task.settings.screen == "auto" and not task.settings.screen_kept


def _decisions(task: Task) -> Mapping[int, Decision]:
    """What the frames of the window decide on a screen, by how far away they are."""
    if not _decides(task) or task.around is None:
        return {}
    return {n - task.around.number: moments.decision(task, n) for n in moments.window(task)}


def _as_the_others(
    task: Task, evidence: Evidence, refined: Refined, decisions: Mapping[int, Decision]
) -> tuple[Evidence, Refined, tuple[str, ...]]:
    """This frame with the window's decision on a screen, where it stands alone with its own."""
    own = evidence.decision.screen
    others = {away: made for away, made in decisions.items() if made.screen != own}
    outvoted = 2 * len(others) > len(decisions) + 1 and len({away > 0 for away in others}) == 2
    if not _decides(task) or not outvoted:
        return evidence, refined, ()
    kept = max(others.values(), key=lambda made: abs(made.presence - 0.5))
    other = dataclasses.replace(task, settings=task.settings.replace(screen_kept=kept.kept), kept={})
    again = observe(other)
    if again.decision.screen == own:
        return evidence, refined, ()
    told = f"The frames around this one decide otherwise on a screen, and it follows them: {kept.text}"
    return again, refine(other, again), (told,)


def _matte(
    task: Task, evidence: Evidence, refined: Refined, found: Sequence[Neighbour]
) -> tuple[Key, Pixels | None]:
    """The matte, and what of it is held, steady along the window."""
    key, held, settings = refined.key, refined.held, task.settings
    lies = [reached(one.alignment, key.matte.shape) for one in found]

    def along(own: Pixels, said: Callable[[Moment], Packed | None], mean: Mean) -> Pixels:
        lying = [
            Lying(
                theirs.values,
                theirs.origin,
                theirs.kinds,
                one.alignment,
                falloff(one.away, settings.window, settings.steady),
                reach,
            )
            for one, reach in zip(found, lies, strict=True)
            if (theirs := said(one.moment)) is not None
        ]
        return over_open(own, lying, mean, task.work.threads, task.work.check)

    matte = along(key.matte, lambda one: one.soft, steady)
    matte = unveiled(task, key.matte, matte, found)
    if held is not None and (held.any() or any(one.moment.hold for one in found)):
        told = along(held, lambda one: one.hold, lambda own, others: averaged(own, others)[0])
        held = np.minimum(told, matte)
    return coloured(task, evidence, key, matte), held


def coloured(task: Task, evidence: Evidence, key: Key, matte: Pixels) -> Key:
    """The key with another matte: where its edge is new the foreground is solved once it is asked for."""
    key = complete(task, evidence.screen.screen, key)
    edge = np.flatnonzero((matte > _FAINT) & (matte < 1 - _FAINT))
    at = np.minimum(np.searchsorted(key.edge, edge), max(len(key.edge) - 1, 0))
    known = key.edge[at] == edge if len(key.edge) else np.zeros(len(edge), np.bool_)
    colour = np.zeros((len(edge), 3), np.float32)
    if known.any():
        colour[known] = key.colour[at[known]]
    unsolved = None if known.all() else edge[~known]
    return dataclasses.replace(key, matte=matte, edge=edge, colour=colour, unsolved=unsolved)


def _people(task: Task, alone: PeopleEvidence) -> SteadyPeople:
    """People by the window: each one's share along his own track; whom this frame lost is carried."""
    found = [one for one in neighbours(task) if one.moment.people is not None]
    size = alone.alpha.shape
    own_cover = np.clip(alone.alpha + alone.held, 0, 1)
    own = alone.people * own_cover
    alpha: list[Beside] = []
    held: list[Beside] = []
    rows: list[_Row] = []
    for one in found:
        task.work.check()
        theirs = one.moment.people
        assert theirs is not None
        share = weight(task, one, *size)
        planes = one.alignment.warped(np.stack([theirs.alpha, theirs.held, *theirs.people]), size)
        alpha.append(Beside(planes[0], share))
        held.append(Beside(planes[1], share))
        cover = np.clip(planes[0] + planes[1], 0, 1)
        mattes = planes[2:] * cover
        counts = falloff(one.away, task.settings.window, task.settings.steady)
        rows.append(_Row(one, share, counts, mattes, _nobodys(cover, mattes), whose.matched(own, mattes)))
    lost = whose.lost(own, [(row.one.away, row.mattes, row.order) for row in rows])
    sides = []
    for row in rows:
        names = (*row.order, *(track.get(row.one.away) for track in lost))
        planes = whose.rearranged(row.mattes, names)
        planes[-1] += row.nobodys
        sides.append(Beside(planes, row.weight))
    start = np.concatenate([own, np.zeros((len(lost), *size), np.float32), _nobodys(own_cover, own)[None]])
    made, spread = averaged(start, sides)
    made = _decided(made, disagreement(spread.max(0)))
    made[: len(own)] += _TINY * alone.people  # where nobody is, as this frame has it
    made /= np.maximum(made.sum(0), _TINY)
    cover = steady(alone.alpha, alpha), steady(alone.held, held)
    return _ordered(alone, made[:-1], cover, lost, rows)


def _nobodys(cover: Pixels, mattes: Pixels) -> Pixels:
    """What of a cover is in none of the mattes K×h×w of people."""
    return np.asarray(np.maximum(cover - mattes.sum(0), 0), np.float32)


def _decided(mattes: Pixels, gross: Pixels) -> Pixels:
    """Mattes of people, drawn to whom most of the window gives a pixel to where it is not of one mind."""
    at = np.flatnonzero(gross > 0)
    flat = mattes.reshape(len(mattes), -1)
    some = np.take(flat, at, 1)
    total = np.maximum(some.sum(0), _TINY)
    firm = (some / total) ** _DECIDED
    firm *= total / np.maximum(firm.sum(0), _TINY)
    made = flat.copy()
    made[:, at] = some + gross.reshape(-1)[at] * (firm - some)
    return made.reshape(mattes.shape)


def _ordered(
    alone: PeopleEvidence,
    shares: Plane,
    cover: tuple[Plane, Plane],
    lost: Sequence[dict[int, int]],
    rows: Sequence[_Row],
) -> SteadyPeople:
    """The evidence with all people, from the left."""
    moments_at = {row.one.away: row.one.moment for row in rows}
    mattes_at = {row.one.away: row.mattes for row in rows}
    heads, main, outfits = [*alone.heads], None, None
    carried = [min(track.items(), key=lambda item: (abs(item[0]), item[0])) for track in lost]
    for away, j in carried:
        theirs = moments_at[away].people
        assert theirs is not None
        heads.append(_moved(theirs, moments_at[away], j, mattes_at[away][j]))
    if alone.main is not None:
        said = [([_main(row.one.moment, j) for j in _all(row)], row.order, row.share) for row in rows]
        voted = whose.voted([bool(one) for one in alone.main], said)
        main = np.array([*voted, *(_main(moments_at[away], j) for away, j in carried)], np.bool_)
    if alone.outfits is not None:
        unknown = np.full(alone.outfits.shape[1:], np.nan, np.float32)
        outfits = np.stack([*alone.outfits, *([unknown] * len(carried))]) if len(heads) else alone.outfits
    stack = np.array(heads, np.float32).reshape(-1, 3)
    order = np.lexsort((stack[:, 1], stack[:, 0])) if len(stack) else np.zeros(0, np.intp)
    held = np.minimum(cover[1], 1 - cover[0])
    evidence = dataclasses.replace(
        alone,
        alpha=cover[0],
        held=held,
        people=shares[order],
        heads=stack[order],
        main=None if main is None else main[order],
        found=alone.found and alone.found + len(carried),
        outfits=None if outfits is None else outfits[order],
        recognised=_recognised(alone, rows),
    )
    own = len(alone.people)
    return SteadyPeople(evidence, tuple(int(n) if n < own else None for n in order))


def _recognised(alone: PeopleEvidence, rows: Sequence[_Row]) -> float | None:
    """How sure it is that there is somebody: who is recognised in a frame of the window is so in this one."""
    said = (alone, *(row.one.moment.people for row in rows))
    return max((one.recognised for one in said if one and one.recognised is not None), default=None)


def _all(row: _Row) -> range:
    """The places of another frame's people."""
    return range(len(row.mattes))


def _main(moment: Moment, number: int) -> bool:
    people = moment.people
    return bool(people is not None and (people.main is None or people.main[number]))


def _moved(people: PeopleEvidence, moment: Moment, number: int, matte: Plane) -> Plane:
    """A head of another frame, where the matte of its person lies over this one."""
    head = people.heads[number].copy()
    theirs = people.people[number] * np.clip(people.alpha + people.held, 0, 1)
    here, there = (_middle(one) for one in (matte, theirs))
    head[:2] = np.clip(head[:2] + here - there, 0, 1)
    return np.asarray(head, np.float32)


def _middle(matte: Plane) -> Plane:
    """The middle of a matte, x and y as shares of width and height."""
    total = max(float(matte.sum()), 1e-6)
    across = float((matte.sum(0) * (np.arange(matte.shape[1]) + 0.5)).sum()) / total / matte.shape[1]
    down = float((matte.sum(1) * (np.arange(matte.shape[0]) + 0.5)).sum()) / total / matte.shape[0]
    return np.array([across, down], np.float32)
