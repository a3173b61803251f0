"""A stroke is carried from its frame to others along the flow, for as long as that can be believed."""

from __future__ import annotations

import dataclasses
import itertools
from collections.abc import Callable, Sequence

import cv2
import numpy as np

from ..frame import Pixels
from ..temporal.align import Alignment, align
from ..temporal.flow import Small, flow
from .corrections import Correction, Mark, Points
from .schema import Row, Shot
from .windows import row_onto

LEAST = 0.25
"""Belief under which a stroke is not carried on."""

_SURE = 0.5
"""Mean belief of a step along the stroke from which on it loses nothing."""
_SPACING = 0.02
"""Shares of the picture between points that are carried."""


def carried(shot: Shot, one: Correction, small: Callable[[int], Small]) -> dict[int, Mark]:
    """Where the stroke of a correction lies in each frame that it reaches, by frame.

    Both ways from its frame, one frame after another, to a cut, its reach, or the end of belief; a frame that
    was not analysed is stepped over.

    Args:
        small: gives the picture of a frame in which motion is found (`flow.small`), of the whole plate and
            no more: files may hold more or less of it, each frame its own.
    """
    scene = shot.scene(one.frame)
    first, last = (one.frame, one.frame) if scene is None else (scene.first, scene.last)
    first, last = max(first, one.frame - one.reach), min(last, one.frame + one.reach)
    there = sorted(number for number in shot.moments if first <= number <= last)
    person = _person(_people(shot, one.frame), one.points) if one.frame in shot.moments else 0
    before = [number for number in reversed(there) if number < one.frame]
    found = {one.frame: Mark(one.id, 1.0, one.points)}
    for way in (before, [number for number in there if number > one.frame]):
        points, belief, last_one = _dense(one.points), 1.0, one.frame
        for number in way:
            if one.kind != "one":
                pair, size = (small(last_one), small(number)), small(number).shape
                way_of = _way(shot, person, last_one, number, size)
                points, share, cut = _stepped(points, *pair, way_of)
                belief *= min(1.0, share / _SURE)
                if cut or belief < LEAST or not _inside(points):
                    break
            last_one = number
            faded = belief * (1 - (abs(number - one.frame) / (one.reach + 1)) ** 2)
            found[number] = Mark(one.id, round(faded, 4), _rounded(points))
    return found


def with_marks(shot: Shot, one: Correction, marks: dict[int, Mark]) -> Shot:
    """The shot in which a correction's stroke lies at these *marks*, and nowhere else."""
    moments = {
        number: dataclasses.replace(
            moment,
            marks=(
                *(mark for mark in moment.marks if mark.id != one.id),
                *([marks[number]] if number in marks else []),
            ),
        )
        for number, moment in shot.moments.items()
    }
    others = tuple(other for other in shot.corrections if other.id != one.id)
    here = dataclasses.replace(one, carried=one.reach)
    return dataclasses.replace(shot, moments=moments, corrections=(*others, here))


def without(shot: Shot, number: int) -> Shot:
    """The shot without the correction of this id."""
    moments = {
        frame: dataclasses.replace(moment, marks=tuple(mark for mark in moment.marks if mark.id != number))
        for frame, moment in shot.moments.items()
    }
    left = tuple(one for one in shot.corrections if one.id != number)
    return dataclasses.replace(shot, moments=moments, corrections=left)


def _people(shot: Shot, frame: int) -> list[Row]:
    """The people of a frame in shares of the plate."""
    return [row_onto(row, shot.window(frame)) for row in shot.moments[frame].people]


def _person(rows: Sequence[Row], points: Points) -> int:
    """The number of whoever has most of a stroke in the box of the figure, the smallest of them; 0 nobody."""

    def within(row: Row) -> int:
        return sum(row[3] <= x <= row[5] and row[4] <= y <= row[6] for x, y in points)

    known = [row for row in rows if row[0] and within(row)]
    best = max(known, key=lambda row: (within(row), -(row[5] - row[3]) * (row[6] - row[4])), default=None)
    return 0 if best is None else best[0]


def _way(shot: Shot, person: int, this: int, other: int, size: tuple[int, ...]) -> tuple[int, int]:
    """How far a person went from one frame to another, x and y in whole pixels of a picture of rows and
    columns; nowhere where that is not known.

    The middle one of the ways of the head and of two sides of the box: arms and legs move a side.
    """
    rows = [
        next((row for row in _people(shot, number) if row[0] == person), None) for number in (this, other)
    ]
    a, b = rows
    if not person or a is None or b is None:
        return 0, 0
    height, width = size[:2]
    across = sorted(width * (b[at] - a[at]) for at in (1, 3, 5))
    down = sorted(height * (b[at] - a[at]) for at in (2, 4, 6))
    return round(across[1]), round(down[1])


def _stepped(points: Points, this: Small, other: Small, way: tuple[int, int]) -> tuple[Points, float, bool]:
    """The points in the other frame, their mean belief, and whether it shows something else.

    Args:
        way: x and y in pixels by which the person went on whom they lie: motion is looked for beside that, as
            what goes far in one frame is not found from nowhere.
    """
    lies = _step(this, other)
    moved, belief = _moved(points, lies)
    if way == (0, 0) or lies.cut:
        return moved, belief, lies.cut
    x, y = way
    height, width = this.shape[:2]
    back = np.array([[1, 0, -x], [0, 1, -y]], np.float32)
    there = cv2.warpAffine(other, back, (width, height), borderMode=cv2.BORDER_REPLICATE)
    ahead, sure = _moved(points, _step(this, np.asarray(there, np.uint8)))
    if sure <= belief:
        return moved, belief, False
    return tuple((u + x / width, v + y / height) for u, v in ahead), sure, False


def _step(this: Small, other: Small) -> Alignment:
    return align(this, other, flow(this, other), flow(other, this))


def _dense(points: Points) -> Points:
    """The polyline with points close enough to bend with what they lie on."""
    made = [*points[:1]]
    for (ax, ay), (bx, by) in itertools.pairwise(points):
        steps = max(1, round(float(np.hypot(bx - ax, by - ay)) / _SPACING))
        made += [(ax + (bx - ax) * k / steps, ay + (by - ay) * k / steps) for k in range(1, steps + 1)]
    return tuple(made)


def _moved(points: Points, lies: Alignment) -> tuple[Points, float]:
    """The points in the other frame, and the mean belief; who is lost goes with those who are not."""
    height, width = lies.x.shape
    size = np.array([width, height], np.float32)
    at = np.array(points, np.float32) * size - np.float32(0.5)
    places = np.stack([_sampled(lies.x, at), _sampled(lies.y, at)], 1)
    belief = _sampled(lies.belief, at)
    way = places - at
    known = belief >= LEAST
    if known.any():
        way[~known] = np.median(way[known], 0)
    moved = (at + way + np.float32(0.5)) / size
    return tuple((float(x), float(y)) for x, y in moved), float(belief.mean())


def _sampled(plane: Pixels, at: Pixels) -> Pixels:
    x, y = np.ascontiguousarray(at[:, :1]), np.ascontiguousarray(at[:, 1:])
    made = cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, np.float32).reshape(-1)


def _inside(points: Sequence[tuple[float, float]]) -> bool:
    return any(0 <= x <= 1 and 0 <= y <= 1 for x, y in points)


def _rounded(points: Points) -> Points:
    return tuple((round(x, 5), round(y, 5)) for x, y in points)
