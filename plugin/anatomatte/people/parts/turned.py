"""Looks at people who lie, or whom the camera shows turned: each in a square that has his own upright.

The network parses people upright: of somebody who lies it takes hair for clothes and one leg for the other.
Landmarks are looked for in turned squares anyhow, so they say how somebody lies, and one more look of the
network in such a square, and one at his head, count more there than what it saw in the picture as it is.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import cv2
import numpy as np

from ...frame import Pixels
from ..alignment import Square, bounding, upright
from ..landmarks import Landmarks
from .body import ANKLE, HIP, KNEE, SHOULDER
from .trust import SCORE

TURNED = 45.0
"""Degrees between somebody's upright and the picture's from which on they are looked at again."""

MOST = 2
"""People that are looked at; where more lie about, those that are largest."""

BODY_SIDE, HEAD_SIDE = 320, 256
"""Pixels of the network for a body and for a head with shoulders."""

WEIGHT = 6.0
"""How much such a look counts beside the look at the whole picture."""

_AROUND_BODY, _AROUND_HEAD = 1.25, 2.2
"""Sides of the squares: of the box around landmarks in sight, and in torsos."""

_IN_SIGHT = 0.5
_FADE = 0.12
"""Share of a square at its border over which it counts less."""


@dataclass(frozen=True, slots=True, eq=False)
class TurnedLook:
    """Probabilities (parts, s, s) of all parts in a square of the plate, for one of its people, by number."""

    person: int
    square: Square
    parts: Pixels


def turn(marks: Landmarks) -> float:
    """How far somebody's upright is turned from the picture's, in radians, clockwise as one sees it.

    From hips and what is in sight of the legs to shoulders and head.
    """
    at, seen = marks.pose[:, :2].astype(np.float64), marks.pose[:, 2] >= _IN_SIGHT
    low = [at[list(HIP)].mean(0), *(at[k] for k in (*KNEE, *ANKLE) if seen[k])]
    high = (at[list(SHOULDER)].mean(0) + at[:11].mean(0)) / 2
    return upright(np.mean(low, 0), high)


def is_turned(marks: Landmarks) -> bool:
    """Whether somebody lies, or is shown so, as far as the landmarks are to be believed."""
    return marks.score >= SCORE and abs(np.degrees(turn(marks))) >= TURNED


def squares(marks: Sequence[Landmarks | None]) -> list[tuple[int, Square, int]]:
    """Where to look at the people who are turned: whose, the square, pixels of the network for its side.

    Each of the largest has a square for the body and one for the head.
    """
    lying = [(k, one) for k, one in enumerate(marks) if one is not None and is_turned(one)]
    made = []
    for k, one in sorted(lying, key=lambda at: _torso(at[1]), reverse=True)[:MOST]:
        own, torso = turn(one), _torso(one)
        at = one.pose[one.pose[:, 2] >= _IN_SIGHT, :2].astype(np.float64)
        x, y = one.pose[:11, :2].mean(0)
        head = Square(float(x), float(y), _AROUND_HEAD * torso, own)
        made.append((k, bounding(at, own, turned=True).scaled(_AROUND_BODY), BODY_SIDE))
        made.append((k, head, HEAD_SIDE))
    return made


def _torso(marks: Landmarks) -> float:
    """Pixels from shoulders to hips; of somebody seen from the feet at least the shoulders' width."""
    shoulders, hips = (marks.pose[list(of), :2] for of in (SHOULDER, HIP))
    wide = float(np.linalg.norm(shoulders[0] - shoulders[1]))
    return max(float(np.linalg.norm(hips.mean(0) - shoulders.mean(0))), wide)


def with_turned(parts: Pixels, looks: Sequence[TurnedLook], whose: Pixels, plate: tuple[int, int]) -> Pixels:
    """Probabilities (parts, h, w) over the *plate*, with those of the *looks*.

    Args:
        whose: (people, h, w) in 0..1; a look counts where the person is whom it was for.
    """
    if not looks:
        return parts
    _, height, width = parts.shape
    made, total = parts.copy(), np.ones((height, width), np.float32)
    for look in looks:
        side = look.parts.shape[-1]
        matrix = look.square.matrix(side)
        matrix *= np.array([[width / plate[1]], [height / plate[0]]])
        matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5  # from pixels' middles to pixels' middles

        def there(plane: Pixels, onto: np.ndarray[tuple[int, int], np.dtype[np.float64]] = matrix) -> Pixels:
            return np.asarray(cv2.warpAffine(plane, onto, (width, height)), np.float32)

        weight = there(np.float32(WEIGHT) * _faded(side)) * whose[look.person]
        total += weight
        for k, plane in enumerate(look.parts):
            made[k] += there(plane) * weight
    made /= total
    return made


def _faded(side: int) -> Pixels:
    """1 within a square of *side* cells, less towards its border."""
    away = np.minimum(np.arange(side), np.arange(side)[::-1]).astype(np.float32) + np.float32(0.5)
    ramp = np.minimum(1, away / np.float32(_FADE * side))
    return np.asarray(np.minimum.outer(ramp, ramp), np.float32)
