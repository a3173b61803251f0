"""Who is who in two frames, and who was lost in one of them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from ..frame import Pixels

_SAME = 0.3
"""IoU of two mattes from which on they are of one person."""


def overlaps(these: Pixels, others: Pixels) -> Pixels:
    """IoU (K×J) of soft mattes K×h×w and J×h×w in 0..1: sums of minima over sums of maxima."""
    made = np.zeros((len(these), len(others)), np.float32)
    wholes = [[float(one.sum()) for one in mattes] for mattes in (these, others)]
    for k, one in enumerate(these):
        for j, other in enumerate(others):
            both = float(np.minimum(one, other).sum())
            made[k, j] = both / max(wholes[0][k] + wholes[1][j] - both, 1e-6)
    return made


def matched(these: Pixels, others: Pixels) -> tuple[int | None, ...]:
    """For each of *these* mattes K×h×w which of *others* J×h×w is the same person; None where none is."""
    left = overlaps(these, others)
    found: list[int | None] = [None] * len(these)
    while left.size and float(left.max()) >= _SAME:
        k, j = (int(n) for n in np.unravel_index(int(left.argmax()), left.shape))
        found[k] = j
        left[k], left[:, j] = 0, 0
    return tuple(found)


def rearranged(mattes: Pixels, order: Sequence[int | None]) -> Pixels:
    """Mattes J×h×w of another frame in this frame's *order*; the last one is of everybody else."""
    made = np.zeros((len(order) + 1, *mattes.shape[1:]), np.float32)
    for k, j in enumerate(order):
        if j is not None:
            made[k] = mattes[j]
    for j in set(range(len(mattes))) - set(order):
        made[-1] += mattes[j]
    return made


Said = tuple[Sequence[bool], Sequence[int | None], float]
"""What another frame says of its own people, `matched` of this frame's with them, and how much it counts."""


def voted(own: Sequence[bool], sides: Sequence[Said]) -> list[bool]:
    """What most of a window say of each person of a frame, yes or no; where it is even, yes.

    Args:
        own: what the frame itself says.
        sides: what the frames around say.
    """
    made = []
    for k, mine in enumerate(own):
        for_, all_ = float(mine), 1.0
        for says, order, weight in sides:
            j = order[k]
            if j is not None:
                for_ += weight * says[j]
                all_ += weight
        made.append(2 * for_ >= all_)
    return made


def lost(own: Pixels, sides: Sequence[tuple[int, Pixels, tuple[int | None, ...]]]) -> list[dict[int, int]]:
    """People whom the frames around this one have and this one has not.

    Args:
        own: K×h×w, this frame's mattes of people.
        sides: of each frame around how far away it is, its mattes J×h×w as they lie over this one, and
            `matched` of *own* with them.

    Returns:
        For each such person, away → number there. Frames on both sides have them, where there are both, and
        most of the frames around do.
    """
    if not sides:
        return []
    nearest = sorted(sides, key=lambda side: (abs(side[0]), side[0]))
    both = {np.sign(away) for away, _, _ in sides}
    found: list[dict[int, int]] = []
    taken: set[tuple[int, int]] = set()
    for away, mattes, order in nearest:
        for j in sorted(set(range(len(mattes))) - {n for n in order if n is not None}):
            if (away, j) in taken:
                continue
            same = {away: j}
            for other, theirs, theirs_order in nearest:
                free = [n for n in range(len(theirs)) if n not in theirs_order and (other, n) not in taken]
                if other == away or not free:
                    continue
                shared = overlaps(mattes[j : j + 1], theirs[free])[0]
                if float(shared.max()) >= _SAME:
                    same[other] = free[int(shared.argmax())]
            if 2 * len(same) > len(sides) and {np.sign(n) for n in same} == both and len(both) == 2:
                found.append(same)
                taken |= set(same.items())
    return found
