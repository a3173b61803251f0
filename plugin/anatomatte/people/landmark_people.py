"""Whom landmarks are wanted of: each person's matte, his head, and the body that the detector found."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ops.filters import shrink
from .alignment import Square
from .evidence import PeopleEvidence, Plane

_SAME_HEAD = 0.35
"""Radii of a body between its head and ours of one person at most."""

_MOSTLY = 0.5

_NEAR = 0.02
"""How far beside the matte a landmark is still on it, as a share of the picture's longer side."""


@dataclass(frozen=True, slots=True, eq=False)
class Person:
    """Whom landmarks are wanted of: `matte` (h, w) in 0-1 at any size of the whole picture; `body` (13,) as
    `detections.decoded` gives it, None where the detector did not see him; `head` (2,) x and y as shares;
    `coarse` pixels of a square below which a face needs no second look, and a hand beside a face none."""

    matte: Plane
    body: Plane | None = None
    head: Plane | None = None
    coarse: float = 0.0


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
            own = float(np.mean([value_at(matte, points[at]) for at in (0, 4)]))
            if away < _SAME_HEAD or own > _MOSTLY:
                fits.append((away - own, k, m))
    for _, k, m in sorted(fits):
        if whose[k] < 0 and m not in whose:
            whose[k] = m
    return whose


def value_at(plane: Plane, place: NDArray[np.floating[Any]]) -> float:
    """The value of a plane at x and y in its pixels; 0 beyond it."""
    column, row = int(np.floor(place[0])), int(np.floor(place[1]))
    inside = 0 <= row < plane.shape[0] and 0 <= column < plane.shape[1]
    return float(plane[row, column]) if inside else 0.0


def others_of(mattes: Sequence[Plane]) -> list[Plane]:
    """For each person where somebody else is, (h, w) in 0-1."""
    if not mattes:
        return []
    total = np.sum(mattes, 0)
    return [np.asarray(np.clip(total - matte, 0, 1) * (1 - matte), np.float32) for matte in mattes]


_ROUGHLY = 0.25
"""Pixels by which the means of a square may be wider than it shrinks by, where that saves a larger level."""


class Levels:
    """A picture, and the same at a half and a quarter of its size, each made when a large square is cut.

    Threads may share it.
    """

    def __init__(self, picture: Plane) -> None:
        self._made, self._lock = [picture], threading.Lock()

    def cut(self, square: Square, size: int) -> Plane:
        """The *square* of the picture at *size* x *size*, as `Square.cut` does it, of the level that is large
        enough."""
        which = min(2, max(0, int(np.log2(max(square.side / size + _ROUGHLY, 1)))))
        by = 1 << which
        small = replace(square, x=square.x / by, y=square.y / by, side=square.side / by)
        return small.cut(self._level(which), size, _ROUGHLY)

    def for_side(self, side: float) -> Plane:
        """The whole picture at a half or a quarter of its size where that is at least *side* pixels long and
        no pixel is left over at the border; else as it is."""
        height, width = self._made[0].shape[:2]
        which = min(2, max(0, int(np.log2(max(max(height, width) / side, 1)))))
        while (height | width) & ((1 << which) - 1):
            which -= 1
        return self._level(which)

    def _level(self, which: int) -> Plane:
        with self._lock:
            while len(self._made) <= which:
                last = self._made[-1]
                rows, columns = max(1, last.shape[0] // 2), max(1, last.shape[1] // 2)
                whole = last[: 2 * rows, : 2 * columns]
                self._made.append(shrink(whole, rows, columns))
            return self._made[which]


class Alone:
    """One person in a picture: what networks are shown of him, and what of it is his."""

    def __init__(self, picture: Plane, person: Person, others: Plane, levels: Levels | None = None) -> None:
        self.picture, self.person, self.others = picture, person, others
        self.levels = levels or Levels(picture)
        height, width = person.matte.shape
        self.scale = picture.shape[1] / width, picture.shape[0] / height
        self.crowded = float(others.max()) > _MOSTLY
        near = 2 * max(1, round(_NEAR * max(height, width))) + 1
        self.own = np.asarray(cv2.dilate(person.matte, np.ones((near, near), np.uint8)), np.float32)

    def cut(self, square: Square, size: int) -> Plane:
        """A square of the picture in which others have faded to its mean colour."""
        cut = self.levels.cut(square, size)
        if not self.crowded:
            return cut
        across, down = self.scale
        small = Square(square.x / across, square.y / down, square.side / (across * down) ** 0.5, square.turn)
        faded = np.clip(small.cut(self.others, size), 0, 1)
        if not faded.any():
            return cut
        rest = 1 - faded
        mean = rest.reshape(-1) @ cut.reshape(-1, 3) / max(float(rest.sum()), 1.0)
        cut *= rest[..., None]
        cut += faded[..., None] * mean
        return cut

    def on(self, points: Plane) -> NDArray[np.bool_]:
        """Which of the points (n, 2) are on his matte and on no other."""
        places = points / np.array(self.scale, np.float32)
        own = np.array([value_at(self.own, place) for place in places])
        other = np.array([value_at(self.others, place) for place in places])
        return (own > _MOSTLY) & (other < _MOSTLY)

    def mostly_on(self, points: Plane) -> bool:
        """Whether most of the points (n, 2) are on him."""
        return float(self.on(points).mean()) > _MOSTLY
