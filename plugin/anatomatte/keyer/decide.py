"""Is the area that was found a screen?  Evidence for and against argues, and one answer is taken whole.

Each figure speaks in log odds, as independent evidence does (naive Bayes after I. J. Good, "Probability and
the Weighing of Evidence", 1950), within limits, so that no single figure decides against all others.
What speaks strongest against a screen is the reason that is told.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..decision import Decision
from ..frame import Pixels
from ..ops.filters import Mask, step
from . import backing
from .backing import Behind, Figures
from .screen import Candidate

PRIOR = -0.5
"""Log odds of a screen in a plate of which nothing is known."""

SURE = 4.0
"""Log odds from which on, either way, nobody needs to be asked about people."""

Voice = tuple[str, float]
"""A code of `decision.WHY` and its log odds."""


def _says(code: str, value: float, low: float, high: float, against: float, for_: float) -> Voice:
    """*against* where the value is at most *low*, *for_* from *high* on."""
    return code, against + float(step(value, low, high)) * (for_ - against)


def material(seen: Figures) -> list[Voice]:
    """What the area itself says: its colour, its smoothness, its size, where it lies."""
    sides = sorted((seen.top, seen.left, seen.right, seen.bottom))
    reach = sum(sides[1:]) / 3  # a studio's floor, or one side, may be without
    return [
        _says("pale", seen.strong, 0.02, 0.6, -7.0, 0.8),
        _says("drifts", seen.paint, 0.05, 0.7, -8.0, 0.8),
        _says("texture", min(seen.calm, seen.flat / 0.6), 0.1, 0.8, -8.0, 0.8),
        _says("small", seen.area + reach, 0.1, 0.7, -5.0, 1.0),
        _says("border", max(seen.top, 0.6 * reach), 0.05, 0.6, -4.0, 1.0),
    ]


def alone(seen: Figures) -> list[Voice]:
    """The same with what is known of its surroundings where nobody said where people are."""
    return [
        *material(seen),
        _says("border", (seen.top + seen.left + seen.right) / 3, 0.3, 0.85, -3.0, 2.5),
        _says("below", seen.top - seen.bottom, -0.8, -0.2, -3.0, 0.0),
    ]


def before(seen: Figures, people: Behind) -> list[Voice]:
    """The same with people before it."""
    return [
        *material(seen),
        _says("lettering", -people.clutter, -0.25, -0.06, -4.0, 0.8),
        _says("clothes", -people.worn, -0.5, -0.15, -6.0, 0.0),
        _says("beside", people.upper, 0.6, 0.95, -6.0, 3.0),
        _says("below", people.ring, 0.1, 0.5, -2.0, 0.5),
    ]


def weighed(voices: list[Voice]) -> tuple[float, str]:
    """Log odds of all voices together, and the code of what speaks strongest for the answer."""
    odds = PRIOR + sum(one for _, one in voices)
    if odds >= 0:
        return odds, "screen"
    return odds, min(voices, key=lambda voice: voice[1])[0]


def decided(candidate: Candidate | None, people: Mask | None = None) -> tuple[Decision, bool]:
    """The decision on what was found, and whether it is open: people should be asked about.

    Args:
        candidate: the area, or None where there is none.
        people: where people are, on the small picture; None where nobody was asked.
    """
    if candidate is None:
        return Decision(0.001, "none"), False
    seen = candidate.figures
    found = None if people is None else backing.behind(candidate.like, people)
    odds, why = weighed(alone(seen) if found is None else before(seen, found))
    presence = 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
    red, green, blue = (float(c) for c in candidate.colour)
    made = Decision(round(presence, 4), why, (red, green, blue), round(seen.area, 4))
    return made, people is None and abs(odds) < SURE


def mask_of(cover: Pixels, like: Mask) -> Mask:
    """Where coverage by people (on any grid) is more than a half, on the small picture."""
    height, width = like.shape
    return np.asarray(cv2.resize(cover, (width, height), interpolation=cv2.INTER_AREA) > 0.5)
