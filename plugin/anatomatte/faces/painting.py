"""Outlines filled and softened on a plane."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels

_SHIFT = 4
"""Bits behind the point of a corner's place."""


def filled(shapes: Sequence[NDArray[np.floating[Any]]], size: tuple[int, int]) -> Pixels:
    """What shapes, corners (n, 2) in pixels, cover of a plane of *size* rows × columns, in 0..1."""
    plane = np.zeros(size, np.uint8)
    for shape in shapes:
        corners = np.rint((shape - 0.5) * (1 << _SHIFT)).astype(np.int32)
        cv2.fillPoly(plane, [corners], 255, cv2.LINE_AA, _SHIFT)
    return plane.astype(np.float32) / np.float32(255)


def rounded(four: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The ellipse through four points (4, 2), each a quarter further, as 24 corners."""
    middle = four.mean(0)
    one, other = (four[0] - four[2]) / 2, (four[1] - four[3]) / 2
    turn = np.linspace(0, 2 * np.pi, 24, endpoint=False)[:, None]
    return np.asarray(middle + np.cos(turn) * one + np.sin(turn) * other, np.float64)


def soft(plane: Pixels, blur: float) -> Pixels:
    """A plane or picture, blurred by *blur* pixels."""
    return np.asarray(cv2.GaussianBlur(plane, (0, 0), blur), np.float32)


def sampled(plane: Pixels, places: NDArray[np.floating[Any]]) -> NDArray[np.float64]:
    """The values of a plane at places (…, 2) in pixels; beyond the picture that of its border."""
    x, y = (np.ascontiguousarray(places[..., axis] - 0.5, np.float32) for axis in (0, 1))
    found = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(found, np.float64)
