"""One frame through all stages, at full or at half resolution."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..frame import Frame, Pixels
from ..ops import colour
from ..ops.filters import grow, shrink
from ..ops.strips import opencv_threads
from ..people.choose import Place, place_of
from ..people.split import Split
from ..settings import Settings
from .job import Job
from .mattes import Mattes
from .plate import Plate, prepare
from .shape import forcing, shape
from .stages import Looks


def key_frame(clips: dict[str, Frame], settings: Settings, job: Job, draft: bool = False) -> Mattes:
    """All stages for one frame; *draft* asks for half resolution when the settings leave the choice."""
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(job.threads):
        plate = prepare(clips, settings)
        place = place_of(settings.point, plate.frame.bounds, job.across)
        job.progress(0.2)
        if half and min(plate.light.shape[:2]) >= 2:
            return _drafted(plate, settings, job, place)
        return _stages(plate, settings, job, place)


def _stages(plate: Plate, settings: Settings, job: Job, place: Place) -> Mattes:
    found = Looks(plate, settings, job, place).found()
    job.progress(0.7)
    return shape(plate, found, settings, job)


def _drafted(plate: Plate, settings: Settings, job: Job, place: Place) -> Mattes:
    """Stages at half resolution; the change of colour, not the picture, is brought back up."""
    height, width = plate.light.shape[:2]
    rows, columns = (height + 1) // 2, (width + 1) // 2

    def down(pixels: Pixels | None) -> Pixels | None:
        return None if pixels is None else shrink(pixels, rows, columns)

    rgb = shrink(plate.frame.pixels, rows, columns)
    small = Plate(
        Frame(rgb, (0, 0, columns, rows)), colour.decode(plate.curve, rgb), plate.curve,
        alpha=down(plate.alpha), inm=down(plate.inm), outm=down(plate.outm), hint=down(plate.hint),
        clean=down(plate.clean), clean_known=down(plate.clean_known), doubts=plate.doubts,
    )  # fmt: skip
    rough = _stages(small, settings, dataclasses.replace(job, scale=job.scale * 0.5), place)
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
    )  # fmt: skip
