"""How much of what somebody wears below the hips is in sight: a hem that nobody sees says nothing.

The frame may cut a person above the knees, or the camera looks down and the trunk covers the legs. What is
said of the whole person then counts less, and the network's own word for what is seen counts more.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np

from .body import Body, Vector

_STEPS = 10
"""Parts of the way from the hips (height 1) to the knees (2)."""

_FULL = 0.02
"""Area of a part, in squared torsos, from which on it is seen: a quarter of what a thigh fills."""


class Hearsay(NamedTuple):
    """Powers of two opinions where nothing is in sight: what is said of the whole person, and the pixels'."""

    said: float
    pixels: float


OUTFIT, COAT = Hearsay(0.17, 0.59), Hearsay(0.24, 1.60)
"""For dress, skirt and trousers, and for a coat against a top; `python -m training likelihood` fits both."""


def in_sight(at: Body) -> float:
    """How much of the way from the hips to the knees the person's pixels fill, 0 to 1."""
    fills, _ = np.histogram(at.height, _STEPS, (1, 2))
    return float(np.minimum(fills / (_FULL * at.torso**2), 1).mean())


def weighed(said: Vector, pixels: Vector, sight: float, of: Hearsay) -> Vector:
    """Log odds by what is said of the whole person, as far as it is in *sight*, and by the pixels."""
    unseen = of.said * said + of.pixels * pixels
    return np.asarray(sight * said + (1 - sight) * unseen, np.float32)
