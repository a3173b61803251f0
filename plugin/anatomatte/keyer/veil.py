"""Veils in front of the screen: gauze, smoke, glass, plastic.  Told from a screen that is only uneven.

The colour is read as k·S + g, S the screen as a low-order surface tells it and g grey.  Uneven light
changes k alone; gloss adds grey and takes nothing away; what a shadow adds is dark.  A veil of coverage
1 − k takes the screen's light and puts grey of its own there (the mixture of T. Porter and T. Duff,
"Compositing digital images", SIGGRAPH 1984).  It is smooth and wide; an edge or hair is neither.

Pictures are small (screen.THUMB pixels along the longer side) but for `covered`.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask, brightest, disc, gauss, step
from .surface import refitted

_WIDE = 0.012
"""Radius of the smallest veil, as a share of the longer side."""

_MOST = 0.5
"""Share of the screen above which the screen itself is like that."""

_FOLLOWED = 0.1
"""Share of a veil that was taken for screen from which on the model has swallowed it; cloth never is."""

_GREY = 1.8
"""Ratio of two channels up to which a veil is grey or nearly so."""


def _read(light: Pixels, stiff: Pixels) -> tuple[Pixels, Pixels]:
    """Coverage, and how light its grey is in units of the screen's brightness (0 where it is no grey);
    h×w each, not clipped."""
    low, mid, high = (int(c) for c in np.argsort(stiff.mean((0, 1)), kind="stable"))
    seen = gauss(light, 1.0)
    top = np.maximum(stiff[..., high], np.float32(1e-6))
    left = (seen[..., high] - seen[..., low]) / np.maximum(top - stiff[..., low], np.float32(1e-6))
    own, beside = (seen[..., c] - left * stiff[..., c] for c in (low, mid))
    cover = np.asarray(1 - left, np.float32)
    least, most = np.minimum(own, beside), np.maximum(own, beside)
    grey = np.where(most < np.float32(_GREY) * least + np.float32(0.02) * top, own, 0)
    return cover, np.asarray(grey / (top * np.maximum(cover, np.float32(0.02))), np.float32)


def _clipped(light: Pixels) -> Mask:
    """Where the brightest channel has run into the camera's limit, or nearly: its hue means nothing there."""
    top = brightest(light)
    most = float(top.max())
    display = 0.93 < most < 1.02  # most plates end at 1, softly where a codec was there
    if float((top > (0.95 if display else 0.997) * most).mean()) < 0.005:
        return np.zeros(top.shape, np.bool_)
    return np.asarray(top > 0.85 * most)


def _seen(light: Pixels, stiff: Pixels, calm: Mask, member: Pixels) -> Mask:
    """Where a veil hangs that the model followed: its wide smooth middle, and what thins out from there."""
    cover, grey = _read(light, stiff)
    radius = max(2, round(_WIDE * max(calm.shape)))
    middle = (cover > 0.09) & (cover < 0.5) & (grey > 0.28) & calm
    core = cv2.morphologyEx(middle.astype(np.uint8), cv2.MORPH_OPEN, disc(radius))
    if not core.any():
        return np.zeros_like(calm)
    thin = ((cover > 0.02) & (cover < 0.55) & (grey > 0.15) & calm) | (core > 0)
    count, labels = cv2.connectedComponents(thin.astype(np.uint8), connectivity=4)
    cells, followed = (
        np.bincount(labels.ravel(), weight.ravel(), count) for weight in (np.ones_like(member), member > 0.15)
    )
    kept = np.zeros(count, np.bool_)
    kept[np.unique(labels[core > 0])] = True
    kept &= followed > _FOLLOWED * cells
    kept[0] = False
    return np.asarray(cv2.dilate(kept[labels].astype(np.uint8), disc(2)) > 0)


def unveiled(
    light: Pixels, surface: Pixels, member: Pixels, rough: Pixels, limits: tuple[Pixels, Pixels]
) -> tuple[Pixels, Pixels, Pixels | None]:
    """The screen's *surface* and *member* without the veils that both have followed, and where these hang.

    Args:
        light, surface: h×w×3, the plate and the model that follows it.
        member: h×w, weight of each pixel as sure screen.
        rough: h×w, relative unrest of the plate's pixels within each pixel (`surface.roughness`).
        limits: least and greatest colour of the surface (3 each).

    Returns:
        The surface, the members, and 0..1 h×w where veils are, or None: then the two come back as given.
    """
    calm = rough < np.float32(0.12) + np.float32(0.002) / np.maximum(brightest(light), np.float32(1e-4))
    calm &= ~_clipped(light)
    bare, hung = member, np.zeros(member.shape, np.bool_)
    stiff = refitted(light, member)
    for _ in range(6):
        hung = _seen(light, stiff, calm, member)
        bare = np.where(hung, 0, member).astype(np.float32)
        screen = (member > 0) | hung
        if not hung.any() or float(hung.sum()) > _MOST * float(screen.sum()) or not bare.any():
            return surface, member, None
        stiff = refitted(light, bare)
    return refitted(light, bare, limits), bare, gauss(hung.astype(np.float32), 0.7)


def covered(alpha: Pixels, signal: Pixels, hung: Pixels) -> Pixels:
    """Alpha (N) where a veil may hang (*hung*, N): what it takes of the screen's chroma, by the key *signal*.

    What was solved as much more than that is something of its own before or behind the veil, and stays.
    """
    thin = np.clip(1 - signal, 0, 1)
    share = step(hung, 0.2, 0.8) * (1 - step(alpha - thin, 0.12, 0.3))
    return np.asarray(alpha + share * (thin - alpha), np.float32)
