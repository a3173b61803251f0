"""Edge refinement: the matte of people at the plate's own resolution, without a screen."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .. import buffers
from ..frame import Pixels
from ..ops import loops
from ..ops.filters import EDGE, box, gauss, grow, reach, rows_of, step
from ..ops.strips import each, never
from ..parts import INDEX
from . import colours, gaps
from .calibration import believed, decided
from .evidence import PeopleEvidence

_DOUBT = 1.2
"""Cells of the network by which its contour is taken to be unsure."""

_BAND = 0.04
_CARRY = 1.0
_REST = (0.02, 0.05)
"""Shares of held things up to which they are the network's noise, and from which on they are believed. Of
people with empty hands 99 in 100 pixels have less than the second, and half have a third of a percent."""
_SLACK = 0.2
_HAIR = 0.4
"""Share of hair among the parts that counts in full."""

_FLY = 0.008
"""The same around hair, as a share of the diagonal."""


def _silent(_: float) -> None:
    return None


@dataclass(frozen=True, slots=True, eq=False)
class Soft:
    """Coverage at the plate's resolution and the unmixed colour of its edge.

    Attributes:
        matte: H×W, coverage by people and what they hold, in 0..1.
        hold: H×W, share of held things in it, in 0..1; 0 where nothing is covered.
        edge: flat indices of the pixels whose foreground was solved, ascending.
        colour: N×3 scene-linear foreground of those pixels.
    """

    matte: Pixels
    hold: Pixels
    edge: NDArray[np.intp]
    colour: Pixels

    @property
    def held(self) -> Pixels:
        """H×W, coverage by held things, in 0..1."""
        return self.matte * self.hold

    @property
    def alpha(self) -> Pixels:
        """H×W, coverage by people without what they hold, in 0..1; alpha + held ≤ 1."""
        return self.matte - self.held


def refine(
    light: Pixels,
    evidence: PeopleEvidence,
    *,
    threads: int = 1,
    check: Callable[[], None] = never,
    progress: Callable[[float], None] = _silent,
) -> Soft:
    """Coverage and foreground of the people of the *evidence* in *light*, H×W×3 scene-linear.

    Args:
        threads: processor threads; the result does not depend on them.
        check: called between strips; raises Cancelled to stop.
        progress: told the share of the work that is done, 0 to 1.
    """
    check()
    work = _Edge(light, evidence, threads, check)
    check()
    progress(0.3)
    each(light.shape[0], work.strip, threads, check)
    progress(0.9)
    each(light.shape[0], work.settled, threads, check)
    made = work.soft()
    progress(1.0)
    return made


class _Edge:
    """The plate and its evidence while strips are worked on."""

    def __init__(
        self, light: Pixels, evidence: PeopleEvidence, threads: int, check: Callable[[], None]
    ) -> None:
        self.light = np.ascontiguousarray(light, np.float32)
        self.size = (light.shape[0], light.shape[1])
        total = np.clip(evidence.alpha + evidence.held, 0, 1)
        probable = believed(total)
        seen = colours.cells(light)
        cover, detail = _opened(seen, probable, decided(probable))
        self.expected = _expected(cover, evidence, detail)
        self.covered = self.expected > _BAND
        self.holds = _share(evidence.held, total)
        self.sides = colours.sides(seen, cover, threads, check)
        self.rough, self.matte, self.hold = (buffers.zeros(self.size) for _ in range(3))
        self.found: dict[int, tuple[NDArray[np.intp], Pixels]] = {}

    def strip(self, y1: int, y2: int) -> None:
        """Coverage and colours of rows y1 to y2, where anything may be covered."""
        span = reach(self.covered, y1, y2, *self.size)
        prior = rows_of(self.expected, y1, y2, *self.size)[:, span]
        total = self.rough[y1:y2, span]
        band, corner = (_BAND, 1 - _BAND), (y1, span.start)
        turns = colours.turns(self.sides.level)
        place, lit = loops.edges(prior, band, self.light, corner, self.sides.fields, *turns, total)
        if len(place):
            self.found[y1] = place, lit

    def settled(self, y1: int, y2: int) -> None:
        """Rows y1 to y2 without specks, and what of them is held."""
        height = self.size[0]
        span = reach(self.covered, max(0, y1 - 1), min(height, y2 + 1), *self.size)
        if span.stop <= span.start:
            return
        matte = self.matte[y1:y2, span]
        if self.found:
            top, left = max(0, y1 - 1), max(0, span.start - 1)
            rough = self.rough[top : y2 + 1, left : span.stop + 1]
            loops.calm(rough, _SLACK, y1 - top, span.start - left, matte)
        else:
            matte[...] = self.rough[y1:y2, span]
        if self.holds.any():
            hold = rows_of(self.holds, y1, y2, *self.size)[:, span]
            if not hold.any():  # memory that nobody writes into costs nothing
                return
            np.minimum(hold, matte > 0, out=self.hold[y1:y2, span])

    def soft(self) -> Soft:
        """The finished coverage with the colours of its edge."""
        if not self.found:
            return Soft(self.matte, self.hold, np.empty(0, np.intp), np.empty((0, 3), np.float32))
        parts = [self.found[y] for y in sorted(self.found)]
        edge, light = (np.concatenate([part[k] for part in parts]) for k in (0, 1))
        return Soft(self.matte, self.hold, edge, light)


def _opened(seen: colours.Cells, probable: Pixels, cover: Pixels) -> tuple[Pixels, float]:
    """*cover*, h×w, without the gaps in it, and how much finer its grid has become."""
    found = gaps.gaps(seen.light, seen.level, probable, cover)
    if found is None:
        return cover, 1.0
    height, width = found.shape
    if height < cover.shape[0]:
        return cover * (1 - grow(found.astype(np.float32), *cover.shape)), 1.0
    detail = height / cover.shape[0]
    return np.asarray(np.where(found, 0, grow(cover, height, width)), np.float32), detail


def _expected(cover: Pixels, evidence: PeopleEvidence, detail: float) -> Pixels:
    """Coverage that is expected, h×w: *cover* made a little soft, and softer around hair.

    *detail* is how much finer its grid is than that of the *evidence*.
    """
    made = gauss(cover, _DOUBT * detail)
    hair = np.minimum(evidence.part(INDEX["hair"]) / np.float32(_HAIR), 1)
    if not hair.any():
        return made
    wide = _FLY * float(np.hypot(*cover.shape))
    size = 2 * max(1, round(2 * wide / detail)) + 1
    near = box(
        np.asarray(cv2.dilate(hair, np.ones((size, size), np.uint8), borderType=EDGE), np.float32), size
    )
    near = near if near.shape == cover.shape else grow(near, *cover.shape)
    made += near * (gauss(cover, wide) - made)
    return made


def _share(held: Pixels, total: Pixels) -> Pixels:
    """How much of what covers a place is held, h×w, carried a little over the edge of what is covered."""
    if not held.any():
        return np.zeros_like(held)
    mass = gauss(total, _CARRY)
    made = np.asarray(np.clip(gauss(held, _CARRY) / np.maximum(mass, np.float32(1e-3)), 0, 1), np.float32)
    return np.asarray(made * step(made, *_REST), np.float32)
