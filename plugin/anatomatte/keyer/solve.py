"""Alpha and foreground of the edge from the colours that are mixed there.

The mixture is C = αF + (1−α)S + grain.  S is known; F is drawn from the subject's colours nearby, a
Gaussian with mean F̄ and covariance Σ.  For a given α the residual C − αF̄ − (1−α)S is Gaussian with
covariance α²Σ + s²I, and the α of greatest likelihood wins; F is then its most probable value.
After Y.-Y. Chuang et al., "A Bayesian approach to digital matting" (CVPR 2001), with the screen
known and F integrated out, so that one search over α replaces the alternation.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from ..frame import Pixels

Wide = npt.NDArray[np.float64]
_STEPS = 21
_STRANGE = 25.0
_PENALTY = 12.0


class Matrix:
    """N symmetric 3×3 matrices by their six entries (N×6, ordered as palette.PAIRS)."""

    def __init__(self, six: Wide) -> None:
        self.six = six

    def adjugate(self) -> Matrix:
        a, b, c, d, e, f = self.six.T
        return Matrix(
            np.stack(
                [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b], -1
            )
        )

    def trace(self) -> Wide:
        return np.asarray(self.six[:, 0] + self.six[:, 3] + self.six[:, 5])

    def times(self, v: Wide) -> Wide:
        a, b, c, d, e, f = self.six.T
        x, y, z = v.T
        return np.stack([a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z], -1)


_LUMA = np.array([0.30, 0.59, 0.11]) / np.linalg.norm([0.30, 0.59, 0.11])


class Lens:
    """Colours seen so that grain of luma and of chroma are alike: chroma is shrunk by *ratio* (N)."""

    def __init__(self, ratio: Wide) -> None:
        self.ratio = ratio

    def _scaled(self, v: Wide, ratio: Wide) -> Wide:
        along = (v @ _LUMA) * (1 - ratio)
        return np.asarray(v * ratio[:, None] + along[:, None] * _LUMA)

    def through(self, v: Wide) -> Wide:
        return self._scaled(v, self.ratio)

    def back(self, v: Wide) -> Wide:
        return self._scaled(v, 1 / self.ratio)

    def spread(self, six: Wide) -> Wide:
        """W Σ W of covariances by their six entries."""
        a, b, c, d, e, f = six.T
        rows = [self.through(np.stack(row, -1)) for row in ((a, b, c), (b, d, e), (c, e, f))]
        columns = [self.through(np.stack([row[:, k] for row in rows], -1)) for k in range(3)]
        x, y, z = columns
        return np.stack([x[:, 0], x[:, 1], x[:, 2], y[:, 1], y[:, 2], z[:, 2]], -1)


def _dot(a: Wide, b: Wide) -> Wide:
    return np.asarray(np.einsum("ni,ni->n", a, b))


class Likelihood:
    """−2 log likelihood of α for N pixels, in closed form: a ratio of polynomials in α."""

    def __init__(self, colour: Wide, mean: Wide, six: Wide, surface: Wide, grain: Wide) -> None:
        self.grain = grain * grain
        self.e, self.f = colour - surface, mean - surface
        self.sigma = Matrix(six)
        adjugate = self.sigma.adjugate()
        self.trace, self.second = self.sigma.trace(), adjugate.trace()
        self.det = np.maximum(_dot(six[:, :3], adjugate.six[:, :3]), 0.0)
        self.plain = self._form(self.e, self.f)
        self.through = self._form(self.sigma.times(self.e), self.sigma.times(self.f))
        self.across = self._form(adjugate.times(self.e), adjugate.times(self.f))

    def _form(self, me: Wide, mf: Wide) -> tuple[Wide, Wide, Wide]:
        return _dot(self.e, me), _dot(self.e, mf), _dot(self.f, mf)

    def cost(self, a: Wide | float) -> Wide:
        def at(form: tuple[Wide, Wide, Wide]) -> Wide:
            return np.asarray(form[0] - 2 * a * form[1] + a * a * form[2])

        s, a2 = self.grain, a * a
        plain = at(self.plain)
        above = s * s * plain + a2 * s * (self.trace * plain - at(self.through)) + a2 * a2 * at(self.across)
        below = self.below(a)
        return np.asarray(above / below + np.log(below))

    def below(self, a: Wide | float) -> Wide:
        """The determinant of the residual's covariance."""
        s, a2 = self.grain, a * a
        return np.asarray(
            s**3 + a2 * s * s * self.trace + a2 * a2 * s * self.second + a2 * a2 * a2 * self.det
        )

    def best(self) -> tuple[Wide, Wide]:
        """The α of least cost and that cost: a grid, then a parabola through the least and its neighbours."""
        costs = np.stack([self.cost(a) for a in np.linspace(0, 1, _STEPS)])
        least = costs.argmin(0)
        middle = np.clip(least, 1, _STEPS - 2)
        left, here, right = (np.take_along_axis(costs, middle[None] + d, 0)[0] for d in (-1, 0, 1))
        bend = left - 2 * here + right
        shift = np.where(bend > 1e-9, (left - right) / (2 * np.maximum(bend, 1e-9)), np.sign(left - right))
        alpha = np.clip((middle + np.clip(shift, -1, 1)) / (_STEPS - 1), 0, 1)
        return np.asarray(alpha), np.asarray(costs.min(0))

    def foreground(self, a: Wide, mean: Wide) -> Wide:
        """The most probable F for this α (N×3)."""
        a2 = (a * a)[:, None]
        mixed = Matrix(self.sigma.six * a2 + np.array([1, 0, 0, 1, 0, 1]) * self.grain[:, None])
        adjugate = mixed.adjugate()
        det = np.maximum(_dot(mixed.six[:, :3], adjugate.six[:, :3]), 1e-30)
        rest = adjugate.times(self.e - a[:, None] * self.f) / det[:, None]
        return np.asarray(mean + a[:, None] * self.sigma.times(rest))


def solve(
    colour: Pixels, surface: Pixels, fields: Pixels, tone: tuple[float, float], grain: Pixels, tint: Pixels
) -> tuple[Pixels, Pixels]:
    """Alpha (N) and foreground (N×3) of N edge pixels, all in screen units.

    *fields* N×12 are the palette's: mean, covariance, offset of the screen; *grain* N is the deviation of
    light, *tint* N what chroma may be off beyond it.  What the nearby
    colours explain badly (a veil, smoke, a thing of its own) is tried again with any nearly grey
    foreground of the subject's *tone* (mean and deviation of its brightness).
    """
    wide, noise = fields.astype(np.float64), grain.astype(np.float64)
    lens = Lens(noise / np.hypot(noise, tint.astype(np.float64)))
    seen, mean = lens.through(colour.astype(np.float64)), lens.through(wide[:, :3])
    screen = lens.through(surface + wide[:, 9:])
    near = Likelihood(seen, mean, lens.spread(wide[:, 3:9]), screen, noise)
    alpha, cost = near.best()
    foreground = near.foreground(alpha, mean)
    odd = np.flatnonzero(cost - np.log(near.below(alpha)) > _STRANGE)
    if len(odd):
        part = Lens(lens.ratio[odd])
        grey, six = _any_grey(len(odd), tone)
        grey, six = part.through(grey), part.spread(six)
        free = Likelihood(seen[odd], grey, six, screen[odd], noise[odd])
        other, price = free.best()
        better = price + _PENALTY < cost[odd]
        alpha[odd[better]] = other[better]
        foreground[odd[better]] = free.foreground(other, grey)[better]
    return alpha.astype(np.float32), lens.back(foreground).astype(np.float32)


def _any_grey(count: int, tone: tuple[float, float]) -> tuple[Wide, Wide]:
    """Mean and covariance of a foreground of which only the brightness is roughly known."""
    level, spread = tone
    along = spread**2 + (0.5 * level + 0.3) ** 2
    across = (0.08 * (1 + level)) ** 2
    six = np.array([along + across, along, along, along + across, along, along + across])
    return np.full((count, 3), level), np.broadcast_to(six, (count, 6))
