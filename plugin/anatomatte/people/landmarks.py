"""Landmarks of each person: body, face and hands, and how far they are to be believed.

Each person is looked at alone: an upright square around him, in which the pixels of the others fade (in
crowds the pose network's landmarks jump to the neighbour otherwise). The square comes from the person
detector where it found him, else from his matte. What the networks say counts as far as it agrees with
his matte.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ops.strips import every, never
from . import landmark_looks as looks
from .alignment import Square, around
from .evidence import PeopleEvidence, Plane
from .landmark_looks import LEFT_HAND, PRESENT, RIGHT_HAND, LandmarkNetworks

HOPELESS = 0.1
"""Poses that score less are none."""

SURE = 0.8
"""A pose that scores more needs no second look."""

LEAST_WRIST = 0.1
"""Visibility of a wrist from which on its hand is looked for, as published."""

_NEAR = 0.02
"""How far beside the matte a landmark is still on it, as a share of the picture's longer side."""

_HIPS_BELOW = (0.9, 1.6)
"""Where the hips of a figure may be that the frame cuts off below, in its heights from its top."""

_ONE_HAND = 0.3

_SAME_HEAD = 0.35
_MOSTLY = 0.5


@dataclass(frozen=True, slots=True, eq=False)
class Landmarks:
    """Landmarks of one person in pixels of the picture (0 is its left or upper border), float32.

    `pose` (33, 4) x, y, visibility and presence in 0-1, in MediaPipe's order, left and right the person's
    own; `face` (468, 3) x, y, z (towards the camera negative) and `left_hand`, `right_hand` (21, 2) x, y of
    the person's own left and right; each None where it is not seen. `score` in 0-1 says how far the pose is
    to be believed: the network's own presence times the agreement with the person's matte.
    """

    pose: Plane
    face: Plane | None
    left_hand: Plane | None
    right_hand: Plane | None
    score: float


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Whom landmarks are wanted of: `matte` (h, w) in 0-1 at any size of the whole picture; `body` (13,) as
    `detections.decoded` gives it, None where the detector did not see him; `head` (2,) x and y as shares;
    `coarse` pixels: a face in a smaller square is looked at once, a hand not at all."""

    matte: Plane
    body: Plane | None = None
    head: Plane | None = None
    coarse: float = 0.0


def landmarks(
    picture: Plane,
    people: Sequence[Person],
    nets: LandmarkNetworks,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> list[Landmarks | None]:
    """Landmarks of each of the *people* in a *picture*, (H, W, 3) display-referred RGB in 0-1.

    Args:
        threads: processor threads; the result does not depend on them.
        check: called between people; raises Cancelled to stop.

    Returns:
        For each person; None where no pose agrees with his matte.
    """
    made: list[Landmarks | None] = [None] * len(people)
    others = _others([person.matte for person in people])

    def one(k: int) -> None:
        made[k] = _Look(picture, people[k], others[k], nets).landmarks()

    every(len(people), one, threads, check)
    return made


def seen(evidence: PeopleEvidence) -> list[Person]:
    """The people of the evidence, in its order, each with the detection that is his."""
    cover = np.clip(evidence.alpha + evidence.held, 0, 1)
    mattes = [share * cover for share in evidence.people]
    found = np.zeros((0, 13), np.float32) if evidence.bodies is None else evidence.bodies
    whose = matched(mattes, evidence.heads, found)
    return [
        Person(matte, found[at] if at >= 0 else None, head[:2])
        for matte, head, at in zip(mattes, evidence.heads, whose, strict=True)
    ]


def matched(mattes: Sequence[Plane], heads: Plane, bodies: Plane) -> list[int]:
    """The body of each person, or -1; a body is of one person.

    Args:
        mattes: (h, w) of each.
        heads: (n, 3) x and y as shares, score.
        bodies: (m, 13) detections as shares.
    """
    whose = [-1] * len(mattes)
    if not mattes:
        return whose
    height, width = mattes[0].shape
    size = np.array([width, height], np.float32)
    fits: list[tuple[float, int, int]] = []
    for m, body in enumerate(bodies):
        points = body[1:].reshape(6, 2) * size
        radius = max(float(np.hypot(*(points[3] - points[2]))), 1e-3)
        for k, matte in enumerate(mattes):
            away = float(np.hypot(*(points[0] - heads[k, :2] * size))) / radius
            own = float(np.mean([_at(matte, points[at]) for at in (0, 4)]))
            if away < _SAME_HEAD or own > _MOSTLY:
                fits.append((away - own, k, m))
    for _, k, m in sorted(fits):
        if whose[k] < 0 and m not in whose:
            whose[k] = m
    return whose


def _at(plane: Plane, place: NDArray[np.floating[Any]]) -> float:
    """The value of a plane at x and y in its pixels; 0 beyond it."""
    column, row = int(np.floor(place[0])), int(np.floor(place[1]))
    inside = 0 <= row < plane.shape[0] and 0 <= column < plane.shape[1]
    return float(plane[row, column]) if inside else 0.0


def _others(mattes: Sequence[Plane]) -> list[Plane]:
    """For each person where somebody else is, (h, w) in 0-1."""
    if not mattes:
        return []
    total = np.sum(mattes, 0)
    return [np.asarray(np.clip(total - matte, 0, 1) * (1 - matte), np.float32) for matte in mattes]


class _Look:
    """One person in the picture, his own and the others' mattes."""

    def __init__(self, picture: Plane, person: Person, others: Plane, nets: LandmarkNetworks) -> None:
        self.picture, self.person, self.others, self.nets = picture, person, others, nets
        height, width = person.matte.shape
        self.scale = picture.shape[1] / width, picture.shape[0] / height
        self.crowded = float(others.max()) > _MOSTLY
        near = 2 * max(1, round(_NEAR * max(height, width))) + 1
        self.own = np.asarray(cv2.dilate(person.matte, np.ones((near, near), np.uint8)), np.float32)

    def landmarks(self) -> Landmarks | None:
        """What is seen of him."""
        score, pose = self._pose()
        if pose is None or score < HOPELESS:
            return None
        left, right = self._hand(pose, LEFT_HAND), self._hand(pose, RIGHT_HAND)
        if left is not None and right is not None and _one_hand(left, right):
            wrists = pose[[LEFT_HAND[0], RIGHT_HAND[0]], :2]
            away = [float(np.hypot(*(hand[0] - at))) for hand, at in zip((left, right), wrists, strict=True)]
            left, right = (left, None) if away[0] <= away[1] else (None, right)
        return Landmarks(pose, self._face(pose), left, right, score)

    def _pose(self) -> tuple[float, Plane | None]:
        """The best score, and the landmarks (33, 4) that have it."""
        best: tuple[float, Plane | None] = 0.0, None
        for square in self._squares():
            for _ in range(2):
                raw = self.nets.pose(self._cut(square, looks.POSE_SIDE))
                points, present, square = looks.pose_of(raw, square)
                score = present * self._agreement(points)
                if score > best[0]:
                    best = score, points
                if best[0] > SURE:
                    return best
        return best

    def _face(self, pose: Plane) -> Plane | None:
        square, best = looks.face_square(pose), None
        for _ in range(1 if square.side < self.person.coarse else 2):
            raw = self.nets.face(self._cut(square, looks.FACE_SIDE))
            points, present, square = looks.face_of(raw, square)
            best = points if present >= PRESENT and self._mostly_on(points[:, :2]) else best
        return best

    def _hand(self, pose: Plane, which: tuple[int, int, int]) -> Plane | None:
        """One hand; what is found far from its wrist, or on nobody, is another's or none."""
        square = looks.hand_square(pose, which)
        if float(pose[which[0], 2]) < LEAST_WRIST or square.side < max(1.0, self.person.coarse):
            return None
        wrist, reach = pose[which[0], :2], square.side / 2
        for _ in range(2):
            raw = self.nets.hand(self._cut(square, looks.HAND_SIDE))
            points, present, square = looks.hand_of(raw, square)
            near = float(np.hypot(*(points[0] - wrist))) < reach
            if present >= PRESENT and near and self._mostly_on(points):
                return points
        return None

    def _squares(self) -> list[Square]:
        """Where to look, the likeliest first."""
        body, made = self.person.body, []
        if body is not None:
            size = [self.picture.shape[1], self.picture.shape[0]]
            points = body[1:].reshape(6, 2).astype(np.float64) * size
            made.append(around(points[2], points[3]).scaled(looks.BODY))
        return made + self._squares_of_matte()

    def _squares_of_matte(self) -> list[Square]:
        """Squares around the hips, which are in the middle of a whole figure.

        Of one that the frame cuts off below they are near the border, or as far below it as he is long.
        """
        there = self.person.matte > _MOSTLY
        if not there.any():
            return []
        rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
        left, right = columns[0] * self.scale[0], (columns[-1] + 1) * self.scale[0]
        top, bottom = rows[0] * self.scale[1], (rows[-1] + 1) * self.scale[1]
        high = bottom - top
        whole = Square((left + right) / 2, (top + bottom) / 2, looks.BODY * max(high, right - left))
        if bottom < self.picture.shape[0] - self.scale[1]:
            return [whole]
        head = self.person.head
        x = whole.x if head is None else float(head[0]) * self.picture.shape[1]
        return [Square(x, top + long * high, looks.BODY * 2 * long * high) for long in _HIPS_BELOW] + [whole]

    def _cut(self, square: Square, size: int) -> Plane:
        """A square of the picture in which others have faded to its mean colour."""
        cut = square.cut(self.picture, size)
        if not self.crowded:
            return cut
        across, down = self.scale
        small = Square(square.x / across, square.y / down, square.side / (across * down) ** 0.5, square.turn)
        faded = np.clip(small.cut(self.others, size), 0, 1)[..., None]
        mean = (cut * (1 - faded)).sum((0, 1)) / max(float((1 - faded).sum()), 1.0)
        return np.asarray(cut + faded * (mean - cut), np.float32)

    def _agreement(self, pose: Plane) -> float:
        """The share, 0-1, of the visible landmarks (33, 4) that are on his matte and on no other."""
        sure = pose[:, 2] * pose[:, 3]
        size = [self.picture.shape[1], self.picture.shape[0]]
        sure = np.where(((pose[:, :2] >= 0) & (pose[:, :2] < size)).all(1), sure, 0)
        if float(sure.sum()) < 1:
            return 0.0
        return float((sure * self._on(pose[:, :2])).sum() / sure.sum())

    def _on(self, points: Plane) -> NDArray[np.bool_]:
        """Which of the points (n, 2) are on his matte and on no other."""
        places = points / np.array(self.scale, np.float32)
        own = np.array([_at(self.own, place) for place in places])
        other = np.array([_at(self.others, place) for place in places])
        return (own > _MOSTLY) & (other < _MOSTLY)

    def _mostly_on(self, points: Plane) -> bool:
        return float(self._on(points).mean()) > _MOSTLY


def _one_hand(left: Plane, right: Plane) -> bool:
    """Whether both hands (21, 2) are the same hand of the picture."""
    apart = float(np.hypot(*(left - right).T).mean())
    return apart < _ONE_HAND * max(float(np.ptp(hand, 0).max()) for hand in (left, right))
