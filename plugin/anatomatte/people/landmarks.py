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
from .landmark_looks import LEFT_HAND, PRESENT, RIGHT_HAND, LandmarkNetworks, PoseLook

HOPELESS = 0.1
"""Poses that score less are none."""

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
    `detections.decoded` gives it, None where the detector did not see him; `head` (2,) x and y as shares."""

    matte: Plane
    body: Plane | None = None
    head: Plane | None = None


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

    def landmarks(self) -> Landmarks | None:
        """What is seen of him."""
        best: tuple[float, PoseLook] | None = None
        for square in self._squares():
            for _ in range(2):
                found = looks.pose_of(self.nets.pose(self._cut(square, looks.POSE_SIDE)), square)
                score = found.present * self._agreement(found.points)
                if best is None or score > best[0]:
                    best = score, found
                square = found.next
            if best is not None and best[0] > _MOSTLY:
                break
        if best is None or best[0] < HOPELESS:
            return None
        score, found = best
        pose = found.points
        return Landmarks(
            pose, self._face(pose), self._hand(pose, LEFT_HAND), self._hand(pose, RIGHT_HAND), score
        )

    def _squares(self) -> list[Square]:
        """Where to look, the likeliest first."""
        body, made = self.person.body, []
        if body is not None:
            points = body[1:].reshape(6, 2).astype(np.float64) * [
                self.picture.shape[1],
                self.picture.shape[0],
            ]
            made.append(around(points[2], points[3]).scaled(looks.BODY))
        return made + self._squares_of_matte()

    def _squares_of_matte(self) -> list[Square]:
        there = self.person.matte > _MOSTLY
        if not there.any():
            return []
        rows, columns = (np.flatnonzero(there.any(axis)) for axis in (1, 0))
        left, right = columns[0] * self.scale[0], (columns[-1] + 1) * self.scale[0]
        top, bottom = rows[0] * self.scale[1], (rows[-1] + 1) * self.scale[1]
        high, wide = bottom - top, right - left
        whole = Square((left + right) / 2, (top + bottom) / 2, looks.BODY * max(high, wide))
        if bottom < self.picture.shape[0] - self.scale[1]:
            return [whole]
        # cut off by the frame: the hips may be near the border, or a body's length below
        x = (
            (left + right) / 2
            if self.person.head is None
            else float(self.person.head[0]) * self.picture.shape[1]
        )
        return [Square(x, top + down * high, looks.BODY * 2 * down * high) for down in (0.9, 1.6)] + [whole]

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
        """The share, 0-1, of the visible landmarks (33, 4) that are on the person's matte and on no other."""
        sure = pose[:, 2] * pose[:, 3]
        places = pose[:, :2] / np.array(self.scale, np.float32)
        height, width = self.person.matte.shape
        inside = (places >= 0).all(1) & (places < [width, height]).all(1)
        sure = np.where(inside, sure, 0)
        if float(sure.sum()) < 1:
            return 0.0
        near = max(1, round(0.02 * max(height, width)))
        kernel = np.ones((2 * near + 1, 2 * near + 1), np.uint8)
        grown = np.asarray(cv2.dilate(self.person.matte, kernel), np.float32)
        own = np.array([_at(grown, place) for place in places])
        other = np.array([_at(self.others, place) for place in places])
        on = (own > _MOSTLY) & (other < _MOSTLY)
        return float((sure * on).sum() / sure.sum())

    def _face(self, pose: Plane) -> Plane | None:
        square, best = looks.face_square(pose), None
        for _ in range(2):
            points, present, following = looks.face(self.picture, square, self.nets)
            best = points if present >= PRESENT else best
            square = following
        return best

    def _hand(self, pose: Plane, which: tuple[int, int, int]) -> Plane | None:
        if float(pose[which[0], 2]) < 0.1:
            return None
        square, best = looks.hand_square(pose, which), None
        for _ in range(2):
            points, present, following = looks.hand(self.picture, square, self.nets)
            best = points if present >= PRESENT else best
            square = following
        return best
