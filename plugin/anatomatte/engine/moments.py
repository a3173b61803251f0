"""What the frames around this one say, each by itself: made once, kept, and laid over this frame."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping

import numpy as np
import numpy.typing as npt

from ..cache import content_key
from ..decision import Decision
from ..errors import PlateError
from ..frame import Pixels
from ..ops.filters import shrink
from ..people.evidence import PeopleEvidence
from ..plate import laid, prepare
from ..temporal.align import Alignment, align, chained
from ..temporal.flow import Small, flow, small
from ..work import silent
from . import asking, memo
from .edge import Refined, refine
from .evidence import Evidence, decision_of, looked, observe
from .halves import halved
from .packed import Packed, packed
from .task import Task

_BRIGHTEST = 60000.0
"""Light that a half float holds."""

NO_PARTS = np.empty((0, 0, 0), np.float32)


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Moment:
    """What one frame says by itself.

    Attributes:
        key: what it depends on.
        small: its picture, as motion is found in it.
        light: h×w×3, the same in scene-linear light, in half floats.
        soft: its matte, before any tweak.
        cover: h×w, the same at the size of *small*.
        hold: how much of that is held by people; None before a screen.
        decision: whether there is a screen.
        people: the people, without their parts; None where no model was asked.
    """

    key: str
    small: Small
    light: npt.NDArray[np.float16]
    soft: Packed
    cover: Pixels
    hold: Packed | None
    decision: Decision
    people: PeopleEvidence | None

    @property
    def matte(self) -> Pixels:
        """H×W in 0..1."""
        return self.soft.plane()


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Neighbour:
    """Another frame as it lies over this one; *away* is how many frames after it, negative before."""

    away: int
    moment: Moment
    alignment: Alignment


def window(task: Task) -> tuple[int, ...]:
    """The numbers of the other frames that this one depends on and that are there."""
    around = task.around
    if around is None:
        return ()
    return tuple(n for n in task.window if around.token(n, task.work) is not None)


def neighbours(task: Task, own: Moment) -> tuple[Neighbour, ...]:
    """The frames of the window that show what this one shows, from the first to the last.

    Raises:
        PlateError, SettingsError, SetupError, OutOfMemory: one of them cannot be made; the sentence names it.
    """
    assert task.around is not None
    at = task.around.number
    said = {at: own}
    for number in window(task):
        task.work.check()
        said[number] = _of(task, number)
    found = ((number, _along(task, said, number)) for number in sorted(said) if number != at)
    return tuple(Neighbour(number - at, said[number], lies) for number, lies in found if not lies.cut)


def own(task: Task, evidence: Evidence, refined: Refined) -> Moment:
    """What this frame says by itself, which the frames around it will ask for."""
    assert task.around is not None
    key = memo.of_moment(task, task.around.number)
    made: Moment = memo.moments.get(
        key, lambda: memo.frozen(_made(key, task, evidence, refined)), task.work.check
    )
    return made


def beside(task: Task, number: int) -> Task:
    """The task of another frame: its own clips and controls, in this frame's place and size."""
    around = task.around
    assert around is not None
    theirs = around.at(number)
    clips = {name: laid(clip, around.source.bounds) for name, clip in theirs.own.items()}
    settings = around.settings(number)
    plate = prepare(clips, settings, task.work.threads)
    theirs.source.let_go()
    if task.half:
        plate = halved(plate)
    quiet = dataclasses.replace(task.work, progress=silent)
    crowd = task.crowd or task.shot is not None
    wardrobe = None if task.wardrobe is None else task.wardrobe.at(number)
    shown = task.exposure_at(number)
    return Task(
        plate,
        settings,
        quiet,
        task.place,
        theirs,
        task.marks,
        task.half,
        wardrobe=wardrobe,
        crowd=crowd,
        exposure=shown,
    )


def last_beside(task: Task, number: int) -> Task:
    """As `beside`; the one that was made last is at hand once, and no longer."""
    at, other = task.kept.pop("beside", (None, None))
    return other if other is not None and at == number else beside(task, number)


def decided(task: Task, evidence: Evidence) -> None:
    """Keep what this frame decides on a screen, for the frames around it."""
    assert task.around is not None
    key = content_key("decided", memo.of_moment(task, task.around.number))
    memo.moments.keep(key, evidence.decision)


def decision(task: Task, number: int) -> Decision:
    """What another frame decides on a screen by itself."""
    key = content_key("decided", memo.of_moment(task, number))
    made: Decision = memo.moments.get(key, lambda: decision_of(beside(task, number))[0], task.work.check)
    return made


def _of(task: Task, number: int) -> Moment:
    key = memo.of_moment(task, number)

    def make() -> Moment:
        try:
            other = beside(task, number)
            if asking.parts(task.settings):  # its parts are asked for next: one plate and picture for both
                task.kept["beside"] = number, other
            assert task.around is not None
            task.around.let_go()  # its plate is made
            evidence = observe(other)
            return memo.frozen(_made(key, other, evidence, refine(other, evidence)))
        except PlateError as why:
            raise PlateError(f"Frame {number}, at which Steady or Check frames looks: {why}") from why

    made: Moment = memo.moments.get(key, make, task.work.check)
    return made


def _made(key: str, task: Task, evidence: Evidence, refined: Refined) -> Moment:
    people = None if evidence.people is None else looked(task).people
    lean = None if people is None else dataclasses.replace(people, parts=NO_PARTS)
    soft, held = packed(refined.key.matte), refined.held
    hold = None if held is None else packed(held)
    seen = small(task.picture())
    light = np.clip(shrink(task.plate.light, *seen.shape[:2]), 0, _BRIGHTEST).astype(np.float16)
    cover = shrink(soft.plane(), *seen.shape[:2])
    return Moment(key, seen, light, soft, cover, hold, evidence.decision, lean)


def _along(task: Task, said: Mapping[int, Moment], number: int) -> Alignment:
    """How another frame lies over this one: found from each frame to the next, and in steps beyond.

    Args:
        said: what this frame and those of the window say, by their numbers.
    """
    assert task.around is not None
    this, other = said[task.around.number], said[number]
    step = 1 if number > task.around.number else -1
    between = said.get(number - step)
    if between is None or between is this:
        return _lies(task, this, other)
    near, far = _along(task, said, number - step), _lies(task, between, other)
    return chained(this.small, other.small, near, far)


def _lies(task: Task, this: Moment, other: Moment) -> Alignment:
    """How another frame lies over this one; found together with how this one lies over it, and kept for all
    frames whose windows hold both."""
    first, second = (this, other) if this.key <= other.key else (other, this)

    def make() -> tuple[Alignment, Alignment]:
        forth, back = flow(first.small, second.small), flow(second.small, first.small)
        return align(first.small, second.small, forth, back), align(second.small, first.small, back, forth)

    key = content_key("lies", first.key, second.key)
    made = memo.flows.get(key, lambda: memo.frozen(make()), task.work.check)
    lies: Alignment = made[0] if this is first else made[1]
    return lies
