"""Faces as the detector finds them: anchors, decoding, and the square in which the mesh looks for a face.

The rules are MediaPipe's (0.10.21: `face_detection_full_range`, `tensors_to_detections` and
`detections_to_rects` calculators): one anchor a cell of 4 pixels, scores through a sigmoid, the turn by the
eyes, a square half as large again as the box.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ..people.alignment import Square, level

SIDE = 192
"""Width and height of the picture that the detector sees."""

LEAST = 0.6
"""Detections that score less are none, as published."""

ROOM = 1.5
"""Side of the mesh's square as a multiple of the face's box."""

_NEAR = 1 / 3
"""Distance of two detections, in sides of the surer one's square, below which they are of one face."""

_STRIDE = 4
_MOST = 100.0
_RIGHT_EYE, _LEFT_EYE = 2, 3  # rows of an anchor's numbers in pairs, after the box's middle and size


def best(
    scores: NDArray[np.floating[Any]], boxes: NDArray[np.floating[Any]], square: Square
) -> Square | None:
    """The square around the face that is surest in a *square* of the picture; None where there is none.

    Args:
        scores: (2304,) logits.
        boxes: (2304, 16) raw numbers of each anchor.
    """
    at = int(scores.argmax())
    return _placed(boxes, at, square) if _probability(scores[at]) >= LEAST else None


def several(
    scores: NDArray[np.floating[Any]], boxes: NDArray[np.floating[Any]], square: Square
) -> list[Square]:
    """As `best`, of each face in the *square*, the surest first."""
    found: list[Square] = []
    for at in np.argsort(-scores, kind="stable"):
        if _probability(scores[at]) < LEAST:
            break
        one = _placed(boxes, int(at), square)
        near = (np.hypot(one.x - other.x, one.y - other.y) < _NEAR * other.side for other in found)
        if not any(near):
            found.append(one)
    return found


def middle(scores: NDArray[np.floating[Any]], reach: float) -> float:
    """How sure a face is, in 0-1, whose anchor is no farther than *reach* sides from the picture's middle."""
    cells = SIDE // _STRIDE
    low, high = round((0.5 - reach) * cells), round((0.5 + reach) * cells)
    return _probability(scores.reshape(cells, cells)[low:high, low:high].max())


def _probability(score: float) -> float:
    return float(1 / (1 + np.exp(-np.clip(float(score), -_MOST, _MOST))))


def _placed(boxes: NDArray[np.floating[Any]], at: int, square: Square) -> Square:
    """The square around the face of an anchor."""
    cells = SIDE // _STRIDE
    anchor = (np.array([at % cells, at // cells]) + 0.5) * _STRIDE
    numbers = boxes[at].astype(np.float64).reshape(8, 2)
    places = square.to_picture(np.concatenate([numbers[:1], numbers[2:]]) + anchor, SIDE)
    turn = level(places[_RIGHT_EYE - 1], places[_LEFT_EYE - 1])
    side = float(numbers[1].max()) * square.side / SIDE
    return Square(float(places[0, 0]), float(places[0, 1]), ROOM * side, turn)
