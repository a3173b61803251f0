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
    """The score of `identity`: the share of what people have in common with a frame beside this one by which
    two of them would fit better the other way round.

    Who is half hidden behind somebody lies where that one was a frame before: by itself that says nothing.

    Args:
        mine: the number of each person of the frame; 0 has none and is not counted.
        others: step → the numbers of the people of that frame.
    """
    return max((_exchanged(one.pixels, mine, others.get(one.step, ())) for one in shared), default=0.0)


def _exchanged(pixels: npt.NDArray[np.int64], mine: Sequence[int], theirs: Sequence[int]) -> float:
    if pixels.shape != (len(mine), len(theirs)) or not pixels.size:
        return 0.0
    most = max(*mine, *theirs)
    by_number = np.zeros((most + 1, most + 1), np.int64)
    np.add.at(by_number, (np.array(mine)[:, None], np.array(theirs)[None]), pixels)
    numbered = by_number[1:, 1:]
    if not numbered.sum():
        return 0.0
    kept = numbered.diagonal()
    gain = numbered + numbered.T - (kept[:, None] + kept)
    return float(max(gain.max(), 0) / numbered.sum())
