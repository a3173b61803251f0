"""Fusion of the keyer's matte with the evidence of people: holes are filled, edges stay the keyer's.

The evidence is coarse and sometimes wrong, so it counts only where it is confident and the keyer is
not: deep inside a person no green reflection and no clothes of the screen's hue leave a hole.  It
never touches an edge or hair and never fills a gap that is finer than its grid, such as the one between
an arm and the body.  Where there is nobody the keyer's matte comes back bit for bit.
"""

from __future__ import annotations

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import EDGE, grow, shrink, step
from ..parts import INDEX
from .evidence import PeopleEvidence

CONFIDENT = (0.85, 0.95)
"""Coverage by a person between which the network begins to count as confident and does."""

DEEP = (2.0, 4.0)
"""Cells of the network's grid inside a confident person between which a hole begins to be filled and is."""

GAP = 1.5
"""Half the width, in cells, of the narrowest piece of screen that the network must have found itself."""

REACH = (2.0, 6.0)
"""Cells outside a person between which everything else begins to be dropped and is: room for hair."""

_WIDE = (0.0005, 0.0015)
"""Share of the picture that wide uncertain areas fill between which holes begin to be filled and are.

Below it the network is not asked of its own accord.  A shot that drifts through it does not pop.
"""


def wants(matte: Pixels) -> float:
    """How far the keyer's *matte* has wide uncertain areas, 0 to 1: the network may know them.

    An edge, even a soft one, is narrow; a veil, a reflection or clothes of the screen's hue are not.
    """
    height, width = matte.shape
    cell = max(1, round(max(height, width) / 256))
    cover = shrink(matte, -(-height // cell), -(-width // cell))
    uncertain = ((cover > 0.03) & (cover < 0.97)).astype(np.uint8)
    wide = cv2.erode(uncertain, np.ones((7, 7), np.uint8), borderType=cv2.BORDER_CONSTANT, borderValue=0)
    return float(step(float(wide.mean()), *_WIDE))


def fuse(
    matte: Pixels,
    evidence: PeopleEvidence | None,
    *,
    fill: float = 1.0,
    outside: bool = False,
    held: bool = True,
) -> Pixels:
    """The keyer's *matte*, H×W in 0..1, with the holes inside of people filled.

    Args:
        matte: the keyer's, at the plate's resolution.
        evidence: of the people in the same picture, or None.
        fill: how far holes are filled, 0 to 1.
        outside: also drop everything that is away from every person.
        held: things that people hold belong to them when *outside* is dropped.

    Returns:
        H×W in 0..1, nowhere below *matte* unless *outside* is asked for; *matte* itself when
        nobody is in it.
    """
    if evidence is None or not len(evidence.people):
        return matte
    full = matte
    inside = holes(matte, evidence) if fill > 0 else np.zeros((1, 1), np.float32)
    if inside.any():
        full = matte + np.float32(fill) * np.maximum(grow(inside, *matte.shape) - matte, 0)
    if outside:
        full = full * grow(near(evidence, held), *matte.shape)
    return np.asarray(full, np.float32)


def _depth(mask: Pixels) -> Pixels:
    """Cells from each cell of *mask* to the nearest one outside; the picture's border is no outside."""
    inside = (mask > 0.5).astype(np.uint8)
    if inside.all():
        return np.full(mask.shape, np.float32(max(mask.shape)))
    return np.asarray(cv2.distanceTransform(inside, cv2.DIST_L2, 5), np.float32)


def holes(matte: Pixels, evidence: PeopleEvidence) -> Pixels:
    """How much of each cell is confidently a person whatever the keyer says, h×w on the network's grid."""
    hair = np.minimum(2 * evidence.part(INDEX["hair"]), 1)  # it lets the screen through in earnest
    confident = step(evidence.alpha, *CONFIDENT) * (1 - hair)
    deep = step(_depth(confident), *DEEP) * confident
    open_ = shrink((matte <= np.float32(0.02)).astype(np.float32), *evidence.alpha.shape)
    return np.asarray(deep * (1 - _unresolved_gaps(open_)), np.float32)


def _unresolved_gaps(open_: Pixels) -> Pixels:
    """1 at cells of clear screen that are too narrow for the network to resolve, h×w."""
    clear = (open_ > 0.25).astype(np.uint8)
    size = 2 * round(GAP) + 1
    wide = cv2.morphologyEx(clear, cv2.MORPH_OPEN, np.ones((size, size), np.uint8), borderType=EDGE)
    narrow = clear & (1 - np.asarray(wide, np.uint8))
    return np.asarray(cv2.dilate(narrow, np.ones((3, 3), np.uint8), borderType=EDGE), np.float32)


def near(evidence: PeopleEvidence, held: bool = True) -> Pixels:
    """1 on and around people, 0 away from them, h×w on the network's grid."""
    cover = evidence.alpha + evidence.held if held else evidence.alpha
    away = (cover < 0.35).astype(np.uint8)
    if not away.any():
        return np.ones(cover.shape, np.float32)
    far = np.asarray(cv2.distanceTransform(away, cv2.DIST_L2, 5), np.float32)
    return np.asarray(1 - step(far, *REACH), np.float32)
