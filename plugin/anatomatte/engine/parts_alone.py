"""The parts of the people of one frame by itself."""

from __future__ import annotations

import dataclasses

from ..people.evidence import PeopleEvidence
from ..people.parts import everyone
from ..people.parts.everyone import PartEvidence
from . import memo, subject
from .task import Task


def parts_alone(task: Task, seen: PeopleEvidence, hardness: float | None = None) -> PartEvidence:
    """The parts of all people *seen* in a frame, found once.

    Args:
        hardness: how decided they are, 0 to 1; None: as *Parts hardness* says.

    Raises:
        SetupError: a network is missing or damaged.
    """
    hard = task.settings.parts_hardness if hardness is None else hardness

    def make() -> PartEvidence:
        details = subject.details(task, seen)
        if task.wardrobe is not None:
            details = dataclasses.replace(details, worn=task.wardrobe.wearing(seen))
        return everyone.parts_of(
            task.square(), seen, details, hard,
            threads=task.work.threads, check=task.work.check,
        )  # fmt: skip

    return memo.once("parts", task, (*memo.of_people(task), hard, memo.of_wardrobe(task)), make)
