"""Shadows on the screen kept as dark, partly transparent matte."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask, box, brightest, step
from ..ops.strips import ROWS

Edge = npt.NDArray[np.intp]


def dimmed(light: Pixels, surface: Pixels, shade: Pixels, clear: Mask) -> Pixels:
    """Share of the screen's light that is missing, H×W in 0..1.

    Args:
        light, surface: H×W×3, the plate and the screen with its shadows.
        shade: H×W×3, the share of light that the model leaves in shadows.
        clear: H×W, where nothing but screen is seen: there the plate itself says how dark it is.
    """
    model = shade.mean(2)
    bare = brightest(surface) / np.maximum(model, np.float32(0.03))
    seen = box(brightest(light), 3) / np.maximum(bare, np.float32(1e-6))
    left = np.where(clear, np.minimum(seen, 1), model)
    near = step(1 - box(model, 3), 0.03, 0.10)
    return np.asarray(np.clip(1 - left, 0, 1) * near, np.float32)


def kept(
    matte: Pixels, edge: Edge, colour: Pixels, dim: Callable[[int, int], Pixels]
) -> tuple[Pixels, Edge, Pixels]:
    """The matte with shadows in it, and the foreground of its edge, in which a shadow is black.

    Args:
        matte: H×W in 0..1.
        edge, colour: flat indices, ascending, and N×3 foreground of the pixels that were solved.
        dim: gives rows y1 to y2 of what `dimmed` says.
    """
    height, width = matte.shape
    out, places, colours = np.empty_like(matte), [], []
    for y1 in range(0, height, ROWS):
        y2 = min(y1 + ROWS, height)
        old = matte[y1:y2]
        new = 1 - (1 - old) * (1 - dim(y1, y2))
        out[y1:y2] = new
        first, last = np.searchsorted(edge, (y1 * width, y2 * width))
        solved = edge[first:last] - y1 * width
        flat = np.zeros((old.size, 3), np.float32)
        flat[solved] = colour[first:last] * (old.ravel() / np.maximum(new.ravel(), 1e-6))[solved, None]
        changed = (new > old + np.float32(1e-4)).ravel()
        changed[solved] = True
        at = np.flatnonzero(changed)
        places.append(at + y1 * width)
        colours.append(flat[at])
    return out, np.concatenate(places), np.concatenate(colours)
