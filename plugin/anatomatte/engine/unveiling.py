"""A matte mended by what the frames around show behind people: what looks like that is none of them.

The mean of a window is the prior; what differs grossly from it by the colours of both sides, the outside as
the window saw it, is drawn to these.  Edges, on which the window agrees, stay a mean.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask, box, grow, shrink
from ..people import colours
from ..temporal import behind
from ..temporal.behind import Behind, Glimpse, Way
from .moments import Neighbour
from .task import Task

_SAME = 2.0
"""`alike` below which a place looks like the background."""

_DOUBT = 0.01
"""A mean is no surer than this where the background behind is known."""

_GROSS = 0.2
"""Difference from the mean from which on it is mended, in full from twice of it on."""

_NEAR = 0.02
_SHADE = 0.15
"""Share of its brightness by which the background may be darker or lighter where nobody is expected."""


def unveiled(task: Task, own: Pixels, mean: Pixels, found: Sequence[Neighbour]) -> Pixels:
    """A window's *mean* matte, H×W, with what is known of the background behind people.

    Args:
        own: H×W, the frame's matte by itself.
    """
    if not found or not own.any():
        return mean
    size = (found[0].alignment.x.shape[0], found[0].alignment.x.shape[1])
    if colours.grid(*own.shape) != size:  # a picture too small to tell
        return mean
    cover = shrink(own, *size)
    ways = _ways(cover, [one for one in found if one.moment.light.shape[:2] == size])
    if not ways:
        return mean
    seen = colours.cells(task.plate.light)
    here = colours.opponent(seen.light, seen.level)
    there = behind.behind(here, cover, [_glimpse(one, way, seen.level) for one, way in ways])
    if not there.known.any():
        return mean
    task.work.check()
    same = there.known & (there.along > 0.5) & (behind.alike(here, there) < _SAME)
    inside = np.where(same, 0, shrink(mean, *size))
    sides = colours.sides(seen, np.asarray(inside, np.float32), task.work.threads, task.work.check)
    _outside(sides, there)
    return _solved(task.plate.light, mean, _open(own, mean, there.known), sides)


def _ways(cover: Pixels, found: Sequence[Neighbour]) -> list[tuple[Neighbour, Way]]:
    """The frames that reveal something of the background, and where it lies in them."""
    ways = [(one, behind.way(cover, one.moment.cover, one.alignment)) for one in found]
    return [(one, way) for one, way in ways if way is not None]


def _glimpse(one: Neighbour, way: Way, level: float) -> Glimpse:
    return Glimpse(colours.opponent(one.moment.light.astype(np.float32), level), way)


def _outside(sides: colours.Sides, there: Behind) -> None:
    """Puts what is known of the background into the fields of the outside."""
    for k in range(3):
        for at, plane in ((6 + k, there.colours[k]), (9 + k, there.spread[k])):
            field = sides.fields[at // 4, ..., at % 4]
            field[there.known] = plane[there.known]


def _open(own: Pixels, mean: Pixels, known: Mask) -> tuple[colours.Indices, colours.Indices]:
    """Rows and columns of the pixels in and around the matte behind which the background is known."""
    rows, columns = known.shape
    some = shrink(np.maximum(own, mean), rows, columns)
    near = known & (box(some, 5) > _NEAR)
    rows_at, columns_at = np.nonzero(grow(near.astype(np.float32), *mean.shape) > 0.5)
    return rows_at, columns_at


def _solved(
    light: Pixels, mean: Pixels, at: tuple[colours.Indices, colours.Indices], sides: colours.Sides
) -> Pixels:
    """The *mean*, where it is grossly off drawn to what colours say at some pixels."""
    if not len(at[0]):
        return mean
    fields = sides.at(*at, (mean.shape[0], mean.shape[1]))
    prior = mean[at]
    fields[9] += np.where(prior < 0.5, np.square(np.float32(_SHADE) * fields[6]), 0)
    shown = colours.opponent(light[at], sides.level)
    solved, _ = colours.solve(shown, fields, np.clip(prior, _DOUBT, 1 - _DOUBT))
    made = mean.copy()
    made[at] = solved
    gross = np.clip((np.abs(made - mean) - np.float32(_GROSS)) / np.float32(_GROSS), 0, 1)
    made = mean + np.minimum(2 * box(gross, 3), 1) * (made - mean)
    return np.asarray(np.clip(made, 0, 1), np.float32)
