"""The parts of the people of one frame by itself."""

from __future__ import annotations

import dataclasses

from ..people.evidence import PeopleEvidence
from ..people.parts import everyone
from ..people.parts.everyone import PartEvidence
from . import memo, subject
from .task import Task


def parts_alone(task: Task, seen: PeopleEvidence) -> PartEvidence:
    """The parts of all people *seen* in a frame, found once.

    Raises:
        SetupError: a network is missing or damaged.
    """

    def make() -> PartEvidence:
        details = subject.details(task, seen)
        if task.wardrobe is not None:
            details = dataclasses.replace(details, worn=task.wardrobe.wearing(seen))
        return everyone.parts_of(
            task.square(), seen, details, task.settings.parts_hardness,
            threads=task.work.threads, check=task.work.check,
        )  # fmt: skip

    return memo.once("parts", task, memo.of_parts(task), make)
