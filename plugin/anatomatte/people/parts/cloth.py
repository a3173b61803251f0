"""One cloth or two: whether the chest has the colours of what is worn below the hips.

A dress is one cloth from chest to hem; a skirt and a top are two, unless they are of one colour.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import Mixture, fitted
from .labels import AT, LOWER
from .seen import PersonEvidence

_BELOW, _HIPS, _CHEST = (1.1, 1.7), (1.1, 1.5), (0.2, 0.75)
"""Heights on the body (1 at the hips, 2 at the knees) whose cloth is looked at."""

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
    above = _sampled(seen, cloth * (1 - seen.shares[AT["coat"]]), chest)
    return Cloths(_mean(below(seen, at), seen, cloth, chest), _mean(above, seen, cloth, hips))


def below(seen: PersonEvidence, at: Body) -> Cloth | None:
    """What is worn below the hips; None where too little of it shows."""
    worn = _cloth(seen) * seen.shares[[AT[name] for name in LOWER]].sum(0)
    return _sampled(seen, worn, _within(at.height, _BELOW) & _free(at))


def _cloth(seen: PersonEvidence) -> Vector:
    """How much each pixel N may be cloth: it does not look like skin."""
    return np.ones(len(seen.lab), np.float32) if seen.skin is None else 1 - seen.skin


def _free(at: Body) -> Mask:
    """Where neither arms nor hands are."""
    return np.asarray((at.hand > 1.2) & ((at.arm > 1) | (at.height > 1.3)), np.bool_)


def _within(x: Vector, span: tuple[float, float]) -> Mask:
    return np.asarray((x > span[0]) & (x < span[1]), np.bool_)


def _sampled(seen: PersonEvidence, weight: Vector, where: Mask) -> Cloth | None:
    """The cloth at some pixels; None where too little of it shows."""
    sample = where & (weight > _SURE)
    if sample.sum() < _LEAST:
        return None
    model = fitted(seen.lab, np.where(where, weight, 0).astype(np.float32), floor=_SPREAD)
    return Cloth(model, float(np.quantile(model.density(seen.lab[sample]), 0.25)))


def _mean(cloth: Cloth | None, seen: PersonEvidence, weight: Vector, where: Mask) -> float:
    total = float(weight[where].sum())
    if cloth is None or total < _LEAST:
        return 0.0
    return float((cloth.alike(seen.lab[where]) * weight[where]).sum()) / total
