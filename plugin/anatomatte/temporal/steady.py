"""Evidence that is steady in time: a mean along the motion, of a frame and of those around it.

Every frame is a finite sum over its window and never of what was rendered before it.  Where frames
disagree outright, so that a mean would be half of everything, it is drawn to what enough of them say: a
limb that one frame lost is carried by its neighbours, solid.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np

from ..frame import Pixels

_GROSS = (0.15, 0.3)
"""Standard deviation over the window: up to the first frames agree, from the second on they do not."""

_ENOUGH = 0.35
"""Where frames disagree outright, the mean from which on something is there: a hole is worse than a rest."""

_MAJORITY = 0.1
"""Width in 0..1 over which a mean of frames that disagree becomes all or nothing."""


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
    total = np.ones(own.shape[-2:], np.float32)
    first, second = own.copy(), np.square(own)
    for planes, weight in others:
        part = planes * weight
        first += part
        part *= planes
        second += part
        total += weight
    first /= total
    second /= total
    second -= np.square(first)
    return first, np.sqrt(np.maximum(second, 0, out=second), out=second)


def disagreement(spread: Pixels) -> Pixels:
    """How much frames are of several minds, in 0..1, by their standard deviation or distance."""
    low, high = _GROSS
    return np.asarray(np.clip((spread - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


def steady(own: Pixels, others: Sequence[Beside]) -> Pixels:
    """*own* in 0..1, H×W or K×H×W, steady along its window.

    Args:
        others: at weight 0 (occluded, not there) a frame says nothing.
    """
    if not others:
        return own
    mean, spread = averaged(own, others)
    gross = disagreement(spread)
    firm = np.clip((mean - np.float32(_ENOUGH)) / np.float32(_MAJORITY) + np.float32(0.5), 0, 1)
    mean += gross * (firm - mean)
    return _without_rests(own, np.clip(mean, 0, 1, out=mean))


def _without_rests(own: Pixels, mean: Pixels) -> Pixels:
    """*mean* without the faint ghosts that a poor match leaves where *own* is nothing, or is all."""
    empty, full = own <= _CLEAR, own >= 1 - _CLEAR
    gone = 1 - mean
    faded = np.maximum(mean * _beyond(mean), np.minimum(own, mean))  # what is its own is no rest
    filled = np.minimum(1 - gone * _beyond(gone), np.maximum(own, mean))
    return np.asarray(np.where(empty, faded, np.where(full, filled, mean)), np.float32)


def _beyond(value: Pixels) -> Pixels:
    low, high = _REST
    return np.asarray(np.clip((value - np.float32(low)) / np.float32(high - low), 0, 1), np.float32)


def falloff(away: int, window: int, strength: float) -> float:
    """Weight of a frame *away* from this one in a window of so many frames on each side."""
    return strength * (1 - (abs(away) - 1) / (2.0 * window)) if away else 1.0
