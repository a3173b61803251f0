"""The cheap stage: what a compositor tweaks.  Runs nothing above it."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..keyer import despill, palette
from ..ops import colour
from ..ops import matte as shaping
from ..ops.filters import brightest, rows_of
from ..ops.strips import each
from ..people.split import Split, factor
from ..settings import Settings
from .job import Job
from .look import Evidence, Key, surface_rows
from .mattes import Mattes
from .plate import Plate
from .stages import Found


def shape(plate: Plate, found: Found, settings: Settings, job: Job) -> Mattes:
    """What a compositor tweaks: whose matte, mattes that help, clips, edges, unmix, despill."""
    made = found.key
    core, garbage = forcing(plate, settings)
    hint = np.zeros_like(made.matte) if plate.hint is None else plate.hint
    cover = made.matte if plate.hint is None else _hinted(made.matte, plate.hint)
    chosen = None if found.shares is None else factor(found.shares, *cover.shape)
    cover = cover if chosen is None else cover * chosen
    alpha = _tweaked(cover, settings, job.scale)
    cover = np.maximum(cover, np.where(alpha > cover, _filled(cover, settings, job.scale), 0))
    job.check()
    alpha = np.maximum(alpha, core)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = alpha * plate.alpha
    alpha = np.clip(np.minimum(alpha, 1 - garbage), 0, 1)
    job.progress(0.8)
    work = _Foreground(plate, found.evidence, made, np.maximum(cover, core), settings)
    each(work.cover.shape[0], work.strip, job.threads, job.check)
    split = None if found.shares is None else Split(alpha, found.shares, job.threads)
    doubts = (*plate.doubts, *found.doubts)
    return Mattes(alpha, work.colour, found.screen, work.spill, core, garbage, hint, split, doubts)


def forcing(plate: Plate, settings: Settings) -> tuple[Pixels, Pixels]:
    """The core matte (with the source's alpha when that is added) and the garbage matte."""
    zero = np.zeros(plate.light.shape[:2], np.float32)
    core = zero if plate.inm is None else plate.inm
    if plate.alpha is not None and settings.source_alpha == "add":
        core = np.maximum(core, plate.alpha)
    return core, zero if plate.outm is None else plate.outm


def _hinted(matte: Pixels, hint: Pixels) -> Pixels:
    """A rough matte as a prior: odds are multiplied, so doubt is resolved and certainty is kept."""
    prior = np.clip(hint, np.float32(0.03), np.float32(0.97))
    yes = matte * prior
    return np.asarray(yes / (yes + (1 - matte) * (1 - prior)), np.float32)


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


class _Foreground:
    """The subject's own colour, strip by strip."""

    def __init__(
        self, plate: Plate, evidence: Evidence, made: Key, cover: Pixels, settings: Settings
    ) -> None:
        self.plate, self.made, self.cover, self.settings = plate, made, cover, settings
        self.screen = evidence.screen
        self.target = plate.curve if settings.output_colour == "input" else settings.output_colour
        height, self.width = cover.shape
        self.colour = np.empty((height, self.width, 3), np.float32)
        self.spill = np.zeros((height, self.width), np.float32)

    def strip(self, y1: int, y2: int) -> None:
        light = self.plate.light[y1:y2]
        clean = light
        if self.screen is not None:
            surface = surface_rows(self.plate, self.screen, y1, y2)
            around = rows_of(self.made.around, y1, y2, *self.cover.shape)
            clean = self._unmixed(light, surface, around[..., :3], y1, y2)
            self._despill(clean, surface, around[..., 3], y1, y2)
        elif len(self.made.edge):
            clean = self._unmixed(light, None, None, y1, y2)
        coded = colour.encode(self.target, clean)
        if self.target == self.plate.curve:  # what nobody touched leaves bit for bit as it came
            coded = np.where(clean == light, self.plate.frame.pixels[y1:y2], coded)
        self.colour[y1:y2] = coded

    def _unmixed(
        self, light: Pixels, surface: Pixels | None, near: Pixels | None, y1: int, y2: int
    ) -> Pixels:
        """The solved colours in the edge, the subject's nearby colour where there is only screen.

        Both count less where a core, a hint or a fill has made the matte solid.
        """
        cover, matte = self.cover[y1:y2], self.made.matte[y1:y2]
        amount = np.float32(self.settings.unmix * (1.0 if self.screen is None else self.screen.weight))
        through = 1 - matte
        share = np.clip((1 - cover) / np.maximum(through, np.float32(1e-4)), 0, 1) * amount
        first, last = np.searchsorted(self.made.edge, (y1 * self.width, y2 * self.width))
        at = self.made.edge[first:last] - y1 * self.width
        share = np.where(through > 0, share, 0).ravel()
        flat = light.reshape(-1, 3)
        if surface is None or near is None:  # people against any background: only the edge is known
            clean = flat.copy()
            clean[at] += (self.made.colour[first:last] - clean[at]) * share[at, None]
            return clean.reshape(light.shape)
        target = (near * brightest(surface)[..., None]).reshape(-1, 3)
        target[at] = self.made.colour[first:last]
        return np.asarray(flat + (target - flat) * share[:, None], np.float32).reshape(light.shape)

    def _despill(self, clean: Pixels, surface: Pixels, own: Pixels, y1: int, y2: int) -> None:
        screen, chosen = self.screen, self.settings
        assert screen is not None
        excess = despill.spill(clean, screen.axis, chosen.despill_method)
        if own.any():
            excess *= 1 - np.float32(chosen.despill_keep) * own * palette.purity(clean, screen.axis)
        full = np.maximum(screen.axis.key(surface, 0.5), np.float32(1e-5))
        self.spill[y1:y2] = np.clip(excess / full, 0, 1)
        grey = np.asarray(excess / full * surface[..., screen.axis.low], np.float32)
        amount = chosen.despill * screen.weight
        despill.despill(clean, screen.axis, excess, grey, amount, chosen.despill_luminance)
