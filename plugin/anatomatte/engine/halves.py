"""A frame at half resolution, and back: what a draft costs a quarter for."""

from __future__ import annotations

import numpy as np

from ..cache import content_key
from ..frame import Frame, Pixels
from ..ops import colour
from ..ops.filters import grow, shrink
from ..people.split import Split
from ..plate import Plate
from ..settings import Settings
from ..work import Work
from .forced import forcing
from .mattes import Mattes, Own


def halved(plate: Plate) -> Plate:
    """The plate at half resolution."""
    height, width = plate.light.shape[:2]
    rows, columns = (height + 1) // 2, (width + 1) // 2

    def down(pixels: Pixels | None) -> Pixels | None:
        return None if pixels is None else shrink(pixels, rows, columns)

    rgb = shrink(plate.frame.pixels, rows, columns)
    return Plate(
        Frame(rgb, (0, 0, columns, rows), aspect=plate.frame.aspect),
        colour.decode(plate.curve, rgb),
        plate.curve,
        alpha=down(plate.alpha), inm=down(plate.inm), outm=down(plate.outm), hint=down(plate.hint),
        clean=down(plate.clean), clean_known=down(plate.clean_known), doubts=plate.doubts,
        content=content_key(plate.content, "half"),
    )  # fmt: skip


def coloured(own: Own, small: Plate, plate: Plate, settings: Settings) -> Own:
    """Foreground and spill of half resolution at the plate's: the change of colour, not the picture, is
    brought up."""
    height, width = plate.light.shape[:2]
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    before = small.frame.pixels if target == plate.curve else colour.encode(target, small.light)
    whole = plate.frame.pixels if target == plate.curve else colour.encode(target, plate.light)
    return whole + grow(own[0] - before, height, width), _up(own[1], height, width)


def full(rough: Mattes, plate: Plate, settings: Settings, work: Work) -> Mattes:
    """Mattes of half resolution at the plate's."""
    height, width = plate.light.shape[:2]

    def up(matte: Pixels) -> Pixels:
        return _up(matte, height, width)

    core, garbage = forcing(plate, settings)
    alpha = np.clip(np.minimum(np.maximum(up(rough.alpha), core), 1 - garbage), 0, 1)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = np.minimum(alpha, plate.alpha)
    return Mattes(
        alpha=alpha, screen=up(rough.screen), core=core, garbage=garbage,
        hint=np.zeros_like(alpha) if plate.hint is None else plate.hint, messages=rough.messages,
        split=None if rough.split is None else Split(alpha, rough.split.made, work.threads),
        surface=None if rough.surface is None else grow(rough.surface, height, width),
        decision=rough.decision, findings=rough.findings, unmixing=rough.unmixing,
    )  # fmt: skip


def _up(matte: Pixels, height: int, width: int) -> Pixels:
    return np.asarray(np.clip(grow(matte, height, width), 0, 1), np.float32)
