"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SetupError, is_shortage
from ..frame import Pixels
from ..keyer.key import Key
from ..menus import GROUP_MENU, PART_MENU, PERSON_MENU
from ..nets.external import alpha_edge, choose
from ..nets.external.protocols import PeopleGiven
from ..nets.runtime.sessions import sessions
from ..people import edge, selection
from ..people.evidence import PeopleEvidence
from ..people.observe import observe_people
from ..people.shares import Shares, shares
from ..settings import Settings
from . import memo
from .task import Task

if TYPE_CHECKING:
    from ..nets.own.ensemble import PeopleModel

_lock = threading.Lock()
_model: PeopleModel | None = None

LAYERS = frozenset({*PERSON_MENU, *PART_MENU, *GROUP_MENU})
"""Mattes that only the people network can give."""


def model() -> PeopleModel:
    """The people network of this process, read once.

    Raises:
        SetupError: torch or the weights are missing or damaged.
    """
    global _model
    with _lock:
        if _model is None:
            try:
                from ..nets.own.ensemble import PeopleModel
            except ImportError as why:
                if is_shortage(why):
                    raise MemoryError(f"torch cannot be loaded: {why}") from why
                raise SetupError(
                    f"The people network needs torch, which cannot be imported ({why}): install it into "
                    "the node's Python (`anatomatte doctor` names it), or set Find people to Off."
                ) from why
            _model = PeopleModel()
        return _model


def weights() -> dict[str, str]:
    """SHA-256 of the weights of our own networks as they were read; empty where they have not been."""
    with _lock:
        return {} if _model is None else dict(_model.digests)


def forget() -> None:
    """Give the networks' memory back; the next frame reads them again."""
    global _model
    with _lock:
        _model = None
    sessions.purge()
    alpha_edge.states.purge()


def wanted(settings: Settings) -> bool:
    """Whether a control or a layer asks for something that only the people network knows.

    Raises:
        SettingsError: the list of parts cannot be understood.
    """
    shown = settings.output in ("people", "parts")
    packed = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    layers = settings.output == "packed" and not LAYERS.isdisjoint(packed)
    return shown or layers or selection.narrowed(settings) or settings.only_people or by_parts(settings)


DESPILLED = ("skin", "hair", "clothes")
"""Parts of people that despill may treat each in its way."""


def by_parts(settings: Settings) -> bool:
    """Whether despill is to differ between parts of people."""
    return any(getattr(settings, f"despill_{name}") != 1.0 for name in DESPILLED)


def asked(settings: Settings, screen: bool) -> bool:
    """Whether this frame asks the network: the control says so, or there is no screen, or it is needed."""
    if settings.subject == "auto":
        return not screen or wanted(settings) or settings.edge_model == "alpha"
    return settings.subject == "on"


def own_people(task: Task) -> PeopleEvidence:
    """The evidence of our own networks, asked through the display transform; people from the left.

    Raises:
        SetupError: as `model`.
    """
    task.work.check()
    ensemble = model()
    found = observe_people(
        task.picture(),
        ensemble,
        people=task.settings.people,
        threads=task.work.threads,
        check=task.work.check,
        outfit=ensemble.outfit,
    )
    return selection.ordered(found)


def people(task: Task) -> PeopleGiven:
    """The evidence of all models that are asked, given our own; people from the left.

    Raises:
        SetupError: as `model`, or another network is missing, refused or damaged.
        SettingsError: another network is unknown, or not for this use.
    """
    own = own_people(task)
    if not task.models.change_evidence:
        return PeopleGiven(own)
    found = choose.given(
        own, task.picture(), task.models, people=task.settings.people, work=task.work, frames=task.frames
    )
    return dataclasses.replace(found, people=selection.ordered(found.people))


def soft_key(task: Task, seen: PeopleEvidence) -> Key:
    """The matte of people and what they hold at the plate's resolution; empty where nobody was seen."""
    light, work = task.plate.light, task.work
    height, width = light.shape[:2]
    around = np.zeros((1, 1, 4), np.float32)
    if not len(seen.people):
        nothing = np.zeros((height, width), np.float32)
        return Key(nothing, np.empty(0, np.intp), np.empty((0, 3), np.float32), around, nothing)

    def progress(share: float) -> None:
        work.progress(0.4 + 0.25 * share)

    soft = edge.refine(light, seen, threads=work.threads, check=work.check, progress=progress)
    return Key(soft.matte, soft.edge, soft.colour, around, soft.hold)


def shared(task: Task, seen: PeopleEvidence, held: Pixels | None) -> tuple[Shares, tuple[str, ...]]:
    """Shares of the people and parts that the Subject page chooses, and sentences for the status.

    Args:
        held: H×W, how much of the matte is held; None before a screen.
    """
    alone, light, work = held is not None, task.plate.light, task.work
    choice = selection.select(task.settings, seen, task.place, keyed=not alone)

    def make() -> Shares:
        return shares(seen, choice, light, alone, held, threads=work.threads, check=work.check)

    made = memo.once("shares", task, memo.of_shares(task, choice, alone), make)
    doubts = choice.doubts if len(seen.people) else ("No person was seen: mattes of people are empty.",)
    return made, doubts
