"""Whether landmarks are to be believed: in a crowd they jump to the neighbour, and where the frame cuts a
head off they take the shoulders for one, as surely as ever."""

from __future__ import annotations

from ...frame import Pixels
from ..landmarks import Landmarks
from .body import SHOULDER, Body
from .labels import planes

SCORE = 0.5
"""Score of a pose from which on it is believed."""

_VISIBLE = 0.5
_ON = 0.75
"""Share of the visible landmarks that lie on the person's own matte."""

_HEAD = planes("hair", "face", "hat", "glasses")
_WITHIN, _HEADLESS, _FEW = 0.8, 0.16, 10
"""Distance from the head's middle, 1 around it, within which the network is to see a head; its mean share
below which there is none, less than of a network that knows nothing; pixels of which that can be said."""


def headed(at: Body, shares: Pixels) -> bool:
    """Whether the network sees some of a head where landmarks have it.

    Args:
        shares: (labels, N), what the network says of the pixels that *at* has the places of.
    """
    within = at.head < _WITHIN
    return within.sum() <= _FEW or float(shares[_HEAD][:, within].sum(0).mean()) >= _HEADLESS


def believed(marks: Landmarks, mattes: Pixels, person: int, plate: tuple[int, int]) -> bool:
    """Whether the landmarks are this person's.

    Args:
        marks: in pixels of the plate.
        mattes: K×h×w over the plate, of all people.
        person: which of them.
    """
    if marks.score < SCORE:
        return False
    seen = marks.pose[:, 2] >= _VISIBLE
    _, height, width = mattes.shape
    x, y = marks.pose[:, 0] * (width / plate[1]), marks.pose[:, 1] * (height / plate[0])
    within = (x >= 0) & (x < width) & (y >= 0) & (y < height) & seen
    if within.sum() < 6 or not (marks.face is not None or seen[list(SHOULDER)].any()):
        return False
    columns, rows = x[within].astype(int), y[within].astype(int)
    here = mattes[:, rows, columns]
    mine = (here[person] > 0.3) & (here.argmax(0) == person)
    return float(mine.mean()) >= _ON
