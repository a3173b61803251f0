"""Missing people: whom a detector or a network sees, and the matte does not hold."""

from __future__ import annotations

import numpy as np

from ..frame import Pixels
from .areas import box_of
from .reason import Box, Finding
from .seen import Seen

_HELD = 0.5
_PROMINENT, _EQUAL = 0.6, 0.85
"""Size of a body over the largest chosen one's from which on it is no bystander where no network knows it,
and where a rule left it out."""


def missing(seen: Seen) -> Finding:
    """The share of somebody that the matte lacks: of a chosen person, or of a body that is nobody's."""
    worst = max(
        (_person(seen, k) for k in seen.chosen), key=lambda one: one.score, default=Finding("missing", 0.0)
    )
    return max((worst, *_bodies(seen)), key=lambda one: one.score)


def _person(seen: Seen, k: int) -> Finding:
    """How much of a chosen person, as the networks see them, the matte lacks."""
    if seen.people is None or seen.cover is None or k >= len(seen.people):
        return Finding("missing", 0.0)
    theirs = np.where(seen.free, seen.cover * seen.people[k], 0)
    size = float((theirs > 0.5).sum())
    if size < 0.0005 * theirs.size:
        return Finding("missing", 0.0)
    lacks = np.where(theirs > 0.5, np.clip(theirs - seen.alpha, 0, 1), 0)
    return Finding("missing", min(1.0, float(lacks.sum()) / size), box_of(lacks > 0.5), f"person_{k + 1:02d}")


def _bodies(seen: Seen) -> list[Finding]:
    """Bodies whose heads are in no matte, though they are as prominent as those that are."""
    if seen.bodies is None or not len(seen.bodies):
        return []
    sizes = [_size(body) for body in seen.bodies]
    held = [_covered(seen.alpha, body) for body in seen.bodies]
    known = [0.0 if seen.cover is None else _covered(seen.cover, body) for body in seen.bodies]
    mine = [size for size, share in zip(sizes, held, strict=True) if share > _HELD]
    least = _PROMINENT * max(mine, default=max(sizes))
    made = []
    free = np.asarray(seen.free, np.float32)
    for body, size, share, seen_share in zip(seen.bodies, sizes, held, known, strict=True):
        nobody = seen_share < _HELD or not mine or (seen.ruled and size >= _EQUAL * least / _PROMINENT)
        if size >= least and nobody and _covered(free, body) > _HELD:
            score = float(body[0]) * float(np.clip(1 - 2 * share, 0, 1))
            made.append(Finding("missing", score, _head(body)))
    return made


def _size(body: Pixels) -> float:
    """Length of the head's box with the upper body's circle."""
    return float(np.hypot(body[9] - body[11], body[10] - body[12]))


def _head(body: Pixels) -> Box:
    x, y, wide, tall = (float(n) for n in body[1:5])
    return Box(max(0, x - wide / 2), max(0, y - tall / 2), min(1, x + wide / 2), min(1, y + tall / 2))


def _covered(plane: Pixels, body: Pixels) -> float:
    """The mean of a plane on somebody's head."""
    height, width = plane.shape
    box = _head(body)
    inner = 0.25 * (box.right - box.left), 0.25 * (box.bottom - box.top)
    rows = slice(int((box.top + inner[1]) * height), max(1, int((box.bottom - inner[1]) * height) + 1))
    columns = slice(int((box.left + inner[0]) * width), max(1, int((box.right - inner[0]) * width) + 1))
    part = plane[rows, columns]
    return float(part.mean()) if part.size else 1.0
