"""The subject's own colour: unmixed from the screen, free of its spill, in the output's encoding."""

from __future__ import annotations

import dataclasses
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import buffers
from ..frame import Pixels
from ..keyer import cloth, despill, palette
from ..keyer.key import surface_rows
from ..ops import colour
from ..ops.filters import brightest, gauss, rows_of, shrink, step
from ..ops.planes import planar
from ..ops.strips import each
from ..parts import channels
from ..people.evidence import PeopleEvidence
from ..plate import Plate
from ..settings import Settings
from . import memo
from .asking import DESPILLED, by_parts
from .edge import complete
from .mattes import Own, Unmixing
from .task import Task


def foreground(task: Task, unmixing: Unmixing) -> Own:
    """The subject's colour and spill; for reading only."""
    plate, settings, work = task.plate, task.settings, task.work
    screen, cover, strength = unmixing.screen, unmixing.cover, unmixing.strength
    key = complete(task, screen, unmixing.key)
    unmixing = dataclasses.replace(unmixing, key=key)

    def make() -> Own:
        made = Foreground(plate, unmixing, settings)
        each(len(cover), made.strip, work.threads, work.check)
        return memo.frozen((made.colour, made.spill))

    if screen is None:  # it costs no more than to look whether it is there
        return make()
    pixels: list[npt.NDArray[Any] | None] = [
        key.matte,
        key.edge,
        key.colour,
        key.around,
        strength,
    ]
    pixels += [plate.behind, plate.clean, plate.clean_known]
    pixels.append(None if cover is key.matte else cover)
    name = memo.of_foreground(task, *pixels, screen.surface, facts=(screen.axis,))
    found: Own = memo.foregrounds.get(name, make, work.check)
    return found


class Foreground:
    """The subject's own colour, strip by strip.

    Attributes:
        colour: H×W×3, unmixed, despilled, not premultiplied, in the output's encoding.
        spill: H×W, share of the screen's colour that was found on the subject, in 0..1.
    """

    def __init__(self, plate: Plate, unmixing: Unmixing, settings: Settings) -> None:
        self.plate, self.made, self.cover, self.settings = plate, unmixing.key, unmixing.cover, settings
        self.screen, self.strength = unmixing.screen, unmixing.strength
        self.target = plate.curve if settings.output_colour == "input" else settings.output_colour
        self.height, self.width = self.cover.shape
        self.colour = buffers.empty((self.height, self.width, 3))
        self.spill = np.zeros((self.height, self.width), np.float32)
        tied = self.screen is not None and settings.despill_method == "unmix"
        self.near = _near_edge(self.made.matte) if tied else None

    def strip(self, y1: int, y2: int) -> None:
        """Fill rows y1 to y2."""
        if self.screen is None:
            self._seen(y1, y2)
            return
        light = planar(self.plate.light[y1:y2])
        surface = planar(surface_rows(self.plate, self.screen, y1, y2))
        around = planar(rows_of(self.made.around, y1, y2, *self.cover.shape))
        clean = self._unmixed(light, around[..., :3] * brightest(surface)[..., None], y1, y2)
        self._despill(clean, surface, around[..., 3], y1, y2)
        coded = colour.encode(self.target, clean)
        if self.target == self.plate.curve and coded is not clean:
            # what nobody touched leaves bit for bit as it came
            np.copyto(coded, self.plate.frame.pixels[y1:y2], where=clean == light)
        self.colour[y1:y2] = coded

    def _unmixed(self, light: Pixels, near: Pixels, y1: int, y2: int) -> Pixels:
        """The solved colours in the edge, the subject's nearby colour (*near*) where there is only screen.

        Both count less where a core, a hint or a fill has made the matte solid.
        """
        cover, matte = self.cover[y1:y2], self.made.matte[y1:y2]
        amount = np.float32(self.settings.unmix)
        through = 1 - matte
        share = np.clip((1 - cover) / np.maximum(through, np.float32(1e-4)), 0, 1) * amount
        share *= through > 0
        first, last = np.searchsorted(self.made.edge, (y1 * self.width, y2 * self.width))
        at = self.made.edge[first:last] - y1 * self.width
        solved, part = self.made.colour[first:last], share.ravel()[at]
        clean = near - light
        clean *= share[..., None]
        clean += light
        for c in range(3):
            was = light[..., c].reshape(-1)[at]
            clean[..., c].flat[at] = was + (solved[:, c] - was) * part
        return np.asarray(clean, np.float32)

    def _despill(self, clean: Pixels, surface: Pixels, own: Pixels, y1: int, y2: int) -> None:
        screen, chosen = self.screen, self.settings
        assert screen is not None
        excess = despill.spill(clean, screen.axis, chosen.despill_method)
        if own.any():
            excess *= 1 - np.float32(chosen.despill_keep) * own * cloth.purity(clean, screen.axis)
        if self.near is not None:
            excess *= rows_of(self.near, y1, y2, self.height, self.width)
        full = np.maximum(screen.axis.key(surface, 0.5), np.float32(1e-5))
        self.spill[y1:y2] = np.clip(excess / full, 0, 1)
        grey = np.asarray(excess / full * surface[..., screen.axis.low], np.float32)
        amount: Pixels | float = chosen.despill
        if self.strength is not None:
            amount = amount * rows_of(self.strength, y1, y2, self.height, self.width)
        despill.despill(clean, screen.axis, excess, grey, amount, self._light_back(y1, y2))

    def _light_back(self, y1: int, y2: int) -> Pixels | float:
        """What comes in the place of one unit of luminance of spill."""
        chosen, amount = self.settings, self.settings.despill_luminance
        if chosen.despill_replace == "colour":
            picked = np.array(chosen.despill_colour, np.float32).reshape(1, 1, 3)
            return despill.tinted(colour.decode(self.plate.curve, picked)[0, 0], amount)
        if chosen.despill_replace == "bg":
            behind = self.plate.behind
            return 0.0 if behind is None else despill.tinted(behind[y1:y2], amount)
        return 0.0 if chosen.despill_replace == "nothing" else amount

    def _seen(self, y1: int, y2: int) -> None:
        """Rows y1 to y2 of people before any background: only the edge has another colour than the plate."""
        frame, light, out = self.plate.frame.pixels[y1:y2], self.plate.light[y1:y2], self.colour[y1:y2]
        out[...] = frame if self.target == self.plate.curve else colour.encode(self.target, light)
        first, last = np.searchsorted(self.made.edge, (y1 * self.width, y2 * self.width))
        if first == last:
            return
        at = self.made.edge[first:last] - y1 * self.width
        cover, through = self.cover[y1:y2].reshape(-1)[at], 1 - self.made.matte[y1:y2].reshape(-1)[at]
        share = np.clip((1 - cover) / np.maximum(through, np.float32(1e-4)), 0, 1)
        share *= np.float32(self.settings.unmix) * (through > 0)
        plain, flat = light.reshape(-1, 3)[at], out.reshape(-1, 3)
        clean = plain + (self.made.colour[first:last] - plain) * share[:, None]
        flat[at] = np.where(clean == plain, flat[at], colour.encode(self.target, clean))


def _near_edge(matte: Pixels) -> Pixels:
    """1 in the matte's edge and beyond it, 0 well inside the subject, on a grid of at most 640 cells."""
    cell = palette.cell_for(*matte.shape)
    height, width = -(-matte.shape[0] // cell), -(-matte.shape[1] // cell)
    through = gauss(1 - shrink(matte, height, width), 0.012 * max(height, width))
    return step(through, 0.0, 0.3)


def part_strength(seen: PeopleEvidence | None, settings: Settings) -> Pixels | None:
    """Strength of despill on the network's grid, h×w, or None where it is the same everywhere."""
    if seen is None or not by_parts(settings) or not len(seen.people):
        return None
    strength = np.ones(seen.alpha.shape, np.float32)
    for name in DESPILLED:
        share = seen.part(*channels(name))
        strength += np.float32(getattr(settings, f"despill_{name}") - 1) * share
    return np.asarray(np.clip(strength, 0, 2), np.float32)
