"""Whether a dip of the networks is a gap: its colours beside those of the background and of the people.

A gap shows what is behind; a badge, a buckle or a pattern at which a network wavers shows more of the person.
Each region's colours look for their nearest neighbours in samples of the known background and of the known
person around it (k nearest neighbours; T. Cover and P. Hart, "Nearest Neighbor Pattern Classification",
1967), and a logistic line weighs how far those are and how surely the networks say person. Its numbers are
fitted to drawn people: `python -m training gaps`.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask, box

NAMES = ("odds", "between", "behind", "own")
"""What is known of a region, in the order of the weights: see `Surroundings.known`."""

WEIGHTS = (-0.62, -0.73, 0.41, 0.3, 2.04)
"""Of what is known, and last the constant."""

THRESHOLD = -0.5
"""Log-odds from which a region is a gap."""

_NEAR_BEHIND, _FAR_BEHIND = 0.12, 0.3
_NEAR_OWN, _FAR_OWN = 0.06, 0.2
"""How far around a region samples are taken, in diagonals."""

_SAMPLES, _PIXELS, _EVERY = 500, 80, 3
_NEAREST = 4
_ALIKE = 0.06
_LEAST = 0.01
_UNKNOWN = 1.0

Index = npt.NDArray[np.intp]


@dataclass(frozen=True, slots=True, eq=False)
class Surroundings:
    """What regions are compared with, on one grid.

    Attributes:
        shown: h×w×3, the plate's colours with the highlights compressed, in 0..1.
        odds: h×w, log-odds of a person.
        behind, own: h×w, what is surely background and surely a person.
    """

    shown: Pixels
    odds: Pixels
    behind: Mask
    own: Mask

    def judged(self, labels: npt.NDArray[np.int32], boxes: npt.NDArray[np.int32]) -> Mask | None:
        """The gaps among regions, h×w; None where none is.

        Args:
            labels: h×w, the region of each cell, 0 for none.
            boxes: x, y, width and height of each region, of 0 too.
        """
        weights, constant = np.array(WEIGHTS[:-1]), WEIGHTS[-1]
        open_ = np.zeros(len(boxes), np.bool_)
        for region, known in self.known(labels, boxes):
            open_[region] = float(known @ weights) + constant > THRESHOLD
        return np.asarray(open_[labels]) if open_.any() else None

    def known(
        self, labels: npt.NDArray[np.int32], boxes: npt.NDArray[np.int32]
    ) -> Iterator[tuple[int, npt.NDArray[np.float64]]]:
        """Of each region what `NAMES` say: the mean log-odds; the log of how far it is from the background
        less that from the person; the log of the share of background nearby that is alike; the log of how far
        it is from the person nearby."""
        smooth = box(self.shown, 1)
        diagonal = float(np.hypot(*labels.shape))
        behind, own = (_Samples(known, smooth, labels) for known in (self.behind, self.own))
        for region in range(1, len(boxes)):
            there = labels == region
            y, x = np.nonzero(there)
            some = _some(len(y), _PIXELS)
            colours = smooth[y[some], x[some]]
            at = boxes[region]
            _, alike = _nearest(colours, behind.around(at, _NEAR_BEHIND * diagonal, region))
            far, _ = _nearest(colours, behind.around(at, _FAR_BEHIND * diagonal, region))
            person, _ = _nearest(colours, own.around(at, _FAR_OWN * diagonal, region))
            beside, _ = _nearest(colours, own.around(at, _NEAR_OWN * diagonal, region))
            told = np.log([far, person, alike, beside])
            yield region, np.array([float(self.odds[y, x].mean()), told[0] - told[1], *told[2:]])


class _Samples:
    """Colours of cells that are known, on every third row and column."""

    def __init__(self, known: Mask, smooth: Pixels, labels: npt.NDArray[np.int32]) -> None:
        self._y, self._x = (_EVERY * one for one in np.nonzero(known[::_EVERY, ::_EVERY]))
        self._colours, self._labels = smooth[self._y, self._x], labels[self._y, self._x]

    def around(self, at: npt.NDArray[np.int32], reach: float, region: int) -> Pixels:
        """Some of them (N×3) up to *reach* cells from a box that are not of the region itself."""
        left, top, width, height = (int(one) for one in at[:4])
        near = (self._y >= top - reach) & (self._y < top + height + reach)
        near &= (self._x >= left - reach) & (self._x < left + width + reach) & (self._labels != region)
        which = np.nonzero(near)[0]
        return np.asarray(self._colours[which[_some(len(which), _SAMPLES)]], np.float32)


def _some(count: int, most: int) -> Index:
    """Up to *most* of *count* indices, evenly spread."""
    if count <= most:
        return np.arange(count)
    return np.asarray(np.arange(most) * (count / most), np.intp)


def _nearest(colours: Pixels, samples: Pixels) -> tuple[float, float]:
    """The median distance of N×3 *colours* to their nearest M×3 *samples*, and the mean share that is alike,
    both a little above 0."""
    if len(samples) < _NEAREST:
        return _UNKNOWN + _LEAST, _LEAST
    apart = _squared(colours, samples, 0) + _squared(colours, samples, 1) + _squared(colours, samples, 2)
    nearest = np.sqrt(np.partition(apart, _NEAREST - 1, axis=1)[:, :_NEAREST].mean(1))
    return float(np.median(nearest)) + _LEAST, float((apart < _ALIKE**2).mean()) + _LEAST


def _squared(colours: Pixels, samples: Pixels, channel: int) -> Pixels:
    """How far N colours lie from M samples in one channel, squared, N×M."""
    gap = colours[:, channel, None] - samples[None, :, channel]
    return np.asarray(np.square(gap, out=gap), np.float32)
