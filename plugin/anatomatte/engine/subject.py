"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable
from typing import TYPE_CHECKING

import numpy as np

from ..errors import SetupError, is_shortage
from ..keyer.key import Key
from ..nets.external import alpha_edge, choose
from ..nets.external.protocols import PeopleGiven
from ..nets.runtime.sessions import sessions
from ..people import edge, selection
from ..people import landmarks as marks
from ..people.crops import Window
from ..people.evidence import PeopleEvidence, Plane
from ..people.landmarks import Landmarks
from ..people.observe import look_again, look_turned, observe_people
from ..people.parts import everyone, near, turned
from ..people.parts.everyone import Details
from ..work import never
from . import memo
from .task import Task

if TYPE_CHECKING:
    from ..nets.graphs.landmarks import LandmarkGraphs
    from ..nets.graphs.people import PeopleGraphs

_lock = threading.Lock()
_model: PeopleGraphs | None = None
_landmarks: LandmarkGraphs | None = None


def model() -> PeopleGraphs:
    """The people network of this process, read once.

    Raises:
        SetupError: ONNX Runtime or the weights are missing or damaged.
    """
    global _model
    with _lock:
        if _model is None:
            try:
                from ..nets.graphs.people import PeopleGraphs
            except ImportError as why:
                if is_shortage(why):
                    raise MemoryError(f"onnxruntime cannot be loaded: {why}") from why
                raise SetupError(
                    f"The people network needs onnxruntime, which cannot be imported ({why}): install it "
                    "into the node's Python (`anatomatte doctor` names it), or set Find people to Off."
                ) from why
            _model = PeopleGraphs()
        return _model


def landmark_model() -> LandmarkGraphs:
    """The landmark networks of this process, read once.

    Raises:
        SetupError: as `model`.
    """
    global _landmarks
    model()
    from ..nets.graphs.landmarks import LandmarkGraphs

    with _lock:
        if _landmarks is None:
            _landmarks = LandmarkGraphs()
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


def landmarks(
    task: Task, seen: PeopleEvidence, beside: Callable[[], None] = never
) -> tuple[Landmarks | None, ...]:
    """Landmarks of each person in the evidence of `people`, in its order and in pixels of the plate; looked
    for once.

    Args:
        beside: other work that is done meanwhile, where they are not known yet.

    Raises:
        SetupError: as `model`.
    """

    def make() -> tuple[Landmarks | None, ...]:
        work, picture = task.work, task.picture()
        people = [everyone.attended(person, picture.shape[0]) for person in marks.seen(seen)]
        return tuple(marks.landmarks(picture, people, landmark_model(), work.threads, work.check, beside))

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
    if task.settings.parts_model != "own":
        return Details(landmarks(task, seen))
    mirrored: list[tuple[Window, Plane]] = []

    def mirror() -> None:
        mirrored[:] = look_again(picture, net, [(None, True)], check=work.check)

    marks = landmarks(task, seen, mirror)
    if not mirrored:  # the landmarks were known
        mirror()
    upright = [mark for mark in marks if mark is not None and not turned.is_turned(mark)]
    heads = near.head_windows(upright, plate)
    from_near = look_again(
        picture, net, [(window, False) for window in heads], threads=work.threads, check=work.check
    )
    crops = (*mirrored, *from_near)
    weights = [near.MIRROR_WEIGHT, *([near.HEAD_WEIGHT] * len(heads))]
    looks = (near.Look(window, parts, weight) for (window, parts), weight in zip(crops, weights, strict=True))
    lying = turned.squares(marks)
    again = look_turned(picture, net, [(square, side) for _, square, side in lying], work.threads, work.check)
    turned_looks = (
        turned.TurnedLook(person, square, parts)
        for (person, square, _), parts in zip(lying, again, strict=True)
    )
    return Details(marks, tuple(looks), seen.outfits, tuple(turned_looks))
