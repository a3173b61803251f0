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
        high = terms.max(1)
        return np.asarray(high + np.log(np.exp(terms - high[:, None]).sum(1)), np.float32)

    def _terms(self, colours: Pixels) -> Pixels:
        made = np.empty((len(colours), len(self.means)), np.float32)
        for k, (mean, whiten, weight) in enumerate(zip(self.means, self.whiten, self.weights, strict=True)):
            away = (colours - mean) @ whiten.T
            made[:, k] = weight - 0.5 * np.einsum("nc,nc->n", away, away)
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
    for _ in range(_ROUNDS):
        made = _mixture(means, covers, shares)
        terms = made._terms(colours.astype(np.float32)).astype(np.float64)
        share = np.exp(terms - terms.max(1, keepdims=True))
        share *= (weight / share.sum(1))[:, None]
        shares = share.sum(0) + 1e-4
        means = share.T @ colours / shares[:, None]
        for k in range(count):
            away = colours - means[k]
            covers[k] = (share[:, k, None] * away).T @ away / shares[k] + floor * np.eye(3)
        shares /= shares.sum()
    return _mixture(means, covers, shares)


def _mixture(means: npt.NDArray[Any], covers: npt.NDArray[Any], shares: npt.NDArray[Any]) -> Mixture:
    factors = np.linalg.cholesky(covers)
    volume = np.log(np.einsum("kii->ki", factors)).sum(1)
    whiten = np.linalg.inv(factors)
    return Mixture(*(np.asarray(a, np.float32) for a in (means, whiten, np.log(shares) - volume)))
