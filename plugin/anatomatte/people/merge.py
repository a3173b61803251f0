"""Merging of multi-scale predictions: all crops of one picture, blended on one grid.

A crop's weight at a place depends on how near the person's size in it is to the size that the
network knows best, so close-ups come from small scales and small people from large ones; instances
are grouped once, from the merged predictions. The published networks are weighed against our own here.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ops.filters import grow, shrink
from ..ops.strips import every, never
from .bodies import bodies
from .calibration import probable
from .crops import Window
from .evidence import PeopleEvidence, Plane
from .figures import Figures
from .instances import CELL, Instances, Prediction, group_instances, strongest
from .plausible import Votes, settle
from .prominence import whom
from .recognised import recognised
from .trust import (
    CONFIDENT,
    FIGURE_WEIGHT,
    PublishedVotes,
    combine,
    portrait_agreement,
    pose_agreement,
    trust_portrait,
    trust_pose,
    trust_uncropped,
)

_CIRCLE = (1.1, 1.3)
"""Radii of a body's circle up to which the pose segmentation is of that body, and beyond which it is not."""

_FRAMED = 3.2
"""A crop's longer side in radii of a body up to which it is framed around it; published: 2.5."""

_FEATHER = 0.12
_BEST = 0.55
_TOO_LARGE, _TOO_SMALL = 0.4, 0.7
"""How fast a crop counts less where it shows somebody larger or smaller than is best, in e-folds.

The network's trunk was made for people who fill 256 pixels: larger ones are beyond its training.
"""
_LEAST = 0.05

Region = tuple[slice, slice]
"""Rows and columns of the grid."""


@dataclass(frozen=True, slots=True, eq=False)
class Crop:
    """One crop of the plate and the prediction for it."""

    window: Window
    prediction: Prediction


class MergedCrops:
    """The predictions of all crops, blended on one grid of h x w pixels.

    Args:
        plate: height and width of the plate.
        size: height and width of the grid, multiples of `CELL`.
        crops: with their predictions.
        found: regions of people from a first merge, on a grid of cells over the plate; None weighs all
            crops alike, and leaves the parts out.
        threads: processor threads; the result does not depend on them.
        check: called between planes of parts; raises Cancelled to stop.
    """

    def __init__(
        self,
        plate: tuple[int, int],
        size: tuple[int, int],
        crops: Sequence[Crop],
        found: Figures | None = None,
        threads: int = 1,
        check: Callable[[], None] = never,
    ) -> None:
        self.plate, self.size, self.found = plate, size, found
        self.published = PublishedVotes(size)
        self.agreed: Plane | None = None
        self.best = _BEST * max(crops[0].window.height, crops[0].window.width)
        self.unit = max(size) / max(crops[0].window.height, crops[0].window.width)
        height, width = size
        self.alpha = np.zeros((2, height, width), np.float32)
        cells = (height // CELL, width // CELL)
        self.centre, self.offset = np.zeros(cells, np.float32), np.zeros((2, *cells), np.float32)
        self.figure, self.agreement = np.zeros(cells, np.float32), 1.0
        self.weight, self.cells = np.zeros(size, np.float32), np.zeros(cells, np.float32)
        added = [(crop.prediction.parts, *self._add(crop)) for crop in crops]
        self.alpha /= self.weight
        self.centre /= self.cells
        self.offset /= self.cells
        self.bodies = bodies([(crop.window, crop.prediction.persons) for crop in crops], plate)
        self.near = self.bodies.on(plate, cells)
        for crop in crops:
            self._add_published(crop)
        if found is not None:
            self.parts = self._parts(added, threads, check)
            self.own = _sigmoid(shrink(self.alpha[0], *cells))
            self.alpha[0] = self._people(found)
        self.cover = _sigmoid(shrink(np.maximum(self.alpha[0], self.alpha[1]), *cells))
        if found is None and self.published.asked:  # a first merge takes the union
            own, other = self.cover, self.portrait_cover()
            self.cover, self.agreed = np.maximum(own, other), np.minimum(own, other)

    def portrait_cover(self, cells: tuple[int, int] | None = None) -> Plane:
        """Coverage on the grid of cells by the portrait network."""
        return _sigmoid(shrink(self.published.portrait, *(cells or self.cells.shape)))

    def _people(self, found: Figures) -> Plane:
        """Logits (h, w) of people from all networks together."""
        there = shrink(self.published.pose, *found.sizes.shape) > 0
        pose_weight = found.carried(
            trust_uncropped(found.contact) * pose_agreement(found.share(there)), there
        )
        confident = shrink(self.alpha[0], *found.sizes.shape) * (found.own > 0) > CONFIDENT
        self.agreement = (
            portrait_agreement(float((self.portrait_cover(found.sizes.shape)[confident] > 0.5).mean()))
            if confident.any()
            else 1.0
        )
        shape = self.cells.shape
        near = self.near.near((shape[0], shape[1]), *_CIRCLE)
        weight = grow(pose_weight, *self.size) * grow(1 + (FIGURE_WEIGHT - 1) * near, *self.size)
        return combine(self.alpha[0], self.published, self.agreement, weight)

    def votes(self) -> Votes:
        """What speaks for people, on the grid of cells."""
        shape = self.cells.shape
        trust = shrink(self.published.portrait_trust, *shape)
        other = np.maximum(self.portrait_cover() * trust, _sigmoid(shrink(self.published.pose, *shape)))
        agreed = np.minimum(self.own, other)
        return Votes(self.cover, agreed, np.asarray(self.agreement * trust, np.float32), self.figure)

    def instances(self) -> Instances:
        """Instances, grouped from the merged predictions."""
        return group_instances(self.cover, self.centre, self.offset, self.unit)

    def _parts(
        self, added: list[tuple[Plane, Region, Plane]], threads: int, check: Callable[[], None]
    ) -> Plane:
        """Probabilities (parts, h/2, w/2) that sum to 1, from those of each crop, its region and weight.

        The network gives parts at half its size, so they are blended, and kept, on half of the grid.
        """
        height, width = self.size
        small = np.zeros((len(added[0][0]), height // 2, width // 2), np.float32)
        halves = [
            (parts, tuple(slice(s.start // 2, s.stop // 2) for s in region), _halved(weight))
            for parts, region, weight in added
        ]

        def add(k: int) -> None:
            for parts, region, weight in halves:
                small[k][region] += _fitted(parts[k], *weight.shape) * weight

        every(len(small), add, threads, check)
        small /= np.maximum(small.sum(0), np.float32(1e-6))
        return small

    def _add(self, crop: Crop) -> tuple[Region, Plane]:
        """Add one crop, but for its parts; its region of the grid and its weight there."""
        window, prediction = crop.window, crop.prediction
        top, bottom = self._span(window.top, window.bottom, 0)
        left, right = self._span(window.left, window.right, 1)
        cells = np.s_[top // CELL : bottom // CELL, left // CELL : right // CELL]
        region = np.s_[top:bottom, left:right]
        h, w = bottom - top, right - left
        weight = self._weight(window, (top, bottom, left, right))
        coarse = shrink(weight, h // CELL, w // CELL)
        self.weight[region] += weight
        self.cells[cells] += coarse
        for k in range(2):
            self.alpha[k][region] += _fitted(prediction.alpha[k], h, w) * weight
            vector = _fitted(prediction.offset[k], h // CELL, w // CELL) * np.float32(
                (w if k == 0 else h) / CELL
            )
            self.offset[k][cells] += vector * coarse
        self.centre[cells] += _fitted(prediction.centre, h // CELL, w // CELL) * coarse
        return region, weight

    def _add_published(self, crop: Crop) -> None:
        """Add the published networks' predictions for a crop, as far as they know such pictures."""
        window, prediction = crop.window, crop.prediction
        top, bottom = self._span(window.top, window.bottom, 0)
        left, right = self._span(window.left, window.right, 1)
        span = top, bottom, left, right
        region, size = np.s_[top:bottom, left:right], (bottom - top, right - left)
        inner, shown = self._ramps(window, span), self._shown(window)
        longest = max(window.height, window.width)
        if prediction.portrait is not None:
            fits = (
                inner
                if shown is None
                else inner * self._at(trust_portrait(shown / np.float32(longest)), span)
            )
            self.published.add_portrait(region, _fitted(prediction.portrait, *size), fits)
        if prediction.pose_mask is not None and shown is not None:
            fits = inner * self._at(trust_pose(shown, longest), span)
            self._add_pose(_fitted(prediction.pose_mask, *size), fits, window, span)

    def _add_pose(self, logits: Plane, fits: Plane, window: Window, span: tuple[int, int, int, int]) -> None:
        """Add a crop's pose segmentation: on bodies it counts where the crop is framed around them.

        The pose network means the one whole person in its crop; what it says of another's body is noise.
        """
        top, bottom, left, right = span
        region, cells = np.s_[top:bottom, left:right], (self.cells.shape[0], self.cells.shape[1])
        if not len(self.bodies.circles):
            self.published.add_pose(region, logits, fits)
            return
        meant = self._meant(window)
        theirs, others = (self.near.near(cells, *_CIRCLE, which) for which in (meant, ~meant))
        may = np.maximum(theirs, 1 - others)
        here = np.s_[top // CELL : bottom // CELL, left // CELL : right // CELL]
        self.published.add_pose(region, logits, fits * grow(may[here], *fits.shape))
        size = (bottom - top) // CELL, (right - left) // CELL
        seen = _sigmoid(shrink(logits, *size)) * shrink(fits, *size) * theirs[here]
        np.maximum(self.figure[here], seen, out=self.figure[here])

    def _meant(self, window: Window) -> NDArray[np.bool_]:
        """Bodies (n,) around which a window is framed closely enough for the pose network."""
        if (window.bottom - window.top, window.right - window.left) == self.plate:
            return self.bodies.whole
        x, y, radius = self.bodies.circles.T
        inside = (x > window.left) & (x < window.right) & (y > window.top) & (y < window.bottom)
        framed: NDArray[np.bool_] = inside & (
            max(window.bottom - window.top, window.right - window.left) < _FRAMED * radius
        )
        return framed

    def _span(self, first: int, last: int, axis: int) -> tuple[int, int]:
        """Pixels of the plate as whole cells of the grid."""
        scale = self.size[axis] / self.plate[axis] / CELL
        low = round(first * scale)
        return low * CELL, max(low + 1, round(last * scale)) * CELL

    def _ramps(self, window: Window, span: tuple[int, int, int, int]) -> Plane:
        """1 inside of a window, falling where it ends inside of the picture."""
        top, bottom, left, right = span
        ramp_y = _ramp(bottom - top, window.top > 0, window.bottom < self.plate[0])
        ramp_x = _ramp(right - left, window.left > 0, window.right < self.plate[1])
        return np.asarray(ramp_y[:, None] * ramp_x, np.float32)

    def _shown(self, window: Window) -> Plane | None:
        """The longer side of the nearest person in pixels of the network, on the cells of `found`."""
        if self.found is None:
            return None
        sizes = self.found.sizes
        return sizes * np.float32(max(self.plate) / max(sizes.shape) * window.zoom)

    def _at(self, values: Plane, span: tuple[int, int, int, int]) -> Plane:
        """Values on the cells of `found`, brought to a part of the grid."""
        top, bottom, left, right = span
        return grow(values, *self.size)[top:bottom, left:right]

    def _weight(self, window: Window, span: tuple[int, int, int, int]) -> Plane:
        weight, shown = self._ramps(window, span), self._shown(window)
        if shown is not None:
            off = np.log(np.maximum(shown, 1) / np.float32(self.best))
            off /= np.where(off > 0, np.float32(_TOO_LARGE), np.float32(_TOO_SMALL))
            weight = weight * self._at(np.maximum(np.exp(-off * off / 2), np.float32(_LEAST)), span)
        return np.asarray(weight, np.float32)

    def evidence(self, most: int, picture: Plane) -> PeopleEvidence:
        """The merged evidence with at most *most* people as instances; *picture* is the plate at any size."""
        alpha, held = probable(self.alpha)
        cells = (self.cells.shape[0], self.cells.shape[1])
        votes = self.votes()
        seen = settle(votes, self.centre, self.offset, self.near, self.unit)
        if float(seen.keep.min()) < 1:
            keep = grow(seen.keep, *self.size)
            alpha, held = alpha * keep, held * keep
        main = whom(seen.shares * self.cover * seen.keep, seen.whole, picture)
        chosen = strongest(Instances(seen.shares, seen.heads), self.cover, most)
        shares = (
            np.stack([grow(seen.shares[k], *self.size) for k in chosen])
            if len(chosen)
            else np.zeros((0, *self.size), np.float32)
        )
        middle = np.array([0.5, 0.5, 0], np.float32)
        unit = np.array([1 / cells[1], 1 / cells[0], 1], np.float32)
        return PeopleEvidence(
            alpha,
            held,
            self.parts,
            np.clip(shares, 0, 1).astype(np.float32),
            (seen.heads[chosen] + middle) * unit,
            main[chosen],
            len(seen.heads),
            self.bodies.persons if self.bodies.asked else None,
            recognised=recognised(votes, self.bodies, self.centre, self.parts) if self.bodies.asked else None,
        )


def _sigmoid(logits: Plane) -> Plane:
    """Probabilities of logits."""
    return np.asarray(1 / (1 + np.exp(-np.clip(logits, -30, 30))), np.float32)


def _halved(plane: Plane) -> Plane:
    return shrink(plane, plane.shape[0] // 2, plane.shape[1] // 2)


def _fitted(plane: Plane, height: int, width: int) -> Plane:
    """A plane at another size: area means where it gets smaller."""
    if plane.shape == (height, width):
        return plane
    return (shrink if plane.shape[0] * plane.shape[1] > height * width else grow)(plane, height, width)


def _ramp(length: int, first: bool, last: bool) -> Plane:
    """1 in the middle, falling to nearly 0 at those ends of a window that lie inside of the picture."""
    at = (np.arange(length, dtype=np.float32) + np.float32(0.5)) / np.float32(_FEATHER * length)
    ramp = np.ones(length, np.float32)
    if first:
        ramp = np.minimum(ramp, at)
    if last:
        ramp = np.minimum(ramp, at[::-1])
    return np.maximum(ramp, np.float32(1e-3))
