"""Where the subject is opaque although its colour resembles the screen: clothes and patterns.

Three signs, all looked for on a coarse grid.  *Shading*: an opaque cloth of one hue varies along the
line from black through its colour, a mixture with the screen along the line to the screen's
colour.  *Enclosure*: a patch that is wholly surrounded by sure subject and shows no real screen
anywhere is a pattern, not a gap.  *Too little light*: a screen that shows through by some share sends
that share of each of its channels, so that the channel of which there is least bounds the share from above
(the bound of K. He et al., "Single image haze removal using dark channel prior", CVPR 2009, with the
screen for the haze); where the key signal says more than that, the colour is the subject's own.
"""

from __future__ import annotations

from collections.abc import Sequence

import cv2
import numpy as np

from ..frame import Pixels
from ..ops import planes
from ..ops.filters import Mask, box, distance, dot, gauss, step
from .palette import PAIRS

_WINDOW = 7


def inside(colour: Pixels, surface: Pixels, near: float, low: float, high: float) -> Pixels:
    """0 at cells whose colour is within *near* of the screen's, 1 well away from them.

    *low* and *high* are the distances, as shares of the longer side, between which it rises.
    """
    away = np.asarray(distance(planes.box(colour, 3), surface) > near, np.uint8)
    if away.all():
        return np.ones(away.shape, np.float32)
    depth = np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, 5), np.float32)
    return step(depth / np.float32(max(away.shape)), low, high)


def _along(direction: Pixels, moments: Sequence[Pixels]) -> Pixels:
    """Variance along a unit direction (h×w×3); *moments* in the order of `PAIRS`."""
    total = np.zeros(direction.shape[:2], np.float32)
    for (i, j), moment in zip(PAIRS, moments, strict=True):
        total += direction[..., i] * direction[..., j] * moment * np.float32(1 if i == j else 2)
    return total


def _unit(vector: Pixels) -> Pixels:
    return np.asarray(vector / (distance(vector, np.zeros_like(vector)) + np.float32(1e-6))[..., None])


def _covariance(seen: Pixels, mean: Pixels, i: int, j: int) -> Pixels:
    product = np.ascontiguousarray(seen[..., i] * seen[..., j])
    return np.asarray(box(product, _WINDOW) - mean[..., i] * mean[..., j], np.float32)


def shaded(colour: Pixels, surface: Pixels, grain: float) -> Pixels:
    """0 to 1: the colours around each cell lie on a line through black and not on one to the screen."""
    seen = np.clip(colour, -2, 16)
    mean = planes.box(seen, _WINDOW)
    moments = [_covariance(seen, mean, i, j) for i, j in PAIRS]
    total = np.asarray(moments[0] + moments[3] + moments[5] + np.float32(1e-9), np.float32)
    black, screen = _unit(mean), _unit(surface - mean)
    through_black, to_screen = _along(black, moments) / total, _along(screen, moments) / total
    textured = step(total / np.float32(grain * grain + 0.0004), 1.0, 6.0)
    noise = np.float32(2 * grain * grain + 0.0002)
    odds = ((1 - to_screen) * total + noise) / ((1 - through_black) * total + noise)
    line = step(through_black, 0.75, 0.92) * step(np.asarray(odds, np.float32), 1.5, 3.0)
    return line * textured


def enclosed(unsure: Mask, screen: Mask) -> Mask:
    """Patches of *unsure* that nowhere come within two cells of *screen*."""
    count, labels = cv2.connectedComponents(unsure.astype(np.uint8), connectivity=8)
    near = cv2.dilate(screen.astype(np.uint8), np.ones((5, 5), np.uint8)) > 0
    open_ = np.zeros(count, np.bool_)
    open_[np.unique(labels[near])] = True
    open_[0] = True
    return np.asarray(~open_[labels])


def foreign(colour: Pixels, surface: Pixels, subject: Pixels) -> Pixels:
    """0 to 1: neither the subject around (where the weight *subject* is) nor black, mixed with the
    screen, makes this colour."""
    seen = np.ascontiguousarray(colour * subject[..., None])
    around = planes.planar(gauss(seen, 6.0)) / (gauss(subject, 6.0) + np.float32(1e-3))[..., None]
    gaps = []
    for other in (around, np.zeros_like(colour)):
        line, point = other - surface, colour - surface
        share = np.clip(dot(line, point) / (dot(line, line) + np.float32(1e-6)), 0, 1)
        gaps.append(distance(point, line * share[..., None]))
    return step(np.asarray(np.minimum(*gaps), np.float32), 0.12, 0.25)


def own_hue(colour: Pixels, surface: Pixels, signal: Pixels, grain: float) -> Pixels:
    """0 to 1: more of the screen's hue than the screen can send through or onto anything that is not itself
    of this hue, h×w.

    Mixtures of the screen with greys, skin or hair have at least as large a bound as signal, whatever
    their coverage.  Channels in which the screen is as dark as grain and codec say nothing.

    Args:
        colour, surface: h×w×3 in units of the screen's brightness.
        signal: h×w, the key signal.
    """
    seen = planes.box(colour, 3)
    slack = np.float32(0.004 + 0.15 * grain)
    most = np.full(signal.shape, np.inf, np.float32)
    for c in range(3):
        behind = surface[..., c]
        bound = (np.maximum(seen[..., c], 0) + slack) / np.maximum(behind, np.float32(1e-5))
        most = np.where(behind > 6 * slack, np.minimum(most, bound), most)
    share = most / np.maximum(box(signal, 3), np.float32(1e-3))
    apart = step(distance(seen, surface), 0.2, 0.35)
    own = 1 - step(np.asarray(share, np.float32), 0.6, 0.8)
    return np.asarray(own * step(box(signal, 3), 0.06, 0.12) * apart, np.float32)


def limits(colour: Pixels, surface: Pixels, signal: Pixels, depth: Pixels, grain: float) -> Pixels:
    """Key signal up to which a cell still counts as subject because it is solid: 0 to 0.95, h×w."""
    deep = inside(colour, surface, 0.3, 0.008, 0.025)
    evidence = shaded(colour, surface, grain) * deep
    weight = gauss(deep, 4.0) + np.float32(1e-3)
    cloth = step(gauss(evidence, 4.0) / weight, 0.15, 0.5) * deep
    screen = distance(planes.box(colour, 3), surface) < np.float32(0.15)
    unsure = (signal > np.float32(0.3) * depth) & ~screen
    pattern = enclosed(unsure, screen) * deep * foreign(colour, surface, (signal < 0.1).astype(np.float32))
    own = own_hue(colour, surface, signal, grain)
    return np.asarray(np.float32(0.95) * np.maximum(np.maximum(cloth, pattern), own), np.float32)
