"""Soft partitions, n×h×w shares that sum to 1: extrapolated to unknown areas, and guided upsampling.

Work is done plane by plane, in threads, and only where a plane has anything to say.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from .. import buffers
from ..frame import Pixels
from ..ops import loops
from ..ops.filters import Fill, grow, reach
from ..ops.guided import Guide
from ..ops.strips import every, never

LEAST = 1e-3
"""A share that is below this everywhere counts as absent."""

SOFTMAX_FLOOR = 0.02
"""What a softmax gives to every class everywhere; taken off each share before they are made to sum to 1."""

_TINY = np.float32(1e-6)
_ROWS = 64

Names = tuple[int, ...]


def total(planes: Pixels, of: Names) -> Pixels:
    """The sum of some planes of a partition, h×w; without any it is 0."""
    made = np.zeros(planes.shape[1:], np.float32)
    for k in of:
        made += planes[k]
    return made


class Spread:
    """Fields h×w that are known where *weight* h×w is high, carried on into where it is not."""

    def __init__(self, weight: Pixels) -> None:
        self._fill = Fill(np.square(weight))
        self._trust = np.clip(2 * weight, 0, 1)

    def __call__(self, field: Pixels) -> Pixels:
        """*field*, h×w in 0..1."""
        made = self._fill(field)
        made += (field - made) * self._trust
        return np.clip(made, 0, 1, out=made)

    def put(self, plane: Pixels, unit: Pixels, out: Pixels) -> None:
        """The field *plane* times *unit*, h×w in 0..1, and a tiny number, put into *out*."""
        field, finest = plane * unit, self._fill.finest
        if finest is None:
            np.add(self(field), _TINY, out=out)
        else:
            loops.carry_on(plane, unit, self._fill.around(field), (*finest, self._trust), float(_TINY), out)


def divided(
    planes: Pixels,
    of: Names,
    weight: Pixels,
    whole: Pixels | None = None,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> tuple[Pixels, Names]:
    """Some planes as shares that sum to 1 everywhere; where there is none of them the nearest carries on.

    Args:
        planes: N×h×w in 0..1.
        of: those that are divided by their sum.
        weight: h×w in 0..1, how much the planes are to be believed.
        whole: h×w, what they are shares of; None: they are shares of 1.

    Returns:
        The shares, and which planes they are: those that are not next to nothing everywhere.
    """
    if len(of) < 2:
        return np.ones((len(of), *weight.shape), np.float32), of
    base = np.float32(1) if whole is None else np.maximum(whole, _TINY)
    sums = total(planes, of) / base
    spread = Spread(weight * np.minimum(sums, 1))
    unit = 1 / (base * np.maximum(sums, _TINY))
    full = np.empty((len(of), *weight.shape), np.float32)

    def carry(k: int) -> None:
        spread.put(np.ascontiguousarray(planes[of[k]]), unit, full[k])

    every(len(of), carry, threads, check)
    unit = 1 / total(full, tuple(range(len(of))))
    most = [0.0] * len(of)

    def top(k: int) -> None:
        full[k] *= unit
        most[k] = float(full[k].max())

    every(len(of), top, threads, check)
    there = [k for k, high in enumerate(most) if high >= min(LEAST, max(most))]
    if len(there) < len(of):
        for at, k in enumerate(there):
            full[at] = full[k]
        full = full[: len(there)]
        full /= total(full, tuple(range(len(there))))
    return full, tuple(of[k] for k in there)


def sharp(
    guide: Guide,
    stack: Pixels,
    rest: Pixels | None = None,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> Pixels:
    """A partition n×h×w that sums to 1 on the finer grid H×W, where it does so again.

    Args:
        rest: H×W in 0..1, one more plane; the others share what it leaves.
    """
    work = _Sharp(guide, stack, rest)
    if len(stack) < 2:
        work.out[: len(stack)] = 1 if rest is None else 1 - rest
        return work.out
    every(len(stack), work.plane, threads, check)
    every(len(work.strips), work.normal, threads, check)
    return work.out


class _Sharp:
    """Planes on the finer grid while they are made; each has a span of columns in each strip of rows."""

    def __init__(self, guide: Guide, stack: Pixels, rest: Pixels | None) -> None:
        self.guide, self.stack, self.rest = guide, stack, rest
        height, width = guide.bright.shape
        self.out = buffers.empty((len(stack) + (rest is not None), height, width))
        if rest is not None:
            self.out[-1] = rest
        self.strips = [slice(y, min(y + _ROWS, height)) for y in range(0, height, _ROWS)]
        self.spans: list[list[slice]] = [[] for _ in stack]

    def plane(self, k: int) -> None:
        """Fill plane *k*, without the softmax floor and not yet divided by the sum."""
        slope, offset = self.guide.lines(self.stack[k])
        offset -= np.float32(SOFTMAX_FLOOR)
        # brightness is in 0..1: where this is 0 or less nothing is left of the plane
        there = offset + np.maximum(slope, 0) > 0
        bright, made = self.guide.bright, self.out[k]
        self.spans[k] = [reach(there, rows.start, rows.stop, *bright.shape) for rows in self.strips]
        slopes, offsets = (grow(field, *bright.shape) for field in (slope, offset))
        for rows, columns in zip(self.strips, self.spans[k], strict=True):
            made[rows, : columns.start], made[rows, columns.stop :] = 0, 0
            part = made[rows, columns]
            np.multiply(slopes[rows, columns], bright[rows, columns], out=part)
            part += offsets[rows, columns]
            np.clip(part, 0, np.float32(1 - SOFTMAX_FLOOR), out=part)

    def normal(self, at: int) -> None:
        """Divide one strip of all planes by their sum: one of n shares is at least 1/n, above the floor."""
        rows = self.strips[at]
        there = [
            (self.out[k, rows, spans[at]], spans[at])
            for k, spans in enumerate(self.spans)
            if spans[at].stop > spans[at].start
        ]
        sums = np.zeros(self.out[0, rows].shape, np.float32)
        for part, columns in there:
            sums[:, columns] += part
        unit = (1 if self.rest is None else 1 - self.rest[rows]) / np.maximum(sums, _TINY)
        for part, columns in there:
            part *= unit[:, columns]
