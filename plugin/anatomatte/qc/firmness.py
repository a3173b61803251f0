"""Firmness: soft areas that are too thick for an edge, and parts that stay open."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from ..frame import Pixels
from ..ops.filters import step
from .areas import box_of, opened, root, thin
from .mixture import unexplained
from .reason import Finding
from .seen import Seen

_OPEN = (0.15, 0.85)
_THICK = 0.045
"""Radius of a soft area over the subject's size from which on it is no edge or strand of hair."""
_APART = (0.2, 0.4)
"""How far a matte is from what the colours show, from which on it is soft by mistake."""


def soft(seen: Seen) -> Finding:
    """Areas of the matte between solid and clear that are thicker than edges are.

    Where motion or a lens blurs somebody over what is behind, colours are mixed as the matte is: a pixel
    counts as far as its colour is not.
    """
    mask = (seen.alpha > _OPEN[0]) & (seen.alpha < _OPEN[1]) & seen.free
    found = opened(mask, thin(seen.subject, _THICK, 3) + round(seen.softened))
    wrong = np.zeros(mask.shape, np.float32)
    if found.any():
        wrong[found] = step(
            unexplained(seen.picture, seen.alpha, 5 + 4 * round(seen.softened))[found], *_APART
        )
    return Finding("soft", root(float(wrong.sum()), seen.subject), box_of(wrong > 0.1))


def unsure_part(planes: Mapping[str, Pixels], subject: float) -> Finding:
    """The share of the subject in parts that stay open between themselves and others, as lengths.

    Args:
        planes: layer that is mostly open → its matte h×w.
        subject: pixels of that grid that the whole matte covers.
    """
    if not planes:
        return Finding("unsure_part", 0.0)
    sizes = {name: float(plane.sum()) for name, plane in planes.items()}
    name = max(sizes, key=lambda one: sizes[one])
    return Finding("unsure_part", root(sum(sizes.values()), subject), box_of(planes[name] > 0.3), name)
