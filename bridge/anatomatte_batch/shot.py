"""Whether there is a screen is decided once for a shot, from samples of all its frames.

The samples are a pure function of the plate's frames, so that any chunk of it decides alike.  Where samples
contradict each other a cut between them is looked for by bisection, and each side decides for itself; the
measure of a cut is the change of the colour histogram (after Zhang, Kankanhalli and Smoliar, "Automatic
partitioning of full-motion video", 1993).
"""

from __future__ import annotations

import itertools
import statistics
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from anatomatte.decision import Decision, contradict, pooled
from anatomatte.errors import AnatomatteError, Cancelled, OutOfMemory, SetupError
from anatomatte.settings import Value

from .picture import Floats, Picture

ROUNDS: tuple[tuple[int, ...], ...] = ((0, 4, 8), (2, 6), (1, 3, 5, 7))
"""Eighths of a shot at which samples are taken, until they agree and are sure."""

SURE = 0.9
"""Samples that are all this sure, and agree, need no others."""

CUT, STANDS_OUT = 0.25, 3.0
"""Change of the histogram that a cut has at least, and how much larger than its neighbours' it is."""

NEIGHBOURS = 4
"""Frames on each side of a cut by whose changes it is measured; their median is no flash's."""

REACH = 8
"""Frames to either side among which another one stands in for a sample that cannot be read."""

_BINS, _SIDE = 6, 64
_PIXELS = 5.0  # a cut changes pixels by a twentieth on average, and more


@dataclass(frozen=True)
class Scene:
    """Frames from *first* to *last* between two cuts, and what was decided for them."""

    first: int
    last: int
    decision: Decision


class Decides(Protocol):
    """What is asked about single frames; a `node.Node` is."""

    def decision(self, frame: int, values: Mapping[str, Value]) -> Decision | None:
        """Whether there is a screen, by this frame alone; None where nothing is decided.

        Raises:
            AnatomatteError: the frame cannot be looked at.
        """


def decide(
    frames: Sequence[int],
    read: Callable[[int], Picture],
    values: Callable[[int], Mapping[str, Value]],
    node: Decides,
    check: Callable[[], None],
) -> tuple[Scene, ...]:
    """The scenes of a shot and what is decided for each; none where the frames decide by themselves.

    Args:
        frames: all frames of the plate, ascending.
        read: gives a frame's picture.
        values: gives all controls at a frame.
        node: is asked about single frames.
        check: called between frames; raises Cancelled to stop.

    Raises:
        Cancelled: a signal came.
    """
    return _Shot(frames, read, values, node, check).scenes() if len(frames) > 1 else ()


class _Shot:
    """A shot while it is looked at."""

    def __init__(
        self,
        frames: Sequence[int],
        read: Callable[[int], Picture],
        values: Callable[[int], Mapping[str, Value]],
        node: Decides,
        check: Callable[[], None],
    ) -> None:
        self.frames, self.read, self.values, self.node, self.check = frames, read, values, node, check
        self.known: dict[int, Decision | None] = {}  # by place
        self.pictures: dict[int, Floats | None] = {}
        self.broken = False  # no frame can be asked

    def scenes(self) -> tuple[Scene, ...]:
        """All scenes, in order."""
        made: list[Scene] = []
        first = 0
        found = self._sampled(0, len(self.frames) - 1)
        while True:
            cut = self._cut(first, found)
            last = len(self.frames) - 1 if cut is None else cut
            inside = self._sampled(first, last)
            if inside:
                made.append(Scene(self.frames[first], self.frames[last], pooled(inside)))
            if cut is None:
                return tuple(made)
            first = cut + 1
            found = self._sampled(first, len(self.frames) - 1)

    def _sampled(self, first: int, last: int) -> list[tuple[int, Decision]]:
        """Decisions at samples from *first* to *last* (places in the list of frames)."""
        asked: list[int] = []
        for eighths in ROUNDS:
            asked += [first + round((last - first) * k / 8) for k in eighths]
            there = self._readable(asked, first, last)
            if there and all(one.sure >= SURE and not contradict(one, there[0][1]) for _, one in there):
                break
        return there

    def _readable(self, places: Sequence[int], first: int, last: int) -> list[tuple[int, Decision]]:
        """Frames and decisions at *places*, or at the nearest frames that can be read."""
        found: dict[int, Decision] = {}
        for place in sorted(set(places)):
            for step in range(REACH + 1):
                for near in dict.fromkeys((place + step, place - step)):
                    one = self._decision(near) if first <= near <= last else None
                    if one is not None:
                        found[self.frames[near]] = one
                        break
                else:
                    continue
                break
        return sorted(found.items())

    def _decision(self, place: int) -> Decision | None:
        """What the frame by itself decides; None where it cannot be read or the controls decide."""
        if place not in self.known:
            self.check()
            self.known[place] = self._asked(self.frames[place])
        return self.known[place]

    def _asked(self, frame: int) -> Decision | None:
        if self.broken:
            return None
        try:
            values = self.values(frame)
            if values["screen"] != "auto" or values["screen_kept"]:
                return None
            return self.node.decision(frame, values)
        except (Cancelled, OutOfMemory):  # a shot must not decide otherwise on a smaller machine
            raise
        except AnatomatteError as why:  # the frame itself will say what is wrong with it
            self.broken = isinstance(why, SetupError)
            return None

    def _cut(self, first: int, found: list[tuple[int, Decision]]) -> int | None:
        """The place before the first cut between samples that contradict each other; None without one."""
        places = {frame: place for place, frame in enumerate(self.frames)}
        for (a, one), (b, other) in itertools.pairwise(found):
            if contradict(one, other) and (cut := self._between(places[a], places[b])) is not None:
                return cut
        return None

    def _between(self, low: int, high: int) -> int | None:
        """The place before a cut between two places; None where the picture only drifts."""
        a, b = low, high
        while (middle := self._middle(a, b)) is not None:
            a, b = (middle, b) if self._change(low, middle) < self._change(middle, high) else (a, middle)
        jump = self._change(a, b)
        around = [self._change(n, n + 1) for n in (*range(a - NEIGHBOURS, a), *range(b, b + NEIGHBOURS))]
        usual = statistics.median(around)
        return b - 1 if jump >= CUT and jump > STANDS_OUT * usual else None

    def _middle(self, a: int, b: int) -> int | None:
        """The readable place nearest to the middle between two, without them; None where there is none."""
        between = sorted(range(a + 1, b), key=lambda place: (abs(2 * place - a - b), place))
        return next((place for place in between if self._small(place) is not None), None)

    def _change(self, one: int, other: int) -> float:
        """How much the picture changes between two frames, in 0..1; 0 where one is missing."""
        a, b = self._small(one), self._small(other)
        return 0.0 if a is None or b is None else change(a, b)

    def _small(self, place: int) -> Floats | None:
        if not 0 <= place < len(self.frames):
            return None
        if place not in self.pictures:
            self.check()
            try:
                self.pictures[place] = small(self.read(self.frames[place]))
            except Cancelled:
                raise
            except AnatomatteError:
                self.pictures[place] = None
        return self.pictures[place]


def cuts(changes: Sequence[float]) -> list[int]:
    """The places at which a scene begins, by the change of the picture before each place; 0 is none."""
    found = []
    for at in range(1, len(changes)):
        around = [*changes[max(1, at - NEIGHBOURS) : at], *changes[at + 1 : at + 1 + NEIGHBOURS]]
        usual = statistics.median(around) if around else 0.0
        if changes[at] >= CUT and changes[at] > STANDS_OUT * usual:
            found.append(at)
    return found


def small(picture: Picture) -> Floats:
    """What a picture shows of its plate as 64×64×3 in 0..1, roughly display-encoded."""
    import cv2

    from .picture import placed

    width, height = picture.size
    shown = placed(picture.pixels, picture.bounds, (0, 0, width, height))
    pixels = np.nan_to_num(np.asarray(shown[..., :3], np.float32), posinf=1.0, neginf=0.0)
    made = np.sqrt(np.clip(cv2.resize(pixels, (_SIDE, _SIDE), interpolation=cv2.INTER_AREA), 0, 1))
    return np.asarray(made if made.ndim == 3 else np.repeat(made[..., None], 3, 2), np.float32)


def change(one: Floats, other: Floats) -> float:
    """How much two pictures of `small` differ, in 0..1: half the total variation of their histograms.

    Light that drifts carries much over the border of a bin at once, so pixels must change as well.
    """
    variation = float(np.abs(_histogram(one) - _histogram(other)).sum()) / 2
    return min(variation, _PIXELS * float(np.abs(one - other).mean()))


def _histogram(picture: Floats) -> npt.NDArray[np.float64]:
    """The shares of 216 colours."""
    index = np.minimum((picture * _BINS).astype(np.intp), _BINS - 1)
    flat = (index[..., 0] * _BINS + index[..., 1]) * _BINS + index[..., 2]
    return np.bincount(flat.ravel(), minlength=_BINS**3) / float(flat.size)
