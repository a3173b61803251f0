"""One frame through all stages, at full or at half resolution."""

from __future__ import annotations

import dataclasses
import functools

from ..frame import Frame
from ..nets.external import choose
from ..ops.strips import opencv_threads
from ..people.places import marks_of, point_of
from ..plate import prepare
from ..settings import Settings
from ..shot.numbering import AtFrame
from ..work import Work
from . import (
    again,
    asking,
    hints,
    memo,
    mending,
    parting,
    quality,
    quality_beside,
    replacing,
    steadying,
    subject,
)
from .edge import refine
from .evidence import asks_models, observe
from .foreground import foreground
from .halves import coloured, full, halved
from .mattes import Mattes, Own
from .neighbours import Around
from .shaping import shape
from .task import Task


def key_frame(
    clips: dict[str, Frame],
    settings: Settings,
    work: Work,
    draft: bool = False,
    keep: bool = False,
    around: Around | None = None,
    shot: AtFrame | None = None,
    known: str = "",
) -> Mattes:
    """All stages for one frame: observe, refine, steady, shape.

    Args:
        draft: the host asks for half resolution, when the settings leave the choice.
        keep: the frame is shared with the next call that asks for the same: nobody may write into it.
        around: the frames around this one, for recurrent models; None where there are none to be had,
            and such a model sees this frame alone.
        shot: the sidecar that the settings name, at this frame; they are settled by it (`AtFrame.settled`).
        known: what the frame is known by in a sequence of a host (`again.key_of`); empty outside of one.

    Raises:
        SettingsError: the sidecar is another plate's.
    """
    half = settings.draft == "always" or (draft and settings.draft == "auto")
    with opencv_threads(work.threads):
        last = again.find(known)
        if last is None:
            ready = _ready(clips, settings, work, half, around, shot)
            clips["Source"].let_go()
            again.keep(known, ready)
        else:
            ready = last.at(settings, work, around, shot)
        plate, small, task = ready.plate, ready.small, ready.task

        def make() -> Mattes:
            evidence = observe(task)
            evidence, refined = steadying.steadied(task, evidence, refine(task, evidence))
            if around is not None:
                around.let_go()
            evidence, refined = mending.mended(task, evidence, refined)
            made = shape(task, evidence, refined)
            made.findings = quality.found(task, evidence, refined, made)
            made.messages = (*made.messages, *quality_beside.unheard(task))
            return made if small is None else full(made, plate, settings, work)

        def bound(made: Mattes) -> Mattes:
            def own() -> Own:
                assert made.unmixing is not None
                found = foreground(task, made.unmixing)
                return found if small is None else coloured(found, small, plate, settings)

            told = subject.squeezed(task) if made.split is not None else ()
            parted = parting.bound(task, made, plate.light)
            return dataclasses.replace(
                parted, colours=functools.cache(own), messages=(*parted.messages, *told)
            )

        if not keep:
            return replacing.replaced(task, bound(make()), plate)
        content = task.content if small is None else plate.content
        recurrent = around is not None and bool(choose.remembering(task.models, "alpha", "edge"))
        observed = recurrent and asks_models(task)
        key = memo.of_frame(task, plate, content, half, asking.decides(settings), observed)
        found: Mattes = memo.frames.get(key, lambda: memo.frozen(make()), work.check)
        return replacing.replaced(task, bound(found), plate)


def _ready(
    clips: dict[str, Frame],
    settings: Settings,
    work: Work,
    half: bool,
    around: Around | None,
    shot: AtFrame | None,
) -> again.Ready:
    """A frame's plate, at full and at half resolution, and what the stages need to know."""
    plate = prepare(clips, settings, work.threads)
    if shot is not None:
        told = shot.check(plate.light)
        plate = dataclasses.replace(plate, doubts=(*plate.doubts, *told))
    across = work.placed(plate.frame.aspect)
    place = point_of("point", settings, plate.frame.bounds, across)
    marks = marks_of(settings, plate.frame.bounds, across)
    work.progress(0.2)
    small = halved(plate) if half and min(plate.light.shape[:2]) >= 2 else None
    inner = work if small is None else dataclasses.replace(work, scale=work.scale * 0.5)
    exposure = None if shot is None else shot.exposure_at(shot.number)
    frame = shot.number if shot is not None else 0 if around is None else around.number
    here = hints.of(settings, plate.frame.bounds, across, frame)
    task = Task(
        small or plate, settings, inner, place, around, marks, small is not None, shot,
        wardrobe=shot, hints=here, exposure=exposure,
    )  # fmt: skip
    return again.Ready(clips, plate, small, task)
