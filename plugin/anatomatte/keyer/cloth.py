"""Where the subject itself has the screen's hue: clothes and props, told from the screen's light.

Light of the screen on a subject, or through its hair and its motion blur, is a rim that fades inwards, or
a speckle between strands; cloth is a patch, solid and at least as wide as a finger.  Patches are found
among what is surely subject, by a morphological opening (J. Serra, "Image Analysis and Mathematical
Morphology", 1982) that gives back what is near.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask, box, disc, distance, fill, gauss, step
from .axis import Axis

_WIDE = 0.0055
"""Radius of the smallest patch that is cloth, as a share of the grid's longer side."""

_NEAR = 2.0
"""How many of those radii a patch reaches beyond the place where it is so wide."""

_ALIKE = 0.07
"""Distance in chromaticity up to which two places are one cloth in other light."""


def purity(light: Pixels, axis: Axis) -> Pixels:
    """Whether a colour is strongly of the screen's hue, 0 to 1, however dark it is."""
    pure = axis.key(light, 0.5) / np.maximum(light[..., axis.high], np.float32(1e-6))
    return step(np.asarray(pure, np.float32), 0.25, 0.45)


def patches(strong: Mask) -> Mask:
    """*strong* (h×w cells) without what is thin: rims, strands, speckle."""
    radius = max(2, round(_WIDE * max(strong.shape)))
    seen = (box(strong.astype(np.float32), 3) > 0.6).astype(np.uint8)
    core = cv2.erode(seen, disc(radius), borderType=cv2.BORDER_REPLICATE)
    if not core.any():
        return np.zeros_like(strong)
    reach = radius + round(_NEAR * radius)
    return np.asarray((cv2.dilate(core, disc(reach)) > 0) & strong)


def grown(cloth: Mask, colour: Pixels, allowed: Mask) -> Mask:
    """*cloth* with what hangs together with it, is *allowed* and has its chromaticity: folds, shaded parts.

    Shading leaves a cloth's chromaticity alone; the screen's light on other things makes another one.
    All are on the grid; *colour* is h×w×3.
    """
    chroma = _chroma(colour)
    near = fill(chroma, cloth.astype(np.float32))
    like = (distance(chroma, near) < np.float32(_ALIKE)) & allowed
    count, labels = cv2.connectedComponents((like | cloth).astype(np.uint8), connectivity=4)
    kept = np.zeros(count, np.bool_)
    kept[np.unique(labels[cloth])] = True
    kept[0] = False
    return np.asarray(kept[labels])


def _chroma(colour: Pixels) -> Pixels:
    light = np.maximum(colour, 0)
    total = light[..., 0] + light[..., 1] + light[..., 2] + np.float32(1e-4)
    return np.asarray(light / total[..., None], np.float32)


def own_colour(sums: Pixels, axis: Axis, depth: Pixels) -> Pixels:
    """Where the subject itself has the screen's hue, 0 to 1 on the grid: cloth that is no spill.

    Spill is a weak tint of anything; a coat of like colour is strongly and evenly coloured and wide.
    Between and beyond what is sure, a cell is as the surest subject beside it: in an edge next to skin
    or hair nothing is cloth, in an edge of the cloth everything is.  Deep inside, where the screen's light
    does not come, all that is near a cloth may be: its seams, its folds, what shines between fingers.

    Args:
        sums: h×w×CHANNELS, the palette's sums over cells.
        depth: h×w, 0 at the screen to 1 well away from it.
    """
    weight = np.ascontiguousarray(sums[..., 0])
    mean = sums[..., 1:4] / (weight[..., None] + np.float32(1e-6))
    strong = step(axis.key(mean, 0.5), 0.10, 0.17) * purity(mean, axis)
    cloth = patches((strong > 0.5) & (weight > 0.5))
    if not cloth.any():
        return np.zeros(weight.shape, np.float32)
    cloth = grown(cloth, mean, (weight > 0.25) & (axis.key(mean, 0.5) > np.float32(0.02)))
    near = fill(cloth[..., None].astype(np.float32), weight)[..., 0]
    wide = max(1.0, 0.01 * max(weight.shape))
    seen = cloth * weight
    about = step(gauss(seen, wide) / (gauss(weight, wide) + np.float32(0.02)), 0.04, 0.16) * depth
    return np.asarray(np.maximum(step(near, 0.35, 0.65), about), np.float32)
