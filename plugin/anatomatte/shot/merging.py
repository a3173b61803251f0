"""Two people in one look: a shot knows from the frames beside that there were two.

Networks take people who touch or cover each other for one: a look is then as large as both, and one of their
numbers is not there. Who is hidden behind somebody adds nothing to his figure, and is no such case.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from .looks import FrameLooks, Look

REACH = 24
"""Frames to either side in which two people are looked for apart."""

_PIECE = 0.35
"""Area over that of the person apart up to which a look is a piece of him."""

_BESIDE = 0.25
"""Area of the lesser over that of the greater from which on both are people, none a piece of the other."""

_WITHIN = 0.5
"""Share of somebody's box, where it is expected, that lies in the look's."""

_ADDED = 0.3
"""Share of the lesser's area by which a look is larger than the greater at least."""


def merged(
    frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]], numbers: Mapping[int, int]
) -> list[float]:
    """Of each frame the largest share of one look that is a second person's, 0..1; 0 where there is none.

    Args:
        frames: of a shot, ascending.
        tracks: of each frame the track of each look.
        numbers: of the tracks that have one; who has none is nobody's layer.
    """
    shot = _Shot(frames, tracks, numbers)
    return [
        max((shot.share(at, look) for look in frame.looks), default=0.0) for at, frame in enumerate(frames)
    ]


class _Shot:
    """The numbered looks of a shot, and where they are expected in other frames."""

    def __init__(
        self, frames: Sequence[FrameLooks], tracks: Sequence[Sequence[int]], numbers: Mapping[int, int]
    ) -> None:
        self.frames = frames
        self.there = [
            {numbers[track]: look for look, track in zip(frame.looks, mine, strict=True) if track in numbers}
            for frame, mine in zip(frames, tracks, strict=True)
        ]
        shifts = itertools.accumulate((one.shift for one in frames), _sum)
        self.cameras = [np.array([x / one.aspect, y]) for (x, y), one in zip(shifts, frames, strict=True)]
        self.scenes = list(itertools.accumulate(int(one.cut) for one in frames))

    def share(self, at: int, look: Look) -> float:
        """How much of a look of a frame is a second person's, by the nearest frames on both sides that show
        two people apart; 0 where they are none, or the second is hidden."""
        told = [one for step in (-1, 1) if (one := self._beside(at, look, step)) is not None]
        if not told or sum((look.area - large) / small for large, small in told) < _ADDED * len(told):
            return 0.0
        return max(0.0, sum(1 - large / look.area for large, _ in told) / len(told))

    def _beside(self, at: int, look: Look, step: int) -> tuple[float, float] | None:
        """The areas of the greater and the lesser in the nearest frame to one side that shows them apart;
        None where none does."""
        for other in self._frames(at, step):
            apart = [one for number, one in self.there[other].items() if self._in(at, look, number, other)]
            small, large = sorted((0.0, 0.0, *(one.area for one in apart)))[-2:]
            if small > _BESIDE * large:
                return large, small
        return None

    def _frames(self, at: int, step: int) -> Iterator[int]:
        other = at + step
        while 0 <= other < len(self.frames) and self.scenes[other] == self.scenes[at]:
            if abs(self.frames[other].number - self.frames[at].number) > REACH:
                return
            yield other
            other += step

    def _in(self, at: int, look: Look, number: int, other: int) -> bool:
        """Whether a number of another frame is expected within a look, and has none of its own here."""
        one = self.there[other][number]
        here = self.there[at].get(number)
        if here is not None and here is not look and here.area > _PIECE * one.area:
            return False
        box = self._expected(at, number, other)
        return _within(box, np.array(look.box).reshape(2, 2)) >= _WITHIN

    def _expected(self, at: int, number: int, other: int) -> np.ndarray:
        """The box, left top and right bottom, of a number in a frame: on the straight way from the other
        frame to the nearest one behind this one, else as it moved beside the other frame."""
        step = 1 if at > other else -1
        near = itertools.chain(self._frames(at, step), self._frames(other, -step))
        far = next((n for n in near if self._whole(number, n, other)), other)
        a, b = self._placed(number, other), self._placed(number, far)
        share = 0.0 if far == other else (at - other) / (far - other)
        return np.asarray(a + share * (b - a) + self.cameras[at])

    def _whole(self, number: int, at: int, other: int) -> bool:
        """Whether a number is seen in a frame as large as in another one."""
        one = self.there[at].get(number)
        return one is not None and 1 / 1.5 < one.area / max(self.there[other][number].area, 1e-6) < 1.5

    def _placed(self, number: int, at: int) -> np.ndarray:
        """The box of a number in a frame, the camera's move taken out."""
        return np.asarray(np.array(self.there[at][number].box).reshape(2, 2) - self.cameras[at])


def _within(box: np.ndarray, other: np.ndarray) -> float:
    """Share of a box (left top, right bottom) that lies in another one."""
    sides = np.minimum(box[1], other[1]) - np.maximum(box[0], other[0])
    area = float(np.prod(box[1] - box[0]))
    return float(np.prod(np.maximum(sides, 0))) / area if area > 0 else 0.0


def _sum(one: tuple[float, float], other: tuple[float, float]) -> tuple[float, float]:
    return one[0] + other[0], one[1] + other[1]
