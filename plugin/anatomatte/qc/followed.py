"""Whether people keep the numbers that an analysis gave them, by what they share with the frames beside."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from ..frame import Pixels

_THERE = 0.5


class Common(NamedTuple):
    """Pixels (K×J) in which each of K people of a frame lies where each of J of a frame beside it does.

    *step* is -1 where that frame is before, 1 where it is behind.
    """

    step: int
    pixels: npt.NDArray[np.int64]


def common(step: int, mine: Pixels, theirs: Pixels, valid: Pixels) -> Common:
    """What mattes K×h×w share with mattes J×h×w of the frame beside, brought into this one.

    Args:
        valid: h×w in 0..1, where these can be believed.
    """
    made = np.zeros((len(mine), len(theirs)), np.int64)
    if made.size:
        there = (mine.max(0) > _THERE) & (theirs.max(0) > _THERE) & (valid > _THERE)
        np.add.at(made, (mine.argmax(0)[there], theirs.argmax(0)[there]), 1)
    return Common(step, made)


def renumbered(shared: Sequence[Common], mine: Sequence[int], others: Mapping[int, Sequence[int]]) -> float:
    """The score of `identity`: the share of the people whose number is another one's beside this frame.

    Args:
        mine: the number of each person of the frame; 0 has none and is not counted.
        others: step → the numbers of the people of that frame.
    """
    worst = 0.0
    for step, pixels in shared:
        here, there = np.array(mine), np.array(others.get(step, ()))
        if pixels.shape != (len(here), len(there)) or not pixels.size:
            continue
        counted = pixels * ((here[:, None] > 0) & (there > 0))
        likeliest = there[counted.argmax(1)]  # who of them is there; the rest is people who pass each other
        moved = counted.sum(1)[here != likeliest]
        worst = max(worst, float(moved.sum()) / max(int(counted.sum()), 1))
    return worst
