"""What an analysis of a shot asks of each frame: who is there, the plate's likeness, its exposure."""

from __future__ import annotations

import dataclasses
import math

from ..frame import Frame, Pixels
from ..ops import display
from ..ops.strips import opencv_threads
from ..plate import prepare
from ..qc.reason import Findings
from ..settings import Settings
from ..shot import likeness
from ..shot.camera import background
from ..shot.looks import Look, looks_of
from ..work import Work
from . import quality
from .edge import refine
from .evidence import observe, people_of
from .shaping import shape
from .task import Task


@dataclasses.dataclass(frozen=True, slots=True, eq=False)
class Looked:
    """A look at a frame: the people, the plate's `likeness`, its automatic exposure in stops, its width
    through its height, its background for the camera's move, and what the checks say of the frame alone."""

    looks: tuple[Look, ...]
    likeness: str
    exposure: float
    aspect: float
    background: Pixels
    findings: Findings = ()


def look_at(source: Frame, settings: Settings, work: Work) -> Looked:
    """Everybody in a plate, as many as networks can tell apart, whether there is a screen or not.

    Raises:
        PlateError: it has no colour.
        SettingsError, SetupError, OutOfMemory: as `observe`.
    """
    with opencv_threads(work.threads):
        plate = prepare({"Source": source}, settings, work.threads)
        task = Task(plate, settings, work, (0.5, 0.5), crowd=True)
        seen, picture = people_of(task), task.picture()
        looks = looks_of(picture, seen)
        stops = math.log2(display.exposure(plate.light))
        high, wide = plate.light.shape[:2]
        aspect = source.aspect * wide / high
        found = _checked(task)
        return Looked(looks, likeness.of(plate.light), stops, aspect, background(picture, looks), found)


def _checked(task: Task) -> Findings:
    """What the checks say of the frame's matte by itself; nothing where *Check frames* is off."""
    if task.settings.check == "off":
        return ()
    evidence = observe(task)
    refined = refine(task, evidence)
    return quality.found(task, evidence, refined, shape(task, evidence, refined))
