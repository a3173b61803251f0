"""One frame through all stages, at full or at half resolution."""

from __future__ import annotations

import dataclasses
import os
from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from ..cache import Store, content_key, granted_bytes
from ..frame import Frame, Pixels
from ..ops import colour
from ..ops.filters import grow, shrink
from ..ops.strips import opencv_threads
from ..settings import Settings
from .job import Job
from .look import Evidence, Key, observe, refine
from .mattes import Mattes
from .plate import Plate, prepare
from .shape import forcing, shape


def key_frame(clips: dict[str, Frame], settings: Settings, job: Job, draft: bool = False) -> Mattes:
    """All stages for one frame; *draft* asks for half resolution when the settings leave the choice."""
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(job.threads):
        plate = prepare(clips, settings)
        job.progress(0.2)
        if half and min(plate.light.shape[:2]) >= 2:
            return _drafted(plate, settings, job)
        return _stages(plate, settings, job)


Look = tuple[Evidence, Key]


def _arrays(value: object) -> Iterator[npt.NDArray[Any]]:
    """Every array in a result, however deep."""
    if isinstance(value, np.ndarray):
        yield value
    elif isinstance(value, tuple):
        for item in value:
            yield from _arrays(item)
    elif dataclasses.is_dataclass(value):
        for field in dataclasses.fields(value):
            yield from _arrays(getattr(value, field.name))


looks: Store[Look] = Store(lambda look: sum(array.nbytes for array in _arrays(look)), granted_bytes())
"""What was seen of a plate, for every node of the process: tweaks and other planes need no second look."""


def _look(plate: Plate, settings: Settings, job: Job) -> Look:
    evidence = observe(plate, settings, job)
    job.progress(0.4)
    look = evidence, refine(plate, evidence, settings, job)
    for array in _arrays(look):
        array.flags.writeable = False  # it is shared from here on
    return look


def _stages(plate: Plate, settings: Settings, job: Job) -> Mattes:
    seen = (plate.frame.pixels, plate.curve, plate.clean, plate.clean_known)
    chosen = settings.of_stage("observe", "refine")
    key = content_key(*seen, chosen, job.scale, os.environ.get("OCIO", ""), threads=job.threads)
    evidence, made = looks.get(key, lambda: _look(plate, settings, job), job.check)
    job.progress(0.7)
    return shape(plate, evidence, made, settings, job)


def _drafted(plate: Plate, settings: Settings, job: Job) -> Mattes:
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
    rough = _stages(small, settings, dataclasses.replace(job, scale=job.scale * 0.5))
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
    )  # fmt: skip
