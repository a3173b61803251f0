"""The screen's colour as a surface over the frame: its uneven light, and the shadows on it.

All pictures here are small (screen.THUMB pixels along the longer side).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask, brightest, fill, gauss, grow, shrink
from .cluster import alike, chroma_of, flatness

Wide = npt.NDArray[np.float64]

_DRIFT = 0.16
"""How far the chromaticity may wander from the seed as the screen is followed."""


def eroded(member: Pixels) -> Pixels:
    """*member* without the pixels along its rim, which are mixtures."""
    return np.asarray(cv2.erode(member, np.ones((3, 3), np.uint8)), np.float32)


_POWERS = ((0, 0), (1, 0), (0, 1), (1, 1), (2, 0), (0, 2))
"""Powers of x and y in the surface."""

_PRIOR = np.diag([0, 0.01, 0.01, 0.03, 0.03, 0.03])
"""How reluctantly the surface bends, for each pixel that is known."""


class _Quadric:
    """Weighted fits of a second-order surface to one picture of *height*×*width*, in separable sums."""

    def __init__(self, height: int, width: int) -> None:
        self.y = np.linspace(-1, 1, height) ** np.arange(5)[:, None]
        self.x = np.linspace(-1, 1, width) ** np.arange(5)[:, None]

    def fit(self, planes: Wide, weight: Wide, prior: Wide) -> Wide:
        """The surface 3×H×W nearest to *planes* 3×H×W where *weight* H×W is."""
        moments = self.y @ weight @ self.x.T
        normal = prior + 1e-12 * np.eye(6)
        for i, (a, b) in enumerate(_POWERS):
            for j, (c, d) in enumerate(_POWERS):
                normal[i, j] += moments[b + d, a + c]
        out = np.empty_like(planes)
        for plane, made in zip(planes, out, strict=True):
            sums = self.y[:3] @ (weight * plane) @ self.x[:3].T
            found = np.linalg.solve(normal, [sums[b, a] for a, b in _POWERS])
            table = np.zeros((3, 3))
            for value, (a, b) in zip(found, _POWERS, strict=True):
                table[b, a] = value
            made[:] = self.y[:3].T @ table @ self.x[:3]
        return out


def _fit(light: Pixels, weight: Pixels) -> Pixels:
    """Second-order surface through the screen's pixels; where these lie in steps, through the lit ones."""
    surface, wrong = _tukey(light, weight, weight)
    known = weight > 0
    if float(weight[known & (wrong > 0.12)].sum()) > 0.08 * float(weight.sum()):
        top = brightest(light)
        bright = weight * (top > np.float32(0.7) * np.percentile(top[known], 90))
        again, wrong = _tukey(light, weight, bright, 0.3)
        if float(weight[known & (wrong < 0.12)].sum()) > 0.3 * float(weight.sum()):
            return again
    return surface


def _tukey(light: Pixels, weight: Pixels, start: Pixels, widest: float = 1.0) -> tuple[Pixels, Pixels]:
    """Iteratively reweighted fit from the pixels *start*: the surface, and how wrong each pixel is (h×w)."""
    planes = np.ascontiguousarray(np.moveaxis(light, 2, 0), np.float64)
    quadric, base, w = _Quadric(*weight.shape), weight.astype(np.float64), start.astype(np.float64)
    known = base > 0
    scale = planes[:, known].mean(1).max() if known.any() else 1.0
    prior = _PRIOR * max(base.sum(), 1e-9)
    surface, wrong = planes, np.zeros_like(base)
    for _ in range(4):
        surface = quadric.fit(planes, w, prior)
        rest = planes - surface
        wrong = np.abs(rest).max(0) / scale * np.where(rest.max(0) < -0.02 * scale, 1.6, 1)  # in shadow
        spread = max(4.7 * float(np.median(wrong[known])) if known.any() else 1.0, 0.02)
        w = base * np.clip(1 - (wrong / min(spread, widest)) ** 2, 0, 1) ** 2
        if w.sum() < 1e-6:
            break
    return np.moveaxis(surface, 0, 2).astype(np.float32), wrong.astype(np.float32)


def _blurred(pixels: Pixels, sigma: float) -> Pixels:
    """Gaussian blur; a wide one is made at a lower resolution, which changes nothing that can be seen."""
    height, width = pixels.shape[:2]
    factor = min(int(sigma / 4), min(height, width) // 8)
    if factor < 2:
        return gauss(pixels, sigma)
    small = shrink(pixels, -(-height // factor), -(-width // factor))
    return grow(gauss(small, sigma / factor), height, width)


def _follow(light: Pixels, surface: Pixels, weight: Pixels) -> Pixels:
    """Add what the low-order surface misses, smoothed, where sure screen is near."""
    wrong = brightest(np.abs(light - surface)) / (brightest(surface) + np.float32(1e-6))
    trusted = weight * np.clip(1 - (wrong / np.float32(0.35)) ** 2, 0, 1)
    both = np.concatenate([(light - surface) * trusted[..., None], trusted[..., None]], 2)
    total = np.zeros_like(both)
    for sigma, share in ((3.0, 1.0), (9.0, 0.1), (27.0, 0.01)):
        total += np.float32(share) * _blurred(both, sigma)
    return np.asarray(surface + total[..., :3] / (total[..., 3:] + np.float32(1e-4)), np.float32)


def refitted(light: Pixels, member: Pixels, limits: tuple[Pixels, Pixels] | None = None) -> Pixels:
    """The surface of second order through *member*; with *limits*, what it misses is followed as well."""
    stiff = _fit(light, member)
    if limits is None:
        return stiff
    return np.asarray(np.clip(_follow(light, stiff, member), *limits), np.float32)


def model(
    light: Pixels, member: Pixels, seed: Pixels, limits: tuple[Pixels, Pixels]
) -> tuple[Pixels, Pixels]:
    """The surface through *member*, which grows where the screen's colour drifts smoothly.

    Args:
        light: h×w×3, at least 0.
        member: weight of each pixel as sure screen, h×w.
        seed: the screen's chromaticity (2).
        limits: least and greatest colour of the surface (3 each).

    Returns:
        The surface, h×w×3, and the grown members.
    """
    chroma, saturation, top = chroma_of(light)
    flat = flatness(chroma, top) * (saturation > 0.2) * (((chroma - seed) ** 2).sum(2) < _DRIFT**2)
    surface = np.clip(_follow(light, _fit(light, member), member), *limits)
    member = lit(light, surface, member)
    for _ in range(3):
        near = alike(chroma, chroma_of(surface)[0], flat)
        grown = np.maximum(member, near * (cv2.dilate(member, np.ones((9, 9), np.uint8)) > 0.15))
        if float(grown.sum()) < 1.002 * float(member.sum()):
            break
        member = lit(light, surface, np.asarray(grown, np.float32))
        surface = np.clip(_follow(light, _fit(light, member), member), *limits)
    return np.asarray(surface, np.float32), member


# ---------------------------------------------------------------- shadows


_CARRY = 10
"""Steps, of about two pixels each, by which a shadow is followed between strands."""

_TIGHT = 0.05
"""Distance in chromaticity within which darker pixels are the screen in shadow: other light greys it."""


def lit(light: Pixels, surface: Pixels, member: Pixels) -> Pixels:
    """*member* without the pixels that are well under the *surface*: they are in shadow."""
    share = brightest(light) / np.maximum(brightest(surface), np.float32(1e-6))
    return np.where(share > np.float32(0.8), member, 0).astype(np.float32)


def shade(light: Pixels, surface: Pixels, member: Pixels, rough: Pixels) -> Pixels | None:
    """Share of its light that the screen still has in shadows, h×w×3 (1 elsewhere), or None without any.

    A shadow has nearly the screen's own chromaticity, is smooth and wider than hair; *rough* (h×w)
    is the relative unrest of the plate's pixels within each pixel of the small picture.  What the
    subject hides is filled in from around.
    """
    height, width = member.shape
    chroma, _, top = chroma_of(light)
    share = light / np.maximum(surface, np.float32(1e-6))
    whole = np.asarray(share[..., surface.mean((0, 1)).argmax()], np.float32)
    grain = np.float32(0.002) / np.maximum(top, np.float32(1e-4))
    away = np.sqrt(((chroma - chroma_of(surface)[0]) ** 2).sum(2))
    like = away < _TIGHT + np.minimum(grain, 0.02)
    calm = like & (rough < 0.10 + 2 * grain)
    dim = calm & (whole < 0.88) & (whole > 0.06)
    core = cv2.morphologyEx(
        (dim & (flatness(chroma, top) > 0.1)).astype(np.uint8), cv2.MORPH_OPEN, np.ones((5, 5), np.uint8)
    )
    if not core.any():
        return None
    rim = cv2.dilate(core, np.ones((7, 7), np.uint8)) > 0
    dark = _carried((core > 0) | (rim & (away < 1.5 * _TIGHT) & (whole < 1)), dim, whole)
    known = (dark | (member > 0.15) | (calm & (whole >= 0.88) & (whole < 1.25))).astype(np.float64)
    clean = np.where(dark[..., None], np.clip(share, 0.03, 1), 1)
    spread = fill(clean.astype(np.float64), known)
    out = np.where(known[..., None] > 0, clean, spread)
    return np.asarray(np.clip(out, 0.03, 1), np.float32).reshape(height, width, 3)


def _carried(dark: Mask, dim: Mask, share: Pixels) -> Mask:
    """Shadow carried on between strands, where there is too little room to see it by itself.

    Only what may be shadow (*dim*) and has the same *share* of light as the shadow beside it.
    """
    for _ in range(_CARRY):
        near = dark.astype(np.float32)
        mass = gauss(near, 2.0)
        level = gauss(share * near, 2.0) / np.maximum(mass, np.float32(1e-3))
        dark = dark | (dim & (mass > 0.02) & (np.abs(share - level) < 0.08))
    return dark


def slack(shade_: Pixels) -> Pixels:
    """Least and greatest light near each place as shares of the light there, h×w×2: edges of shadows."""
    bright = shade_.mean(2)
    near = np.ones((3, 3), np.uint8)
    low, high = cv2.erode(bright, near), cv2.dilate(bright, near)
    return np.stack([low / bright, high / bright], -1).astype(np.float32)


def roughness(plane: Pixels, shape: tuple[int, int]) -> Pixels:
    """Relative unrest of one channel (H×W, at least 0) within each pixel of a picture of the size *shape*."""
    mean, square = (shrink(one, *shape) for one in (plane, plane * plane))
    unrest = np.sqrt(np.maximum(square - mean * mean, 0))
    return np.asarray(unrest / np.maximum(mean, np.float32(1e-5)), np.float32)
