"""The parts of the people of one frame by itself."""

from __future__ import annotations

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
        return everyone.parts_of(
            task.picture(), seen, subject.details(task, seen), task.settings.parts_hardness,
            threads=task.work.threads, check=task.work.check,
        )  # fmt: skip

    return memo.once("parts", task, memo.of_parts(task), make)
