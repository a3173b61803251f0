"""The screen keyer: the evidence for a screen in a plate, and the key at the plate's resolution."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from .. import buffers
from ..decision import Decision
from ..frame import Pixels
from ..ops import colour
from ..ops.filters import brightest, rows_of, shrink, step
from ..ops.matte import calm
from ..ops.planes import planar
from ..ops.strips import each
from ..plate import Plate
from ..settings import Settings
from ..work import Work
from . import chroma, cloth, clutter, palette, regions, shadow, solve, veil
from .screen import Candidate, Screen, find

_KNOWN = np.full(256, -1, np.float32)
"""What the first pass makes of a pixel that is sure of nothing, sure screen and sure subject."""
_KNOWN[1:3] = 0, 1


@dataclass(frozen=True, slots=True, eq=False)
class ScreenEvidence:
    """What the plate says of a screen: the screen (or None), how much chroma detail is missing, and how
    many lines along the border are no picture."""

    screen: Screen | None
    chroma_lost: float = 0.0
    rim: clutter.Rim = (0, 0, 0, 0)


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The matte at the plate's resolution, before any tweak.

    Attributes:
        matte: H×W, coverage in 0..1.
        edge: flat indices of the pixels whose foreground was solved, ascending.
        colour: N×3 scene-linear foreground of those pixels.
        around: h×w×4 on a grid over the frame: the subject's colour nearby in units of the
            screen's brightness, and where the subject itself has the screen's hue (0 to 1).
        held: H×W, how much of the matte is held by people, in 0..1; None where nobody knows.
        unsolved: those of *edge* whose colour is solved once somebody asks for it; None: there are none.
    """

    matte: Pixels
    edge: npt.NDArray[np.intp]
    colour: Pixels
    around: Pixels
    held: Pixels | None = None
    unsolved: npt.NDArray[np.intp] | None = None


def surface_rows(plate: Plate, screen: Screen, y1: int, y2: int) -> Pixels:
    """The screen's colour, rows y1 to y2: the clean plate where it is known, else the model."""
    height, width = plate.light.shape[:2]
    surface = screen.rows(y1, y2, height, width)
    if plate.clean is not None and plate.clean_known is not None:
        known = plate.clean_known[y1:y2, :, None]
        surface = surface + known * (plate.clean[y1:y2] - surface)
    return surface


def find_screen(plate: Plate, settings: Settings, kept: Decision | None, work: Work) -> Candidate | None:
    """Look at the plate once: what may be the screen, which colour, how does its light vary?

    Args:
        kept: the shot's decision, whose colour is looked for where Screen is Auto; None where there is none.
    """
    work.check()
    if kept is not None and settings.screen == "auto":
        mode, seen = ("picked", kept.colour) if kept.screen and kept.colour else ("none", (0.0, 0.0, 0.0))
        return find(plate.light, mode, seen, settings.screen_uneven)
    picked = np.array(settings.screen_colour, np.float32).reshape(1, 1, 3)
    linear = colour.decode(plate.curve, picked).ravel()
    seen = (float(linear[0]), float(linear[1]), float(linear[2]))
    return find(plate.light, settings.screen, seen, settings.screen_uneven)


def observe_screen(plate: Plate, screen: Screen | None, work: Work) -> ScreenEvidence:
    """What the plate says of a screen that it was decided to have: its grain, lost chroma, dark lines."""
    work.check()
    if screen is None:
        return ScreenEvidence(None)
    height = plate.light.shape[0]
    sample = sorted({int(y) for y in np.linspace(0, height - 1, 24)})
    light = plate.light[sample]
    surface = np.concatenate([surface_rows(plate, screen, y, y + 1) for y in sample])
    grain = regions.grain_of(light, surface, screen.axis, 0.5)
    rim = clutter.rim_of(plate.light, screen.surface)
    return ScreenEvidence(dataclasses.replace(screen, noise=grain), chroma.lost(plate.light), rim)


class _Refine:
    """The plate and what is known of it while its strips are worked on."""

    def __init__(self, plate: Plate, evidence: ScreenEvidence, settings: Settings) -> None:
        assert evidence.screen is not None
        self.plate, self.screen, self.settings = plate, evidence.screen, settings
        self.lost, self.rim = evidence.chroma_lost, evidence.rim
        self.height, self.width = plate.light.shape[:2]
        self.cell = palette.cell_for(self.height, self.width)
        self.rows, self.columns = -(-self.height // self.cell), -(-self.width // self.cell)
        self.matte = buffers.empty((self.height, self.width))
        self.sums = np.empty((self.rows, self.columns, palette.CHANNELS), np.float32)
        self.reach = max(1, round(2 * max(self.height, self.width) / 960))
        self.depths = self._depths()
        self.found: dict[int, tuple[npt.NDArray[np.intp], Pixels]] = {}

    def _depths(self) -> Pixels:
        """How deep inside the subject each grid cell lies, and how solid it is there."""
        small = np.clip(shrink(self.plate.light, self.rows, self.columns), -64, 64)
        surface = self.screen.rows(0, self.rows, self.rows, self.columns)
        if self.plate.clean is not None and self.plate.clean_known is not None:
            known = shrink(self.plate.clean_known, self.rows, self.columns)[..., None]
            surface = surface + known * (shrink(self.plate.clean, self.rows, self.columns) - surface)
        chosen = self.settings
        return regions.depths(
            planar(small),
            planar(surface),
            self.screen.axis,
            chosen.screen_balance,
            chosen.screen_gain,
            self.screen.noise,
        )

    def light(self, y1: int, y2: int) -> Pixels:
        """Rows of the plate; lines along the border that are no picture repeat the first that is."""
        top, bottom, left, right = self.rim
        if not any(self.rim):
            return self.plate.light[y1:y2]
        y = np.clip(np.arange(y1, y2), top, self.height - 1 - bottom)
        x = np.clip(np.arange(self.width), left, self.width - 1 - right)
        return self.plate.light[y[:, None], x]

    def tidy(self) -> None:
        """Between the passes: markers on the screen become screen."""
        if not self.settings.markers:
            return
        cover = palette.cells_of(self.matte != 0, self.cell)
        alone = clutter.markers(cover, self.cell)
        if alone.any():
            self.sums[alone, :10] = 0
            mask = alone.repeat(self.cell, 0).repeat(self.cell, 1)[: self.height, : self.width]
            self.matte[mask] = 0

    def classify(self, y1: int, y2: int) -> None:
        """First pass: sure subject is 1, sure screen 0, the rest −1; colours go to the palette."""
        halo = regions.halo(self.reach)
        top, bottom = max(0, y1 - halo), min(self.height, y2 + halo)
        surface, light = surface_rows(self.plate, self.screen, top, bottom), self.light(top, bottom)
        depth = rows_of(self.depths, top, bottom, self.height, self.width)
        slack = self.screen.slack(top, bottom, self.height, self.width)
        chosen, noise = self.settings, self.screen.noise
        signal = (self.screen.axis, chosen.screen_balance, chosen.screen_gain)
        own = slice(y1 - top, y2 - top)
        sure = regions.sure(light, surface, depth, slack, signal, noise, self.reach)
        subject, screen = (mask[own] for mask in sure)
        if self.screen.veil is not None:
            screen = screen & (rows_of(self.screen.veil, y1, y2, self.height, self.width) < 0.5)
        cv2.LUT(subject + (subject | screen), _KNOWN, self.matte[y1:y2])
        inner, outer = (np.asarray(mask, np.float32) for mask in (subject, screen))
        sums = palette.gather(light[own], surface[own], inner, outer, self.cell)
        self.sums[y1 // self.cell : y1 // self.cell + len(sums)] = sums

    def solve(self, y1: int, y2: int, colours: palette.Palette) -> None:
        """Second pass: alpha and foreground of what is not sure."""
        matte = self.matte[y1:y2]
        y, x = np.nonzero(matte < 0)
        surface = surface_rows(self.plate, self.screen, y1, y2)[y, x]
        light = self.light(y1, y2)[y, x]
        bright: Pixels = np.maximum(brightest(surface), np.float32(1e-5), dtype=np.float32)[:, None]
        shown = np.clip(light / bright, -8, 1000)
        fields = colours.at(y + y1, x)
        unrest = self.unrest(y1, y2)[y, x] / bright[:, 0]
        grain = np.hypot(max(self.screen.noise, 0.03), chroma.LUMA_RINGS * unrest)
        tint = chroma.CHROMA_RINGS * unrest
        alpha, foreground = solve.solve(shown, surface / bright, fields, colours.tone, grain, tint)
        if self.screen.veil is not None:
            hung = rows_of(self.screen.veil, y1, y2, self.height, self.width)[y, x]
            alpha, foreground = self.veiled(shown, surface / bright, alpha, foreground, hung)
        matte[y, x] = alpha
        light = foreground * bright + (light - shown * bright)
        self.found[y1] = ((y + y1) * self.width + x, light)

    def veiled(
        self, shown: Pixels, surface: Pixels, alpha: Pixels, foreground: Pixels, hung: Pixels
    ) -> tuple[Pixels, Pixels]:
        """Alpha and foreground of pixels (N×3, in units) of which some may be a veil's (*hung*, N)."""
        chosen = self.settings
        signal = regions.share(shown, surface, self.screen.axis, chosen.screen_balance, chosen.screen_gain)
        new = veil.covered(alpha, signal, hung)
        own = (shown - (1 - new[:, None]) * surface) / np.maximum(new, np.float32(0.02))[:, None]
        share = step(np.abs(new - alpha), 0.0, 0.02)[:, None]
        return new, np.asarray(foreground + share * (own - foreground), np.float32)

    def unrest(self, y1: int, y2: int) -> Pixels:
        """Contrast around each pixel of these rows, where a codec errs in proportion to it."""
        if self.lost <= 0:
            return np.zeros((y2 - y1, self.width), np.float32)
        top, bottom = max(0, y1 - chroma.HALO), min(self.height, y2 + chroma.HALO)
        return self.lost * chroma.contrast(self.light(top, bottom))[y1 - top : y2 - top]

    def finish(self, matte: Pixels, y1: int, y2: int) -> None:
        """Rows y1 to y2 of the *matte* with the screen's gain."""
        top, bottom = max(0, y1 - 1), min(self.height, y2 + 1)
        through = 1 - calm(self.matte[top:bottom], 0.25)[y1 - top : y2 - top]
        gain = self.settings.screen_gain
        if gain > 1:
            through = np.minimum(through * np.float32(gain), 1)
        elif gain < 1:
            through = np.power(through, np.float32(1 / max(gain, 1e-3)))
        matte[y1:y2] = 1 - through

    def key(self, colours: palette.Palette, work: Work) -> Key:
        """The finished matte with the screen's gain, and the solved colours."""
        parts = [self.found[y] for y in sorted(self.found)]
        matte = buffers.empty(self.matte.shape)
        each(self.height, lambda y1, y2: self.finish(matte, y1, y2), work.threads, work.check)
        own = cloth.own_colour(self.sums, self.screen.axis, self.depths[..., 0])
        around = np.concatenate([colours.fields[..., :3], own[..., None]], 2)
        edge, light = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
        if self.settings.shadows == "keep" and self.screen.shade is not None:
            matte, edge, light = shadow.kept(matte, edge, light, self.dimmed)
        return Key(matte, edge, light, around)

    def dimmed(self, y1: int, y2: int) -> Pixels:
        """Share of the screen's light that shadows take away, rows y1 to y2."""
        assert self.screen.shade is not None
        top, bottom = max(0, y1 - 1), min(self.height, y2 + 1)
        surface = self.screen.rows(top, bottom, self.height, self.width)
        shade = rows_of(self.screen.shade, top, bottom, self.height, self.width)
        light, clear = self.light(top, bottom), self.matte[top:bottom] <= 0
        return shadow.dimmed(light, surface, shade, clear)[y1 - top : y2 - top]


def key_screen(plate: Plate, evidence: ScreenEvidence, settings: Settings, work: Work) -> Key:
    """The matte at the plate's resolution: sure regions first, then the edge from their colours."""
    height, width = plate.light.shape[:2]
    if evidence.screen is None:
        nothing, nowhere = np.empty((0, 3), np.float32), np.empty(0, np.intp)
        return Key(np.ones((height, width), np.float32), nowhere, nothing, np.zeros((1, 1, 4), np.float32))
    state = _Refine(plate, evidence, settings)
    each(height, state.classify, work.threads, work.check)
    state.tidy()
    work.progress(0.5)
    colours = palette.spread(state.sums, state.cell)
    each(height, lambda y1, y2: state.solve(y1, y2, colours), work.threads, work.check)
    return state.key(colours, work)
