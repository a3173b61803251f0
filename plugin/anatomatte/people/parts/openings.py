"""Where sleeves and necklines end, which they do once.

An arm is covered from the shoulder down to somewhere and bare from there on, and a chest is bare from the
neck to somewhere: an island of skin on a leather sleeve or a lapel is none, nor is a patch of cloth below a
rolled sleeve.  Every place where the cloth may end is as likely as what the pixels to both sides of it say:
the posterior of a single change point (after D. Barry and J. A. Hartigan, "A Bayesian analysis for change
point problems", 1993).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops.filters import Mask
from .body import Body, Vector
from .labels import AT, SIDES, planes

Places = npt.NDArray[np.intp]

_GARMENTS = planes("upper_clothes", "coat", "dress")
_CHEST, _OVER_CHEST = planes("torso_skin", "neck"), [*_GARMENTS, AT["scarf"]]

_ALONG, _STEPS = (0.1, 1.9), 12
"""Part of an arm, from the shoulder (0) by the elbow (1) to the wrist (2), and the places in it at which a
sleeve may end."""

_ON, _OFF_HAND, _OFF_FACE = 1.0, 0.3, -0.05
"""Radii from an arm, radii from a hand and faces within a face's outline of pixels that are looked at."""

_NEAR, _LOST = 2.5, 1.6
"""Radii from an arm within which pixels gain and lose, and the nats that they lose at most: a hand before a
face is an arm to networks, and was face where arms lost more."""

_DEEP, _DEPTHS, _OFF_ARM, _CHEST_OFF_HAND = 0.64, 8, 1.0, 0.5
"""How far from the middle of the shoulders a neckline may end, in torsos, and at how many places; radii from
arms and hands of pixels that are looked at."""

_LOW = (-0.05, 0.62)
"""Part of the trunk, from the shoulders (0) to the hips (1), that a neckline speaks of."""

_FEW = 4
"""Pixels of a place that say something."""

_MOST = 3.0
"""Nats that a pixel says at most: colours are alike over whole sleeves, and its neighbours say the same."""

_WORTH = 0.2
"""How much of the mean of a place's pixels counts."""

_SHINE = 0.5
"""Nats by which an arm's pixels look more like skin than they are: where light falls on leather, half of a
sleeve is skin by its colours, while of a bare arm next to all is."""

_NATS, _DOUBT = 2.5, 0.02
"""Nats that bare skin gains and loses at most, and the doubt that is always left."""


def told(made: Pixels, at: Body) -> None:
    """Adds to the log odds *made* (labels, N) what arms and chest gain or lose as bare skin, in nats."""
    if at.head_only:
        return
    off_face = at.oval < _OFF_FACE  # a hand before a face may be an arm to networks
    for side, name in enumerate(SIDES):
        arm = at.arms[side]
        mine = (arm.off < _ON) & (arm.off < at.arms[1 - side].off) & (at.hand > _OFF_HAND)
        mine &= off_face & (arm.along > _ALONG[0]) & (arm.along < _ALONG[1])
        place = _places((arm.along - _ALONG[0]) / (_ALONG[1] - _ALONG[0]), _STEPS)
        bare = _bare(made, planes("left_arm", "right_arm"), _GARMENTS, mine, place, _STEPS)
        bare -= np.float32(_SHINE) * (bare != 0)
        nats = np.maximum(_nats(bare * min(1.0, 1.5 * arm.seen)), -_LOST)[place]
        made[AT[f"{name}_arm"]] += nats * (off_face & (arm.off < _NEAR))
    away = np.asarray(np.hypot(at.trunk, at.across), np.float32)
    mine = (away < _DEEP) & (at.trunk > _LOW[0]) & off_face
    mine &= (at.arm > _OFF_ARM) & (at.hand > _CHEST_OFF_HAND)
    place = _places(away / _DEEP, _DEPTHS)
    nats = _nats(_bare(made, _CHEST, _OVER_CHEST, mine, place, _DEPTHS)[::-1])[::-1]  # the neck comes last
    there = off_face & (at.trunk > _LOW[0]) & (at.trunk < _LOW[1])
    made[AT["torso_skin"]] += np.minimum(nats, 0)[place] * there


def _places(share: Vector, count: int) -> Places:
    """The place, 0 to *count* - 1, of each share of the way."""
    return np.asarray(np.clip(share * np.float32(count), 0, count - 1), np.intp)


def _bare(
    made: Pixels,
    skin: list[int],
    cloth: list[int],
    mine: Mask,
    place: Places,
    count: int,
) -> Vector:
    """How much likelier than cloth skin is at each of *count* places, in nats: the mean over its pixels."""
    odds = np.clip(made[skin][:, mine].max(0) - made[cloth][:, mine].max(0), -_MOST, _MOST)
    there = np.bincount(place[mine], minlength=count)
    total = np.bincount(place[mine], odds, count)
    return np.asarray(np.where(there < _FEW, 0, total / np.maximum(there, 1)), np.float32)


def _nats(bare: Vector) -> Vector:
    """What skin gains at each place where cloth comes first and ends somewhere, of how much likelier than
    cloth it is at each."""
    before = np.concatenate([[0.0], np.cumsum(bare, dtype=np.float64)])
    fits = _WORTH * (before[-1] - 2 * before)  # if the cloth ends before each place, or nowhere
    ends = np.exp(fits - fits.max())
    share = np.cumsum(ends / ends.sum())[:-1]
    nats = np.log((share + _DOUBT) / (1 - share + _DOUBT))
    return np.asarray(np.clip(nats, -_NATS, _NATS), np.float32)
