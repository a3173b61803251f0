"""Who is in a picture: anybody from the bank, or somebody who shows a part that few people show.

Of a hundred rendered people five show a skirt, and in a composed picture it is a thousandth of the
pixels. So part of the cast is chosen for one of the `RARE` parts, and placed such that it is seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX, PARTS

from ..bank import Bank, Item

RARE = {"skirt": 0.3, "bag": 0.24, "held": 0.24, "scarf": 0.11, "other": 0.11}
"""Parts that people are chosen for, and how often each is."""

SHOWN = 0.015
"""Share of somebody's own pixels from which on they show a part."""

_TRIES = 80
_STEP = 3
"""Labels are counted on every third pixel of every third row."""


@dataclass(frozen=True)
class Role:
    """Somebody in a picture; `part` is what they were chosen for, 0 nothing."""

    item: Item
    part: int = 0


class Casting:
    """Draws people from a bank; a share `rare` of them shows one of the `RARE` parts."""

    def __init__(self, people: Bank, rng: np.random.Generator, rare: float = 0.0) -> None:
        self.people, self.rng, self.rare = people, rng, rare
        self._shares: dict[int, NDArray[np.float32]] = {}

    def draw(self) -> Role:
        """Somebody; chosen for a rare part if chance says so and the bank has such a person."""
        if self.rare and self.rng.random() < self.rare:
            part = INDEX[str(self.rng.choice(list(RARE), p=list(RARE.values())))]
            for _ in range(_TRIES):
                k = self._anybody()
                if self.shares(k)[part] >= SHOWN:
                    return Role(self.people[k], part)
        return Role(self.people[self._anybody()])

    def shares(self, k: int) -> NDArray[np.float32]:
        """Share of each part in the pixels of person `k`, (parts,); all 0 for somebody who is not seen."""
        found = self._shares.get(k)
        if found is None:
            counts = np.bincount(self.people[k].planes[::_STEP, ::_STEP, 2].ravel(), minlength=len(PARTS))
            counts[0] = 0
            found = self._shares[k] = (counts / max(int(counts.sum()), 1)).astype(np.float32)
        return found

    def _anybody(self) -> int:
        return int(self.rng.integers(len(self.people)))


def seen(role: Role, scale: float, x: float, y: float, height: int, width: int) -> bool:
    """Whether what somebody was chosen for can be seen when their tile lies at (x, y) times `scale`.

    At least half of it is in the picture of `height` x `width`, and it is 0.3 % of the picture.
    """
    if role.part == 0:
        return True
    rows, columns = np.nonzero(role.item.planes[::_STEP, ::_STEP, 2] == role.part)
    at_x, at_y = columns * (_STEP * scale) + x, rows * (_STEP * scale) + y
    inside = int(((at_x >= 0) & (at_x < width) & (at_y >= 0) & (at_y < height)).sum())
    return 2 * inside >= len(rows) and inside * (_STEP * scale) ** 2 >= 0.003 * height * width
