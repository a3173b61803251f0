"""How much of a pixel the picture itself shows to be subject, by the compositing equation."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from ..ops.filters import box, fill, step

_SOLID, _CLEAR = 0.95, 0.05
_APART = (0.02, 0.06)
"""Distance of the subject's colour from what is behind, in display-referred light, from which on it tells."""


def unexplained(picture: Pixels, alpha: Pixels, size: int = 5) -> Pixels:
    """h×w, 0..1: how far the matte is from the share that the colours show, where they tell.

    C = αF + (1−α)B (T. Porter and T. Duff, "Compositing digital images", 1984), with F and B carried on from
    the nearest solid and clear pixels; means over *size* pixels.  Where an edge is blurred the colours are
    mixed as the matte is; where a matte is soft by mistake they are not.

    Args:
        picture: h×w×3, display-referred.
    """
    weights = [(alpha > _SOLID).astype(np.float32), (alpha < _CLEAR).astype(np.float32)]
    if not all(weight.any() for weight in weights):
        return np.zeros(alpha.shape, np.float32)
    subject, behind = (fill(picture, weight) for weight in weights)
    way = subject - behind
    length = np.maximum((way * way).sum(-1), np.float32(1e-6))
    share = np.clip(((picture - behind) * way).sum(-1) / length, 0, 1).astype(np.float32)
    tells = step(np.sqrt(length), *_APART)
    return np.asarray(np.abs(box(share - alpha, size)) * tells, np.float32)
