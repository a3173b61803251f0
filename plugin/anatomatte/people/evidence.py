"""The evidence of the people in a picture, merged from all predictions; needs no torch."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ..ops.filters import grow

Plane = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class PeopleEvidence:
    """Evidence of people in one picture, at the merged size h x w; all values in [0, 1] and finite.

    `alpha` (h, w) coverage by people without what they hold; `held` (h, w) coverage by held
    things; `parts` (parts, h', w') probabilities that sum to 1, on a grid of the same picture that may be
    coarser: networks give them at half of their size; `people` (K, h, w) whose a pixel is,
    summing to 1 over the people when there are any, strongest first; `heads` (K, 3) x and y as
    shares of width and height, and score; `main` (K,) whether the picture is about each, None where that is
    not known; `found` how many were seen, those beyond the K included (0: the K); `bodies` (n, 13) what the
    person detector found, in no order of the people: score, and as shares of width and height the head's box
    (centre x and y, width, height) and four points (x and y), as `detections.decoded` gives them; None where
    no detector ran; `outfits` (K, 7) what each may wear, as `nets.own.outfit_head.outfit_odds` gives it, a
    row of NaN where that is not known; None where nobody was asked; `numbers` the number of each, from 0,
    as a shot's sidecar has them, -1 of whom it does not number; None where they count in their order;
    `recognised` how sure it is that anybody is there, as `recognised.recognised` says it, None where no
    detector ran.
    """

    alpha: Plane
    held: Plane
    parts: Plane
    people: Plane
    heads: Plane
    main: NDArray[np.bool_] | None = None
    found: int = 0
    bodies: Plane | None = None
    outfits: Plane | None = None
    numbers: tuple[int, ...] | None = None
    recognised: float | None = None

    def part(self, *channels: int) -> Plane:
        """The probability (h, w) of some parts together, by their channels."""
        said = self.parts[list(channels)].sum(0)
        return said if said.shape == self.alpha.shape else grow(said, *self.alpha.shape)

    def number(self, index: int) -> int:
        """The number, from 0, of the person at a place in `people`; -1 of whom a sidecar does not number."""
        return index if self.numbers is None else self.numbers[index]
