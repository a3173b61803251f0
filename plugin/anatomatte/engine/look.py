"""The two expensive stages: what one look at the plate finds, and the matte at its resolution."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Pixels
from ..keyer import key
from ..keyer.screen import Screen, find
from ..ops import colour
from ..ops.strips import each
from ..settings import Settings
from .job import Job
from .plate import Plate


@dataclass(frozen=True, slots=True, eq=False)
class Evidence:
    """What one look at the plate found."""

    screen: Screen | None


@dataclass(frozen=True, slots=True, eq=False)
class Key:
    """The matte at the plate's resolution, before any tweak: coverage in 0..1, H×W."""

    matte: Pixels


def observe(plate: Plate, settings: Settings, job: Job) -> Evidence:
    """Look at the plate once: is there a screen, which colour, how does its light vary?"""
    job.check()
    picked = np.array(settings.screen_colour, np.float32).reshape(1, 1, 3)
    linear = colour.decode(plate.curve, picked).ravel()
    seen = (float(linear[0]), float(linear[1]), float(linear[2]))
    return Evidence(find(plate.light, settings.screen, seen, settings.screen_uneven))


def surface_rows(plate: Plate, screen: Screen, y1: int, y2: int) -> Pixels:
    """The screen's colour, rows y1 to y2: the clean plate where it is known, else the model."""
    height, width = plate.light.shape[:2]
    surface = screen.rows(y1, y2, height, width)
    if plate.clean is not None and plate.clean_known is not None:
        known = plate.clean_known[y1:y2, :, None]
        surface = surface + known * (plate.clean[y1:y2] - surface)
    return surface


def refine(plate: Plate, evidence: Evidence, settings: Settings, job: Job) -> Key:
    """The matte at the plate's resolution."""
    height, width = plate.light.shape[:2]
    screen = evidence.screen
    if screen is None:
        return Key(np.ones((height, width), np.float32))
    signal = np.empty((height, width), np.float32)

    def strip(y1: int, y2: int) -> None:
        surface = surface_rows(plate, screen, y1, y2)
        signal[y1:y2] = key.transmission(
            plate.light[y1:y2], surface, screen, settings.screen_gain, settings.screen_balance
        )

    each(height, strip, job.threads, job.check)
    job.check()
    return Key(key.screen_matte(key.quiet(signal, screen.noise), screen))
