"""Prominence: whom a picture is about, beside those who only happen to be in it.

What photographers do with a subject: large, sharp, near the middle. Whom the person detector, which sees 224
pixels of the whole picture, finds there is somebody whom the picture shows; others, seen only in crops,
must be as large to count as much. With three or more found it is a group: others count more.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ops.filters import shrink
from .evidence import Plane

LEAST = 0.5
"""Prominence from which on, as a share of the greatest, somebody is whom the picture is about."""

UNSEEN, UNSEEN_IN_A_GROUP = 0.7, 0.8
"""What is left of the prominence of somebody whom the detector does not find in the whole picture: of two
who stand beside each other in full length it often finds one."""

GROUP = 3
"""People found in the whole picture from which on it is a group."""

BLURRED, OFF_CENTRE = 0.6, 0.6
"""What is left of it for somebody without any detail beside the sharpest, and for one at the border."""

_FINEST = 768
_DETAIL = 0.8


def detail(picture: Plane, size: tuple[int, int]) -> Plane:
    """(h, w) how much fine detail is where in *picture*, (H, W, 3) in 0-1: mean |Laplacian| of its luma."""
    scale = min(1.0, _FINEST / max(picture.shape[:2]))
    height, width = (
        max(least, round(side * scale)) for side, least in zip(picture.shape[:2], size, strict=True)
    )
    small = picture if picture.shape[:2] == (height, width) else shrink(picture, height, width)
    found = np.abs(cv2.Laplacian(cv2.cvtColor(small, cv2.COLOR_RGB2GRAY), cv2.CV_32F))
    return shrink(found, *size)


def prominence(mattes: Plane, whole: NDArray[np.bool_], details: Plane) -> NDArray[np.float64]:
    """How much the picture is about each person, 1 for the one whom it is about most.

    Args:
        mattes: (n, h, w) each person's coverage in 0-1.
        whole: (n,) whether the detector finds them in the whole picture.
        details: (h, w) as `detail` gives it.
    """
    width = details.shape[1]
    unseen = UNSEEN_IN_A_GROUP if int(whole.sum()) >= GROUP else UNSEEN
    area, sharp, centre = np.zeros(len(mattes)), np.zeros(len(mattes)), np.zeros(len(mattes))
    for k, matte in enumerate(mattes):
        there = matte > 0.5
        area[k] = float(there.sum()) ** 0.5
        if there.any():
            sharp[k] = float(np.quantile(details[there], _DETAIL))
            centre[k] = 1 - abs(2 * (float(np.nonzero(there)[1].mean()) + 0.5) / width - 1)
    keen = np.minimum(sharp / max(float(sharp.max(initial=0)), 1e-6), 1)
    found = area * (BLURRED + (1 - BLURRED) * keen) * (OFF_CENTRE + (1 - OFF_CENTRE) * centre)
    found *= np.where(whole, 1.0, unseen)
    return np.asarray(found / max(float(found.max(initial=0)), 1e-6))


def whom(mattes: Plane, whole: NDArray[np.bool_], picture: Plane) -> NDArray[np.bool_]:
    """(n,) whether *picture*, (H, W, 3) in 0-1, is about each person: the most prominent one always is."""
    if len(mattes) < 2:
        return np.ones(len(mattes), np.bool_)
    size = int(mattes.shape[1]), int(mattes.shape[2])
    return prominence(mattes, whole, detail(picture, size)) >= LEAST
