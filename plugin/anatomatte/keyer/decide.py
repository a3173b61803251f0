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

SURE = 5.0
"""Log odds from which on, either way, nobody needs to be asked about people."""

PEOPLE_MOST = 5.8
"""The most that people can add to what the area itself says for a screen."""

Voice = tuple[str, float]
"""A code of `decision.WHY` and its log odds."""


def _says(code: str, value: float, low: float, high: float, against: float, for_: float) -> Voice:
    """*against* where the value is at most *low*, *for_* from *high* on."""
    return code, against + float(step(value, low, high)) * (for_ - against)


def material(seen: Figures) -> list[Voice]:
    """What the area itself says: its colour, its smoothness, what crosses it."""
    return [
        _says("pale", seen.vivid, 0.4, 0.85, -6.0, 0.8),
        _says("pale", seen.usual, 0.0, 1.0, -9.0, 0.8),
        _says("drifts", seen.paint, 0.05, 0.7, -8.0, 0.8),
        _says("texture", min(seen.calm, seen.flat / 0.6), 0.1, 0.8, -8.0, 0.8),
        _says("lettering", -seen.lines, -0.06, -0.02, -5.0, 0.5),
    ]


def _sides(seen: Figures) -> float:
    """How far it reaches the frame's border at the top and both sides, in 0..1."""
    return (seen.top + seen.left + seen.right) / 3


def alone(seen: Figures) -> list[Voice]:
    """The same with where it lies in the frame, where nobody said where people are."""
    return [
        *material(seen),
        _says("border", _sides(seen), 0.55, 0.95, -4.0, 3.5),
        _says("small", seen.area, 0.15, 0.4, -3.0, 1.0),
        _says("below", seen.top - seen.bottom, -0.8, -0.2, -3.0, 0.0),
    ]


def before(seen: Figures, people: Behind) -> list[Voice]:
    """The same with people before it."""
    return [
        *material(seen),
        _says("border", _sides(seen), 0.0, 0.7, -1.5, 1.0),
        _says("small", seen.area, 0.05, 0.25, -3.0, 0.5),
        _says("lettering", -people.clutter, -0.18, -0.05, -6.0, 0.8),
        _says("clothes", -people.worn, -0.5, -0.15, -6.0, 0.0),
        _says("clothes", -people.tinted, -0.9, -0.6, -8.0, 0.0),
        _says("beside", people.upper, 0.8, 0.98, -6.0, 3.0),
        _says("below", people.ring, 0.3, 0.6, -3.0, 0.5),
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
    found = None if people is None else backing.behind(candidate.seen, people)
    odds, why = weighed(alone(seen) if found is None else before(seen, found))
    presence = 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
    red, green, blue = (float(c) for c in candidate.seen.colour)
    made = Decision(round(presence, 4), why, (red, green, blue), round(seen.area, 4))
    hopeless = PRIOR + sum(one for _, one in material(seen)) < -SURE - PEOPLE_MOST
    return made, people is None and odds < SURE and not hopeless


def mask_of(cover: Pixels, like: Mask) -> Mask:
    """Where coverage by people (on any grid) is more than a half, on the small picture."""
    height, width = like.shape
    return np.asarray(cv2.resize(cover, (width, height), interpolation=cv2.INTER_AREA) > 0.5)
