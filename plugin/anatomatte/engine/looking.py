"""What an analysis of a shot asks of each frame: who is there, the plate's likeness, its exposure."""

from __future__ import annotations

import dataclasses
import math

import numpy as np

from ..faces.canonical import Floats
from ..faces.mesh import Face, moved
from ..faces.regions import beside_neck
from ..frame import Bounds, Frame, Pixels
from ..ops import display
from ..ops.strips import opencv_threads
from ..people.evidence import PeopleEvidence
from ..people.parts.everyone import worn_by
from ..people.parts.labels import AT
from ..plate import prepare
from ..qc.followed import Common, common
from ..qc.reason import Findings
from ..settings import Settings
from ..shot import likeness
from ..shot.camera import background
from ..shot.face_rows import FaceRow, rows_of
from ..shot.looks import Look, looks_of
from ..work import Work
from . import faces, parting, quality, quality_beside, steadying, subject
from .edge import refine
from .evidence import observe, people_of
from .neighbours import Around
from .parts_alone import parts_alone
from .shaping import shape
from .task import Task


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A look at a frame: the people, the plate's `likeness`, its automatic exposure in stops, its width
    through its height, its background for the camera's move, what the checks say of the frame, what its
    people share with those of the frames beside it, their faces, and its bounds (of `Frame`; None: it is the
    whole plate)."""

    looks: tuple[Look, ...]
    likeness: str
    exposure: float
    aspect: float
    background: Pixels
    findings: Findings = ()
    common: tuple[Common, ...] = ()
    faces: tuple[FaceRow, ...] = ()
    bounds: Bounds | None = None


def look_at(source: Frame, settings: Settings, work: Work, around: Around | None = None) -> Looked:
    """Everybody in a plate, as many as networks can tell apart, whether there is a screen or not.

    Args:
        around: the frames around this one; the checks are then of its matte as a render has it.

    Raises:
        PlateError: it has no colour, or a frame of its window cannot be made.
        SettingsError, SetupError, OutOfMemory: as `observe`.
    """
    with opencv_threads(work.threads):
        plate = prepare({"Source": source}, settings, work.threads)
        task = Task(plate, settings, work, (0.5, 0.5), around, crowd=True)
        seen, picture = people_of(task), task.square()
        worn = worn_by(picture, seen, subject.landmarks(task, seen), threads=work.threads, check=work.check)
        known = faces.faces_of(task, seen)
        shares = parts_alone(task, seen).shares if any(known) else None
        looks = looks_of(picture, seen, worn, _hiding(task, shares, known))
        stops = math.log2(display.exposure(plate.light))
        high, wide = plate.light.shape[:2]
        aspect = source.aspect * wide / high
        ground = background(picture, looks)
        found, common = _checked(task), _in_common(task, seen)
        rows = rows_of(known, wide, high, shares)
        like = likeness.of(plate.light)
        return Looked(looks, like, stops, aspect, ground, found, common, rows, source.bounds)


def _hiding(task: Task, shares: Pixels | None, known: tuple[Face | None, ...]) -> tuple[Floats | None, ...]:
    """What the frame tells of each one's beard and mask, with *shares* of everyone's parts."""
    if shares is None:
        return (None,) * len(known)
    neck, picture = shares[AT["neck"]], task.picture()
    by = faces.scale(task.plate.light.shape, picture.shape)
    made: list[Floats | None] = []
    for one in known:
        if one is None or one.hides is None:
            made.append(None)
            continue
        own = one if by == (1, 1) else moved(one, by, (0, 0))
        made.append(one.hides + np.array([beside_neck(own, picture, neck), 0]))
    return tuple(made)


def _checked(task: Task) -> Findings:
    """What the checks say of the frame's matte; nothing where *Check frames* is off."""
    if task.settings.check == "off":
        return ()
    evidence = observe(task)
    evidence, refined = steadying.steadied(task, evidence, refine(task, evidence))
    made = shape(task, evidence, refined)
    made.findings = quality.found(task, evidence, refined, made)
    return parting.bound(task, made, task.plate.light).findings


def _in_common(task: Task, seen: PeopleEvidence) -> tuple[Common, ...]:
    """What the people *seen* share with those of the frames beside this one."""
    if not quality_beside.asked(task):
        return ()
    size = seen.alpha.shape
    mine = seen.people * seen.alpha
    made = []
    for one in steadying.neighbours(task):
        people = one.moment.people
        if abs(one.away) == 1 and people is not None:
            theirs = one.alignment.warped(people.people * people.alpha, size)
            made.append(common(one.away, mine, theirs, one.alignment.believed(*size)))
    return tuple(made)
