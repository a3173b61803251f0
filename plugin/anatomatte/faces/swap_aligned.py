"""Faces cut out upright, as networks for faces were taught: the five places of ArcFace's template."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..frame import Pixels
from ..ops.filters import shrink
from .canonical import Floats

SIDES = (112, 128, 256, 512)
"""Sides of the templates in pixels."""

_TEMPLATE = np.array(
    [[38.2946, 51.6963], [73.5318, 51.5014], [56.0252, 71.7366], [41.5493, 92.3655], [70.7299, 92.2041]]
)
_EYES = ((33, 133, 159, 145), (263, 362, 386, 374))
_NOSE, _MOUTH = 4, (61, 291)


def template(side: int) -> Floats:
    """The five places (5, 2) in a picture of *side* pixels: eyes, nose, corners of the mouth.

    A multiple of 112 is the template itself, the others have a margin of 8 of 128 on both sides.
    """
    if side % 112 == 0:
        return _TEMPLATE * (side / 112)
    return np.asarray((_TEMPLATE + np.array([8.0, 0.0])) * (side / 128))


def five(points: NDArray[np.floating[Any]]) -> Floats:
    """The same five places (5, 2) out of a face mesh (n ≥ 468, 2 or more)."""
    eyes = [points[list(ring), :2].mean(0) for ring in _EYES]
    rest = [points[at, :2] for at in (_NOSE, *_MOUTH)]
    return np.asarray([*eyes, *rest], np.float64)


def to_template(points: NDArray[np.floating[Any]], side: int) -> Floats:
    """The similarity (2, 3) from the picture's pixels to the template's (Umeyama)."""
    here, there = five(points), template(side)
    a, b = here.mean(0), there.mean(0)
    p, q = here - a, there - b
    size = float((p**2).sum())
    cos = float((p * q).sum()) / size
    sin = float((p[:, 0] * q[:, 1] - p[:, 1] * q[:, 0]).sum()) / size
    turn = np.array([[cos, -sin], [sin, cos]])
    return np.column_stack([turn, b - turn @ a])


def cut(picture: Pixels, points: NDArray[np.floating[Any]], side: int) -> Pixels:
    """The face, side×side×C; what is made smaller is averaged first."""
    matrix = to_template(points, side)
    by = max(1.0, 1 / float(np.hypot(*matrix[:, 0])))
    if by >= 1.5:
        rows, columns = (max(1, round(n / by)) for n in picture.shape[:2])
        matrix = matrix.copy()
        matrix[:, :2] *= [picture.shape[1] / columns, picture.shape[0] / rows]
        picture = shrink(picture, rows, columns)
    matrix = _by_middles(matrix)
    made = cv2.warpAffine(
        picture, matrix, (side, side), flags=cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE
    )
    return np.asarray(made, np.float32)


def back(
    aligned: Pixels,
    points: NDArray[np.floating[Any]],
    box: tuple[int, int, int, int],
    by: int = cv2.INTER_CUBIC,
) -> Pixels:
    """A side×side picture laid back into a window (left, top, right, bottom) of the picture it was cut of.

    Args:
        by: cubic, or linear for what must not swing over at a border, as mattes.
    """
    left, top, right, bottom = box
    matrix = to_template(points, aligned.shape[0])
    matrix[:, 2] += matrix[:, :2] @ [left, top]
    made = cv2.warpAffine(
        aligned,
        _by_middles(matrix),
        (right - left, bottom - top),
        flags=by | cv2.WARP_INVERSE_MAP,
        borderMode=cv2.BORDER_REPLICATE,
    )
    return np.asarray(made, np.float32)


def _by_middles(matrix: Floats) -> Floats:
    """A map of places as one of pixels' middles."""
    made = matrix.copy()
    made[:, 2] += made[:, :2] @ [0.5, 0.5] - 0.5
    return made
