"""Bare upper arms: a dress is worn without sleeves more often than a top with a skirt is."""

from __future__ import annotations

import numpy as np

from .body import Body
from .labels import AT, SIDES
from .seen import PersonEvidence

_ALONG, _ON = (0.35, 0.9), 0.8
"""Part of an upper arm, from the shoulder (0) to the elbow (1), and radii from it: a strap and a cap sleeve
end before it, and a T-shirt's sleeve halfway."""

_LEAST = 16
"""Pixels of upper arms of which something can be said."""

MIDDLING = 0.05
"""Share that says nothing: most people wear sleeves, and a network is seldom sure of bare skin."""

_MOST = 0.6
"""Share from which on arms are as bare as can be."""


def bare_arms(seen: PersonEvidence, at: Body) -> float:
    """How much of the upper arms the network has as bare, beside what is usual, about -.05 to .55.

    0 where too little of them shows.
    """
    left, right = at.arms
    along = np.where(left.off < right.off, left.along, right.along)
    upper = (at.arm < _ON) & (along > _ALONG[0]) & (along < _ALONG[1])
    if upper.sum() < _LEAST:
        return 0.0
    share = float(sum(seen.shares[AT[f"{side}_arm"], upper].mean() for side in SIDES))
    return min(share, _MOST) - MIDDLING
