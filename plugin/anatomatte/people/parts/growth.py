"""Where a part goes on: what hangs together with it and is of its colours.

A part that is known in one place takes from others what is likelier of its own colours than of theirs, as far
as that hangs together with it; the others' colours are then learned anew without what was taken, as in
"GrabCut" (C. Rother, V. Kolmogorov, A. Blake, 2004).
"""

from __future__ import annotations

import cv2
import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Vector
from .gaussians import fitted_all
from .labels import AT

_FEW, _ANY = 200, 30
"""Pixels of others of which colours can be learned, and pixels of a part that others hang on."""

_ROUNDS, _MIXTURES, _FLOOR = 3, (2, 4), 5.0
"""Rounds; Gaussians of a part and of others, and the variance that each has at least."""

_TAKEN = np.float32(0.95)
"""How much of a pixel that is found is of the part."""


def grown(lab: Pixels, inside: Mask, own: Mask, others: Mask, within: Mask, likelier: float) -> Mask:
    """Which pixels N of the *others* are their *own*, a part's, rather.

    Args:
        lab: N×3, colours.
        inside: h×w, where the pixels are.
        own: N, where the part is; there must be some.
        within: N, where it may be.
        likelier: nats from which on a pixel is of its colours.
    """
    found, rest, within = np.zeros_like(own), others, others & within
    if others.sum() < _FEW:
        return found
    like, colours = np.zeros_like(own), lab[others]
    of_own = _density(lab[own], _MIXTURES[0], colours)
    for _ in range(_ROUNDS):
        if rest.sum() < _FEW // 2:
            return np.zeros_like(own)
        like[others] = of_own - _density(lab[rest], _MIXTURES[1], colours) > likelier
        found = within & _hanging_on(own, within & like, inside)
        if not found.any():  # as of most people
            return found
        rest = others & ~found & ~like
    return found


def give(made: Pixels, name: str, found: Mask) -> None:
    """Gives the part of that *name* in *made* (labels, N) the pixels that were *found*, in place."""
    made[:, found] *= 1 - _TAKEN
    made[AT[name], found] += _TAKEN


def _density(sample: Pixels, count: int, colours: Pixels) -> Vector:
    """Log density of each of the *colours* (N, 3) in a mixture of *count* Gaussians of a *sample* of them."""
    weighed = sample, np.ones(len(sample), np.float32)
    found: Vector = fitted_all([weighed], count, _FLOOR).density(colours)[0]
    return found


def _hanging_on(own: Mask, likely: Mask, inside: Mask) -> Mask:
    """What of the pixels N that are *likely* hangs together with their *own*, by more than single pixels."""
    picture = np.zeros(inside.shape, np.uint8)
    picture[inside] = own | likely
    picture = np.asarray(cv2.morphologyEx(picture, cv2.MORPH_OPEN, np.ones((2, 2), np.uint8)), np.uint8)
    picture[inside] |= own
    count, pieces = cv2.connectedComponents(picture, connectivity=4)
    piece = pieces[inside]
    kept = np.bincount(piece[own], minlength=count) > _ANY
    kept[0] = False
    return np.asarray(kept[piece], np.bool_)
