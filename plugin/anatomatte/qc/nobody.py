"""Nobody: a matte without a screen in which nothing recognises anybody."""

from __future__ import annotations

import numpy as np

from .areas import NONE, box_of
from .reason import Finding
from .seen import Seen


def nobody(seen: Seen) -> Finding:
    """How far nobody is recognised in what the matte holds; before a screen the screen says what it holds."""
    if seen.recognised is None or seen.screen:
        return Finding("nobody", 0.0)
    free = np.where(seen.free, seen.alpha, 0)
    if float(free.sum()) < NONE * free.size:
        return Finding("nobody", 0.0)
    return Finding("nobody", 1 - seen.recognised, box_of(free > 0.5))
