"""How the picture moved between two frames: dense inverse search (Kroeger et al., ECCV 2016), in OpenCV."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import shrink

SIDE = 480
"""Longest side of the pictures between which motion is found."""

_SMOOTHINGS = 2
"""Rounds of variational refinement. Of 1, 2, 3, 5 and 10 mattes are steadiest with 2; the preset's 5 cost a
quarter more."""

Small = npt.NDArray[np.uint8]
"""h×w×3, a display-referred picture of 8 bits."""


def small(picture: Pixels) -> Small:
    """A picture H×W×3 in 0..1, display-referred, at the size at which motion is found."""
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    rows, columns = max(1, round(scale * height)), max(1, round(scale * width))
    made = picture if scale >= 1 else shrink(picture, rows, columns)
    return np.asarray(np.clip(made * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)


def flow(this: Small, other: Small) -> Pixels:
    """Where each pixel of *this* went in *other*: h×w×2, x and y in pixels; 0 in pictures too small to tell.

    The result does not depend on the number of OpenCV's threads.
    """
    height, width = this.shape[:2]
    if min(height, width) < 16:
        return np.zeros((height, width, 2), np.float32)
    search = cv2.DISOpticalFlow.create(cv2.DISOPTICAL_FLOW_PRESET_FAST)
    search.setFinestScale(0)  # the pictures' own size: what is half a pixel off blurs an edge
    search.setVariationalRefinementIterations(_SMOOTHINGS)
    before, after = (cv2.cvtColor(one, cv2.COLOR_RGB2GRAY) for one in (this, other))
    found = search.calc(before, after, np.zeros((height, width, 2), np.float32))
    return np.asarray(found, np.float32)
