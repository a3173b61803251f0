"""This person's own colours: the face's skin for all bare parts, the hair above the forehead for all hair."""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from .body import Body, Vector
from .gaussians import fitted, fitted_all
from .order import median
from .prior import ramp

_LEAST_SPREAD = np.array([14, 4, 4], np.float32)
_WIDER = np.array([2.2, 1.6, 1.6], np.float32)
"""How much wider than on the face the skin's colour spreads over the body."""

_LEAST = 25
"""Pixels of a sample that says anything."""

_OFF_FACE = -0.03
"""Faces inside of a face's outline, negative, up to which a pixel is beside it."""

_LONG, _FEW = 0.25, 15
"""How much of what lies beside a face is hair that is long, and pixels there of which that can be said."""


def skin(lab: Pixels, at: Body) -> Vector | None:
    """How much each colour N×3 looks like this face's skin, in 0..1; None where too little of a face shows.

    Lightness may differ more than hue: light falls from above.
    """
    if at.skin.sum() < _LEAST:
        return None
    sample = lab[at.skin]
    middle = median(sample)
    hue = np.abs(sample[:, 1] - middle[1]) + np.abs(sample[:, 2] - middle[2])
    usual = (hue < 16) & (np.abs(sample[:, 0] - middle[0]) < 45)
    sample = sample[usual] if usual.sum() >= _LEAST else sample
    spread = np.maximum(sample.std(0), _LEAST_SPREAD) * _WIDER
    return loops.resemble(lab, median(sample), spread)


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


def lying(colour: Vector, said: Vector, at: Body) -> Vector:
    """Log odds N of hair by its *colour*, where hair can lie: around the head, and surer down to the chest as
    far as hair lies beside the face; elsewhere what is of another colour is none.

    Args:
        colour: N, log odds of hair by colour alone.
        said: N, the share of hair that the network sees.
    """
    head = (at.head < 1) | ((at.face_y > 0) & (at.face_y < 1.9) & (np.abs(at.face_x) < 1.1))
    made = np.where(head, colour, np.minimum(colour, 0))
    wide = np.abs(at.face_x)
    outside = at.oval < _OFF_FACE
    beside = beside_face(at)
    long = float(said[beside].mean()) if beside.sum() > _FEW else 0.0
    if long < _LONG:
        return made
    down = (1 - ramp(at.face_y, 1.2, 2.6)) * (1 - ramp(wide, 0.9, 1.5))
    down *= (at.face_y > 0.3) & (at.head >= 1) & outside
    return np.asarray(made + min(1, 2 * long) * 2 * np.maximum(colour, 0) * down, np.float32)


def beside_face(at: Body) -> Mask:
    """Pixels N beside the lower half of a face and the neck, where hair hangs that is long."""
    wide = np.abs(at.face_x)
    level = (at.face_y > 0.15) & (at.face_y < 0.65)
    return np.asarray(level & (wide > 0.4) & (wide < 0.95) & (at.oval < _OFF_FACE), np.bool_)


def _sample(lab: Pixels, where: Mask) -> tuple[Pixels, Vector]:
    return lab[where], np.ones(int(where.sum()), np.float32)
