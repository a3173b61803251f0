"""One frame through all stages, at full or at half resolution."""

from __future__ import annotations

import dataclasses

import numpy as np

from ..cache import content_key
from ..frame import Frame, Pixels
from ..nets.external import choose
from ..ops import colour
from ..ops.filters import grow, shrink
from ..ops.strips import opencv_threads
from ..people.selection import point_of
from ..people.split import Split
from ..plate import Plate, prepare
from ..settings import Settings
from ..work import Work
from . import memo, parting, quality, subject
from .edge import refine
from .evidence import asks_models, observe
from .mattes import Mattes
from .neighbours import Around
from .shaping import forcing, shape
from .task import Task


def key_frame(
    clips: dict[str, Frame],
    settings: Settings,
    work: Work,
    draft: bool = False,
    keep: bool = False,
    around: Around | None = None,
) -> Mattes:
    """All stages for one frame: ``shape(task, evidence, refine(task, observe(task)))``.

    Args:
        draft: the host asks for half resolution, when the settings leave the choice.
        keep: the frame is shared with the next call that asks for the same: nobody may write into it.
        around: the frames around this one, for recurrent models; None where there are none to be had,
            and such a model sees this frame alone.
    """
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(work.threads):
        plate = prepare(clips, settings, work.threads)
        points = (settings.point, settings.keep_point, settings.leave_point)
        place, *marks = (point_of(point, plate.frame.bounds, work.across) for point in points)
        work.progress(0.2)
        small = _halved(plate) if half and min(plate.light.shape[:2]) >= 2 else None
        inner = work if small is None else dataclasses.replace(work, scale=work.scale * 0.5)
        task = Task(small or plate, settings, inner, place, around, (marks[0], marks[1]))

        def make() -> Mattes:
            evidence = observe(task)
            made = shape(task, evidence, refine(task, evidence))
            made.findings = quality.found(task, evidence, made)
            return made if small is None else _full(made, small, plate, settings, work)

        if not keep:
            return parting.bound(task, make(), plate.light)
        content = task.content if small is None else content_key(plate.frame.pixels, threads=work.threads)
        recurrent = around is not None and bool(choose.remembering(task.models, "alpha", "edge"))
        observed = recurrent and asks_models(task)
        key = memo.of_frame(task, plate, content, half, subject.wanted(settings), observed)
        found: Mattes = memo.frames.get(key, lambda: memo.frozen(make()), work.check)
        return parting.bound(task, found, plate.light)


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


def _full(rough: Mattes, small: Plate, plate: Plate, settings: Settings, work: Work) -> Mattes:
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
        split=None if rough.split is None else Split(alpha, rough.split.made, work.threads),
        surface=None if rough.surface is None else grow(rough.surface, height, width),
        decision=rough.decision, findings=rough.findings,
    )  # fmt: skip
