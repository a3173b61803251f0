"""What is observed in a plate: the first, expensive stage."""

from __future__ import annotations

import dataclasses

from ..keyer.key import Key, ScreenEvidence, key_screen, observe_screen
from ..people import fuse
from ..people.evidence import PeopleEvidence, Plane
from . import memo, subject
from .task import Task


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one inference over a plate found: all that later stages know of it.

    Attributes:
        screen: the screen's model, or None in it.
        key: the screen keyer's own matte (H×W) and the colours of its edge; full where there is no screen.
        people: the people, from left to right; None where no model was asked.
        alpha: (H, W) what the alpha model said at the plate's own size, in 0..1; None without one.
        messages: sentences for the status.
    """

    screen: ScreenEvidence
    key: Key
    people: PeopleEvidence | None = None
    alpha: Plane | None = None
    messages: tuple[str, ...] = ()

    @property
    def keyed(self) -> bool:
        """Whether there is a screen."""
        return self.screen.screen is not None


def screen_of(task: Task) -> tuple[ScreenEvidence, Key]:
    """The screen and its key."""

    def make() -> tuple[ScreenEvidence, Key]:
        found = observe_screen(task.plate, task.settings, task.work)
        task.work.progress(0.4)
        return found, key_screen(task.plate, found, task.settings, task.work)

    return memo.once("screen", task, memo.of_screen(task), make)


def asks_models(task: Task) -> bool:
    """Whether models are asked who is in the plate: the controls say so, or its screen."""
    return _asks(task, *screen_of(task))


def _asks(task: Task, found: ScreenEvidence, key: Key) -> bool:
    keyed = found.screen is not None
    return subject.asked(task.settings, keyed and fuse.wants(key.matte) <= 0)


def observe(task: Task) -> Evidence:
    """Observe the plate once: the screen and its key, then the people, where they are asked for.

    Raises:
        SettingsError, SetupError, OutOfMemory: with a sentence that names the network.
    """
    screen, key = screen_of(task)
    if not _asks(task, screen, key):
        return Evidence(screen, key, messages=_unasked(task, screen.screen is not None))
    found = memo.once("people", task, memo.of_people(task), lambda: subject.people(task))
    task.work.progress(0.6)
    return Evidence(screen, key, found.people, found.alpha, found.messages)


def _unasked(task: Task, keyed: bool) -> tuple[str, ...]:
    said: tuple[str, ...] = (
        () if keyed else ("There is no screen and Find people is Off: the matte is full.",)
    )
    if subject.wanted(task.settings):
        said += ("Find people is Off: there are no mattes of people or parts.",)
    return said
