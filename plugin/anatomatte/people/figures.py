"""Connected regions of people and their sizes, from inference at full frame at one or two scales."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .evidence import Plane
from .instances import Instances

PERSON_COVER = 0.4
"""Coverage above which a cell is a person."""

AGREED_COVER = 0.3
"""Mean coverage from which on two networks agree that there is somebody."""

_LEAST = 3
_STRAY = 0.005


@dataclass(frozen=True, slots=True, eq=False)
class Figures:
    """Connected regions, each of one person or a part of one, on a grid of cells.

    `boxes` (n, 4) first row, row after the last, first column, column after the last; `own` (h, w) the
    number of the one there, from 1, and `nearest` of the nearest; 0 where there is nobody. Of the nearest
    too: `sizes` (h, w) the longer side in cells, the grid's own where there is nobody, and `contact`
    (h, w) how many cells of the frame's border are theirs, as a share of that.
    """

    boxes: NDArray[np.intp]
    own: NDArray[np.intp]
    nearest: NDArray[np.intp]
    sizes: Plane
    contact: Plane

    def share(self, there: NDArray[np.bool_]) -> Plane:
        """How much of the nearest of them is *there* (h, w); 0 where there is nobody."""
        most = len(self.boxes) + 1
        cells = np.bincount(self.own.ravel(), minlength=most)
        hit = np.bincount(self.own.ravel(), there.ravel().astype(np.float32), minlength=most)
        shares = (hit / np.maximum(cells, 1)).astype(np.float32)
        shares[0] = 0
        return np.asarray(shares[self.nearest], np.float32)

    def carried(self, value: Plane, there: NDArray[np.bool_]) -> Plane:
        """A value (h, w), 0-1, of the nearest of them; a piece of *there* takes the highest that it meets."""
        count, found = cv2.connectedComponents(there.astype(np.uint8), connectivity=8)
        pieces = np.asarray(found, np.intp)
        most = np.zeros(count, np.float32)
        np.maximum.at(most, pieces.ravel(), (value * (self.own > 0)).astype(np.float32).ravel())
        most[0] = 0
        return np.asarray(np.maximum(value, most[pieces]), np.float32)


@dataclass(frozen=True, slots=True, eq=False)
class LargerInference:
    """Inference at a larger scale: `cover` (h, w) coverage and `heads` (n, 3) column, row, score."""

    cover: Plane
    heads: Plane


def figures(
    cover: Plane, instances: Instances, larger: LargerInference | None, agreed: Plane | None = None
) -> Figures:
    """Label the regions.

    Args:
        cover: (h, w) coverage by inference at full frame.
        instances: the people that it separates.
        larger: inference at a larger scale; only what the first missed counts, and only with a head on it:
            at that scale, leaves and lettering look like sleeves, but not like heads.
        agreed: (h, w) coverage that our own and the portrait network agree on, where it was asked; pieces
            without a head that only one of them sees are nobody as long as there is somebody else.
    """
    own = _numbered(
        cover, instances.shares.argmax(0) if len(instances.shares) else np.zeros(cover.shape, np.intp)
    )
    own = _joined(own, instances.heads)
    if agreed is not None:
        own = _agreed(own, instances.heads, agreed)
    if larger is not None:
        reach = cv2.dilate((own > 0).astype(np.uint8), np.ones((5, 5), np.uint8))
        more = _numbered(larger.cover * (reach == 0), np.zeros(cover.shape, np.intp))
        known = [more[int(row), int(column)] for column, row, _ in larger.heads]
        more = np.where(np.isin(more, known), more, 0)
        own = np.where(more > 0, more + own.max(), own)
    boxes, sides, touching = [], [float(max(cover.shape))], [0.0]
    border = np.ones(cover.shape, np.bool_)
    border[1:-1, 1:-1] = False
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
        touching.append(float(border[rows, columns].sum()) / sides[-1])
        labels[rows, columns] = len(boxes)
    nearest = nearest_label(labels)
    sizes, contact = (np.array(values, np.float32)[nearest] for values in (sides, touching))
    return Figures(np.array(boxes, np.intp).reshape(-1, 4), labels, nearest, sizes, contact)


def _numbered(cover: Plane, mine: NDArray[np.intp]) -> NDArray[np.intp]:
    """Connected regions of one person each, from 1; 0 where there is nobody."""
    out = np.zeros(cover.shape, np.intp)
    there = cover >= PERSON_COVER
    for person in np.unique(mine[there]):
        _, found = cv2.connectedComponents((there & (mine == person)).astype(np.uint8), connectivity=8)
        out = np.where(found > 0, found + out.max(), out)
    return out


def _joined(own: NDArray[np.intp], heads: Plane) -> NDArray[np.intp]:
    """The numbered figures; pieces without a head that hang on somebody with one are theirs."""
    headed = [own[int(row), int(column)] for column, row, _ in heads]
    _, hang = cv2.connectedComponents((own > 0).astype(np.uint8), connectivity=8)
    somebody = (own > 0) & np.isin(own, headed)
    loose = (own > 0) & ~somebody & np.isin(hang, hang[somebody])
    return np.where(loose, nearest_label(np.where(somebody, own, 0)), own) if loose.any() else own


def _agreed(own: NDArray[np.intp], heads: Plane, agreed: Plane) -> NDArray[np.intp]:
    """The numbered figures without those that have no head and are not *agreed* (h, w) on either."""
    count = int(own.max()) + 1
    cells = np.bincount(own.ravel(), minlength=count)
    confirmed = np.bincount(own.ravel(), agreed.ravel(), minlength=count) >= AGREED_COVER * cells
    for column, row, _ in heads:
        confirmed[own[int(row), int(column)]] = True
    confirmed[0] = False
    return np.where(confirmed[own], own, 0) if confirmed.any() else own


def nearest_label(labels: NDArray[np.intp]) -> NDArray[np.intp]:
    """The label of the nearest labelled cell; 0 everywhere without any."""
    if not labels.any():
        return labels
    _, index = cv2.distanceTransformWithLabels(
        (labels == 0).astype(np.uint8), cv2.DIST_L2, 5, labelType=cv2.DIST_LABEL_PIXEL
    )
    table = np.zeros(int(index.max()) + 1, np.intp)
    table[index[labels > 0]] = labels[labels > 0]
    return table[index]
