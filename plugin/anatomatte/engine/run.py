"""One frame through all stages, at full or at half resolution."""

from __future__ import annotations

import dataclasses
import os

import numpy as np

from ..cache import Store, content_key, granted_bytes
from ..frame import Frame, Pixels
from ..nets.external import choose
from ..ops import colour
from ..ops.filters import grow, shrink
from ..ops.strips import opencv_threads
from ..people.selection import Point, point_of
from ..people.split import Split
from ..plate import Plate, prepare
from ..settings import Settings
from ..work import Job
from .evidence import Looks
from .mattes import Mattes
from .neighbours import Around
from .shape import forcing, shape
from .subject import wanted

frames: Store[Mattes] = Store(lambda made: sum(a.nbytes for a in _planes(made)), granted_bytes() // 2)
"""Finished frames: the other planes and layers of a frame are packed from it without shaping it again."""


def key_frame(
    clips: dict[str, Frame],
    settings: Settings,
    job: Job,
    draft: bool = False,
    keep: bool = False,
    around: Around | None = None,
) -> Mattes:
    """All stages for one frame.

    Args:
        draft: the host asks for half resolution, when the settings leave the choice.
        keep: the frame is shared with the next call that asks for the same: nobody may write into it.
        around: the frames around this one, for networks that remember; None where there are none to be
            had, and such a network sees this frame alone.
    """
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(job.threads):
        plate = prepare(clips, settings, job.threads)
        place = point_of(settings.point, plate.frame.bounds, job.across)
        job.progress(0.2)
        small = _halved(plate) if half and min(plate.light.shape[:2]) >= 2 else None
        inner = job if small is None else dataclasses.replace(job, scale=job.scale * 0.5)
        looks = Looks(small or plate, settings, inner, place, around)

        def make() -> Mattes:
            found = looks.found()
            job.progress(0.7)
            rough = shape(looks.plate, found, settings, inner)
            return rough if small is None else _full(rough, small, plate, settings, job)

        if not keep:
            return make()
        content = looks.content if small is None else content_key(plate.frame.pixels, threads=job.threads)
        key = content_key(_frame_key(plate, content, settings, job, place, half), *_in_time(looks))
        return frames.get(key, lambda: _frozen(make()), job.check)


def _in_time(looks: Looks) -> tuple[object, ...]:
    """What the finished frame depends on in other frames; they are not asked for where nobody looks."""
    if looks.around is None or not choose.remembering(looks.asked, "alpha", "edge"):
        return ()
    return looks.in_time("alpha", "edge") if looks.looks_at_people() else looks.in_time("edge")


def _frame_key(plate: Plate, content: str, settings: Settings, job: Job, place: Point, half: bool) -> str:
    """What a finished frame depends on: every clip, and all controls but those that only pack it."""
    known = ("frame", "light")  # *content* tells these
    clips = [getattr(plate, field.name) for field in dataclasses.fields(plate) if field.name not in known]
    chosen = settings.of_stage("observe", "steady", "refine", "shape")
    facts = (
        chosen,
        settings.output_colour,
        settings.output in ("screen", "cleanplate") and settings.output,
        wanted(settings),
        choose.installed(settings),
        job.scale,
        place,
        half,
        os.environ.get("OCIO", ""),
    )
    return content_key("frame", content, *clips, *facts, threads=job.threads)


def _planes(made: Mattes) -> list[Pixels]:
    found = (getattr(made, field.name) for field in dataclasses.fields(made))
    return [plane for plane in found if isinstance(plane, np.ndarray)]


def _frozen(made: Mattes) -> Mattes:
    for plane in _planes(made):
        plane.flags.writeable = False
    return made


def _halved(plate: Plate) -> Plate:
    """The plate at half resolution."""
    height, width = plate.light.shape[:2]
    rows, columns = (height + 1) // 2, (width + 1) // 2

    def down(pixels: Pixels | None) -> Pixels | None:
        return None if pixels is None else shrink(pixels, rows, columns)

    rgb = shrink(plate.frame.pixels, rows, columns)
    return Plate(
        Frame(rgb, (0, 0, columns, rows)), colour.decode(plate.curve, rgb), plate.curve,
        alpha=down(plate.alpha), inm=down(plate.inm), outm=down(plate.outm), hint=down(plate.hint),
        clean=down(plate.clean), clean_known=down(plate.clean_known), doubts=plate.doubts,
    )  # fmt: skip


def _full(rough: Mattes, small: Plate, plate: Plate, settings: Settings, job: Job) -> Mattes:
    """A frame of half resolution at the plate's: the change of colour, not the picture, is brought up."""
    height, width = plate.light.shape[:2]
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    before = small.frame.pixels if target == plate.curve else colour.encode(target, small.light)
    full = plate.frame.pixels if target == plate.curve else colour.encode(target, plate.light)

    def up(matte: Pixels) -> Pixels:
        return np.asarray(np.clip(grow(matte, height, width), 0, 1), np.float32)

    core, garbage = forcing(plate, settings)
    alpha = np.clip(np.minimum(np.maximum(up(rough.alpha), core), 1 - garbage), 0, 1)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = np.minimum(alpha, plate.alpha)
    return Mattes(
        alpha=alpha, foreground=full + grow(rough.foreground - before, height, width),
        screen=up(rough.screen), spill=up(rough.spill), core=core, garbage=garbage,
        hint=np.zeros_like(alpha) if plate.hint is None else plate.hint, messages=rough.messages,
        split=None if rough.split is None else Split(alpha, rough.split.made, job.threads),
        surface=None if rough.surface is None else grow(rough.surface, height, width),
    )  # fmt: skip
