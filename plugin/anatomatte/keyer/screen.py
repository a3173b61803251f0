"""Find the screen and model its colour over the frame."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from ..frame import Pixels
from ..ops.filters import gauss, rows_of, shrink, step
from . import backing, cluster, veil, voices
from . import surface as surfaces
from .axis import Axis, axis_of
from .backing import Figures, Seen

THUMB = 256
"""Longest side, in pixels, of the picture on which the screen is looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Screen:
    """What is known of the screen.

    Attributes:
        axis: the colour axis along which the screen differs from grey.
        surface: h×w×3 scene-linear colour over the frame, at a low resolution, shadows included.
        noise: grain of the sure screen, in units of its brightness.
        shade: h×w×3, the share of its light that the screen still has in shadows, or None.
    """

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


LEAST = 0.002
"""Share of the frame below which a colour is nowhere."""

_CANON = {"green": (0.1, 0.6, 0.15), "blue": (0.08, 0.15, 0.6)}


@dataclass(frozen=True, slots=True, eq=False)
class Candidate:
    """An area that may be a screen, and what speaks for it; `modelled` makes the screen of it.

    Attributes:
        seen: the small picture and where the area lies in it.
        figures: what it looks like.
        surface: h×w×3, its colour over the frame, without shadows.
        grown: h×w, how surely each small pixel is of it.
        uneven: whether its light is followed over the frame.
    """

    seen: Seen
    figures: Figures
    surface: Pixels
    grown: Pixels
    uneven: bool


@dataclass(frozen=True, slots=True, eq=False)
class _Cluster:
    """A cluster of chromaticity in the small picture, and how it lies there."""

    member: Pixels
    seed: Pixels
    smooth: Pixels
    paint: float
    calm: float


def _clustered(light: Pixels, thumb: Pixels, mode: str, colour: Pixels) -> _Cluster:
    """The cluster that is most like a screen."""
    chroma, saturation, top = cluster.chroma_of(thumb)
    seen = step(top / (np.percentile(top, 95) + np.float32(1e-9)), 0.004, 0.03)
    coloured = step(saturation, 0.35, 0.7) * seen
    grainy = max(light.shape[:2]) < 1.5 * THUMB  # averaging down has not taken the grain off
    calm_chroma, _, calm_top = cluster.chroma_of(gauss(thumb, 0.8)) if grainy else (chroma, None, top)
    smooth = cluster.flatness(calm_chroma, calm_top)
    base = coloured * smooth
    if mode == "picked":
        seed = colour[:2] / (colour.sum() + np.float32(1e-9))
    else:
        if mode != "auto":
            base = base * cluster.hue_trust(mode).ravel()[cluster.bin_of(chroma)]
        seed = cluster.seed_of(chroma, base * (1 + 3 * cluster.border(*top.shape)), mode)
    member, seed = cluster.members(chroma, seed, base)
    paint, calm = cluster.one_paint(chroma, seen, seed), cluster.calm(chroma, coloured, base, seed)
    return _Cluster(member, seed, smooth, paint, calm)


def find(light: Pixels, mode: str, picked: tuple[float, float, float], uneven: bool) -> Candidate | None:
    """What may be the screen in scene-linear *light* (H×W×3), or None where there is nothing of the kind.

    *mode* is ``auto``, ``green``, ``blue``, ``picked`` (then *picked* is its linear colour) or ``none``.
    """
    if mode == "none":
        return None
    thumb = np.maximum(thumbnail(_bounded(light)), 0)
    height, width = thumb.shape[:2]
    colour = np.array(_CANON.get(mode, _CANON["green"]), np.float32)
    if mode == "picked":
        colour = np.maximum(np.array(picked, np.float32), 0)
    found = _clustered(light, thumb, mode, colour)
    member, total = found.member, float(found.member.sum())
    if total <= LEAST * height * width or (mode == "auto" and cluster.plausible(found.seed) <= 0):
        return None if mode == "auto" else absent(colour, (height, width))
    solid = surfaces.eroded(member)
    member = solid if solid.sum() > 0.2 * total else member
    mean = np.asarray((thumb * member[..., None]).sum((0, 1)) / member.sum(), np.float32)
    flat = np.zeros_like(member)
    if mode == "auto" and _hopeless(thumb, member, mean, found):
        like = member > LEAST
        seen = backing.Seen(thumb, like, like, mean, found.smooth, flat, found.paint, found.calm)
        return Candidate(seen, backing.figures(seen, None), thumb, member, uneven)
    strongest = np.ascontiguousarray(np.clip(light[..., int(mean.argmax())], 0, 64))
    surface, grown = surfaces.model(thumb, member, found.seed, _limits(mean))
    like = backing.alike(thumb, surface)
    partly = backing.partly(thumb, surface, like, mean)
    rough = surfaces.roughness(strongest, (height, width))
    seen = backing.Seen(thumb, like, partly, mean, found.smooth, rough, found.paint, found.calm)
    figures = backing.figures(seen, shrink(strongest, 2 * height, 2 * width))
    return Candidate(seen, figures, surface, grown, uneven)


def _bounded(light: Pixels) -> Pixels:
    """*light* in -64..64: nearly every plate as it is."""
    return light if light.min() >= -64 and light.max() <= 64 else np.clip(light, -64, 64)


def _limits(mean: Pixels) -> tuple[Pixels, Pixels]:
    """Least and greatest colour of a screen whose mean this is."""
    return mean * np.float32(0.15), mean * np.float32(4.0) + np.float32(0.02) * mean.max()


def _hopeless(thumb: Pixels, member: Pixels, mean: Pixels, found: _Cluster) -> bool:
    """Whether colour and material are none of a screen, whatever else is found."""
    there = member > LEAST
    known = {
        "vivid": float(np.median(cluster.chroma_of(thumb)[1][there])),
        "usual": backing.usual(mean, thumb[there]),
        "paint": found.paint,
        "smooth": (found.calm + 1) / 2,
    }
    said = (float(np.interp(value, *voices.BEFORE.odds[name])) for name, value in known.items())
    return voices.BEFORE.best + sum(said) < voices.HOPELESS


def modelled(candidate: Candidate) -> Screen:
    """The screen that a candidate is: its light over the frame, its shadows, the veils before it."""
    seen, surface = candidate.seen, candidate.surface
    shade, hung = None, None
    if candidate.uneven:
        surface, grown, hung = veil.unveiled(
            seen.thumb, surface, candidate.grown, seen.rough, _limits(seen.colour)
        )
        shade = surfaces.shade(seen.thumb, surface, grown, seen.rough)
        surface = surface if shade is None else surface * shade
    else:
        surface = np.broadcast_to(seen.colour, surface.shape).astype(np.float32)
    return Screen(axis_of(seen.colour), np.asarray(surface, np.float32), 0.0, shade, hung)


def absent(colour: Pixels, shape: tuple[int, int]) -> Candidate:
    """The screen that was asked for where the frame holds none of it: nothing is keyed."""
    surface = np.broadcast_to(colour, (*shape, 3)).astype(np.float32)
    nothing = Figures(*([0.0] * len(Figures.__dataclass_fields__)))
    nowhere, flat = np.zeros(shape, np.bool_), np.zeros(shape, np.float32)
    seen = Seen(surface, nowhere, nowhere, colour, flat, flat, 0.0, 0.0)
    return Candidate(seen, nothing, surface, flat, False)
