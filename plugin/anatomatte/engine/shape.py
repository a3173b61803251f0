"""The cheap stage: what a compositor tweaks.  Runs nothing above it."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..keyer import unmix
from ..ops import colour
from ..ops import matte as shaping
from ..ops.strips import each
from ..settings import Settings
from .job import Job
from .look import Evidence, Key, surface_rows
from .mattes import Mattes
from .plate import Plate


def shape(plate: Plate, evidence: Evidence, made: Key, settings: Settings, job: Job) -> Mattes:
    """What a compositor tweaks: mattes that help, clips, edges, unmix, despill.  Runs nothing above it."""
    zero = np.zeros_like(made.matte)
    core = zero if plate.inm is None else plate.inm
    garbage = zero if plate.outm is None else plate.outm
    hint = zero if plate.hint is None else plate.hint
    if plate.alpha is not None and settings.source_alpha == "add":
        core = np.maximum(core, plate.alpha)
    cover = made.matte if plate.hint is None else _hinted(made.matte, plate.hint)
    alpha = _tweaked(cover, settings, job.scale)
    cover = np.maximum(cover, np.where(alpha > cover, _filled(cover, settings, job.scale), 0))
    job.check()
    alpha = np.maximum(alpha, core)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = alpha * plate.alpha
    alpha = np.clip(np.minimum(alpha, 1 - garbage), 0, 1)
    job.progress(0.8)
    foreground, spill = _foreground(plate, evidence, np.maximum(cover, core), settings, job)
    return Mattes(alpha, foreground, made.matte, spill, core, garbage, hint, messages=plate.doubts)


def _hinted(matte: Pixels, hint: Pixels) -> Pixels:
    """A rough matte as a prior: odds are multiplied, so doubt is resolved and certainty is kept."""
    prior = np.clip(hint, np.float32(0.03), np.float32(0.97))
    yes = matte * prior
    return yes / (yes + (1 - matte) * (1 - prior))


def _filled(matte: Pixels, settings: Settings, scale: float) -> Pixels:
    return shaping.despot_black(matte, settings.despot_black * scale * scale)


def _tweaked(matte: Pixels, settings: Settings, scale: float) -> Pixels:
    if (settings.clip_black, settings.clip_white) != (0.0, 1.0):
        matte = shaping.clip(matte, settings.clip_black, settings.clip_white)
    matte = shaping.despot_black(matte, settings.despot_black * scale * scale)
    matte = shaping.despot_white(matte, settings.despot_white * scale * scale)
    if settings.matte_gamma != 1.0:
        matte = shaping.gamma(matte, settings.matte_gamma)
    if settings.erode != 0.0:
        matte = shaping.erode(matte, settings.erode * scale)
    return shaping.soften(matte, settings.soften * scale)


def _foreground(
    plate: Plate, evidence: Evidence, cover: Pixels, settings: Settings, job: Job
) -> tuple[Pixels, Pixels]:
    """The subject's own colour in the output's encoding, and the spill that was taken off."""
    height, width = cover.shape
    target = plate.curve if settings.output_colour == "input" else settings.output_colour
    screen = evidence.screen
    foreground = np.empty((height, width, 3), np.float32)
    spilled = np.zeros((height, width), np.float32)

    def strip(y1: int, y2: int) -> None:
        light = plate.light[y1:y2]
        clean = light
        if screen is not None and screen.weight > 0:
            surface = surface_rows(plate, screen, y1, y2)
            clean = unmix.unmix(light, surface, cover[y1:y2], settings.unmix * screen.weight)
            excess = unmix.spill(clean, screen.axis, settings.despill_method)
            full = np.maximum(screen.axis.key(surface, 0.5), np.float32(1e-5))
            spilled[y1:y2] = np.clip(excess / full, 0, 1)
            amount = settings.despill * screen.weight
            unmix.despill(clean, screen.axis, excess, amount, settings.despill_luminance)
        coded = colour.encode(target, clean)
        if target == plate.curve:  # what nobody touched leaves bit for bit as it came
            coded = np.where(clean == light, plate.frame.pixels[y1:y2], coded)
        foreground[y1:y2] = coded

    each(height, strip, job.threads, job.check)
    return foreground, spilled
