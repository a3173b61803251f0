"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import dataclasses
import threading
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SetupError, is_shortage
from ..keyer.key import Key
from ..menus import GROUP_MENU, PART_MENU, PERSON_MENU
from ..nets.external import alpha_edge, choose
from ..nets.external.protocols import PeopleGiven
from ..nets.runtime.sessions import sessions
from ..people import edge, selection
from ..people import landmarks as marks
from ..people.crops import Window
from ..people.evidence import PeopleEvidence
from ..people.landmarks import Landmarks
from ..people.observe import look_again, look_turned, observe_people
from ..people.parts import everyone, near, turned
from ..people.parts.everyone import Details
from ..settings import Settings
from . import memo
from .task import Task

if TYPE_CHECKING:
    from ..nets.own.ensemble import PeopleModel
    from ..nets.own.landmark_model import LandmarkModel

MIRRORED = 1
"""The variant of inference that looks at the mirrored picture with the first network."""

_lock = threading.Lock()
_model: PeopleModel | None = None
_landmarks: LandmarkModel | None = None

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


def landmark_model() -> LandmarkModel:
    """The landmark networks of this process, read once.

    Raises:
        SetupError: as `model`.
    """
    global _landmarks
    people = model()
    from ..nets.own.landmark_model import LandmarkModel

    with _lock:
        if _landmarks is None:
            _landmarks = LandmarkModel(people)
        return _landmarks


def weights() -> dict[str, str]:
    """SHA-256 of the weights of our own networks as they were read; empty where they have not been."""
    with _lock:
        read = [one.digests for one in (_model, _landmarks) if one is not None]
        return {name: digest for digests in read for name, digest in digests.items()}


def forget() -> None:
    """Give the networks' memory back; the next frame reads them again."""
    global _model, _landmarks
    with _lock:
        _model = _landmarks = None
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
        people=task.told_apart,
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
        own, task.picture(), task.models, people=task.told_apart, work=task.work, frames=task.frames
    )
    return dataclasses.replace(found, people=selection.ordered(found.people))


def landmarks(task: Task, seen: PeopleEvidence) -> tuple[Landmarks | None, ...]:
    """Landmarks of each person in the evidence of `people`, in its order and in pixels of the plate; looked
    for once.

    Raises:
        SetupError: as `model`.
    """

    def make() -> tuple[Landmarks | None, ...]:
        work, picture = task.work, task.picture()
        people = [everyone.attended(person, picture.shape[0]) for person in marks.seen(seen)]
        return tuple(marks.landmarks(picture, people, landmark_model(), work.threads, work.check))

    return memo.once("landmarks", task, memo.of_people(task), make)


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


def details(task: Task, seen: PeopleEvidence) -> Details:
    """What is asked of networks for the parts of people alone: landmarks, further looks at them, outfits.

    Raises:
        SetupError: as `model`.
    """
    picture, work, net = task.picture(), task.work, model()
    plate = (picture.shape[0], picture.shape[1])
    marks = landmarks(task, seen)
    if task.settings.parts_model != "own":
        return Details(marks)
    upright = [mark for mark in marks if mark is not None and not turned.is_turned(mark)]
    heads = near.head_windows(upright, plate)
    wanted: list[tuple[Window | None, int]] = [(None, MIRRORED), *((window, 0) for window in heads)]
    crops = look_again(picture, net, wanted, threads=work.threads, check=work.check)
    weights = [near.MIRROR_WEIGHT, *([near.HEAD_WEIGHT] * (len(wanted) - 1))]
    looks = (
        near.Look(crop.window, crop.prediction.parts, weight)
        for crop, weight in zip(crops, weights, strict=True)
    )
    lying = turned.squares(marks)
    again = look_turned(picture, net, [(square, side) for _, square, side in lying], work.threads, work.check)
    turned_looks = (
        turned.TurnedLook(person, square, parts)
        for (person, square, _), parts in zip(lying, again, strict=True)
    )
    return Details(marks, tuple(looks), seen.outfits, tuple(turned_looks))
