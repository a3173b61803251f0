"""Brows where the picture has them: the mesh's outlines, moved onto the dark line between forehead and lid.

The mesh draws brows as it has learned them, often too high and too arched. Each outline is shifted, at its
two ends by as much as suits it, and made thinner, until it is darkest beside what lies above and below it;
how far it may go depends on how plain that is. A brow as pale as its skin, or under a fringe, stays.
"""

from __future__ import annotations

import functools
from collections.abc import Sequence
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import step
from .mesh import Face
from .outlines import BROW_LINES
from .painting import sampled

Points = NDArray[np.floating[Any]]

_PLACES = 11
"""Places along a brow where it is looked across it."""

_STEP = 0.01
"""Distance of samples across a brow, in distances of the eyes."""

_REACH = -0.22, 0.3
"""How far above and below an outline's middle is looked, in distances of the eyes."""

_SHIFTS = tuple(0.02 * k for k in range(-2, 8))
"""By how much an end may move towards the chin, in distances of the eyes."""

_THIN = (1.0, 0.8, 0.6)
"""How thick a brow may be beside its outline."""

_BESIDE = 0.05
"""Width of what is looked at above and below, in distances of the eyes."""

_LID = 0.03
"""What stays between a brow and the lid, in distances of the eyes."""

_LIDS_COUNT = 0.5
"""How much what lies below counts beside what lies above: lids lie in the shade of the brow."""

_FAR, _BENT = 0.03, 0.12
"""What a shift by a tenth of the distance of the eyes costs, and what one of the ends against the other does,
as logarithms of brightness."""

_PLAIN = 0.04, 0.1
"""Logarithm of brightness by which a brow is darker than what is around it up to which it stays where it was,
and from which on it is moved all the way."""

_EVEN = 0.012
"""Difference of scores at which two places are about as good: the brow lies between them, so that it does not
jump from one to the other as grain or time goes."""


def brows(face: Face, luma: Pixels) -> list[Points]:
    """The outline of each brow, corners (10, 2) in pixels.

    Args:
        face: in pixels of the picture.
        luma: h×w, logarithm of the picture's brightness; looked at where the face does not know its brows.
    """
    known = moves(face, luma) if face.brows is None else face.brows
    down = _down(face)
    return [_placed(face, lines, move, down) for lines, move in zip(BROW_LINES, known, strict=True)]


def moves(face: Face, luma: Pixels) -> NDArray[np.float64]:
    """(2, 3) of each brow how far its ends at the temple and at the nose lie below the mesh's, in distances
    of the eyes, and how thick it is beside it; arguments as those of `brows`."""
    down = _down(face)
    return np.array(
        [(0.0, 0.0, 1.0) if down is None else _fitted(face, one, luma, down) for one in BROW_LINES]
    )


def _down(face: Face) -> Points | None:
    """(2,) towards the chin; None where the head is seen from right above."""
    long = float(np.hypot(*face.pose.turn[:2, 1]))
    return None if long < 1e-3 else np.asarray(face.pose.turn[:2, 1] / long)


def _placed(face: Face, lines: Sequence[Sequence[int]], move: Points, down: Points | None) -> Points:
    """A brow's outline where it lies."""
    top, bottom = (face.points[list(line), :2].astype(np.float64) for line in lines[:2])
    if down is None:
        return _outline(top, bottom)
    outer, inner, thin = move
    shares = np.linspace(0, 1, len(top))[:, None]
    shift = ((1 - shares) * outer + shares * inner) * face.eyes * down
    centre = (top + bottom) / 2
    return _outline(centre + thin * (top - centre) + shift, centre + thin * (bottom - centre) + shift)


def _fitted(
    face: Face, lines: Sequence[Sequence[int]], luma: Pixels, down: Points
) -> tuple[float, float, float]:
    """How far one brow lies below its outline at its two ends, and how thick it is beside it."""
    top, bottom, lid = (face.points[list(line), :2].astype(np.float64) for line in lines)
    upper, lower, lids = (_along(line) for line in (top, bottom, lid))
    middle = (upper + lower) / 2
    offsets = np.arange(_REACH[0], _REACH[1], _STEP)
    across = sampled(luma, middle[:, None] + offsets[None, :, None] * (face.eyes * down))
    half = ((lower - upper) @ down / face.eyes) / 2
    room = (lids - middle) @ down / face.eyes - _LID
    found = _best(across, half, room)
    return (0.0, 0.0, 1.0) if found is None else found


def _outline(top: Points, bottom: Points) -> Points:
    return np.concatenate([top, bottom[::-1]])


def _along(line: Points) -> Points:
    """(places, 2) evenly along a line of landmarks."""
    at = np.linspace(0, len(line) - 1, _PLACES)
    known = np.arange(len(line))
    return np.column_stack([np.interp(at, known, line[:, axis]) for axis in (0, 1)])


@functools.cache
def _tried() -> NDArray[np.float64]:
    """(n, 3) shifts of the outer and of the inner end, and thickness."""
    return np.array([(a, b, thin) for a in _SHIFTS for b in _SHIFTS for thin in _THIN])


def _best(
    across: NDArray[np.float64], half: NDArray[np.float64], room: NDArray[np.float64]
) -> tuple[float, float, float] | None:
    """Shifts of both ends and the thickness that suit a brow best; None where there is no room for any.

    Args:
        across: places × samples, the brightness across the brow.
        half: half its thickness at each place, in distances of the eyes.
        room: how far below its middle a brow may reach at each place, likewise.
    """
    tried = _tried()
    share = np.linspace(0, 1, _PLACES)
    middle = tried[:, :1] * (1 - share) + tried[:, 1:2] * share
    thick = np.abs(half) * tried[:, 2:]
    sums = np.concatenate([np.zeros((_PLACES, 1)), across.cumsum(1)], 1)

    def mean(first: NDArray[np.float64], last: NDArray[np.float64]) -> NDArray[np.float64]:
        """Of the samples from one offset to another, n × places."""
        start, end = (
            np.clip(np.rint((at - _REACH[0]) / _STEP), 0, across.shape[1]).astype(np.intp)
            for at in (first, last)
        )
        end = np.minimum(np.maximum(end, start + 1), across.shape[1])
        start = np.minimum(start, end - 1)
        place = np.arange(_PLACES)
        return np.asarray((sums[place, end] - sums[place, start]) / (end - start))

    own = mean(middle - thick, middle + thick)
    above = mean(middle - thick - _BESIDE, middle - thick) - own
    below = mean(middle + thick, middle + thick + _BESIDE) - own
    plain = (above + _LIDS_COUNT * below).mean(1) / (1 + _LIDS_COUNT)
    costs = _FAR * (tried[:, :2] ** 2).sum(1) / 0.01 + _BENT * (tried[:, 0] - tried[:, 1]) ** 2 / 0.01
    score = np.where((middle + thick <= room).all(1), plain - costs, -np.inf)
    best = int(np.argmax(score))
    if not np.isfinite(score[best]):
        return None
    weights = np.exp((score - score[best]) / _EVEN)
    outer, inner, thin = (float(value) for value in weights @ tried / weights.sum())
    moved = float(step(plain[best], *_PLAIN))
    return moved * outer, moved * inner, 1 + moved * (thin - 1)
