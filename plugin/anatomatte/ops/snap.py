"""Edge snapping: the matte's edge moved onto the edges of the plate.

Around each pixel of the edge the plate has two colours, that of the subject and that of what is
behind it, each averaged over the pixels nearby of which the matte is surer; the pixel's place
between the two is its coverage.  Where the two are alike the plate says nothing and the matte stays.
"""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .filters import box, distance, dot, step

_RADIUS = 7.0
"""Pixels, at full resolution, of the search for an edge."""


def _display(light: Pixels) -> Pixels:
    """A rough display encoding, that is about perceptually uniform."""
    return np.asarray(np.sqrt(np.clip(light, 0, 16)), np.float32)


def snapped(matte: Pixels, light: Pixels, amount: float, scale: float = 1.0) -> Pixels:
    """*matte* (H×W in 0..1) moved by *amount* (0 to 1) towards what the plate's edges say.

    Args:
        light: H×W×3 scene-linear plate.
        scale: pixels of the plate for one at full resolution.

    Returns:
        H×W in 0..1; the matte itself where it is 0 or 1 all around.
    """
    size = 2 * max(1, round(_RADIUS * scale)) + 1
    edge = ((matte > 0) & (matte < 1)).astype(np.float32)
    rows = np.flatnonzero(edge.any(1))
    if not len(rows):
        return matte
    y1, y2 = max(0, int(rows[0]) - 2 * size), min(len(matte), int(rows[-1]) + 2 * size + 1)
    near = np.minimum(box(edge[y1:y2], 5) * np.float32(25), 1)
    alpha, trust = _between(matte[y1:y2], _display(light[y1:y2]), size)
    out = matte.copy()
    out[y1:y2] += np.float32(amount) * near * trust * (alpha - matte[y1:y2])
    return np.clip(out, 0, 1)


def _between(matte: Pixels, colour: Pixels, size: int) -> tuple[Pixels, Pixels]:
    """Where each pixel lies between the two colours around it, and how far that is to be trusted."""
    inner, outer = step(matte, 0.5, 1.0), step(1 - matte, 0.5, 1.0)
    subject, most = _mean(colour, inner, size)
    behind, least = _mean(colour, outer, size)
    line = subject - behind
    alpha = np.clip(dot(colour - behind, line) / (dot(line, line) + np.float32(1e-6)), 0, 1)
    apart = distance(subject, behind)
    trust = step(apart, 0.04, 0.15) * step(np.minimum(most, least), 0.002, 0.03)
    return np.asarray(alpha, np.float32), np.asarray(trust, np.float32)


def _mean(colour: Pixels, weight: Pixels, size: int) -> tuple[Pixels, Pixels]:
    mass = box(weight, size)
    return box(colour * weight[..., None], size) / (mass[..., None] + np.float32(1e-6)), mass
