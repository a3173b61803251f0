"""Recognition: whether anything but a matte says that there is somebody in a picture at all.

Segmentation answers for anything: a cup or a flower gets the matte of a person where nobody else is. That
somebody is there is said by the person detector, by a head, or by legs on which two networks agree: a network
that takes a thing for a person sees faces and hair in it, hardly ever trousers and shoes.
"""

from __future__ import annotations

import numpy as np

from ..ops.filters import shrink, step
from ..parts import PARTS
from .bodies import Bodies
from .evidence import Plane
from .figures import PERSON_COVER
from .plausible import Votes

_BODY = (0.5, 0.7)
"""Score of the person detector up to which it says nothing, and from which on it is sure: .57 and .58 of an
eye's ground and a lettering, .8 and more of most people."""

_HEAD = (0.5, 0.75)
"""The same of a head's heat: .58 of a roof's finial, .4 and less of other things."""

_LEGS = (0.13, 0.21)
"""The same of the share of legs, trousers and shoes in the matte times what networks agree on: .21 and more
of people without an upper body, .13 of a lettering, .07 and less of other things."""

_LEG = ("trousers", "leg", "shoe", "tights")
_LEG_PARTS = [at for at, name in enumerate(PARTS) if name.endswith(_LEG)]


def recognised(votes: Votes, bodies: Bodies, centre: Plane, parts: Plane) -> float:
    """How sure it is that there is somebody, in 0..1.

    Args:
        votes: what speaks for people, on a grid of cells h x w.
        bodies: what the detector found.
        centre: (h, w) heat of heads in 0-1.
        parts: (parts, H, W) probabilities at any size.
    """
    there = votes.cover >= PERSON_COVER
    if not there.any():
        return 0.0
    legs = shrink(np.asarray(parts[_LEG_PARTS].sum(0), np.float32), *there.shape)
    said = (
        step(float(bodies.persons[:, 0].max(initial=0)), *_BODY),
        step(float(centre[there].max()), *_HEAD),
        step(float(legs[there].mean() * votes.agreed[there].mean()), *_LEGS),
    )
    return 1 - float(np.prod([1 - float(one) for one in said]))
