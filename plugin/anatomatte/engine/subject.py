"""When the people network is asked, and what its look at a plate brings to the frame."""

from __future__ import annotations

import dataclasses
import threading
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Protocol, TypeVar

import numpy as np

from ..errors import SetupError, is_shortage
from ..frame import NONSENSE
from ..keyer.key import Key
from ..nets.external import alpha_edge, choose
from ..nets.external.protocols import PeopleGiven
from ..nets.runtime.devices import CPU
from ..nets.runtime.sessions import Rung, descend, ladder, sessions
from ..ops.filters import shrink
from ..people import edge, selection
from ..people import landmarks as marks
from ..people.crops import Window
from ..people.evidence import PeopleEvidence, Plane
from ..people.landmark_people import Levels
from ..people.landmarks import Landmarks
from ..people.observe import look_again, look_turned, observe_people
from ..people.parts import everyone, near, turned
from ..people.parts.everyone import Details
from ..work import never
from . import memo
from .task import Task

if TYPE_CHECKING:
    from ..nets.graphs.faces import FaceGraphs
    from ..nets.graphs.landmarks import LandmarkGraphs
    from ..nets.graphs.people import PeopleGraphs

T = TypeVar("T")

_lock = threading.Lock()
_models: dict[str, PeopleGraphs] = {}
_landmarks: dict[str, LandmarkGraphs] = {}
_faces: dict[str, FaceGraphs] = {}
_OURS = "The people network"
_FINER = 2.0
"""Pixels of a picture along one that the network sees, at least, where it is made smaller in steps."""


class _Digested(Protocol):
    """Networks that know which weights they were read from."""

    digests: dict[str, str]


def model(device: str = CPU) -> PeopleGraphs:
    """The people network of this process on a device, read once.

    Raises:
        SetupError: ONNX Runtime or the weights are missing or damaged.
    """
    with _lock:
        if device not in _models:
            try:
                from ..nets.graphs.people import PeopleGraphs
            except ImportError as why:
                if is_shortage(why):
                    raise MemoryError(f"onnxruntime cannot be loaded: {why}") from why
                raise SetupError(
                    f"The people network needs onnxruntime, which cannot be imported ({why}): install it "
                    "into the node's Python (`anatomatte doctor` names it), or set Find people to Off."
                ) from why
            _models[device] = PeopleGraphs(device)
        return _models[device]


def landmark_model(device: str = CPU) -> LandmarkGraphs:
    """The landmark networks of this process on a device, read once.

    Raises:
        SetupError: as `model`.
    """
    model(device)
    from ..nets.graphs.landmarks import LandmarkGraphs

    with _lock:
        if device not in _landmarks:
            _landmarks[device] = LandmarkGraphs(device)
        return _landmarks[device]


def rungs(task: Task) -> tuple[Rung, ...]:
    """Where our networks run for a frame, best first: the device that its control means here, then the CPU.

    Raises:
        SetupError: as `model`, or the GPU that is asked for by name cannot be used.
    """
    if task.settings.device == CPU:
        return ladder(CPU)
    model()
    from ..nets.graphs.graph import where

    return ladder(where(task.settings.device))


def face_model(device: str = CPU) -> FaceGraphs:
    """The networks of faces of this process on a device, read once.

    Raises:
        SetupError: as `model`.
    """
    model(device)
    from ..nets.graphs.faces import FaceGraphs

    with _lock:
        if device not in _faces:
            _faces[device] = FaceGraphs(device)
        return _faces[device]


def _held(some: Mapping[str, _Digested]) -> list[_Digested]:
    return list(some.values())


def weights() -> dict[str, str]:
    """SHA-256 of the weights of our own networks as they were read; empty where they have not been."""
    with _lock:
        kept = [one.digests for one in _models.values()] + [one.digests for one in _landmarks.values()]
        read = kept + [one.digests for one in _faces.values()]
        return {name: digest for digests in read for name, digest in digests.items()}


def forget() -> None:
    """Give the networks' memory back; the next frame reads them again."""
    with _lock:
        _models.clear()
        _landmarks.clear()
        _faces.clear()
    sessions.purge()
    alpha_edge.states.purge()


def own_people(task: Task, tell: Callable[[str], None] = lambda _: None) -> PeopleEvidence:
    """The evidence of our own networks, asked through the display transform; people from the left.

    Args:
        tell: takes a sentence where a GPU was short of memory.

    Raises:
        SetupError: as `rungs`.
        OutOfMemory: it does not fit.
    """
    task.work.check()

    def on(rung: Rung) -> PeopleEvidence:
        ensemble = model(rung.device)
        return observe_people(
            task.square(),
            ensemble,
            people=task.told_apart,
            threads=task.work.threads,
            check=task.work.check,
            outfit=ensemble.outfit,
        )

    return selection.ordered(climbed(task, on, tell))


def climbed(task: Task, run: Callable[[Rung], T], tell: Callable[[str], None] = lambda _: None) -> T:
    """*run* where the frame's networks run; what a GPU has no memory for is done by the CPU."""
    steps = rungs(task)
    return run(steps[0]) if len(steps) == 1 else descend(_OURS, steps, run, tell)


def squeezed(task: Task) -> tuple[str, ...]:
    """That a plate's pixel aspect can be of no picture, where it is not gone by."""
    aspect = task.told_aspect
    if max(aspect, 1 / aspect) <= NONSENSE:
        return ()
    return (
        f"The plate says that a pixel is {aspect:.3g} times as wide as high, which no lens makes: "
        "people are looked for as if pixels were square; set the plate's pixel aspect.",
    )


def people(task: Task) -> PeopleGiven:
    """The evidence of all models that are asked, given our own; people from the left.

    Raises:
        SetupError: as `model`, or another network is missing, refused or damaged.
        SettingsError: another network is unknown, or not for this use.
    """
    told: list[str] = []
    own = own_people(task, told.append)
    if not task.models.change_evidence:
        return PeopleGiven(own, messages=tuple(told))
    found = choose.given(
        own, task.wide(), task.models, people=task.told_apart, work=task.work, frames=task.frames
    )
    alpha, size = found.alpha, task.plate.light.shape[:2]
    if alpha is not None and alpha.shape != size:  # of a squeezed plate
        alpha = shrink(alpha, *size)
    return dataclasses.replace(
        found, people=selection.ordered(found.people), alpha=alpha, messages=(*told, *found.messages)
    )


def landmarks(
    task: Task, seen: PeopleEvidence, beside: Callable[[], None] = never, levels: Levels | None = None
) -> tuple[Landmarks | None, ...]:
    """Landmarks of each person in the evidence of `people`, in its order and in pixels of `Task.square`;
    looked for once.

    Args:
        beside: other work that is done meanwhile, where they are not known yet.
        levels: of that picture, where the other work needs them too.

    Raises:
        SetupError: as `model`.
    """

    def make() -> tuple[Landmarks | None, ...]:
        work, picture = task.work, task.square()
        people = [everyone.attended(person, picture.shape[0]) for person in marks.seen(seen)]

        def on(rung: Rung) -> tuple[Landmarks | None, ...]:
            net = landmark_model(rung.device)
            return tuple(marks.landmarks(picture, people, net, work.threads, work.check, beside, levels))

        return climbed(task, on)

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
    picture, work = task.square(), task.work
    plate = (picture.shape[0], picture.shape[1])
    if task.settings.parts_model != "own":
        return Details(landmarks(task, seen))
    mirrored: list[tuple[Window, Plane]] = []
    levels = Levels(picture)

    def mirror() -> None:
        def on(rung: Rung) -> list[tuple[Window, Plane]]:
            net = model(rung.device)
            small = levels.for_side(_FINER * net.long_sides[0])
            return look_again(small, net, [(None, True)], check=work.check)

        whole = {"bottom": plate[0], "right": plate[1]}
        mirrored[:] = [(dataclasses.replace(window, **whole), parts) for window, parts in climbed(task, on)]

    def near_by(rung: Rung) -> list[tuple[Window, Plane]]:
        wanted = [(window, False) for window in heads]
        return look_again(picture, model(rung.device), wanted, threads=work.threads, check=work.check)

    marks = landmarks(task, seen, mirror, levels)
    if not mirrored:  # the landmarks were known
        mirror()
    upright = [mark for mark in marks if mark is not None and not turned.is_turned(mark)]
    heads = near.head_windows(upright, plate)
    from_near = climbed(task, near_by) if heads else []
    crops = (*mirrored, *from_near)
    weights = [near.MIRROR_WEIGHT, *([near.HEAD_WEIGHT] * len(heads))]
    looks = (near.Look(window, parts, weight) for (window, parts), weight in zip(crops, weights, strict=True))
    lying = turned.squares(marks)
    squares = [(square, side) for _, square, side in lying]

    def turned_on(rung: Rung) -> list[Plane]:
        return look_turned(picture, model(rung.device), squares, work.threads, work.check)

    again = climbed(task, turned_on) if squares else []
    turned_looks = (
        turned.TurnedLook(person, square, parts)
        for (person, square, _), parts in zip(lying, again, strict=True)
    )
    return Details(marks, tuple(looks), seen.outfits, tuple(turned_looks))
