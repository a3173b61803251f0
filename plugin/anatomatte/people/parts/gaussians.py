"""Colour models: mixtures of Gaussians over Lab, fitted by expectation maximisation.

A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm"
(1977). Nothing is drawn at random: the first means lie at quantiles of the colours' strongest direction, so
that a picture always gives the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from ...frame import Pixels
from ...ops import loops

_ROUNDS = 6
_MOST = 500
"""Colours that a model is fitted to; of more every n-th counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """One mixture of n Gaussians, or several: arrays begin with as many dimensions more.

    Means n×3, inverse Cholesky factors n×3×3 and log weights n (with the normaliser).
    """

    means: Pixels
    whiten: Pixels
    weights: Pixels

    def density(self, colours: Pixels) -> Pixels:
        """Log density of each colour N×3 (but for a constant), N or as many rows as there are mixtures."""
        *many, count, _ = self.means.shape
        means, whiten = self.means.reshape(-1, count, 3), self.whiten.reshape(-1, count, 3, 3)
        found = loops.dense(np.ascontiguousarray(colours), means, whiten, self.weights.reshape(-1, count))
        return found.reshape(*many, len(colours))

    def __getitem__(self, one: int) -> Mixture:
        """One of several mixtures."""
        return Mixture(self.means[one], self.whiten[one], self.weights[one])


def fitted(colours: Pixels, weight: Pixels, count: int = 3, floor: float = 10.0) -> Mixture:
    """The mixture of *count* Gaussians of colours N×3.

    Args:
        weight: N, how much each counts; their sum is above 0.
        floor: variance that every direction has at least.
    """
    return fitted_all([(colours, weight)], count, floor)[0]


def fitted_all(samples: Sequence[tuple[Pixels, Pixels]], count: int = 3, floor: float = 10.0) -> Mixture:
    """The mixtures of several samples, each as `fitted` makes it, all at once: they are small."""
    taken = [(np.ascontiguousarray(one), np.asarray(weight, np.float32)) for one, weight in samples]
    colours, weights, middle, spread = loops.sample(taken, _MOST, floor)
    strongest = np.ascontiguousarray(np.linalg.eigh(spread)[1][..., -1])
    means = loops.begin(colours, weights, strongest, count)
    covers = np.repeat(spread[:, None], count, 1)
    shares = np.full(means.shape[:2], 1 / count)
    loops.fit(colours, weights, _ROUNDS, floor, means, covers, shares)
    means += middle[:, None]
    return Mixture(means.astype(np.float32), *loops.whiten(covers, shares))
