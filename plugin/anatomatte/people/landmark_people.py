"""Whom landmarks are wanted of: each person's matte, his head, and the body that the detector found."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from .evidence import PeopleEvidence, Plane

_SAME_HEAD = 0.35
"""Radii of a body between its head and ours of one person at most."""

_MOSTLY = 0.5


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
