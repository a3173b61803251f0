"""The faces of the people in a frame and their regions, made once, where something asks for them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ..faces import mesh
from ..faces.mesh import Face
from ..faces.planes import Found
from ..faces.regions import Regions, regions
from ..frame import Pixels
from ..nets.runtime.sessions import Rung
from ..ops.guided import brightness
from ..people import landmarks as marks
from ..people.evidence import PeopleEvidence
from ..people.shares import Shares
from . import memo, steadying, subject
from .evidence import looked, people_of
from .mattes import HeadFacts
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
            nets = subject.face_model(rung.device)
            return tuple(mesh.faces(task.picture(), people, known, nets, work.threads, work.check))

        return subject.climbed(task, on)

    return memo.once("faces", task, memo.of_people(task), make)


def numbered(task: Task) -> dict[int, Face]:
    """The faces of a frame by the numbers of their people, who may be made steady along its window.

    Raises:
        SetupError: as `faces_of`.
    """
    if not steadying.on(task):
        seen = people_of(task)
        found = faces_of(task, seen)
        return {seen.number(at): face for at, face in enumerate(found) if face is not None}
    alone = task if task.shot is None else dataclasses.replace(task, shot=None, crowd=True)
    found = faces_of(alone, looked(alone).people)
    people = steadying.people(task)
    made = {}
    for at, own in enumerate(people.number):
        face = None if own is None or own >= len(found) else found[own]
        if face is not None:
            made[people.evidence.number(at)] = face
    return made


def told(task: Task, numbers: tuple[int, ...]) -> dict[str, HeadFacts]:
    """What a frame's account says of the faces of some people, by their layers."""
    made = {}
    for number, face in sorted(numbered(task).items()):
        if number in numbers:
            yaw, pitch, roll = (round(angle, 1) for angle in face.pose.degrees)
            made[f"person_{number + 1:02d}"] = round(face.score, 3), yaw, pitch, roll
    return made


def maker(task: Task, chosen: Shares, light: Pixels) -> Callable[[], Found]:
    """What makes the regions of the chosen people's faces over *light*, H×W×3 at the alpha's size."""

    def make() -> tuple[tuple[int, Regions], ...]:
        bright, picture = brightness(light), task.picture()
        made = []
        for number, face in sorted(numbered(task).items()):
            found = None
            if number in chosen.numbers:
                threads, check = task.work.threads, task.work.check
                found = regions(face, picture, bright, threads=threads, check=check)
            if found is not None:
                made.append((number, found))
        return tuple(made)

    if not chosen.numbers:
        return dict
    facts = (*memo.of_steady(task), chosen.numbers, light.shape[:2])
    return lambda: dict(memo.once("regions", task, facts, make))
