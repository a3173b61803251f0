"""Find the screen and model its colour over the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Pixels
from ..ops.filters import gauss, rows_of, shrink, step
from . import cluster, veil
from . import surface as surfaces
from .axis import Axis, axis_of

THUMB = 256
"""Longest side, in pixels, of the picture on which the screen is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is known of the screen.

    Attributes:
        weight: 0 (there is none) to 1 (certain); everything that the keyer does is scaled by it.
        axis: the colour axis along which the screen differs from grey.
        surface: h×w×3 scene-linear colour over the frame, at a low resolution, shadows included.
        noise: grain of the sure screen, in units of its brightness.
        shade: h×w×3, the share of its light that the screen still has in shadows, or None.
    """

    weight: float
    axis: Axis
    surface: Pixels
    noise: float
    shade: Pixels | None = None
    veil: Pixels | None = None

    def rows(self, y1: int, y2: int, height: int, width: int) -> Pixels:
        """The surface at full size, rows y1 to y2 of *height*; any split gives the same pixels."""
        return rows_of(self.surface, y1, y2, height, width)

    def slack(self, y1: int, y2: int, height: int, width: int) -> Pixels | None:
        """Least and greatest light near each pixel as shares of the light there, or None without shadows."""
        if self.shade is None:
            return None
        return rows_of(surfaces.slack(self.shade), y1, y2, height, width)


def thumbnail(light: Pixels) -> Pixels:
    """*light* averaged down so that its longest side is at most THUMB pixels."""
    height, width = light.shape[:2]
    factor = min(1.0, THUMB / max(height, width))
    size = (max(1, round(width * factor)), max(1, round(height * factor)))
    if size == (width, height):
        return light.copy()
    return shrink(light, size[1], size[0])


_CANON = {"green": (0.1, 0.6, 0.15), "blue": (0.08, 0.15, 0.6)}


@dataclass(frozen=True, slots=True, eq=False)
class _Found:
    """A cluster of chromaticity in the small picture."""

    member: Pixels
    seed: Pixels
    weight: float


def _found(light: Pixels, thumb: Pixels, mode: str, colour: Pixels) -> _Found:
    """The cluster that is most like a screen, and how sure it is one."""
    chroma, saturation, top = cluster.chroma_of(thumb)
    seen = step(top / (np.percentile(top, 95) + np.float32(1e-9)), 0.004, 0.03)
    coloured = step(saturation, 0.35, 0.7) * seen
    grainy = max(light.shape[:2]) < 1.5 * THUMB  # averaging down has not taken the grain off
    calm_chroma, _, calm_top = cluster.chroma_of(gauss(thumb, 0.8)) if grainy else (chroma, None, top)
    base = coloured * cluster.flatness(calm_chroma, calm_top)
    if mode == "picked":
        seed = colour[:2] / (colour.sum() + np.float32(1e-9))
    else:
        if mode != "auto":
            base = base * cluster.hue_trust(mode).ravel()[cluster.bin_of(chroma)]
        seed = cluster.seed_of(chroma, base * (1 + 3 * cluster.border(*top.shape)), mode)
    member, seed = cluster.members(chroma, seed, base)
    weight = 1.0
    if mode == "auto":
        weight = cluster.presence(member, saturation, top, seed)
        weight *= cluster.calm(chroma, coloured, base, seed) * cluster.one_paint(chroma, seen, seed)
    return _Found(member, seed, weight)


def find(light: Pixels, mode: str, picked: tuple[float, float, float], uneven: bool) -> Screen | None:
    """The screen in scene-linear *light* (H×W×3), or None when *mode* is ``none``.

    *mode* is ``auto``, ``green``, ``blue``, ``picked`` (then *picked* is its linear colour).
    """
    if mode == "none":
        return None
    thumb = np.maximum(thumbnail(np.clip(light, -64, 64)), 0)
    height, width = thumb.shape[:2]
    colour = np.array(_CANON.get(mode, _CANON["green"]), np.float32)
    if mode == "picked":
        colour = np.maximum(np.array(picked, np.float32), 0)
    found = _found(light, thumb, mode, colour)
    member, total = found.member, float(found.member.sum())
    if total <= 0.002 * height * width or found.weight <= 0:  # there is none: nothing to model
        surface = np.broadcast_to(colour, (height, width, 3)).astype(np.float32)
        return Screen(found.weight if mode != "auto" else 0.0, axis_of(colour), surface, 0.0)
    solid = surfaces.eroded(member)
    member = solid if solid.sum() > 0.2 * total else member
    mean = np.asarray((thumb * member[..., None]).sum((0, 1)) / member.sum(), np.float32)
    surface, shade, hung = np.broadcast_to(mean, thumb.shape).astype(np.float32), None, None
    if uneven:
        limits = mean * np.float32(0.15), mean * np.float32(4.0) + np.float32(0.02) * mean.max()
        surface, member = surfaces.model(thumb, member, found.seed, limits)
        rough = surfaces.roughness(light, (height, width), int(mean.argmax()))
        surface, member, hung = veil.unveiled(thumb, surface, member, rough, limits)
        shade = surfaces.shade(thumb, surface, member, rough)
        surface = surface if shade is None else surface * shade
    return Screen(found.weight, axis_of(mean), np.asarray(surface, np.float32), 0.0, shade, hung)
