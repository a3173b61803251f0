"""Instance grouping: heads are peaks of a heat map, and every cell has an offset to its own head.

Centre-and-offset grouping after Cheng et al., Panoptic-DeepLab (CVPR 2020), on a grid of cells of
`CELL` pixels. Heads that are beyond the wanted number keep their cells: these are nobody's.
"""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from .evidence import Plane

CELL = 4
"""Pixels along one cell of heat maps and offsets."""

HEAD_SCORE = 0.3
"""Heads with a lower score are not taken for people."""

MOST_HEADS = 24
"""Heads that are searched for, however few people are wanted."""

_SOFT = 0.6
_PIECE = 0.3
"""Coverage above which neighbouring cells are one piece."""

_LEAST_PERSON = 0.002
"""Share of the picture that alpha must fill before somebody without a head is a person."""


@dataclass(frozen=True, slots=True, eq=False)
class Prediction:
    """Raw outputs of one pass of the network over a crop of h x w pixels.

    `alpha` (2, h, w) logits of people without what they hold, and of held things; `parts` (parts,
    h/2, w/2) probabilities; `centre` (h/4, w/4) heat of heads in 0-1; `offset` (2, h/4, w/4) the
    vector to one's own head, as shares of the window's width and height. Of the published
    networks, where they ran: `pose_mask` (h, w) logits of the pose network's segmentation (one whole
    person), `portrait` (any size) of the portrait network's, `persons` (n, 13) the detector's, as
    `detections.decoded` gives them. `fine` (C, h/8, w/8) and `coarse` (D, h/16, w/16) are features of the
    first network's plain passes, which the outfit head reads.
    """

    alpha: Plane
    parts: Plane
    centre: Plane
    offset: Plane
    pose_mask: Plane | None = None
    portrait: Plane | None = None
    persons: Plane | None = None
    fine: Plane | None = None
    coarse: Plane | None = None


@dataclass(frozen=True, slots=True, eq=False)
class Instances:
    """Instances on a grid of cells: `shares` (n, h, w) sum to 1; `heads` (n, 3) column, row, score."""

    shares: Plane
    heads: Plane


def find_heads(centre: Plane, radius: float = 2.0, most: int = MOST_HEADS) -> Plane:
    """Peaks of a heat map (h, w), no two within *radius* cells: (n, 3) column, row, score, best first."""
    high = np.asarray(cv2.dilate(centre, np.ones((3, 3), np.uint8)), np.float32)
    rows, columns = np.nonzero((centre >= high) & (centre > HEAD_SCORE))
    order = np.lexsort((columns, rows, -centre[rows, columns]))
    found: list[tuple[float, float, float]] = []
    for row, column in zip(rows[order], columns[order], strict=True):
        if all(np.hypot(row - r, column - c) > radius for c, r, _ in found):
            found.append((float(column), float(row), float(centre[row, column])))
            if len(found) == most:
                break
    return np.array(found, np.float32).reshape(-1, 3)


def _reachable(cover: Plane, heads: Plane) -> NDArray[np.bool_]:
    """Which cells can be whose, (n, h, w): a connected region belongs to the heads that are on it.

    A piece without a head can be anybody's; what is no person counts to the piece that is nearest.
    """
    empty = (cover <= _PIECE).astype(np.uint8)
    if empty.all():
        return np.ones((len(heads), *cover.shape), np.bool_)
    _, pieces = cv2.distanceTransformWithLabels(empty, cv2.DIST_L2, 3, labelType=cv2.DIST_LABEL_CCOMP)
    own = np.array([pieces[int(row), int(column)] for column, row, _ in heads])
    free = ~np.isin(pieces, own)
    return np.stack([free | (pieces == piece) for piece in own])


def group_instances(
    cover: Plane, centre: Plane, offset: Plane, unit: float = 1.0, heads: Plane | None = None
) -> Instances:
    """Soft assignment of a grid of cells to instances.

    Args:
        cover: (h, w) coverage by people in 0-1.
        centre: (h, w) heat of heads in 0-1.
        offset: (2, h, w) the vector to one's own head in cells, x and y.
        unit: cells of this grid along one cell of the network: how exact an offset can be.
        heads: (n, 3) column, row, score; None finds them in *centre*.
    """
    heads = find_heads(centre, 2 * unit) if heads is None else heads
    height, width = cover.shape
    if not len(heads):
        there = cover > 0.5
        if float(there.mean()) < _LEAST_PERSON or not there.any():
            return Instances(np.zeros((0, height, width), np.float32), heads)
        rows, columns = np.nonzero(there)
        middle = np.array([[columns.mean(), rows.mean(), cover[there].mean()]], np.float32)
        return Instances(np.ones((1, height, width), np.float32), middle)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    to_x, to_y = x + offset[0], y + offset[1]
    away = np.stack([np.square(to_x - hx) + np.square(to_y - hy) for hx, hy, _ in heads])
    distance = np.where(_reachable(cover, heads), np.sqrt(away), np.float32(1e6))
    weight = np.exp(-np.square((distance - distance.min(0)) / np.float32(_SOFT * unit)) / 2)
    return Instances(np.asarray(weight / weight.sum(0), np.float32), heads)


def strongest(made: Instances, cover: Plane, most: int) -> NDArray[np.intp]:
    """Indices of the *most* people who matter most: by score and by the side of the area that they fill."""
    mass = np.array([float((share * cover).sum()) for share in made.shares])
    rank = made.heads[:, 2] * np.sqrt(np.maximum(mass, 0))
    return np.argsort(-rank, kind="stable")[:most]
