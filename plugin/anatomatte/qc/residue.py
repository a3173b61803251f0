"""Residue: what is left of the screen in the matte, away from every edge."""

from __future__ import annotations

import numpy as np

from ..ops.filters import Mask, eroded
from .areas import areas, box_of, grown, root, thin
from .reason import Finding
from .seen import Seen

_SCREEN = 0.5
_LEAST = 0.01
_BLUR = 0.06
"""Distance from the subject, over its size, within which motion and lens spread it thinly over the screen."""
_SOLID = 0.95
_MOSTLY = 0.6
"""Share of a solid area in the screen's colour from which on it is no clothing."""


def residue(seen: Seen) -> Finding:
    """Matte where the picture is the screen itself; the score is its sum over the screen's area, as lengths.

    Edges, where both mix, are left out; so is clothing of the screen's colour: what the networks cover, or,
    where none was asked, solid areas that are mostly of other colours.
    """
    if seen.backing is None or not seen.screen:
        return Finding("residue", 0.0)
    reach = thin(seen.subject, 0.015, 2)
    screen = seen.backing > _SCREEN
    inner = eroded(screen, reach) & seen.free
    theirs = _solid(seen, screen) if seen.wanted is None else (seen.wanted > 0.5) & (seen.alpha > 0.5)
    inner &= ~grown(theirs, thin(seen.subject, _BLUR, 4))
    left = np.where(inner & (seen.alpha > _LEAST), seen.alpha, 0)
    total = float(screen.sum())
    return Finding("residue", root(float(left.sum()), total), box_of(left > max(_LEAST, 0.3 * left.max())))


def _solid(seen: Seen, screen: Mask) -> Mask:
    """Solid areas that are somebody by their other colours."""
    made = np.zeros(screen.shape, np.bool_)
    for area in areas(seen.alpha > _SOLID, 4):
        if float(screen[area.at][area.own].mean()) < _MOSTLY:
            made[area.at] |= area.own
    return made
