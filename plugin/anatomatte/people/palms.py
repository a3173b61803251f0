"""Palms as their detector finds them, and where the hand network looks for each.

The rules are MediaPipe's (`palm_detection_cpu.pbtxt` and `palm_detection_detection_to_roi.pbtxt` of 0.10.21):
anchors of one fixed size, weighted suppression, and a square that turns with the hand, from the wrist to the
middle finger.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache

import numpy as np
from numpy.typing import NDArray

from .alignment import Square, upright
from .detections import centres, suppressed
from .evidence import Plane

SIDE = 192
"""Width and height of the picture that the detector sees; its anchors are in these pixels."""

LEAST_SCORE = 0.35
"""Detections that score less are none; published: 0.5, for hands of which no other network is asked."""

_SAME = 0.15, 1.2, 0.35
"""Squares of one palm as detectors see it in several pictures: how far apart they are at most, beside their
size, how large one is beside the other, and how far it is turned, in radians."""

_STRIDES = ((8, 2), (16, 6))
_WRIST, _MIDDLE = 2, 4
_MOST_LOGIT = 100.0


@cache
def anchors() -> NDArray[np.float32]:
    """Centres (2016, 2) of the anchors, x and y, as shares of the input: row by row, level by level."""
    return centres(SIDE, _STRIDES)


def squares(scores: Plane, boxes: Plane, seen: Square) -> list[Square]:
    """Squares of the picture in which hands are, the likeliest first.

    Args:
        scores: (2016,) logits.
        boxes: (2016, 18) raw numbers of each anchor.
        seen: the square of the picture that the detector saw.
    """
    score = 1 / (1 + np.exp(-np.clip(scores.astype(np.float64), -_MOST_LOGIT, _MOST_LOGIT)))
    sure = np.flatnonzero(score >= LEAST_SCORE)
    sure = sure[np.argsort(-score[sure], kind="stable")]
    points = boxes[sure].astype(np.float64).reshape(-1, 9, 2) / SIDE
    points[:, [0, *range(2, 9)]] += anchors()[sure, None]
    return [_square(one[1:].reshape(9, 2), seen) for one in suppressed(score[sure], points)]


def new(found: list[Square], looked: list[Square]) -> Iterator[Square]:
    """Those of the squares *found* that are of no palm *looked* at before, to which they are added."""
    for square in found:
        if not any(_same(square, one) for one in looked):
            looked.append(square)
            yield square


def _same(one: Square, other: Square) -> bool:
    """Whether two squares are of the same palm, so that a network says the same of both."""
    apart, larger, turned = _SAME
    small, large = sorted((one.side, other.side))
    turn = abs((one.turn - other.turn + np.pi) % (2 * np.pi) - np.pi)
    away = float(np.hypot(one.x - other.x, one.y - other.y))
    return away < apart * small and large < larger * small and turn < turned


def _square(palm: NDArray[np.float64], seen: Square) -> Square:
    """Where the hand of a palm is: its box's middle and size and its points, as shares of what was seen."""
    places = seen.to_picture(palm * SIDE, SIDE)
    turn = upright(places[_WRIST], places[_MIDDLE])
    x, y = places[0]
    return Square(float(x), float(y), float(palm[1].max()) * seen.side, turn).scaled(2.6, up=0.5)
