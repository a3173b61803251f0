"""Faces anywhere in a picture, whoever's they are and however they are tilted.

The people pass sees faces where it sees people; of somebody who lies, stands on his head or looks in from the
rim of a picture it may see none. Here the face detector looks over the whole picture and over its halves,
upright and turned by quarters, and the mesh with attention judges what it finds.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np

from ..ops.strips import never
from ..people.alignment import Square
from ..people.evidence import Plane
from ..people.landmark_people import Person
from . import detect
from .mesh import Face, FaceNetworks, Look, square_of

_TURNS = tuple(np.radians((0, 90, -90, 180)))
_SURE = 0.55
"""A face that scores less is none: of 120 photos of the street a wheel did (.52), and the least of nine faces
beside the one did not (.58)."""

_AROUND = 2.6
"""Side of the square in which the detector is asked again, in those of the mesh's."""

_MIDDLE = 0.2
"""How far from that square's middle, in its sides, the detector may see the face."""

_LEAST_SIDE = 96.0
"""Pixels of a square below which the halves of a picture are not looked over."""

_SAME = 1.0
"""Distance between the middles of two faces, in widths of the larger one, below which they are one: over a
face there may be another guess, in the hair above it."""

_WITHIN = 0.4
"""Distance of what the detector sees from a face's middle, in its widths, below which it is that face."""


def faces(picture: Plane, nets: FaceNetworks, check: Callable[[], None] = never) -> list[Face]:
    """Every face that is believed in a *picture*, (H, W, 3) display-referred RGB in 0-1, the surest first.

    Args:
        check: called before each look; raises Cancelled to stop.
    """
    everywhere = Person(np.ones((8, 8), np.float32))
    look = Look(picture, everywhere, np.zeros((8, 8), np.float32), nets)
    found: list[Face] = []
    for square in _squares(*picture.shape[:2]):
        check()
        scores, boxes = nets.detect(2 * look.cut(square, detect.SIDE) - 1)
        for place in detect.several(scores, boxes, square):
            if any(_within(place, face) for face in found):
                continue
            face = look.at(place, True)
            if face is None or face.score < _SURE or not _again(look, square_of(face.points), nets):
                continue
            found.append(face)
    kept: list[Face] = []
    for face in sorted(found, key=lambda one: -one.score):
        if all(apart(face, other) for other in kept):
            kept.append(face)
    return kept


def _again(look: Look, square: Square, nets: FaceNetworks) -> bool:
    """Whether the detector sees a face in the middle of what is around the mesh's square, upright, and in a
    mirror: of wheels, shoes and folds, in which the mesh sees faces, it does not."""
    cut = 2 * look.cut(square.scaled(_AROUND), detect.SIDE) - 1
    both = cut, np.ascontiguousarray(cut[:, ::-1])
    return min(detect.middle(nets.detect(one)[0], _MIDDLE) for one in both) >= detect.LEAST


def width(face: Face) -> float:
    """Of a face, in pixels, however it is tilted."""
    return float(np.linalg.norm(face.points[_LEFT, :2] - face.points[_RIGHT, :2]))


_LEFT, _RIGHT = 234, 454


def apart(one: Face, other: Face) -> bool:
    """Whether two faces are two."""
    away = float(np.hypot(*(one.points - other.points)[:, :2].mean(0)))
    return away >= _SAME * max(width(one), width(other))


def _within(square: Square, face: Face) -> bool:
    """Whether what the detector sees is a face that is known."""
    x, y = face.points[:, :2].mean(0)
    return float(np.hypot(square.x - x, square.y - y)) < _WITHIN * width(face)


def _squares(height: int, width: int) -> Iterator[Square]:
    """The whole picture, then squares of half its length that overlap by half; each turned by quarters."""
    long = float(max(height, width))
    for side in (long, long / 2) if long / 2 >= _LEAST_SIDE else (long,):
        for y in _middles(height, side):
            for x in _middles(width, side):
                for turn in _TURNS:
                    yield Square(x, y, side, float(turn))


def _middles(size: int, side: float) -> list[float]:
    """The middles of squares along a border of the picture, from its beginning to its end."""
    if size <= side:
        return [size / 2]
    count = int(np.ceil((size - side) / (side / 2))) + 1
    return [float(at) for at in np.linspace(side / 2, size - side / 2, count)]
