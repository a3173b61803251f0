"""The faces of the people in a frame, each frame by itself, made once, where something asks for them."""

from __future__ import annotations

from collections.abc import Sequence

from ..faces import crowd, mesh
from ..faces.mesh import Face, moved
from ..faces.regions import looked_at
from ..nets.runtime.sessions import Rung
from ..people import landmarks as marks
from ..people.evidence import PeopleEvidence
from . import memo, subject
from .task import Task


def faces_of(task: Task, seen: PeopleEvidence) -> tuple[Face | None, ...]:
    """The face of each person in the evidence of `evidence.people_of`, in its order, in pixels of the plate.

    Raises:
        SetupError: a network is missing or damaged.
    """

    def make() -> tuple[Face | None, ...]:
        known = subject.landmarks(task, seen)
        work, people = task.work, marks.seen(seen)

        def on(rung: Rung) -> tuple[Face | None, ...]:
            nets, picture = subject.face_model(rung.device), task.square()
            looks = mesh.faces(picture, people, known, nets, work.threads, work.check)
            found = [None if one is None else looked_at(one, picture) for one in looks]
            by = scale(picture.shape, task.plate.light.shape)
            return tuple(one if one is None or by == (1, 1) else moved(one, by, (0, 0)) for one in found)

        return subject.climbed(task, on)

    return memo.once("faces", task, memo.of_people(task), make)


def elsewhere(task: Task, known: Sequence[Face]) -> list[Face]:
    """The faces in a picture that are none of the *known* ones, whoever's they are and however tilted, in
    pixels of the plate.

    Raises:
        SetupError: a network is missing or damaged.
    """
    picture = task.square()

    def on(rung: Rung) -> list[Face]:
        found = crowd.faces(picture, subject.face_model(rung.device), task.work.check)
        by = scale(picture.shape, task.plate.light.shape)
        return found if by == (1, 1) else [moved(one, by, (0, 0)) for one in found]

    return [one for one in subject.climbed(task, on) if all(crowd.apart(one, other) for other in known)]


def scale(here: tuple[int, ...], there: tuple[int, ...]) -> tuple[float, float]:
    """By how much x and y grow from a picture of the shape *here* to one of the shape *there*."""
    return there[1] / here[1], there[0] / here[0]
