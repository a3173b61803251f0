"""How sure it is that there is somebody in a frame: what its look says, and in doubt faces and hands."""

from __future__ import annotations

from ..people.evidence import PeopleEvidence
from . import faces, subject
from .evidence import people_of
from .task import Task

_ENOUGH = 0.75
"""How sure a look is from which on faces and hands are not looked for."""

_HAND = 0.8
"""How sure a hand is: on things without anybody none is found."""


def sure(task: Task, seen: PeopleEvidence) -> float | None:
    """How sure it is that anybody is in the frame, in 0..1; None where networks were asked that do not say.

    Landmarks of a pose are no evidence: the pose network sees one in a cup.

    Args:
        seen: the people of the frame, steady or not.

    Raises:
        SetupError: a network is missing or damaged.
    """
    known = seen.recognised
    if known is None or known >= _ENOUGH or not len(seen.people):
        return known
    people = people_of(task)
    faced = (one.score for one in faces.faces_of(task, people) if one is not None)
    marks = (one for one in subject.landmarks(task, people) if one is not None)
    hand = any(one.left_hand is not None or one.right_hand is not None for one in marks)
    other = max(max(faced, default=0.0), _HAND if hand else 0.0)
    return 1 - (1 - known) * (1 - other)
