"""Whether landmarks are to be believed: in a crowd they jump to the neighbour."""

from __future__ import annotations

from ...frame import Pixels
from ..landmarks import Landmarks
from .body import SHOULDER

SCORE = 0.5
"""Score of a pose from which on it is believed."""

_VISIBLE = 0.5
_ON = 0.75
"""Share of the visible landmarks that lie on the person's own matte."""


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
