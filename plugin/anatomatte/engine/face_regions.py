"""Regions of the faces in a frame, and what its account says of them."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from ..faces.hidden import worn
from ..faces.mesh import moved
from ..faces.planes import Found
from ..faces.regions import Regions, regions
from ..frame import Pixels
from ..ops.guided import brightness
from ..people.parts.labels import AT
from ..people.shares import Shares
from ..shot.face_rows import FaceRow, rows_of
from . import memo, mending, steady_faces, steadying
from .faces import scale
from .mattes import HeadFacts
from .task import Task


def told(task: Task, numbers: tuple[int, ...]) -> dict[str, HeadFacts]:
    """What a frame's account says of the faces of some people, by their layers."""
    made = {}
    for number, face in sorted(steady_faces.numbered(task).items()):
        if number in numbers:
            yaw, pitch, roll = (round(angle, 1) for angle in face.pose.degrees)
            made[f"person_{number + 1:02d}"] = round(face.score, 3), yaw, pitch, roll
    return made


def unseen(task: Task, numbers: tuple[int, ...]) -> tuple[str, ...]:
    """What there is to say of people of whom no face is seen: a sentence, or none."""
    there = steady_faces.numbered(task)
    missing = [f"person {number + 1}" for number in sorted(numbers) if number not in there]
    if not missing:
        return ()
    who = missing[0] if len(missing) == 1 else f"{', '.join(missing[:-1])} and {missing[-1]}"
    return (
        f"No face is seen of {who}: all of it is Face: skin. Who looks away, or far aside, has none; one "
        "that is too small is seen in a closer crop of the plate.",
    )


def placed(task: Task, numbers: tuple[int, ...]) -> dict[str, FaceRow]:
    """Some people's faces by their layers, as a sidecar has them."""
    height, width = task.plate.light.shape[:2]
    there = {number: one for number, one in sorted(steady_faces.numbered(task).items()) if number in numbers}
    rows = rows_of(list(there.values()), width, height, mending.parts_of(task).shares if there else None)
    return {f"person_{number + 1:02d}": row for number, row in zip(there, rows, strict=True)}


def hiding(task: Task) -> dict[int, tuple[str, ...]]:
    """What the shot says of people's beards and masks, by their numbers."""
    if task.wardrobe is None:
        return {}
    people = steadying.people(task).evidence
    return {people.number(at): words for at, words in enumerate(task.wardrobe.hiding(people))}


def maker(task: Task, chosen: Shares, light: Pixels) -> Callable[[], Found]:
    """What makes the regions of the chosen people's faces over *light*, H×W×3 at the alpha's size."""

    def make() -> tuple[tuple[int, Regions], ...]:
        bright, picture = brightness(light), task.picture()
        neck = mending.parts_of(task).shares[AT["neck"]]
        by = scale(task.plate.light.shape, picture.shape)
        made, words = [], hiding(task)
        for number, seen in sorted(steady_faces.numbered(task).items()):
            found, face = None, seen if by == (1, 1) else moved(seen, by, (0, 0))
            if number in chosen.numbers:
                face = dataclasses.replace(face, hides=worn(face.hides, words.get(number, ())))
                threads, check = task.work.threads, task.work.check
                found = regions(face, picture, bright, neck, threads=threads, check=check)
            if found is not None:
                made.append((number, found))
        return tuple(made)

    if not chosen.numbers:
        return dict
    facts = (*memo.of_parts(task), *memo.of_steady(task), task.hints, chosen.numbers, light.shape[:2])
    return lambda: dict(memo.once("regions", task, facts, make))
