"""Other layouts of a face's landmarks, made of the 478: 68 (iBUG) and 106 (as SenseTime orders them).

Left and right in the tables are the picture's, as these layouts count.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Points = NDArray[np.float32]

IBUG = (
    *(162, 234, 93, 58, 172, 136, 149, 148, 152, 377, 378, 365, 397, 288, 323, 454, 389),  # jaw
    *(71, 63, 105, 66, 107, 336, 296, 334, 293, 301),  # brows
    *(168, 197, 5, 4, 75, 97, 2, 326, 305),  # nose
    *(33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380),  # eyes
    *(61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181),  # outer rim of the lips
    *(78, 82, 13, 312, 308, 317, 14, 87),  # their inner rim
)
"""The landmark for each of the 68 points of 300-W (Sagonas et al., "300 Faces in-the-Wild", 2013)."""

_JAW = (
    *(127, 234, 93, 132, 58, 172, 136, 150, 149, 176, 148),
    *(152, 377, 400, 378, 379, 365, 397, 288, 361, 323, 454, 356),
)
_CHIN = _JAW.index(152)
_REST: tuple[tuple[int, ...], ...] = (
    *((at,) for at in (70, 63, 105, 66, 107, 336, 296, 334, 293, 300)),  # upper rims of the brows
    *((at,) for at in (168, 197, 5, 4, 98, 97, 2, 326, 327)),  # nose
    *((at,) for at in (33, 160, 158, 133, 153, 144, 362, 385, 387, 263, 373, 380)),  # eyes
    *((at,) for at in (53, 52, 65, 55, 285, 295, 282, 283)),  # lower rims of the brows
    *((159,), (145,), (33, 133), (386,), (374,), (362, 263)),  # lids and middles of the eyes
    *((at,) for at in (188, 412, 198, 420, 129, 358)),  # sides and wings of the nose
    *((at,) for at in (61, 39, 37, 0, 267, 269, 291, 405, 314, 17, 84, 181)),  # outer rim of the lips
    *((at,) for at in (78, 82, 13, 312, 308, 317, 14, 87)),  # their inner rim
    *((468,), (473,)),  # pupils
)
"""Points 33 to 105 of 106: the mean of these landmarks each."""


def of_68(points: NDArray[np.floating[Any]]) -> Points:
    """(68, 2) of landmarks (478, 2 or more)."""
    return np.asarray(points[list(IBUG), :2], np.float32)


def of_106(points: NDArray[np.floating[Any]]) -> Points:
    """(106, 2) of landmarks (478, 2 or more); 33 of them lie evenly along the jaw, the chin in the middle."""
    return _of_106(points, points[:, :2])


def seen_68(seen: NDArray[np.floating[Any]]) -> Points:
    """(68,) how far the points of `of_68` are in sight, of landmarks' (478,) in 0-1."""
    return np.asarray(seen[list(IBUG)], np.float32)


def seen_106(points: NDArray[np.floating[Any]], seen: NDArray[np.floating[Any]]) -> Points:
    """(106,) how far the points of `of_106` are in sight, of landmarks' (478,) in 0-1, and their places."""
    return _of_106(points, seen[:, None])[:, 0]


def _of_106(points: NDArray[np.floating[Any]], values: NDArray[np.floating[Any]]) -> Points:
    """(106, n) values of the layout's points, of landmarks' places (478, 2 or more) and values (478, n)."""
    flat, jaw = np.asarray(values, np.float64), np.asarray(points[list(_JAW), :2], np.float64)
    first, last = slice(None, _CHIN + 1), slice(_CHIN, None)
    halves = [_evenly(jaw[half], flat[list(_JAW)][half], 17) for half in (first, last)]
    rest = [flat[list(some)].mean(0) for some in _REST]
    return np.asarray(np.concatenate([halves[0][:-1], halves[1], np.array(rest)]), np.float32)


def _evenly(line: NDArray[np.float64], values: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """Values (n, m) along a line of points (n, 2), at *count* places evenly on it."""
    steps = np.hypot(*np.diff(line, axis=0).T)
    along = np.concatenate([[0], np.cumsum(steps)])
    wanted = np.linspace(0, along[-1], count)
    return np.column_stack([np.interp(wanted, along, column) for column in values.T])
