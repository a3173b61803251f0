"""Planes of a face's regions: the face part of each person times the regions' shares."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np

from ..frame import Pixels
from ..parts import INDEX
from ..people.split import Split
from .regions import REGIONS, Regions

_FACE = (INDEX["face"],)

Found = Mapping[int, Regions]
"""The regions of each person whose face is known, by his number."""


def planes(split: Split, found: Found, wanted: Sequence[str], person: int | None) -> list[Pixels]:
    """Mattes H×W of regions of one *person*'s face, or of everybody's (None); all sum to the face.

    Args:
        wanted: names of `REGIONS`.
    """
    whose = [number for number in found if person in (None, number)]
    faces = split.planes([(person, _FACE), *((number, _FACE) for number in whose)])
    rest, mine = faces[0], faces[1:]
    made = {name: np.zeros_like(rest) for name in REGIONS[1:]}
    for number, face in zip(whose, mine, strict=True):
        _add(made, face, found[number], split.at)
    if "skin" in wanted:
        rest = rest.copy()
        for plane in made.values():
            rest -= plane
        made["skin"] = np.maximum(rest, 0, out=rest)
    return [made[name] for name in wanted]


def _add(made: Mapping[str, Pixels], face: Pixels, regions: Regions, at: tuple[int, int]) -> None:
    """Add the regions of one face, H×W of the frame from *at* on, to planes."""
    top, bottom, left, right = regions.box
    y1, x1 = max(top, at[0]), max(left, at[1])
    y2, x2 = min(bottom, at[0] + face.shape[0]), min(right, at[1] + face.shape[1])
    if y2 <= y1 or x2 <= x1:
        return
    run = (slice(x1 - left, x2 - left),)
    for k, name in enumerate(REGIONS[1:], 1):
        for rows, x in regions.shares.rows((k,), y1 - top, y2 - top, run):
            there = np.s_[y1 - at[0] : y2 - at[0], x.start + left - at[1] : x.stop + left - at[1]]
            made[name][there] += face[there] * np.minimum(rows, 1)
