"""Tracks are settled where people touch or hide each other, looking both ways.

Between two frames in which somebody is clearly seen, their figure is expected on the straight way from one
place to the other, the camera's move taken out; looks that are unclear go to those who are expected there.
"""

from __future__ import annotations

import bisect
import itertools
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from .assignment import assigned
from .looks import FrameLooks, Look
from .numbers import boxes

LONGEST = 24
"""Frames between two clear looks over which somebody is expected on a straight way."""

_MOST = 5.0  # the cost from which on a look is nobody's who is expected
_BOX, _HEAD, _LOOKS = 3.0, 0.5, 3.0
_NEAR = 0.12  # of the height of the figure, that a head strays by


@dataclass(frozen=True)
class _Place:
    """Head (x, y) and box of somebody in a frame, in heights of the picture, the camera's move taken out."""

    frame: int
    scene: int
    values: np.ndarray


def settled(
    frames: Sequence[FrameLooks],
    tracks: Sequence[Sequence[int]],
    clear: Sequence[Sequence[bool]],
    unlike: Callable[[int, Look], float],
) -> list[list[int]]:
    """The track of each look of each frame, settled.

    Args:
        tracks: as `tracks.tracked` found them.
        clear: whether each look is of one person whom nobody touches.
        unlike: how much the colours of a track and a look differ, 0 and more.
    """
    cameras = [np.array(shift) for shift in itertools.accumulate((one.shift for one in frames), _sum)]
    scenes = list(itertools.accumulate(int(one.cut) for one in frames))
    known: dict[int, list[_Place]] = {}
    for at, (frame, mine) in enumerate(zip(frames, tracks, strict=True)):
        for n, track in enumerate(mine):
            if clear[at][n]:
                place = _Place(at, scenes[at], _values(frame, n, cameras[at]))
                known.setdefault(track, []).append(place)
    fresh = itertools.count(1 + max((track for mine in tracks for track in mine), default=-1))
    told = []
    for at, (frame, mine) in enumerate(zip(frames, tracks, strict=True)):
        unclear = [n for n in range(len(mine)) if not clear[at][n]]
        there = {mine[n] for n in range(len(mine)) if clear[at][n]}
        expected = {
            track: values
            for track, places in known.items()
            if track not in there and (values := _expected(places, at, scenes[at])) is not None
        }
        told.append(_given(frame, list(mine), unclear, expected, cameras[at], fresh, unlike))
    return told


def _given(
    frame: FrameLooks,
    mine: list[int],
    unclear: list[int],
    expected: dict[int, np.ndarray],
    camera: np.ndarray,
    fresh: itertools.count[int],
    unlike: Callable[[int, Look], float],
) -> list[int]:
    """The tracks of a frame, with its unclear looks given to those who are expected."""
    if not unclear or not expected:
        return mine
    names = list(expected)
    seen = [(n, _values(frame, n, camera)) for n in unclear]
    costs = np.array(
        [
            [_cost(expected[track], place) + _LOOKS * unlike(track, frame.looks[n]) for n, place in seen]
            for track in names
        ]
    )
    pairs = {unclear[column]: names[row] for row, column in assigned(costs, _MOST)}
    for n in unclear:
        if n in pairs:
            mine[n] = pairs[n]
        elif mine[n] in expected:
            mine[n] = next(fresh)
    return mine


def _values(frame: FrameLooks, n: int, camera: np.ndarray) -> np.ndarray:
    """Head and box of a look: three points x and y, in heights of the picture."""
    look = frame.looks[n]
    points = np.array([*look.head, *look.box]).reshape(3, 2) * (frame.aspect, 1.0)
    return np.asarray(points - camera)


def _expected(places: Sequence[_Place], at: int, scene: int) -> np.ndarray | None:
    """Where somebody is expected in a frame between two in which they are clear; None if unknown."""
    after = bisect.bisect([place.frame for place in places], at)
    if not 0 < after < len(places):
        return None
    a, b = places[after - 1], places[after]
    if a.scene != scene or b.scene != scene or b.frame - a.frame > LONGEST:
        return None
    share = (at - a.frame) / (b.frame - a.frame)
    return np.asarray(a.values + share * (b.values - a.values))


def _cost(expected: np.ndarray, seen: np.ndarray) -> float:
    tall = max(float(expected[2, 1] - expected[1, 1]), 1e-3)
    away = float(np.hypot(*(expected[0] - seen[0]))) / tall / _NEAR
    overlap = boxes(expected[1:].ravel().tolist(), seen[1:].ravel().tolist())
    return _BOX * (1 - overlap) + _HEAD * away


def _sum(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]
