"""What is observed in a plate: the first, expensive stage."""

from __future__ import annotations

import dataclasses

import numpy as np

from .. import decision
from ..decision import Decision
from ..keyer import decide
from ..keyer.key import Key, ScreenEvidence, find_screen, key_screen, observe_screen
from ..keyer.screen import LEAST, Candidate, modelled
from ..nets.external.protocols import PeopleGiven
from ..people import fuse
from ..people.evidence import PeopleEvidence, Plane
from ..settings import Settings
from . import memo, subject
from .task import Task

ABSENT = "Nothing of the shot's screen is in this frame, which decides by itself."


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one inference over a plate found: all that later stages know of it.

    Attributes:
        screen: the screen's model, or None in it.
        key: the screen keyer's own matte (H×W) and the colours of its edge; full where there is no screen.
        decision: whether there is a screen, and why.
        people: the people, from left to right; None where no model was asked.
        alpha: (H, W) what the alpha model said at the plate's own size, in 0..1; None without one.
        messages: what was decided on a screen, and sentences for the status.
    """

    screen: ScreenEvidence
    key: Key
    decision: Decision
    people: PeopleEvidence | None = None
    alpha: Plane | None = None
    messages: tuple[str, ...] = ()

    @property
    def keyed(self) -> bool:
        """Whether there is a screen."""
        return self.screen.screen is not None


def decision_of(task: Task) -> tuple[Decision, Candidate | None]:
    """Whether there is a screen, and what it would be.

    The control decides, or the shot's decision that is kept, or this frame's own evidence; where that leaves
    it open people are asked too.
    """

    def make() -> tuple[Decision, Candidate | None]:
        kept = decision.parsed(task.settings.screen_kept) if task.settings.screen == "auto" else None
        found = find_screen(task.plate, task.settings, kept, task.work)
        if kept is not None and kept.screen and _area(found) < LEAST:
            # nothing of the shot's screen is in this frame: it decides by itself, and says so
            found = find_screen(task.plate, task.settings, None, task.work)
        else:
            made = kept or _set(task.settings, found)
            if made is not None:
                return made, found
        made, open_ = decide.decided(found)
        if not open_ or found is None or task.settings.subject == "off":
            return made, found
        seen = _people(task).people
        cover = np.clip(seen.alpha + seen.held, 0, 1) if len(seen.people) else np.zeros_like(seen.alpha)
        return decide.decided(found, decide.mask_of(cover, found.seen.like))[0], found

    return memo.once("decision", task, memo.of_decision(task), make)


def _set(settings: Settings, found: Candidate | None) -> Decision | None:
    """The decision that the controls make; None where they leave it to the frame."""
    if settings.screen == "none":
        return Decision(0.0, "set")
    if settings.screen == "auto" or found is None:
        return None
    red, green, blue = (float(c) for c in found.seen.colour)
    return Decision(1.0, "set", (red, green, blue), _area(found))


def _area(found: Candidate | None) -> float:
    return 0.0 if found is None else round(found.figures.area, 4)


def screen_of(task: Task) -> tuple[ScreenEvidence, Key]:
    """The screen that was decided on, and its key."""
    made, candidate = decision_of(task)
    if candidate is None or not made.screen:
        found = ScreenEvidence(None)
        return found, key_screen(task.plate, found, task.settings, task.work)

    def make() -> tuple[ScreenEvidence, Key]:
        found = observe_screen(task.plate, modelled(candidate), task.work)
        task.work.progress(0.4)
        return found, key_screen(task.plate, found, task.settings, task.work)

    return memo.once("screen", task, memo.of_screen(task), make)


def asks_models(task: Task) -> bool:
    """Whether models are asked who is in the plate: the controls say so, or its screen."""
    return _asks(task, *screen_of(task))


def _asks(task: Task, found: ScreenEvidence, key: Key) -> bool:
    keyed = found.screen is not None
    return subject.asked(task.settings, keyed and fuse.wants(key.matte) <= 0)


def looked(task: Task) -> PeopleGiven:
    """The evidence of people, asked once; they count from the left, whatever the shot calls them."""
    found: PeopleGiven = memo.once("people", task, memo.of_look(task), lambda: subject.people(task))
    return found


def _people(task: Task) -> PeopleGiven:
    """The evidence of people, numbered as the shot does it."""
    found = looked(task)
    if task.shot is None:
        return found
    return dataclasses.replace(found, people=task.shot.numbered(found.people, task.settings.people))


def observe(task: Task) -> Evidence:
    """Observe the plate once: the screen and its key, then the people, where they are asked for.

    Raises:
        SettingsError, SetupError, OutOfMemory: with a sentence that names the network.
    """
    decided, _ = decision_of(task)
    screen, key = screen_of(task)
    kept = decision.parsed(task.settings.screen_kept) if task.settings.screen == "auto" else None
    absent = kept is not None and kept.screen and decided != kept
    said = (decided.text, ABSENT if absent else "", decided.doubt)
    doubts = tuple(sentence for sentence in said if sentence)
    if not _asks(task, screen, key):
        return Evidence(screen, key, decided, messages=doubts + _unasked(task, screen.screen is not None))
    found = _people(task)
    task.work.progress(0.6)
    return Evidence(screen, key, decided, found.people, found.alpha, doubts + found.messages)


def people_of(task: Task) -> PeopleEvidence:
    """The people of a frame in which they were asked for."""
    return _people(task).people


def _unasked(task: Task, keyed: bool) -> tuple[str, ...]:
    said: tuple[str, ...] = (
        () if keyed else ("There is no screen and Find people is Off: the matte is full.",)
    )
    if subject.wanted(task.settings):
        said += ("Find people is Off: there are no mattes of people or parts.",)
    return said
