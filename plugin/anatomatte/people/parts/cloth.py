"""One cloth or two: whether the chest has the colours of what is worn below the hips.

A dress is one cloth from chest to hem; a skirt and a top are two, unless they are of one colour.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import fitted
from .labels import AT, LOWER
from .seen import PersonEvidence

_BELOW, _HIPS, _CHEST = (1.1, 1.7), (1.1, 1.5), (0.2, 0.75)
"""Heights on the body (1 at the hips, 2 at the knees) whose cloth is looked at."""

_SPREAD = 25.0
"""Variance in 8-bit Lab that a cloth has in every direction at least: folds and light."""
_NATS = 4.0
"""Nats of a colour's density between what is usual in a cloth and what is not in it."""
_SURE, _LEAST = 0.3, 30
"""Weight from which on a pixel is of the sample, and pixels in it at least."""


class Cloths(NamedTuple):
    """How alike what is worn above and below is, from -1 to 1.

    `below`, of N pixels: like the cloth below the hips; None where none shows. `chest`: its mean over the
    chest. `hips`: how like the cloth of the chest, coats left out, what lies just below the hips is. Both are
    0 where they are not known.
    """

    below: Vector | None
    chest: float
    hips: float


def cloths(seen: PersonEvidence, at: Body) -> Cloths:
    """The cloths of one person."""
    cloth = np.ones(len(at.trunk), np.float32) if seen.skin is None else 1 - seen.skin
    free = (at.hand > 1.2) & ((at.arm > 1) | (at.height > 1.3))
    chest = _within(at.trunk, _CHEST) & free & (at.head > 1.05)
    hips = _within(at.height, _HIPS) & free & (at.head > 1.05)
    worn = cloth * seen.shares[[AT[name] for name in LOWER]].sum(0)
    below = _alike(seen, worn, _within(at.height, _BELOW) & free)
    above = _alike(seen, cloth * (1 - seen.shares[AT["coat"]]), chest)
    return Cloths(below, _mean(below, cloth, chest), _mean(above, cloth, hips))


def _within(x: Vector, span: tuple[float, float]) -> Mask:
    return np.asarray((x > span[0]) & (x < span[1]), np.bool_)


def _alike(seen: PersonEvidence, weight: Vector, where: Mask) -> Vector | None:
    """How like the cloth at some pixels each pixel N is, -1 to 1; None where too little of it shows."""
    share = np.where(where, weight, 0).astype(np.float32)
    sample = where & (weight > _SURE)
    if sample.sum() < _LEAST:
        return None
    dense = fitted(seen.lab, share, floor=_SPREAD).density(seen.lab)
    usual = np.quantile(dense[sample], 0.25)
    return np.asarray(np.clip((dense - usual) / _NATS + 1, -1, 1), np.float32)


def _mean(alike: Vector | None, weight: Vector, where: Mask) -> float:
    total = float(weight[where].sum())
    return 0.0 if alike is None or total < _LEAST else float((alike * weight)[where].sum()) / total
