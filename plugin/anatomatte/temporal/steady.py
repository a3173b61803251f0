"""Evidence that is steady in time: a mean along the motion, of a frame and of those around it.

Every frame is a finite sum over its window and never of what was rendered before it.  Where frames
disagree outright it is drawn to what enough of them say.  Where the others are of one mind against this
frame that is all or nothing: a limb that it alone lost is carried by its neighbours, solid.  Where they are
of several minds it goes only part of the way: what is decided anew in every frame flickers.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..frame import Pixels
from ..ops import loops

_GROSS = (0.15, 0.3)
"""Standard deviation over the window: up to the first frames agree, from the second on they do not."""

_ENOUGH = 0.35
"""Where frames disagree outright, the mean from which on something is there: a hole is worse than a rest."""

_MAJORITY = 0.1
"""Width in 0..1 over which a mean of frames that disagree becomes all or nothing, where all but one agree."""

_DIVIDED = (0.33, 0.44)
"""Middle and width of the same where they are of several minds.  Of true mattes the mean there is a line over
about .6; what two of five frames lost next to each other is to come back solid."""

_ALONE = (0.3, 0.4)
"""How far from a half the others' mean is: from the second on they are of one mind."""

_LIMITS = tuple(
    (float(low), float(span))
    for low, span in (
        (_GROSS[0], _GROSS[1] - _GROSS[0]),
        (_ALONE[0], _ALONE[1] - _ALONE[0]),
        (_ENOUGH, _MAJORITY),
        _DIVIDED,
    )
)
"""As `loops.draw` takes them."""

_TINY = 1e-6

_CLEAR = 0.004
"""How near to nothing, or to all, a frame's own value is where it is clear by itself."""

_REST = (0.06, 0.15)
"""Where a frame is clear by itself: what others add up to the first is a rest and goes, from the second on
it is all there."""


class Beside(NamedTuple):
    """What another frame says, as it lies over this one: planes (H×W or K×H×W), weight H×W in 0..1."""

    planes: Pixels
    weight: Pixels


def averaged(own: Pixels, others: Sequence[Beside]) -> tuple[Pixels, Pixels]:
    """Mean and standard deviation of *own*, of weight 1, and of *others*, in the shape of *own*."""
    mean, spread, _ = _along(own, others)
    return mean, spread


def _along(own: Pixels, others: Sequence[Beside]) -> tuple[Pixels, Pixels, Pixels]:
    """As `averaged`, and the weight H×W of all together."""
    said = [(np.ascontiguousarray(one.planes), np.ascontiguousarray(one.weight)) for one in others]
    return loops.along(np.ascontiguousarray(own), said)


def disagreement(spread: Pixels) -> Pixels:
    """How much frames are of several minds, in 0..1, by their standard deviation or distance."""
    return _ramp(spread, *_GROSS)


def steady(own: Pixels, others: Sequence[Beside]) -> Pixels:
    """*own* in 0..1, H×W or K×H×W, steady along its window.

    Args:
        others: at weight 0 (occluded, not there) a frame says nothing.
    """
    if not others:
        return own
    mean, spread, total = _along(own, others)
    loops.draw(np.ascontiguousarray(own), mean, spread, total, _LIMITS, _TINY)
    return _without_rests(own, mean)


def _without_rests(own: Pixels, mean: Pixels) -> Pixels:
    """*mean*, changed in place and kept in 0..1, without the faint ghosts that a poor match leaves where
    *own* is nothing, or is all: what is its own is no rest."""
    low, high = (np.float32(end) for end in _REST)
    limits = float(low), float(high - low), float(np.float32(_CLEAR)), float(np.float32(1 - _CLEAR))
    loops.rests(np.ascontiguousarray(own), mean, limits)
    return mean


def _ramp(value: Pixels, low: float, high: float) -> Pixels:
    return np.asarray(np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


def falloff(away: int, window: int, strength: float) -> float:
    """Weight of a frame *away* from this one in a window of so many frames on each side."""
    return strength * (1 - (abs(away) - 1) / (2.0 * window)) if away else 1.0
