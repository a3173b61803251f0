"""Who is who from frame to frame: tracks of people through crossings, occlusions, exits, returns and cuts.

Tracking by detection: in each frame the people who are seen are assigned at once to all tracks so far, those
that are out of sight included, with the least sum of costs. A cost weighs how far somebody is from where the
track's own motion and the camera's would have them, how their figures overlap, how much the colours of their
parts differ from the track's own, and how their sizes do. Colours are learned only where nobody else
touches, so that a crossing does not mix them. After A. Bewley et al., "Simple Online and Realtime Tracking"
(2016), and N. Wojke et al., "… with a Deep Association Metric" (2017), with parts' colours for the metric.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np

from .assignment import assigned
from .looks import FrameLooks, Look

NEAR, NEARER = 0.12, 0.08
"""How far somebody strays from where they are expected, in heights of the figure: in one frame, and more for
each frame out of sight."""

FAR = 3.0
"""So many times that is too far."""

COLOUR = 15.0
"""A difference of colours, in CIE L*a*b*, that counts as much as one stray."""

KNOWN_AGAIN = 0.85
"""Colours differ less than this where somebody is known again by them alone."""

REMEMBERED = 12
"""Frames for which a motion is carried on out of sight; later, and behind a cut, colours alone count."""

ALONE = 4.5
"""What it costs to leave a track without a look, and to begin one."""

_OVERLAP, _LOOKS, _SIZE = 1.0, 1.5, 0.6
_UNKNOWN = 0.7  # the cost of colours of which nothing is known, and of a motion that is forgotten
_LEARNED = 30.0  # looks after which colours change slowly
_STEADY = 0.5  # of a velocity, that a new step changes


@dataclass(eq=False)
class Track:
    """A person while they are followed; places in heights of the picture.

    Attributes:
        looks: (frame's index, look's index), ascending.
    """

    number: int
    looks: list[tuple[int, int]] = field(default_factory=list)
    head: np.ndarray = field(default_factory=lambda: np.zeros(2))
    middle: np.ndarray = field(default_factory=lambda: np.zeros(2))
    velocity: np.ndarray = field(default_factory=lambda: np.zeros(2))
    height: float = 0.0
    area: float = 0.0
    mask: np.ndarray | None = None
    colours: np.ndarray | None = None
    weights: np.ndarray | None = None
    learned: float = 0.0
    scene: int = 0

    def carried(self, shift: np.ndarray) -> None:
        """The camera moved: what was seen lies elsewhere now."""
        self.head = self.head + shift
        self.middle = self.middle + shift

    def gap(self, at: int) -> int:
        """Frames since the track was seen."""
        return at - self.looks[-1][0]


def tracked(frames: Sequence[FrameLooks]) -> list[list[int]]:
    """The track of each look of each frame, from 0; frames ascending, at most a handful of them missing."""
    made = _Tracker()
    return [made.frame(at, frame) for at, frame in enumerate(frames)]


class _Tracker:
    """All tracks of a shot while its frames come in."""

    def __init__(self) -> None:
        self.tracks: list[Track] = []
        self._scene = 0

    def frame(self, at: int, frame: FrameLooks) -> list[int]:
        """Assign the looks of the next frame; the tracks' numbers."""
        self._scene += frame.cut
        for track in self.tracks:
            track.carried(np.array(frame.shift))
        costs = np.array(
            [[self._cost(track, look, at, frame) for look in frame.looks] for track in self.tracks]
        )
        pairs = assigned(costs.reshape(len(self.tracks), len(frame.looks)), ALONE)
        owner = {column: self.tracks[row] for row, column in pairs}
        told = []
        for n, look in enumerate(frame.looks):
            track = owner[n] if n in owner else self._new()
            self._follow(track, look, at, n, frame)
            told.append(track.number)
        return told

    def _new(self) -> Track:
        self.tracks.append(Track(len(self.tracks)))
        return self.tracks[-1]

    def _cost(self, track: Track, look: Look, at: int, frame: FrameLooks) -> float:
        colours = difference(track, look)
        gap = track.gap(at)
        if gap > REMEMBERED or track.scene != self._scene:
            known = colours is not None and colours < KNOWN_AGAIN
            return FAR + colours if known and colours is not None else np.inf
        head, middle, height = places(look, frame.aspect)
        tall = max(track.height, height, 1e-3)
        expected = track.velocity * gap
        pairs = ((track.head, head), (track.middle, middle))
        strays = [float(np.hypot(*(old + expected - new))) for old, new in pairs]
        stray = (0.6 * min(strays) + 0.4 * max(strays)) / tall / (NEAR + NEARER * gap)
        if stray > FAR:
            return np.inf
        apart = 1 - overlap(track, look) if gap <= 2 else _UNKNOWN
        size = abs(float(np.log((look.area + 1e-4) / (track.area + 1e-4))))
        looks = _UNKNOWN if colours is None else min(colours, 3.0)
        return stray + _OVERLAP * apart + _LOOKS * looks + _SIZE * min(size, 2.0)

    def _follow(self, track: Track, look: Look, at: int, n: int, frame: FrameLooks) -> None:
        """A track goes on with a look."""
        head, middle, height = places(look, frame.aspect)
        if track.looks and track.scene == self._scene:
            gap = track.gap(at)
            step = ((head - track.head) + (middle - track.middle)) / (2 * gap)
            if look.alone > 0 or gap == 1:
                track.velocity = track.velocity + _STEADY * (step - track.velocity)
        else:
            track.velocity = np.zeros(2)
        track.head, track.middle, track.scene, track.mask = head, middle, self._scene, look.mask
        track.height = height if not track.height or look.alone > 0 else 0.8 * track.height + 0.2 * height
        track.area = look.area if not track.area or look.alone > 0 else 0.8 * track.area + 0.2 * look.area
        track.looks.append((at, n))
        learn(track, look)


def places(look: Look, aspect: float) -> tuple[np.ndarray, np.ndarray, float]:
    """Head, middle of the figure, and its height, in heights of the picture."""
    left, top, right, bottom = look.box
    wide = np.array([aspect, 1.0])
    return np.array(look.head) * wide, np.array([left + right, top + bottom]) / 2 * wide, bottom - top


def overlap(track: Track, look: Look) -> float:
    """Intersection over union of a track's last figure and a look's, 0..1."""
    if track.mask is None or track.mask.shape != look.mask.shape:
        return 0.0
    union = int(np.maximum(track.mask, look.mask).sum(dtype=np.int64))
    return int(np.minimum(track.mask, look.mask).sum(dtype=np.int64)) / union if union else 0.0


def difference(track: Track, look: Look) -> float | None:
    """How much the colours of the parts that both show differ, in `COLOUR`; None if they share too little."""
    if track.colours is None or track.weights is None:
        return None
    both = np.minimum(track.weights, look.weights)
    if float(both.sum()) < 0.15:
        return None
    away = np.linalg.norm((track.colours - look.colours) * (0.6, 1.0, 1.0), axis=1) / COLOUR
    return float((np.minimum(away, 4.0) * both).sum() / both.sum())


def learn(track: Track, look: Look) -> None:
    """A track's colours take in a look's; of somebody who is touched they are a stand-in at first."""
    trust = look.alone
    if track.colours is None or track.weights is None or (trust > 0 and track.learned == 0):
        track.colours, track.weights, track.learned = look.colours, look.weights, trust
        return
    if trust == 0:
        return
    share = 1 / min(track.learned + 1, _LEARNED)
    mass = (1 - share) * track.weights + share * look.weights
    new = share * look.weights / np.maximum(mass, 1e-6)
    track.colours = track.colours + new[:, None] * (look.colours - track.colours)
    track.weights, track.learned = mass, track.learned + 1
