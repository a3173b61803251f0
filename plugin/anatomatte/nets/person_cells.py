"""Where an outfit is read off: cells of the box around a person, from head to feet."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

ROWS, COLUMNS = 16, 8
"""Coarse cells of a person; fine ones are twice as many each way."""

_LEAST = 0.5
"""Coverage from which on a place is the person's."""
_MARGIN = 0.04

Plane = NDArray[np.float32]
Box = tuple[float, float, float, float]
"""Top, bottom, left, right, as shares of the picture's height and width; may reach beyond it."""


WHOLE: Box = (0.0, 1.0, 0.0, 1.0)


def person_box(matte: Plane) -> Box | None:
    """The box around a person, twice as high as wide or higher than that; None where nobody is.

    Args:
        matte: (h, w) the person's own coverage in 0-1.
    """
    rows, columns = (np.flatnonzero((matte > _LEAST).any(axis)) for axis in (1, 0))
    if not len(rows):
        return None
    height, width = matte.shape
    tall, wide = rows[-1] + 1 - rows[0], columns[-1] + 1 - columns[0]
    tall, wide = max(tall, wide * ROWS / COLUMNS), max(wide, tall * COLUMNS / ROWS)
    tall, wide = tall * (1 + 2 * _MARGIN), wide * (1 + 2 * _MARGIN)
    y, x = (rows[0] + rows[-1] + 1) / 2, (columns[0] + columns[-1] + 1) / 2
    return (y - tall / 2) / height, (y + tall / 2) / height, (x - wide / 2) / width, (x + wide / 2) / width


def own_cells(picture: Plane, matte: Plane) -> tuple[Box, Plane, Box] | None:
    """The box around a person, and what to cut from the picture: planes, and the box in them; None of nobody.

    Args:
        picture: (H, W, 3) display-referred RGB in 0-1, whole, of any size.
        matte: (h, w) the person's own coverage, of any size.

    Returns:
        The box as shares of the picture; (h, w, 4) colour and coverage near it; the box as shares of these.
    """
    box = person_box(matte)
    if box is None:
        return None
    high, wide = matte.shape
    top, left = max(0, int(box[0] * high)), max(0, int(box[2] * wide))
    bottom, right = min(high, int(box[1] * high) + 1), min(wide, int(box[3] * wide) + 1)
    here = np.s_[top:bottom, left:right]
    inner = within(box, (top / high, bottom / high, left / wide, right / wide))
    planes = np.dstack([_sized(picture, matte.shape)[here], matte[here]]).astype(np.float32)
    return box, _shrunk(planes, inner), inner


def within(box: Box, window: Box) -> Box:
    """A box of the picture, as shares of a window of it."""
    tall, wide = window[1] - window[0], window[3] - window[2]
    return (
        (box[0] - window[0]) / tall, (box[1] - window[0]) / tall,
        (box[2] - window[2]) / wide, (box[3] - window[2]) / wide,
    )  # fmt: skip


def _sized(picture: Plane, size: tuple[int, ...]) -> Plane:
    if picture.shape[:2] == size:
        return picture
    how = cv2.INTER_AREA if picture.shape[0] > size[0] else cv2.INTER_LINEAR
    return np.asarray(cv2.resize(picture, (size[1], size[0]), interpolation=how), np.float32)


def _shrunk(planes: Plane, box: Box) -> Plane:
    """Planes such that about two pixels lie in a fine cell: sampled there, none is left out."""
    height, width = planes.shape[:2]
    shrink = min((box[1] - box[0]) * height / (4 * ROWS), (box[3] - box[2]) * width / (4 * COLUMNS))
    if shrink <= 1:
        return planes
    size = max(1, round(width / shrink)), max(1, round(height / shrink))
    return np.asarray(cv2.resize(planes, size, interpolation=cv2.INTER_AREA), np.float32)
