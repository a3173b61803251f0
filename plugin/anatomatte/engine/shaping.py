"""The third, cheap stage: what a compositor tweaks.  Runs nothing above it."""

from __future__ import annotations

import numpy as np

from .. import buffers
from ..frame import Pixels
from ..ops import matte as shaping
from ..ops.snap import snapped
from ..people.split import Split, factor
from ..settings import Settings
from . import parting, stages, views
from .edge import Refined
from .evidence import Evidence
from .forced import forcing
from .foreground import part_strength
from .mattes import Mattes, Unmixing
from .task import Task


def shape(task: Task, evidence: Evidence, refined: Refined) -> Mattes:
    """What a compositor tweaks: whose matte, mattes that help, clips, edges, unmix, despill."""
    plate, settings, work = task.plate, task.settings, task.work
    made, people = refined.key, None
    doubts: tuple[str, ...] = ()
    if evidence.people is not None:
        people, doubts = parting.shared(task, evidence.people, refined.held)
    work.progress(0.7)
    core, garbage = forcing(plate, settings)
    hint = buffers.zeros(made.matte.shape) if plate.hint is None else plate.hint
    cover = made.matte if plate.hint is None else _hinted(made.matte, plate.hint)
    chosen = None if people is None else factor(people, *cover.shape)
    cover = cover if chosen is None else cover * chosen
    if refined.kept is not None:
        cover = np.maximum(cover, refined.kept)
    alpha = _tweaked(cover, settings, work.scale)
    if settings.snap > 0:
        alpha = snapped(alpha, plate.light, settings.snap, work.scale)
    if settings.despot_black > 0:
        cover = np.maximum(cover, np.where(alpha > cover, _filled(cover, settings, work.scale), 0))
    work.check()
    if core.any():
        alpha, cover = np.maximum(alpha, core), np.maximum(cover, core)
    if plate.alpha is not None and settings.source_alpha == "multiply":
        alpha = alpha * plate.alpha
    alpha = np.clip(alpha, 0, 1 - garbage if garbage.any() else 1, out=buffers.empty(alpha.shape))
    work.progress(0.8)
    strength = part_strength(evidence.people, settings)
    unmixing = Unmixing(evidence.screen.screen, made, cover, strength)
    split = None if people is None else Split(alpha, people, work.threads)
    messages = (*plate.doubts, *doubts, *evidence.messages, *refined.messages)
    surface = views.screen(task, evidence, made)
    surface = stages.picture(task, evidence, refined) if surface is None else surface
    screen = evidence.key.matte
    return Mattes(
        alpha, screen, core, garbage, hint, split, messages, surface, evidence.decision,
        unmixing=unmixing,
    )  # fmt: skip


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
