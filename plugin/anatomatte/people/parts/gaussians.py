"""Colour models: mixtures of Gaussians over Lab, fitted by expectation maximisation.

A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm"
(1977). Nothing is drawn at random: the first means lie at quantiles of the colours' strongest direction, so
that a picture always gives the same model.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from ...frame import Pixels

_ROUNDS = 6
_MOST = 1500
"""Colours that a model is fitted to; of more every n-th counts."""


@dataclass(frozen=True, slots=True, eq=False)
class Mixture:
    """Means n×3, inverse Cholesky factors n×3×3 and log weights n (with the normaliser)."""

    means: Pixels
    whiten: Pixels
    weights: Pixels

    def density(self, colours: Pixels) -> Pixels:
        """Log density of each colour N×3 (but for a constant)."""
        terms = self._terms(colours)
        high = terms.max(0)
        terms -= high
        np.exp(terms, out=terms)
        return np.asarray(high + np.log(terms.sum(0)), np.float32)

    def _terms(self, colours: Pixels) -> Pixels:
        """n×N."""
        made = np.empty((len(self.means), len(colours)), np.float32)
        for k, (mean, whiten, weight) in enumerate(zip(self.means, self.whiten, self.weights, strict=True)):
            away = whiten @ (colours - mean).T
            away *= away
            made[k] = weight - 0.5 * (away[0] + away[1] + away[2])
        return made


def fitted(colours: Pixels, weight: Pixels, count: int = 3, floor: float = 10.0) -> Mixture:
    """The mixture of *count* Gaussians of colours N×3.

    Args:
        weight: N, how much each counts; their sum is above 0.
        floor: variance that every direction has at least.
    """
    there = np.flatnonzero(weight > 1e-3 * weight.max())
    there = there[:: max(1, len(there) // _MOST)]
    colours, weight = colours[there].astype(np.float64), weight[there].astype(np.float64)
    weight /= weight.sum()
    middle = weight @ colours
    spread = np.einsum("n,ni,nj->ij", weight, colours - middle, colours - middle) + floor * np.eye(3)
    along = (colours - middle) @ np.linalg.eigh(spread)[1][:, -1]
    order = np.argsort(along, kind="stable")
    at = np.searchsorted(np.cumsum(weight[order]), (np.arange(count) + 0.5) / count)
    means = colours[order[np.minimum(at, len(order) - 1)]]
    covers, shares = np.repeat(spread[None], count, 0), np.full(count, 1 / count)
    squares = _squares(colours - middle)
    means = means - middle
    for _ in range(_ROUNDS):
        share = _coefficients(means, covers, shares) @ squares
        share -= share.max(0)
        np.exp(share, out=share)
        share *= weight / share.sum(0)
        sums = share @ squares.T
        shares = sums[:, 0] + 1e-4
        means = sums[:, 1:4] / shares[:, None]
        off = means[:, :, None] * sums[:, None, 1:4]
        within = sums[:, _SQUARE] - off - off.transpose(0, 2, 1)
        within += sums[:, 0, None, None] * means[:, :, None] * means[:, None]
        covers = within / shares[:, None, None] + floor * np.eye(3)
        shares /= shares.sum()
    return _mixture(means + middle, covers, shares)


_SQUARE = np.array([[4, 7, 8], [7, 5, 9], [8, 9, 6]])
"""Where the products of two colours are among `_squares`."""


def _squares(away: npt.NDArray[Any]) -> npt.NDArray[Any]:
    """1, the three colours, their squares and their products, 10×N, of colours N×3 away from their mean.

    A Gaussian's exponent is a sum of them, and from their sums it is fitted anew.
    """
    one, two, three = away.T
    made = np.empty((10, len(away)))
    made[0], made[1:4] = 1, away.T
    for row, (a, b) in enumerate(
        ((one, one), (two, two), (three, three), (one, two), (one, three), (two, three)), 4
    ):
        np.multiply(a, b, out=made[row])
    return made


def _coefficients(
    means: npt.NDArray[Any], covers: npt.NDArray[Any], shares: npt.NDArray[Any]
) -> npt.NDArray[Any]:
    """What `_squares` are multiplied with, n×10, for the log densities of n Gaussians."""
    inverse = np.linalg.inv(covers)
    along = (inverse @ means[:, :, None])[..., 0]
    made = np.empty((len(means), 10))
    made[:, 0] = np.log(shares) - 0.5 * (np.linalg.slogdet(covers)[1] + (means * along).sum(1))
    made[:, 1:4] = along
    made[:, 4:7] = -0.5 * inverse[:, (0, 1, 2), (0, 1, 2)]
    made[:, 7:] = -inverse[:, (0, 0, 1), (1, 2, 2)]
    return made


def _mixture(means: npt.NDArray[Any], covers: npt.NDArray[Any], shares: npt.NDArray[Any]) -> Mixture:
    factors = np.linalg.cholesky(covers)
    volume = np.log(np.einsum("kii->ki", factors)).sum(1)
    whiten = np.linalg.inv(factors)
    return Mixture(*(np.asarray(a, np.float32) for a in (means, whiten, np.log(shares) - volume)))
