"""Views of the two stages: what was decided hard, where the soft stage may change it, what it made of it.

They show the stages' own data and derive nothing anew.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..people.evidence import PeopleEvidence
from ..people.parts.labels import LABELS
from . import paint, steady_parts
from .edge import Refined
from .evidence import Evidence
from .task import Task

VIEWS = ("hard_people", "hard_parts", "band", "soft")
"""Outputs that are pictures of the stages."""

DECIDED = 0.5
"""Coverage from which on hard evidence has somebody in a pixel."""

_UNSURE = np.float32(0.5)

Labels = npt.NDArray[np.intp]


def picture(task: Task, evidence: Evidence, refined: Refined) -> Pixels | None:
    """H×W×3 in 0..1 for the views of the stages; None for the other outputs.

    Args:
        evidence, refined: steady along the window, where there is one.
    """
    output = task.settings.output
    if output not in VIEWS:
        return None
    height, width = refined.key.matte.shape
    if output == "soft":
        return np.repeat(refined.key.matte[..., None], 3, 2)
    if output == "band":
        return np.repeat(trimap(refined)[..., None], 3, 2)
    if evidence.people is None:
        firm = (evidence.key.matte >= DECIDED).astype(np.float32)
        return np.repeat(firm[..., None], 3, 2)
    small = _parts(task, evidence.people) if output == "hard_parts" else _people(evidence.people)
    grown = cv2.resize(small, (width, height), interpolation=cv2.INTER_NEAREST)
    return np.asarray(grown, np.float32)


def trimap(refined: Refined) -> Pixels:
    """H×W: 1 surely covered, 0 surely not, .5 where `refine` solved the matte."""
    made = (refined.key.matte >= DECIDED).astype(np.float32)
    made.reshape(-1)[refined.band] = _UNSURE
    return made


def whose(people: PeopleEvidence) -> Labels:
    """h×w, at the networks' own size: 1 + the place of the person who has most of a pixel, 0 where nobody."""
    cover = people.alpha + people.held
    if not len(people.people):
        return np.zeros(cover.shape, np.intp)
    return np.asarray(np.where(cover >= DECIDED, 1 + people.people.argmax(0), 0), np.intp)


def _people(people: PeopleEvidence) -> Pixels:
    colours = [paint.person_colour(people.number(k)) for k in range(len(people.people))]
    return np.array([(0.0, 0.0, 0.0), *colours], np.float32)[whose(people)]


def _parts(task: Task, people: PeopleEvidence) -> Pixels:
    """The part that has most of a pixel, at the size at which parts are decided."""
    shares = steady_parts.parts_of(task).shares
    rows, columns = shares.shape[1:]
    there = cv2.resize((whose(people) > 0).astype(np.uint8), (columns, rows), interpolation=cv2.INTER_NEAREST)
    colours = np.array([paint.part_colour(name) for name in LABELS], np.float32)
    return np.asarray(colours[shares.argmax(0)] * there[..., None], np.float32)
