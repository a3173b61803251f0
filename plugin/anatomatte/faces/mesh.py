"""The faces of people: 478 landmarks each, how far they are believed, which are in sight, and the pose.

The people pass knows where a face is (468 landmarks of the plain mesh); the mesh with attention looks there
again, alone and upright, and at the mirrored picture. Where no face is known the face detector looks for one
around the person's head.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Protocol

import numpy as np

from ..ops.filters import step
from ..ops.strips import every, never
from ..people.alignment import Square, bounding, level
from ..people.evidence import Plane
from ..people.landmark_looks import face_square
from ..people.landmark_people import Alone, Person, others_of, value_at
from ..people.landmarks import Landmarks
from . import aside, detect
from .canonical import Floats
from .pose import HeadPose, mirror, pose_of
from .visible import surface

SIDE = 192
"""Width and height of the picture that the mesh looks at."""

POINTS = 478
"""Landmarks of a face: the mesh, then five of the iris that lies left in the picture, then of the other."""

PRESENT = 0.5
"""From this probability on there is a face, as published."""

BELIEVED = 0.45
"""A face that scores less is none: of four of the street that did one was right, one was a wheel."""

SMALLEST = 16
"""Pixels of a square from which on a face can be seen in it."""

_EYES = (33, 263)
_ROOM = 1.5
_UNSTEADY = 0.06, 0.25
"""Distance, in distances of the eyes, between a face and that of the mirrored picture up to which it is
steady, and from which on it is a guess."""

_SHAPELESS = 0.12, 0.3
"""How far from a face's shape landmarks are (`HeadPose.residual`) that are one, and that are none."""

_HEADS = (0.35, 0.7, 1.2)
"""Sides of the squares around a head, in lengths of the person, in which the detector looks."""

_TURNS = (90, -90, 180)
_POSE_EYES, _SHOULDERS = [2, 5], [11, 12]
_SEEN = 0.5
_HEAD_TURNS = -0.3
"""Cosine between upright of a head and of the body below it, less than which none can be."""

_ONE_FACE = 0.3


class FaceNetworks(Protocol):
    """Networks of faces; `nets.graphs.faces.FaceGraphs` is one."""

    def mesh(self, picture: Plane) -> tuple[Plane, float]:
        """Of a face in (192, 192, 3) RGB in 0-1: (478, 3) x, y, z, and that there is a face."""

    def detect(self, picture: Plane) -> tuple[Plane, Plane]:
        """Of (192, 192, 3) RGB in -1 to 1: scores (2304,) and numbers (2304, 16) of each anchor."""


@dataclass(frozen=True, slots=True, eq=False)
class Face:
    """One person's face in pixels of the picture (0 is its left or upper border).

    Attributes:
        points: (478, 3) x, y, z, towards the camera negative.
        seen: (478,) how far each is in sight, in 0-1.
        score: how far it is believed, in 0-1: the network's own presence, times the share of the landmarks
            in sight that is on the person's matte, times how steady it is when the picture is mirrored, times
            how far the body's pose has the head turned alike.
        pose: where the head is and looks, in pixels as wide as high.
        stretch: by how much x and y grow to such pixels, of which there are never fewer.
        brows: (2, 3) where each brow lies beside its outline (`brows.moves`); None where that was not asked.
        hides: (2,) what tells of a beard and of a mask (`hidden.told`), NaN where nothing does; None where
            that was not asked.
    """

    points: Plane
    seen: Plane
    score: float
    pose: HeadPose
    stretch: tuple[float, float] = (1.0, 1.0)
    brows: Floats | None = None
    hides: Floats | None = None

    @property
    def eyes(self) -> float:
        """The distance between the outer corners of the eyes, in pixels as wide as high, as if seen from the
        front."""
        return self.pose.scale * _EYES_APART

    def placed(self, points: Floats) -> Floats:
        """(n, 2) points (n, 3) of the canonical face in the picture's pixels."""
        return np.asarray(self.pose.placed(points)[:, :2] / self.stretch)

    def held(self, points: Plane) -> Face:
        """This face with its landmarks (478, 3) elsewhere in the same picture."""
        return replace(self, points=points, pose=pose_of(squared(points, self.stretch)))


_EYES_APART = 8.892
"""Centimetres between the outer corners of the canonical face's eyes."""


def faces(
    picture: Plane,
    people: Sequence[Person],
    marks: Sequence[Landmarks | None],
    nets: FaceNetworks,
    threads: int = 1,
    check: Callable[[], None] = never,
) -> list[Face | None]:
    """The face of each of the *people* in a *picture*, (H, W, 3) display-referred RGB in 0-1.

    Args:
        marks: landmarks of each, as the people pass found them.
        threads: processor threads; the result does not depend on them.
        check: called between people; raises Cancelled to stop.

    Returns:
        For each person; None where no face is believed.
    """
    made: list[Face | None] = [None] * len(people)
    others = others_of([person.matte for person in people])

    def one(k: int) -> None:
        known = marks[k] if k < len(marks) else None
        made[k] = Look(picture, people[k], others[k], nets).face(known)

    every(len(people), one, threads, check)
    return _apart(made)


class Look(Alone):
    """One person in the picture, and the networks that look at his face."""

    def __init__(self, picture: Plane, person: Person, others: Plane, nets: FaceNetworks) -> None:
        super().__init__(picture, person, others)
        self.nets = nets

    def face(self, marks: Landmarks | None) -> Face | None:
        """The first face that is believed where one may be."""
        for square, again in self._squares(marks):
            found = self.at(square, again)
            if found is None or _on_its_head(found, marks):
                continue
            if marks is not None:
                found = replace(found, score=found.score * aside.believed(marks.pose, found.pose))
            if found.score >= BELIEVED:
                return found
        return None

    def _squares(self, marks: Landmarks | None) -> Iterator[tuple[Square, bool]]:
        """Where his face may be, and whether the square is rough."""
        if marks is not None and marks.face is not None:
            yield square_of(marks.face), False
        elif marks is not None:
            yield face_square(marks.pose), True
        for square in self._heads():
            scores, boxes = self.nets.detect(2 * self.cut(square, detect.SIDE) - 1)
            found = detect.best(scores, boxes, square)
            if found is not None:
                yield found, True

    def _heads(self) -> Iterator[Square]:
        """Squares around his head, upright, then turned."""
        there = self.person.matte > 0.5
        if self.person.head is None or not there.any():
            return
        spans = [np.ptp(np.flatnonzero(there.any(axis))) + 1 for axis in (0, 1)]
        long = max(span * scale for span, scale in zip(spans, self.scale, strict=True))
        x, y = (
            float(at) * size for at, size in zip(self.person.head, self.picture.shape[1::-1], strict=True)
        )
        for side in _HEADS:
            yield Square(x, y, side * long)
        for turn in _TURNS:
            yield Square(x, y, _HEADS[1] * long, float(np.radians(turn)))

    def at(self, square: Square, again: bool) -> Face | None:
        """The face in a square; *again*: the square is rough, and the face tells a better one."""
        if square.side < SMALLEST:
            return None
        cut = self.cut(square, SIDE)
        points, present = self.nets.mesh(cut)
        if again and present >= PRESENT:
            square = square_of(_placed(points, square))
            cut = self.cut(square, SIDE)
            points, present = self.nets.mesh(cut)
        if present < PRESENT:
            return None
        turned, also = self.nets.mesh(np.ascontiguousarray(cut[:, ::-1]))
        turned = turned[mirror()] * np.array([-1, 1, 1], np.float32) + np.array([SIDE, 0, 0], np.float32)
        return self._judged(_placed(points, square), _placed(turned, square), min(present, also))

    def _judged(self, straight: Plane, mirrored: Plane, present: float) -> Face | None:
        points = np.asarray((straight + mirrored) / 2, np.float32)
        pose = pose_of(points)
        own, mine = surface(points), self.on(points[:, :2])
        total = float(own.sum())
        if total < 1:
            return None
        apart = np.linalg.norm(straight - mirrored, axis=1) / (pose.scale * _EYES_APART)
        steady = 1 - float(step(float((own * apart).sum()) / total, *_UNSTEADY))
        shaped = 1 - float(step(pose.residual, *_SHAPELESS))
        score = present * float((own * mine).sum()) / total * steady * shaped
        return Face(points, np.asarray(own * self._clear(points), np.float32), score, pose)

    def _clear(self, points: Plane) -> Plane:
        """How far each of the points is on his matte and on no other, in 0-1; 0 beyond the picture."""
        places = points[:, :2] / np.array(self.scale, np.float32)
        clear = [value_at(self.own, at) * (1 - value_at(self.others, at)) for at in places]
        return np.asarray(np.clip(clear, 0, 1), np.float32)


def _on_its_head(face: Face, marks: Landmarks | None) -> bool:
    """Whether the face of somebody whose shoulders are seen is turned further than heads can be."""
    if marks is None or float(marks.pose[_SHOULDERS, 2].min()) < _SEEN:
        return False
    body = marks.pose[_POSE_EYES, :2].mean(0) - marks.pose[_SHOULDERS, :2].mean(0)
    turned = face.pose.turn[:2, 1]  # where its chin is
    long = float(np.linalg.norm(body) * np.linalg.norm(turned))
    return -float(body @ turned) < _HEAD_TURNS * long


def square_of(points: Plane) -> Square:
    """The square in which the mesh looks for a face of these landmarks (n ≥ 468, 2 or more)."""
    flat = points[:, :2].astype(np.float64)
    return bounding(flat, level(*flat[list(_EYES)])).scaled(_ROOM)


def _placed(raw: Plane, square: Square) -> Plane:
    """Landmarks (478, 3) of a square in the picture."""
    places = square.to_picture(raw[:, :2], SIDE)
    return np.column_stack([places, raw[:, 2] * np.float32(square.side / SIDE)]).astype(np.float32)


def _apart(made: list[Face | None]) -> list[Face | None]:
    """The faces without those that are another's: where two lie over each other the surer one stays."""
    left = list(made)
    for k, one in enumerate(made):
        for other in made[k + 1 :]:
            if one is None or other is None:
                continue
            away = float(np.hypot(*(one.points - other.points)[:, :2].mean(0)))
            if away < _ONE_FACE * min(one.eyes, other.eyes):
                worse = one if one.score < other.score else other
                left[made.index(worse)] = None
    return left


def moved(face: Face, scale: tuple[float, float], first: tuple[float, float]) -> Face:
    """A face of the picture in pixels of a box of it that begins at *first* (x, y), at another scale."""
    points = squared(face.points - np.array([*first, 0], np.float32), scale)
    across, down = face.stretch[0] / scale[0], face.stretch[1] / scale[1]
    least = min(across, down)
    even = max(across, down) < _SQUARE * least
    stretch = (1.0, 1.0) if even else (across / least, down / least)
    return replace(face, stretch=stretch).held(points)


_SQUARE = 1.02
"""Pixels that are wider than high, or higher than wide, by less are square: sizes are whole pixels."""


def squared(points: Plane, stretch: tuple[float, float]) -> Plane:
    """Landmarks (n, 3), which grow by *stretch* in x and y; what is wider is deeper too."""
    return np.asarray(points * np.array([*stretch, stretch[0]], np.float32), np.float32)
