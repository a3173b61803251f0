"""Persons as the detector finds them: anchors, decoding and suppression, and what they are in the plate.

The rules are MediaPipe's (`pose_detection_cpu.pbtxt`, `ssd_anchors_calculator`, `tensors_to_detections` and
`non_max_suppression` calculators of 0.10.21): a letterboxed picture, anchors of one fixed size, weighted
suppression. What a detection says of a body, its circle, is `alignment_points_to_rects` of the same.
"""

from __future__ import annotations

from functools import cache

import cv2
import numpy as np
from numpy.typing import NDArray

from .evidence import Plane

SIDE = 224
"""Width and height of the picture that the detector sees; its anchors are in these pixels."""

LEAST_SCORE = 0.5
"""Detections that score less are none, as published."""

OVERLAP = 0.3
"""Boxes that share more than this (intersection over union) are of one person."""

NUMBERS = 13
"""Of a detection: score, then the head's box (centre x and y, width, height) and four points (x and y)."""

_STRIDES = ((8, 2), (16, 2), (32, 6))
_MOST_LOGIT = 100.0


@cache
def anchors() -> NDArray[np.float32]:
    """Centres (2254, 2) of the anchors, x and y, as shares of the input: row by row, level by level."""
    return centres(SIDE, _STRIDES)


def centres(side: int, strides: tuple[tuple[int, int], ...]) -> NDArray[np.float32]:
    """Centres (n, 2) of a detector's anchors for a picture of *side*: of each stride, so many a cell."""
    made = []
    for stride, of_cell in strides:
        cells = side // stride
        middle = (np.arange(cells, dtype=np.float32) + np.float32(0.5)) / cells
        grid = np.stack(np.meshgrid(middle, middle), -1).reshape(-1, 1, 2)
        made.append(np.repeat(grid, of_cell, 1).reshape(-1, 2))
    return np.concatenate(made)


def letterboxed(picture: Plane) -> Plane:
    """A picture (h, w, 3) in 0-1 as the detector takes it: (`SIDE`, `SIDE`, 3) in -1 to 1, black beside."""
    height, width = picture.shape[:2]
    scale = SIDE / max(height, width)
    rows, columns = max(1, round(height * scale)), max(1, round(width * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    made = np.full((SIDE, SIDE, 3), -1, np.float32)
    top, left = (SIDE - rows) // 2, (SIDE - columns) // 2
    made[top : top + rows, left : left + columns] = (
        2 * cv2.resize(picture, (columns, rows), interpolation=how) - 1
    )
    return made


def decoded(scores: Plane, boxes: Plane, height: int, width: int) -> Plane:
    """Detections (n, `NUMBERS`), best first, in a picture of *height* x *width* that was letterboxed.

    Args:
        scores: (2254,) logits.
        boxes: (2254, 12) raw numbers of each anchor.

    Returns:
        Scores in 0-1; all else as shares of the picture's width and height.
    """
    score = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -_MOST_LOGIT, _MOST_LOGIT)))
    sure = np.flatnonzero(score >= LEAST_SCORE)
    points = boxes[sure].astype(np.float64).reshape(-1, 6, 2) / SIDE
    points[:, [0, 2, 3, 4, 5]] += anchors()[sure, None]
    order = np.argsort(-score[sure], kind="stable")
    found = suppressed(score[sure][order], points[order])
    scale = SIDE / max(height, width)
    shown = np.array([round(width * scale), round(height * scale)], np.float64).clip(1)
    pad = (SIDE - shown) // 2 / SIDE
    found[:, [1, 5, 7, 9, 11]] -= pad[0]
    found[:, [2, 6, 8, 10, 12]] -= pad[1]
    found[:, [1, 3, 5, 7, 9, 11]] *= SIDE / shown[0]
    found[:, [2, 4, 6, 8, 10, 12]] *= SIDE / shown[1]
    return found.astype(np.float32)


def suppressed(score: NDArray[np.float64], points: NDArray[np.float64]) -> NDArray[np.float64]:
    """Weighted non-maximum suppression: what overlaps the best is averaged with it, by score.

    Args:
        score: (n,) the best first.
        points: (n, m, 2) of each the box's centre and size, then its points.

    Returns:
        (k, 1 + 2 m) of each that is left its score and points.
    """
    found, left = [], np.arange(len(score))
    low, high = points[:, 0] - points[:, 1] / 2, points[:, 0] + points[:, 1] / 2
    area = np.prod(high - low, 1)
    while len(left):
        best = left[0]
        shared = np.prod(
            np.maximum(np.minimum(high[left], high[best]) - np.maximum(low[left], low[best]), 0), 1
        )
        union = area[left] + area[best] - shared
        same = shared > OVERLAP * union
        same[0] = True
        weight = score[left[same]]
        mean = (points[left[same]] * weight[:, None, None]).sum(0) / weight.sum()
        found.append(np.concatenate([[score[best]], mean.ravel()]))
        left = left[~same]
    return np.array(found).reshape(-1, 1 + 2 * points.shape[1])
