"""Colour models: mixtures of Gaussians over Lab, fitted by expectation maximisation.

A. P. Dempster, N. M. Laird, D. B. Rubin, "Maximum Likelihood from Incomplete Data via the EM Algorithm"
(1977). Nothing is drawn at random: the first means lie at quantiles of the colours' strongest direction, so
that a picture always gives the same model.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops import loops

_ROUNDS = 6
_MOST = 500
"""Colours that a model is fitted to; of more every n-th counts."""

Doubles = npt.NDArray[np.float64]


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
        away = (self.whiten.reshape(-1, 3) @ colours.T).reshape(*many, count, 3, len(colours))
        away -= self.whiten @ self.means[..., None]
        away *= away
        terms = away[..., 0, :] + away[..., 1, :]
        terms += away[..., 2, :]
        terms *= np.float32(-0.5)
        terms += self.weights[..., None]
        high = terms.max(-2)
        terms -= high[..., None, :]
        np.exp(terms, out=terms)
        return np.asarray(high + np.log(terms.sum(-2)), np.float32)

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
    colours, weight = _stacked(samples)
    weight /= weight.sum(-1, keepdims=True)
    middle = (weight[:, None] @ colours)[:, 0]
    colours -= middle[:, None]
    spread = (colours * weight[..., None]).transpose(0, 2, 1) @ colours + floor * np.eye(3)
    means = _first(colours, weight, spread, count)
    covers = np.repeat(spread[:, None], count, 1)
    shares = np.full(means.shape[:2], 1 / count)
    loops.fit(colours, weight, _ROUNDS, floor, means, covers, shares)
    return _mixture(means + middle[:, None], covers, shares)


def _stacked(samples: Sequence[tuple[Pixels, Pixels]]) -> tuple[Doubles, Doubles]:
    """Samples of one size, colours and weights: shorter ones end in colours that do not count."""
    taken = []
    for colours, weight in samples:
        there = np.flatnonzero(weight > 1e-3 * weight.max())
        there = there[:: max(1, len(there) // _MOST)]
        taken.append((colours[there], weight[there]))
    longest = max(len(weight) for _, weight in taken)
    stack, weights = np.zeros((len(taken), longest, 3)), np.zeros((len(taken), longest))
    for k, (colours, weight) in enumerate(taken):
        stack[k, : len(weight)], weights[k, : len(weight)] = colours, weight
        stack[k, len(weight) :] = colours[:1]
    return stack, weights


def _first(colours: Doubles, weight: Doubles, spread: Doubles, count: int) -> Doubles:
    """The means to begin with: at quantiles of the strongest direction."""
    along = (colours @ np.linalg.eigh(spread)[1][..., -1:])[..., 0]
    order = np.argsort(along, 1, kind="stable")
    reached = np.cumsum(np.take_along_axis(weight, order, 1), 1)
    wanted = (np.arange(count) + 0.5) / count
    at = np.minimum((reached[:, None] < wanted[:, None]).sum(-1), colours.shape[1] - 1)
    return np.asarray(np.take_along_axis(colours, np.take_along_axis(order, at, 1)[..., None], 1))


def _mixture(means: Doubles, covers: Doubles, shares: Doubles) -> Mixture:
    factors = np.linalg.cholesky(covers)
    volume = np.log(factors[..., (0, 1, 2), (0, 1, 2)]).sum(-1)
    whiten = np.linalg.inv(factors)
    return Mixture(*(np.asarray(a, np.float32) for a in (means, whiten, np.log(shares) - volume)))
