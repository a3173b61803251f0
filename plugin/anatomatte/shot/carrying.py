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
from .schema import Shot

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
        small: gives the picture of a frame in which motion is found (`flow.small`).
    """
    scene = shot.scene(one.frame)
    first, last = (one.frame, one.frame) if scene is None else (scene.first, scene.last)
    first, last = max(first, one.frame - one.reach), min(last, one.frame + one.reach)
    there = sorted(number for number in shot.moments if first <= number <= last)
    before = [number for number in reversed(there) if number < one.frame]
    found = {one.frame: Mark(one.id, 1.0, one.points)}
    for way in (before, [number for number in there if number > one.frame]):
        points, belief, last_one = _dense(one.points), 1.0, one.frame
        for number in way:
            if one.kind != "one":
                lies = _step(small(last_one), small(number))
                points, share = _moved(points, lies)
                belief *= min(1.0, share / _SURE)
                if lies.cut or belief < LEAST or not _inside(points):
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
    return any(0 <= x < 1 and 0 <= y < 1 for x, y in points)


def _rounded(points: Points) -> Points:
    return tuple((round(x, 5), round(y, 5)) for x, y in points)
