"""Sleeves by their light: a bare arm is hardly darker than its hand and the face, a sleeve often is.

Brown leather, suede and knitwear have skin's hue, and a face's own spread of light is wide, so that colour
alone does not tell them from an arm in shade. On photos the middle of a bare arm is 24 steps of 8 bits
darker than the darker of its hand and the face at most, that of every second sleeve 40 or more.
"""

from __future__ import annotations

import numpy as np

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask
from .body import Body, Vector
from .labels import AT, SIDES
from .order import median
from .prior import ramp
from .seen import PersonEvidence

_PIECES = ((0.35, 0.9, -9.0, 1.0), (1.15, 1.8, 1.0, 9.0))
"""Of an upper arm and a forearm: from where to where along it is looked at, and what that stands for."""

_ON, _OFF_HAND, _OFF_FACE = 0.8, 0.3, -0.05
"""Radii from the arm, radii from a hand and faces within a face's outline of pixels that are looked at."""

_LEAST = 16
"""Pixels of an arm, and of a hand, of which something can be said."""

_IN_HAND, _GLOVE = 0.3, 20.0
"""Radii within which pixels are a hand's, and how far their hue may be from the face's, in steps of 8 bits:
else it wears a glove. A hand may be as dark as its arm: then both are in shade."""

_DARKER = (35.0, 65.0)
"""How much darker than skin an arm is, in steps of 8 bits, that may be and that surely is a sleeve."""

_DARK = (30.0, 60.0)
"""The same of a pixel of such a sleeve."""

_MOST = 4.0
"""Nats that a bare arm loses at most where a sleeve is."""

_ALIKE = 3.0
"""Nats that bare arms and a bare chest lose at most where the colour is a sleeve's."""

_LEAST_SPREAD, _WIDER = np.array([10, 3, 3], np.float32), np.float32(1.5)
"""Least spread of a sleeve's colours, and how much wider they spread over the garment."""

_APART = (2.0, 6.0)
"""Squared spreads between skin and sleeve from which on one is told from the other, and is surely."""


def worn(seen: PersonEvidence, at: Body) -> dict[str, Vector]:
    """Nats (N) that the arms' and the chest's skin lose to dark sleeves; empty where none is seen.

    Args:
        seen: what is known of a person; without the face's skin nothing can be said.
    """
    if seen.skin is None or at.head_only:
        return {}
    light, skin_colour = seen.lab[:, 0], median(seen.lab[at.skin])
    hue = np.abs(seen.lab[:, 1] - skin_colour[1]) + np.abs(seen.lab[:, 2] - skin_colour[2])
    face, own_hue = float(skin_colour[0]), hue < _GLOVE
    made: dict[str, Vector] = {}
    sample, surest = np.zeros(len(light), bool), 0.0
    for side, name in enumerate(SIDES):
        arm = at.arms[side]
        mine = (arm.off < _ON) & (arm.off < at.arms[1 - side].off)
        mine &= (at.hand > _OFF_HAND) & (at.oval < _OFF_FACE)
        hand = (at.hands[side] < _IN_HAND) & own_hue
        skin = min(face, float(median(light[hand]))) if hand.sum() >= _LEAST else face
        loss = np.zeros(len(light), np.float32)
        for low, high, first, last in _PIECES:
            some = mine & (arm.along > low) & (arm.along < high)
            if some.sum() < _LEAST:
                continue
            darker = np.float32(skin - float(median(light[some])))
            sure = float(np.clip((darker - _DARKER[0]) / (_DARKER[1] - _DARKER[0]), 0, 1))
            if not sure:
                continue
            here = (arm.along >= first) & (arm.along < last)
            loss += np.float32(_MOST * sure) * ramp(np.float32(skin) - light, *_DARK) * here
            surest = max(surest, sure)
            if sure > 0.5:
                sample |= some
        made[f"{name}_arm"] = loss
    if not surest:
        return {}
    alike = np.float32(_ALIKE * surest) * _alike(seen.lab, sample, at)
    made = {name: loss + alike for name, loss in made.items()}
    return made | {"torso_skin": alike}


def _alike(lab: Pixels, sample: Mask, at: Body) -> Vector:
    """How much each colour N×3 looks like that of the *sample*, off the face; 0 where skin does so, too."""
    if sample.sum() < _LEAST:
        return np.zeros(len(lab), np.float32)
    middle = median(lab[sample])
    spread = np.maximum(lab[sample].std(0), _LEAST_SPREAD) * _WIDER
    skin = float(np.square((median(lab[at.skin]) - middle) / spread).sum())
    told = np.clip((skin - _APART[0]) / (_APART[1] - _APART[0]), 0, 1)
    alike = loops.resemble(lab, middle, spread)
    return np.asarray(np.float32(told) * alike * (at.oval < _OFF_FACE), np.float32)


def lose(made: Pixels, seen: PersonEvidence, at: Body) -> None:
    """Takes what bare arms and a bare chest lose to dark sleeves off the log odds *made* (labels, N)."""
    for name, loss in worn(seen, at).items():
        made[AT[name]] -= loss
