"""Enclosed gaps: background between arm and waist, between legs and in handles, which the networks fill.

A gap that is finer than a network's cells comes out as a person, but seldom as surely as the body around
it: the log-odds dip. Closing them (grey morphology, after J. Serra, "Image Analysis and Mathematical
Morphology", 1982) shows the dips, and colour judges them: the plate is compared with the first background
and the first person that rays to the left, right, up and down meet (sampling along rays after E. Gastal and
M. Oliveira, "Shared Sampling for Real-Time Alpha Matting", 2010). The score is smoothed along the plate's
own edges; the regions that reach a threshold are judged by their colours (`gap_colours`).
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import EDGE, Mask, box, eroded, grow, shrink
from ..ops.guided import Guide, brightness
from .gap_colours import Surroundings

_REACH = 0.015
"""Share of the diagonal: the widest gap has twice this width; a wider one is the networks' own matter."""

_SURE = 5.0
_DIP = 0.3
_DEEPEST = 4.0
_COVERED = 0.3
_OUTSIDE = 0.03
_PERSON = 1.0
_FLAT = 0.5
_FAR_OUTSIDE = 0.25
_FAR_PERSON = 0.08
_NEAREST = 1e-3
_DIPS, _BEHIND, _OWN, _BIAS = 1.2, 0.3, 0.2, 5.2
_LOW = -2.5
_LEAST = 8
_NOTHING = -6.0

Places = tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]


@dataclass(frozen=True, slots=True, eq=False)
class Candidates:
    """Regions that may be gaps, and what they are compared with.

    Attributes:
        labels: h×w, the region of each cell, 0 for none.
        boxes: x, y, width, height and area of each region, of 0 too.
        around: what they are compared with.
    """

    labels: npt.NDArray[np.int32]
    boxes: npt.NDArray[np.int32]
    around: Surroundings


def gaps(light: Pixels, level: float, probability: Pixels, cover: Pixels) -> Mask | None:
    """Where the background shows through people, on the grid of *light*; None where it nowhere does.

    Args:
        light: h×w×3 scene-linear, the plate on a grid of cells.
        level: its mean brightness.
        probability: H×W in 0..1, that a place is covered, on the network's grid.
        cover: H×W in 0..1, what is made of it.
    """
    found = candidates(light, level, probability, cover)
    return None if found is None else found.around.judged(found.labels, found.boxes)


def candidates(light: Pixels, level: float, probability: Pixels, cover: Pixels) -> Candidates | None:
    """The regions among which `gaps` chooses, of the same planes; None where there is none."""
    size = (light.shape[0], light.shape[1])
    if probability.shape[0] > size[0]:
        probability, cover = shrink(probability, *size), shrink(cover, *size)
    odds, dip = _dips(probability)
    if not (dip > _DIP).any():
        return None
    odds, dip, cover = (grow(plane, *size) for plane in (odds, dip, cover))
    doubted = (dip > _DIP) & (cover > _COVERED)
    y, x = np.nonzero(doubted)
    there = (y, x)
    if len(y) < _LEAST:
        return None
    score = np.full(size, _NOTHING, np.float32)
    behind = eroded(cover < _OUTSIDE, 1)
    own = eroded((odds > _PERSON) & (dip < _FLAT), 1)
    diagonal = float(np.hypot(*size))
    shown = np.sqrt(light / (light + np.float32(1.5 * level)))
    mean = box(shown, 3)
    to_behind = _nearest(shown[there], mean, behind, there, _FAR_OUTSIDE * diagonal)
    to_own = _nearest(shown[there], mean, own, there, _FAR_PERSON * diagonal)
    found = np.float32(_DIPS) * np.minimum(dip[there], np.float32(_DEEPEST))
    found += np.float32(_OWN) * np.log(to_own + np.float32(_NEAREST))
    found -= np.float32(_BEHIND) * np.log(to_behind + np.float32(_NEAREST))
    score[there] = np.clip(found - np.float32(_BIAS), _NOTHING, 3)
    bright = brightness(light)
    slope, offset = Guide(bright, size).lines(score)
    score = slope * bright + offset
    labels, boxes = _regions((score > _LOW) & (cover > _COVERED))
    return Candidates(labels, boxes, Surroundings(shown, odds, behind, own)) if len(boxes) > 1 else None


def _dips(probability: Pixels) -> tuple[Pixels, Pixels]:
    """Log-odds, and how far they lie below those of their surroundings on both sides, at least 0."""
    safe = np.clip(probability, 1e-4, 1 - 1e-4)
    odds = np.clip(np.log(safe / (1 - safe)), -_SURE, _SURE).astype(np.float32)
    size = 2 * max(1, round(_REACH * float(np.hypot(*odds.shape)))) + 1
    around = np.ones((size, size), np.uint8)  # a square is quick, whatever its size
    closed = cv2.morphologyEx(odds, cv2.MORPH_CLOSE, around, borderType=EDGE)
    return odds, np.asarray(closed - odds, np.float32)


def _nearest(here: Pixels, mean: Pixels, known: Mask, there: Places, reach: float) -> Pixels:
    """Squared difference (N) of colours *here* to the most alike of what four rays meet in *known*."""
    y, x = there
    best = np.full(len(y), 9, np.float32)
    for axis, at in ((1, x), (0, y)):
        for step in (1, -1):
            last = _before(known, axis, step)[y, x]
            met = (last >= 0) & (np.abs(last - at) <= reach)
            place = np.where(met, last, 0)
            gap = np.square((mean[y, place] if axis == 1 else mean[place, x]) - here)
            far = gap[:, 0] + gap[:, 1] + gap[:, 2]
            best = np.where(met, np.minimum(best, far), best)
    return np.asarray(best, np.float32)


def _before(known: Mask, axis: int, step: int) -> npt.NDArray[np.int32]:
    """The last known index along *axis* up to each cell, from its beginning (-1: its end); else -1."""
    length = known.shape[axis]
    index = np.arange(length, dtype=np.int32).reshape((-1, 1) if axis == 0 else (1, -1))
    way = np.s_[::step] if axis == 0 else np.s_[:, ::step]
    if step == 1:
        return np.asarray(np.maximum.accumulate(np.where(known, index, np.int32(-1)), axis))
    far = np.int32(2 * length)
    met = np.minimum.accumulate(np.where(known, index, far)[way], axis)[way]
    return np.asarray(np.where(met < far, met, -1), np.int32)


def _regions(open_: Mask) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int32]]:
    """The connected regions of *open_* that are large enough, numbered from 1, and the boxes of each."""
    _, labels, boxes, _ = cv2.connectedComponentsWithStats(open_.astype(np.uint8), connectivity=4)
    large = boxes[:, cv2.CC_STAT_AREA] >= _LEAST
    large[0] = True
    number = np.where(large, np.cumsum(large) - 1, 0).astype(np.int32)
    return np.asarray(number[labels], np.int32), np.asarray(boxes[large], np.int32)
