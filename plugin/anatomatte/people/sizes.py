"""How large the people in a picture are: from a look at the whole of it, and one from nearer."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .seen import Plane
from .who import Group

THERE = 0.4
"""Coverage from which on something is taken for a person."""

_LEAST = 3
_STRAY = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """People or parts of people that hang together, on a grid of cells.

    `boxes` (n, 4) first row, row after the last, first column, column after the last; `sizes`
    (h, w) the longer side of the nearest of them in cells, everywhere the grid's where there is nobody.
    """

    boxes: NDArray[np.intp]
    sizes: Plane


@dataclass(frozen=True, slots=True, eq=False)
class Nearer:
    """What a larger look sees: `cover` (h, w) coverage and `heads` (n, 3) column, row, score."""

    cover: Plane
    heads: Plane


def figures(cover: Plane, who: Group, far: Nearer | None) -> Figures:
    """Find them.

    Args:
        cover: (h, w) coverage as the look at the whole says.
        who: the people that it tells apart.
        far: what a larger look sees; only what the first did not see counts, and only with a head on it:
            from that near, leaves and lettering look like sleeves, but not like heads.
    """
    own = _numbered(cover, who.shares.argmax(0) if len(who.shares) else np.zeros(cover.shape, np.intp))
    if far is not None:
        reach = cv2.dilate((own > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        more = _numbered(far.cover * (reach == 0), np.zeros(cover.shape, np.intp))
        known = [more[int(row), int(column)] for column, row, _ in far.heads]
        more = np.where(np.isin(more, known), more, 0)
        own = np.where(more > 0, more + own.max(), own)
    boxes, sides = [], [float(max(cover.shape))]
    labels = np.zeros(cover.shape, np.intp)
    for number in range(1, int(own.max()) + 1):
        rows, columns = np.nonzero(own == number)
        if len(rows) < _LEAST:
            continue
        top, bottom = np.quantile(rows, (_STRAY, 1 - _STRAY))
        left, right = np.quantile(columns, (_STRAY, 1 - _STRAY))
        box = int(top), int(bottom) + 1, int(left), int(right) + 1
        boxes.append(box)
        sides.append(float(max(box[1] - box[0], box[3] - box[2])))
        labels[rows, columns] = len(boxes)
    return Figures(np.array(boxes, np.intp).reshape(-1, 4), np.array(sides, np.float32)[_nearest(labels)])


def _numbered(cover: Plane, mine: NDArray[np.intp]) -> NDArray[np.intp]:
    """Connected figures of one person each, from 1; 0 where there is nobody."""
    out = np.zeros(cover.shape, np.intp)
    there = cover >= THERE
    for person in np.unique(mine[there]):
        _, found = cv2.connectedComponents((there & (mine == person)).astype(np.uint8), connectivity=8)
        out = np.where(found > 0, found + out.max(), out)
    return out


def _nearest(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The label of the nearest labelled cell; 0 everywhere without any."""
    if not labels.any():
        return labels
    _, index = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(index.max()) + 1, np.intp)
    table[index[labels > 0]] = labels[labels > 0]
    return table[index]
