"""This person's own colours: the face's skin for all bare parts, the hair above the forehead for all hair."""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import fitted, fitted_all

_LEAST_SPREAD = np.array([14, 4, 4], np.float32)
_WIDER = np.array([2.2, 1.6, 1.6], np.float32)
"""How much wider than on the face the skin's colour spreads over the body."""

_LEAST = 25
"""Pixels of a sample that says anything."""


def skin(lab: Pixels, at: Body) -> Vector | None:
    """How much each colour N×3 looks like this face's skin, in 0..1; None where too little of a face shows.

    Lightness may differ more than hue: light falls from above.
    """
    if at.skin.sum() < _LEAST:
        return None
    sample = lab[at.skin]
    middle = np.median(sample, 0)
    usual = (np.abs(sample[:, 1:] - middle[1:]).sum(1) < 16) & (np.abs(sample[:, 0] - middle[0]) < 45)
    sample = sample[usual] if usual.sum() >= _LEAST else sample
    spread = np.maximum(sample.std(0), _LEAST_SPREAD) * _WIDER
    away = np.square((lab - np.median(sample, 0)) / spread).sum(1)
    return np.asarray(np.exp(-0.5 * np.maximum(away - 1, 0)), np.float32)


def hair(lab: Pixels, at: Body) -> Vector | None:
    """Log odds N of hair against torso and skin by colour; None where one of them does not show."""
    above = (at.face_y < -0.3) & (at.oval < -0.03) & (at.head < 0.68)
    chest = (at.trunk > 0.55) & (at.trunk < 0.95) & (np.abs(at.face_x) < 1.3) & (at.arm > 0.8)
    if min(above.sum(), chest.sum()) < _LEAST:
        return None
    samples = [_sample(lab, where) for where in (above, at.skin) if where is above or at.skin.sum() >= _LEAST]
    mine, *others = fitted_all(samples, 2).density(lab)
    other = fitted(*_sample(lab, chest)).density(lab)
    for skin_like in others:
        other = np.maximum(other, skin_like)
    return np.asarray(np.clip(mine - other, -4, 4), np.float32)


def _sample(lab: Pixels, where: Mask) -> tuple[Pixels, Vector]:
    return lab[where], np.ones(int(where.sum()), np.float32)
