"""One look of a landmark network: a square of the picture in, landmarks in the picture's pixels out.

How squares follow from landmarks is MediaPipe's (holistic landmarks 0.10.21: `pose_landmark_by_roi`,
`face_landmarks_from_pose`, `hand_landmarks_from_pose` graphs and the calculators that these name).
"""

from __future__ import annotations

from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from .alignment import Points, Square, around, bounding, level, upright
from .evidence import Plane

POSE_SIDE, FACE_SIDE, HAND_SIDE, PALM_SIDE = 256, 192, 224, 192
"""Width and height of what the networks for a body, a face, a hand and for palms look at."""

BODY = 1.25
"""Side of the square for a body as a multiple of the diameter of the circle around it."""

PRESENT = 0.5
"""From this probability on there is a body, a face or a hand, as published."""

_KERNEL = 7
_SURE = 0.5
_BODY_LANDMARKS, _ALIGN = 33, (33, 34)
_MIRROR = [0, 4, 5, 6, 1, 2, 3, 8, 7, 10, 9, *(at - 1 + 2 * (at % 2) for at in range(11, 33)), *range(33, 39)]

LEFT_HAND, RIGHT_HAND = (15, 17, 19), (16, 18, 20)
"""A hand's wrist, little and index finger among the landmarks of the body."""

_FACE = (5, 2, 0, 8, 7)  # right eye, left eye, nose, right ear, left ear
_MOUTH = (9, 10)
_EYES_OF_MESH = (33, 263)
_PROFILE = 0.5
"""Cosine between what eyes, and eyes and mouth, say of a face's turn up to which the latter is believed."""

_PALM = (0, 1, 2, 3, 5, 6, 9, 10, 13, 14, 17, 18)


class LandmarkNetworks(Protocol):
    """Networks for landmarks; `nets.own.landmark_model.LandmarkModel` is one. All look at one picture."""

    def pose(self, picture: Plane) -> tuple[Plane, Plane, float]:
        """Of a body in (`POSE_SIDE`, `POSE_SIDE`, 3): landmarks, heat, the probability that there is one.

        Landmarks are (39, 5) x, y, z, and logits of being visible and of being in the picture; heat is
        (39, 64, 64) logits.
        """

    def face(self, picture: Plane) -> tuple[Plane, float]:
        """Of a face in (`FACE_SIDE`, `FACE_SIDE`, 3): (468, 3) x, y, z, and that there is a face."""

    def hand(self, picture: Plane) -> tuple[Plane, float, float]:
        """Of a hand in (`HAND_SIDE`, `HAND_SIDE`, 3): (21, 3) x, y, z, that it is one, and a right one."""

    def palms(self, picture: Plane) -> tuple[Plane, Plane]:
        """Of palms in (`PALM_SIDE`, `PALM_SIDE`, 3): scores (2016,) and numbers (2016, 18) of each anchor."""


def unmirrored(found: tuple[Plane, Plane, float]) -> tuple[Plane, Plane, float]:
    """What the pose network says of a mirrored square, as of the square itself."""
    raw, heat, present = found
    raw = raw[_MIRROR]
    raw[:, 0] = POSE_SIDE - raw[:, 0]
    # cell c of the heat stands at c / 64, so that of the other border has no mirror image
    heat = np.roll(heat[_MIRROR, :, ::-1], 1, 2)
    return raw, heat, present


def swapped(body: Plane) -> Plane:
    """A body's landmarks (33, 4) with left called right."""
    return body[_MIRROR[:_BODY_LANDMARKS]]


def torso(body: Plane) -> float:
    """The length in pixels of a torso, of a body's landmarks (33, 4); at least the shoulders' width."""
    places = body[:, :2].astype(np.float64)
    long = (places[11] + places[12] - places[23] - places[24]) / 2
    return max(float(np.hypot(*long)), float(np.hypot(*(places[11] - places[12]))), 1.0)


def pose_of(found: tuple[Plane, Plane, float], square: Square) -> tuple[Plane, float, Square]:
    """What the pose network says of a square: landmarks, the probability of a body, the next square.

    Landmarks are (33, 4) x and y in the picture's pixels, visibility and presence in 0-1.
    """
    raw, heat, present = found
    places = square.to_picture(refined(raw[:, :2] / POSE_SIDE, heat) * POSE_SIDE, POSE_SIDE)
    sure = 1 / (1 + np.exp(-np.clip(raw[:_BODY_LANDMARKS, 3:5], -30, 30)))
    points = np.column_stack([places[:_BODY_LANDMARKS], sure]).astype(np.float32)
    return points, present, around(*places[list(_ALIGN)]).scaled(BODY)


def refined(points: NDArray[np.floating[Any]], heat: Plane) -> Points:
    """Points (n, 2), as shares of the square, moved to the middle of the heat (n, h, w; logits) around them.

    Where no cell is more likely than not the landmark they stay (MediaPipe's
    `refine_landmarks_from_heatmap` calculator).
    """
    made = np.asarray(points, np.float64).copy()
    height, width = heat.shape[1:]
    reach = _KERNEL // 2
    cells = np.trunc(made * [width, height])
    inside = np.flatnonzero(((cells >= 0) & (cells < [width, height])).all(1))
    near = np.arange(-reach, reach + 1)
    columns, rows = (cells[inside, axis].astype(np.intp)[:, None] + near for axis in (0, 1))
    there = ((rows >= 0) & (rows < height))[:, :, None] & ((columns >= 0) & (columns < width))[:, None]
    row, column = np.clip(rows, 0, height - 1)[:, :, None], np.clip(columns, 0, width - 1)[:, None]
    logits = heat[inside[:, None, None], row, column].astype(np.float64)
    sure = np.where(there, 1 / (1 + np.exp(-np.clip(logits, -100, 100))), 0)
    found = sure.max((1, 2), initial=0) >= _SURE
    total = sure[found].sum((1, 2))
    made[inside[found], 0] = (sure[found] * columns[found, None]).sum((1, 2)) / width / total
    made[inside[found], 1] = (sure[found] * rows[found, :, None]).sum((1, 2)) / height / total
    return made


def face_square(body: Plane) -> Square:
    """The square around the face of a body's landmarks (33, 4).

    As published its eyes are level; of the eyes of a profile, one behind the other, that says nothing, or
    stands it on its head: there the mouth is below the eyes.
    """
    places = body[:, :2].astype(np.float64)
    mouth = places[list(_MOUTH)].mean(0)
    points = np.concatenate([places[list(_FACE)], mouth[None]])
    turn, lifted = level(points[0], points[1]), upright(mouth, points[:2].mean(0))
    if np.cos(turn - lifted) < _PROFILE:
        turn = lifted
    return bounding(points, turn).scaled(2, up=0.1)


def face_of(found: tuple[Plane, float], square: Square) -> tuple[Plane, float, Square]:
    """What the face mesh says of a square: (468, 3) in the picture, its probability, the next square."""
    raw, present = found
    places = square.to_picture(raw[:, :2], FACE_SIDE)
    turn = level(*places[list(_EYES_OF_MESH)])
    depth = raw[:, 2] * np.float32(square.side / FACE_SIDE)
    return np.column_stack([places, depth]).astype(np.float32), present, bounding(places, turn).scaled(1.5)


def hand_square(body: Plane, hand: tuple[int, int, int]) -> Square:
    """The square around a hand of a body's landmarks (33, 4)."""
    wrist, little, index = body[list(hand), :2].astype(np.float64)
    middle = (2 * index + little) / 3
    square = Square(
        float(middle[0]), float(middle[1]), 2 * float(np.hypot(*(middle - wrist))), upright(wrist, middle)
    )
    return square.scaled(HAND_FROM_BODY, up=0.1)


HAND_FROM_BODY = 1.4
"""Side of the square for a hand as a multiple of twice the length of its palm, where the body tells it.

Published: 2.7, for a small network that finds the hand in it (`hand_recrop`). A second look without that
network finds as many hands from a tighter square, and they lie on skin more often.
"""


def hand_of(found: tuple[Plane, float, float], square: Square) -> tuple[Plane, float, Square]:
    """What the hand network says of a square: (21, 2) in the picture, its probability, the next square."""
    raw, present, _ = found
    places = square.to_picture(raw[:, :2], HAND_SIDE)
    knuckles = (places[6] + places[14]) / 2
    turn = upright(places[0], (knuckles + places[10]) / 2)
    following = bounding(places[list(_PALM)], turn, turned=True).scaled(2, up=0.1)
    return places.astype(np.float32), present, following
