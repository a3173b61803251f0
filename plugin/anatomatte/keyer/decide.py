"""Is the area that was found a screen?  Evidence for and against argues, and one answer is taken whole.

Each figure speaks in log odds by a table of its own and the tables add up: a generalized additive model,
after Hastie and Tibshirani, "Generalized Additive Models" (Statistical Science, 1986).  They were fitted to
drawn pictures and held to what is known of screens (benchmarks/traps_fit.py).  What speaks strongest
against a screen is the reason that is told.
"""

from __future__ import annotations

import math

import cv2
import numpy as np

from ..decision import Decision
from ..frame import Pixels
from ..ops.filters import Mask
from . import backing, voices
from .backing import Behind, Figures
from .screen import Candidate

SURE = 2.4
"""Log odds from which on a screen is taken without asking about people."""


def figures_of(seen: Figures, people: Behind | None) -> dict[str, float]:
    """The figures by the names of the tables; those of people only where these are known."""
    sides = (seen.top + seen.left + seen.right) / 3
    found = {
        "vivid": seen.vivid,
        "usual": seen.usual,
        "paint": seen.paint,
        "smooth": (seen.calm + min(seen.flat / 0.6, 1)) / 2,
        "edges": seen.edges,
        "lines": seen.lines,
        "rough": seen.rough,
        "area": seen.area,
        "low": seen.top - seen.bottom,
        "sides": sides,
        "clutter": seen.clutter,
    }
    if people is not None:
        found |= {
            "clutter": people.clutter,
            "worn": people.worn,
            "tinted": people.tinted,
            "upper": people.upper,
            "ring": people.ring,
        }
    return found


def weighed(found: dict[str, float], table: voices.Table) -> tuple[float, str]:
    """Log odds of a screen by all figures together, and the code of what speaks strongest for the answer."""
    said = {name: float(np.interp(found[name], *knots)) for name, knots in table.odds.items()}
    odds = table.best + sum(said.values())
    if odds >= 0:
        return odds, "screen"
    return odds, voices.CODES[min(said, key=lambda name: said[name])]


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
    figures = figures_of(seen, found)
    odds, why = weighed(figures, voices.ALONE if found is None else voices.BEFORE)
    presence = 1 / (1 + math.exp(-min(max(odds, -30.0), 30.0)))
    red, green, blue = (float(c) for c in candidate.seen.colour)
    made = Decision(round(presence, 4), why, (red, green, blue), round(seen.area, 4))
    return made, people is None and odds < SURE and not _hopeless(figures)


def _hopeless(figures: dict[str, float]) -> bool:
    """Whether the material is none of a screen, wherever people stand."""
    table = voices.BEFORE
    said = (float(np.interp(figures[name], *table.odds[name])) for name in voices.MATERIAL)
    return table.best + sum(said) < voices.HOPELESS


def mask_of(cover: Pixels, like: Mask) -> Mask:
    """Where coverage by people (on any grid) is more than a half, on the small picture."""
    height, width = like.shape
    return np.asarray(cv2.resize(cover, (width, height), interpolation=cv2.INTER_AREA) > 0.5)
