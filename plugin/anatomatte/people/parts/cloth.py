"""One cloth or two: whether the chest has the colours of what is worn below the hips.

A dress is one cloth from chest to hem; a skirt and a top are two, unless they are of one colour.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import Mixture, fitted_all
from .labels import AT, LOWER
from .order import quantile
from .seen import PersonEvidence

_BELOW, _HIPS, _CHEST = (1.1, 1.7), (1.1, 1.5), (0.2, 0.75)
"""Heights on the body (1 at the hips, 2 at the knees) whose cloth is looked at."""

_TRUNK, _LEGS, _MIDDLE, _ON_LEG, _OFF_HAND = (0.1, 0.9), (1.05, 2.6), 0.2, 0.6, 1.3
"""Heights, torsos from the middle, and radii of legs and hands within which what is worn is looked at."""

_SPREAD = 25.0
"""Variance in 8-bit Lab that a cloth has in every direction at least: folds and light."""
_NATS = 4.0
"""Nats of a colour's density between what is usual in a cloth and what is not in it."""
_OFF_HEAD = 1.05
"""Distance from the head's middle, 1 around it and its hair, from which on a pixel is none of it."""

_SURE, _LEAST = 0.3, 30
"""Weight from which on a pixel is of the sample, and pixels in it at least."""


class Cloth(NamedTuple):
    """The colours of one cloth: their model, and the log density that is usual in it."""

    model: Mixture
    usual: float

    def alike(self, lab: Pixels) -> Vector:
        """How like the cloth each colour N×3 is, from -1 to 1."""
        dense = self.model.density(lab)
        return np.asarray(np.clip((dense - np.float32(self.usual)) / _NATS + 1, -1, 1), np.float32)


class Cloths(NamedTuple):
    """How alike what is worn above and below is, from -1 to 1; 0 where it is not known.

    `chest`: how like the cloth below the hips the chest is. `hips`: how like the cloth of the chest, coats
    left out, what lies just below the hips is.
    """

    chest: float
    hips: float


def cloths(seen: PersonEvidence, at: Body) -> Cloths:
    """The cloths of one person."""
    cloth = _cloth(seen)
    chest = _within(at.trunk, _CHEST) & _free(at) & (at.head > _OFF_HEAD)
    hips = _within(at.height, _HIPS) & _free(at) & (at.head > _OFF_HEAD)
    above = np.where(chest, cloth * (1 - seen.shares[AT["coat"]]), 0)
    one, two = _fitted(seen, _lower(seen, at), above)
    return Cloths(_mean(one, seen, cloth, chest), _mean(two, seen, cloth, hips))


def worn_at(seen: PersonEvidence, at: Body) -> tuple[Cloth | None, Cloth | None]:
    """What is worn in the middle of the trunk and along the legs; None where little of it shows."""
    cloth = _cloth(seen)
    apart = at.hand > _OFF_HAND
    trunk = _within(at.trunk, _TRUNK) & (np.abs(at.across) < _MIDDLE) & (at.head > _OFF_HEAD) & apart
    legs = _within(at.height, _LEGS) & (at.leg < _ON_LEG) & apart
    one, two = _fitted(seen, cloth * trunk, cloth * legs)
    return one, two


def below(seen: PersonEvidence, at: Body) -> Cloth | None:
    """What is worn below the hips; None where too little of it shows."""
    return _fitted(seen, _lower(seen, at))[0]


def _lower(seen: PersonEvidence, at: Body) -> Vector:
    """How much each pixel N counts for what is worn below the hips."""
    worn = _cloth(seen) * seen.shares[[AT[name] for name in LOWER]].sum(0)
    return np.where(_within(at.height, _BELOW) & _free(at), worn, 0).astype(np.float32)


def _cloth(seen: PersonEvidence) -> Vector:
    """How much each pixel N may be cloth: it does not look like skin."""
    return np.ones(len(seen.lab), np.float32) if seen.skin is None else 1 - seen.skin


def _free(at: Body) -> Mask:
    """Where neither arms nor hands are."""
    return np.asarray((at.hand > 1.2) & ((at.arm > 1) | (at.height > 1.3)), np.bool_)


def _within(x: Vector, span: tuple[float, float]) -> Mask:
    return np.asarray((x > span[0]) & (x < span[1]), np.bool_)


def _fitted(seen: PersonEvidence, *weights: Vector) -> list[Cloth | None]:
    """The cloths of which pixels N count so much; None for those of which too little shows."""
    made: list[Cloth | None] = [None] * len(weights)
    there = [k for k, weight in enumerate(weights) if (weight > _SURE).sum() >= _LEAST]
    if there:
        models = fitted_all([(seen.lab, weights[k]) for k in there], floor=_SPREAD)
        for at, k in enumerate(there):
            usual = quantile(models[at].density(seen.lab[weights[k] > _SURE]), 0.25)
            made[k] = Cloth(models[at], usual)
    return made


def _mean(cloth: Cloth | None, seen: PersonEvidence, weight: Vector, where: Mask) -> float:
    total = float(weight[where].sum())
    if cloth is None or total < _LEAST:
        return 0.0
    return float((cloth.alike(seen.lab[where]) * weight[where]).sum()) / total
