"""Alpha and colours of mixtures in plain NumPy: what the compiled loops (cpp/kernels) are held against."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from anatomatte.keyer.palette import PAIRS

Pixels = npt.NDArray[np.float32]
Wide = npt.NDArray[np.float64]
_STEPS = 21
_TRUST = 1.4
"""Exponent of the likelihood: above ½, because light that a codec or a lens has moved is no grain."""

_WHOLE = 30.0
"""How much likelier a pixel is wholly subject or wholly screen than any one mixture."""

_FAINT = 0.005
"""Coverage that is none."""

_STRANGE = 25.0
_PENALTY = 12.0
_AT_ONCE = 16384
"""Pixels that are worked on together, so that they stay near the processor."""


def _dot(a: Wide, b: Wide) -> Wide:
    """Inner products of 3×N vectors."""
    return np.asarray(a[0] * b[0] + a[1] * b[1] + a[2] * b[2])


class Matrix:
    """N symmetric 3×3 matrices by their six entries (6×N, ordered as palette.PAIRS)."""

    def __init__(self, six: Wide) -> None:
        self.six = six

    def adjugate(self) -> Matrix:
        a, b, c, d, e, f = self.six
        return Matrix(
            np.stack(
                [d * f - e * e, c * e - b * f, b * e - c * d, a * f - c * c, b * c - a * e, a * d - b * b]
            )
        )

    def trace(self) -> Wide:
        return np.asarray(self.six[0] + self.six[3] + self.six[5])

    def times(self, v: Wide) -> Wide:
        a, b, c, d, e, f = self.six
        x, y, z = v
        return np.stack([a * x + b * y + c * z, b * x + d * y + e * z, c * x + e * y + f * z])


_LUMA = np.array([[0.30], [0.59], [0.11]]) / np.linalg.norm([0.30, 0.59, 0.11])
_ROWS, _COLUMNS = np.array(PAIRS).T


class Lens:
    """Colours (3×N) seen so that grain of luma and of chroma are alike: chroma is shrunk by *ratio* (N)."""

    def __init__(self, ratio: Wide) -> None:
        self.ratio = ratio
        self.clear = bool((ratio == 1).all())

    def _scaled(self, v: Wide, ratio: Wide) -> Wide:
        return v if self.clear else v * ratio + _dot(v, _LUMA) * (1 - ratio) * _LUMA

    def through(self, v: Wide) -> Wide:
        return self._scaled(v, self.ratio)

    def back(self, v: Wide) -> Wide:
        return self._scaled(v, 1 / self.ratio)

    def spread(self, six: Wide) -> Wide:
        """W Σ W of covariances by their six entries, where W = r + (1 − r) l lᵀ and l is luma's direction."""
        if self.clear:
            return six
        r, k = self.ratio, 1 - self.ratio
        along = Matrix(six).times(np.broadcast_to(_LUMA, (3, six.shape[1])))
        mixed = along[_ROWS] * _LUMA[_COLUMNS] + along[_COLUMNS] * _LUMA[_ROWS]
        return np.asarray(
            six * (r * r) + mixed * (r * k) + _dot(along, _LUMA) * (k * k) * (_LUMA[_ROWS] * _LUMA[_COLUMNS])
        )


class Likelihood:
    """−2 log likelihood of α for N pixels, in closed form: a ratio of polynomials in α."""

    def __init__(self, colour: Wide, mean: Wide, six: Wide, surface: Wide, grain: Wide) -> None:
        s = self.grain = grain * grain
        self.e, self.f = colour - surface, mean - surface
        self.sigma = Matrix(six)
        adjugate = self.sigma.adjugate()
        trace, det = self.sigma.trace(), np.maximum(_dot(six[:3], adjugate.six[:3]), 0.0)
        self.under = [v.astype(np.float32) for v in (s**3, s * s * trace, s * adjugate.trace(), det)]
        plain = self._form(self.e, self.f)
        through = self._form(self.sigma.times(self.e), self.sigma.times(self.f))
        across = self._form(adjugate.times(self.e), adjugate.times(self.f))
        over = np.zeros((7, len(s)))
        for power, (p, t, x) in enumerate(zip(plain, through, across, strict=True)):
            over[power] += s * s * p
            over[power + 2] += s * (trace * p - t)
            over[power + 4] += x
        self.over = over.astype(np.float32)

    def _form(self, me: Wide, mf: Wide) -> tuple[Wide, Wide, Wide]:
        """Coefficients of (e − αf)ᵀ M (e − αf) from M e and M f."""
        return _dot(self.e, me), -2 * _dot(self.e, mf), _dot(self.f, mf)

    def cost(self, a: Pixels | float) -> Pixels:
        """For one α, or one for each pixel."""
        above = self.over[6] * a
        for coefficient in self.over[5:0:-1]:
            above += coefficient
            above *= a
        above += self.over[0]
        below = self.below(a)
        above /= below
        above += np.log(below)
        return np.asarray(above, np.float32)

    def below(self, a: Pixels | float) -> Pixels:
        """The determinant of the residual's covariance."""
        square = a * a
        below = self.under[3] * square
        for coefficient in self.under[2:0:-1]:
            below += coefficient
            below *= square
        below += self.under[0]
        # in exact arithmetic never below the grain's own; light far above the screen's leaves too few digits
        return np.asarray(np.maximum(below, self.under[0]), np.float32)

    def best(self) -> tuple[Wide, Pixels]:
        """The α to expect, and the least cost.

        The mean of α over its likelihood: where two answers are nearly as likely grain does not
        throw the dice.  Most pixels of a band are whole after all, which the ends' weight says.
        """
        steps = np.linspace(0, 1, _STEPS, dtype=np.float32)
        costs = np.stack([self.cost(a) for a in steps])
        least = costs.min(0)
        costs -= least
        costs *= np.float32(-_TRUST)
        likely = np.exp(costs, out=costs)
        likely[[0, -1]] *= np.float32(_WHOLE)
        total, mean = likely[0].copy(), np.zeros_like(least)
        for a, weight in zip(steps[1:], likely[1:], strict=True):
            total += weight
            mean += a * weight
        mean = (mean / total - np.float32(_FAINT)) / np.float32(1 - 2 * _FAINT)
        return np.clip(mean, 0, 1).astype(np.float64), least

    def foreground(self, a: Wide, mean: Wide) -> Wide:
        """The most probable F for this α (3×N)."""
        mixed = Matrix(self.sigma.six * (a * a))
        mixed.six[[0, 3, 5]] += self.grain
        adjugate = mixed.adjugate()
        det = np.maximum(_dot(mixed.six[:3], adjugate.six[:3]), np.maximum(self.grain**3, 1e-30))
        rest = a * self.sigma.times(adjugate.times(self.e - a * self.f) / det)
        # a lamp has too much spread for its digits: what is solved stays within a few times what is seen
        most = 4 * (np.abs(self.e).max(0) + np.abs(self.f).max(0)) + 1
        return np.asarray(mean + np.clip(rest, -most, most))


def before_a_screen(
    colour: Pixels, surface: Pixels, fields: Pixels, tone: tuple[float, float], grain: Pixels, tint: Pixels
) -> tuple[Pixels, Pixels]:
    """`keyer.solve.solve`."""
    alpha, foreground = np.empty(len(colour), np.float32), np.empty((len(colour), 3), np.float32)
    for first in range(0, len(colour), _AT_ONCE):
        some = slice(first, first + _AT_ONCE)
        wide = np.ascontiguousarray(fields[some].T, np.float64)
        seen, behind = (np.ascontiguousarray(v[some].T, np.float64) for v in (colour, surface))
        noise, off = (v[some].astype(np.float64) for v in (grain, tint))
        alpha[some], found = _solved(seen, behind + wide[9:], wide[:3], wide[3:9], tone, noise, off)
        foreground[some] = found.T
    return alpha, foreground


def _solved(
    seen: Wide, screen: Wide, mean: Wide, six: Wide, tone: tuple[float, float], noise: Wide, tint: Wide
) -> tuple[Wide, Wide]:
    """Alpha (N) and foreground (3×N) of N pixels; colours are 3×N, covariances 6×N."""
    lens = Lens(noise / np.hypot(noise, tint))
    seen, screen, mean = lens.through(seen), lens.through(screen), lens.through(mean)
    near = Likelihood(seen, mean, lens.spread(six), screen, noise)
    alpha, cost = near.best()
    foreground = near.foreground(alpha, mean)
    odd = np.flatnonzero(cost - np.log(near.below(alpha.astype(np.float32))) > _STRANGE)
    if len(odd):
        part = Lens(lens.ratio[odd])
        grey, six = _any_grey(len(odd), tone)
        grey, six = part.through(grey), part.spread(six)
        free = Likelihood(seen[:, odd], grey, six, screen[:, odd], noise[odd])
        other, price = free.best()
        better = price + _PENALTY < cost[odd]
        alpha[odd[better]] = other[better]
        foreground[:, odd[better]] = free.foreground(other, grey)[:, better]
    return alpha, lens.back(foreground)


def _any_grey(count: int, tone: tuple[float, float]) -> tuple[Wide, Wide]:
    """Mean and covariance of a foreground of which only the brightness is roughly known."""
    level, spread = tone
    along = spread**2 + (0.5 * level + 0.3) ** 2
    across = (0.08 * (1 + level)) ** 2
    six = np.array([along + across, along, along, along + across, along, along + across])
    return np.full((3, count), level), np.repeat(six[:, None], count, 1)


def between_sides(colour: Pixels, fields: Pixels, prior: Pixels) -> tuple[Pixels, Pixels]:
    """`people.colours.solve`."""
    inside, spread_in, outside, spread_out = (fields[k : k + 3] for k in (0, 3, 6, 9))
    noise = np.square(np.float32(0.02) * (np.abs(colour[0]) + np.float32(0.3)))
    v_in, v_out = spread_in + noise, spread_out + noise
    alpha = _mean_alpha(colour - outside, inside - outside, v_in, v_out, noise, prior)
    rest = 1 - alpha
    left = colour - alpha * inside - rest * outside
    own = alpha * (spread_in + noise)  # what the means leave over is shared out by what may vary
    own /= alpha * own + rest * rest * (spread_out + noise)
    return alpha, np.asarray(inside + own * left, np.float32)


def _apart(gap: Pixels, v_in: Pixels, v_out: Pixels) -> Pixels:
    """Bhattacharyya distance (N) of two Gaussians, 3×N: of two means, and of a smooth and a textured side."""
    both = v_in + v_out
    far = gap * gap / both * np.float32(0.25)
    wide = np.log(both * both / (v_in * v_out) * np.float32(0.25)) * np.float32(0.25)
    return np.asarray(far[0] + far[1] + far[2] + wide[0] + wide[1] + wide[2], np.float32)


def _mean_alpha(
    off: Pixels, gap: Pixels, v_in: Pixels, v_out: Pixels, noise: Pixels, prior: Pixels
) -> Pixels:
    """The mean of α (N) over its likelihood times the prior; *off* (3×N) is 0 outside and *gap* inside."""
    safe = np.clip(prior, 0.004, 0.996)
    lean = np.log(safe / (1 - safe))
    steps = np.linspace(0, 1, 7, dtype=np.float32)
    costs = np.empty((7, off.shape[1]), np.float32)
    apart = _apart(gap, v_in, v_out)
    worth = apart / (apart + np.float32(0.5))
    lean = lean * (2.5 - (2.5 - 1) * worth)  # where colours say nothing the network's edge is made firm
    for k, a in enumerate(steps):
        own, rest = a * a, (1 - a) * (1 - a)
        misfit, spread = np.zeros_like(worth), np.ones_like(worth)
        for c in range(3):
            variance = own * v_in[c] + rest * v_out[c] + (1 - own - rest) * noise
            left = off[c] - a * gap[c]
            misfit += left * left / variance
            spread *= variance
        costs[k] = (np.minimum(misfit, 25.0) + np.log(spread)) * worth
        costs[k] += np.float32(8 * 3.0 * a * (1 - a)) - 2 * a * lean
    costs -= costs.min(0)
    np.exp(costs * np.float32(-0.5), out=costs)
    mean, total = np.zeros_like(worth), np.zeros_like(worth)
    for a, likely in zip(steps, costs, strict=True):
        mean += a * likely
        total += likely
    return _clean(np.asarray(mean / total, np.float32))


def _clean(alpha: Pixels) -> Pixels:
    """*alpha* without the faint rest that a mean leaves where the answer is 0 or 1."""
    return np.asarray(np.clip((alpha - np.float32(0.05)) / np.float32(1 - 2 * 0.05), 0, 1), np.float32)
