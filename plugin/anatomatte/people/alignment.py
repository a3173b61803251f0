"""Oriented squares of a picture: where a network for one body, face or hand looks, and the way back.

Networks of landmarks want their subject upright, in the middle, and of one size. The rules are MediaPipe's
(0.10.21: `alignment_points_to_rects`, `detections_to_rects`, `rect_transformation`, `image_to_tensor` and
`landmark_projection` calculators). Coordinates are continuous: 0 is the picture's left or upper border, and
the middle of the first pixel is at 0.5.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ..ops import filters
from .evidence import Plane

Points = NDArray[np.float64]
"""(n, 2) x and y in pixels."""


@dataclass(frozen=True, slots=True)
class Square:
    """A square of a picture: the middle and the side in pixels, and the turn of its own upright.

    `turn` is in radians, clockwise as one sees the picture: 0 is upright, pi / 2 lies with the head right.
    """

    x: float
    y: float
    side: float
    turn: float = 0.0

    def matrix(self, size: int) -> NDArray[np.float64]:
        """(2, 3) the affine map from pixels of the square, cut at *size* x *size*, to the picture's."""
        scale = self.side / size
        cos, sin = scale * np.cos(self.turn), scale * np.sin(self.turn)
        across = np.array([[cos, -sin], [sin, cos]])
        return np.column_stack([across, np.array([self.x, self.y]) - across @ [size / 2, size / 2]])

    def to_picture(self, points: NDArray[np.floating[Any]], size: int) -> Points:
        """Points (n, 2) of the square, cut at *size*, in pixels of the picture."""
        matrix = self.matrix(size)
        return np.asarray(points @ matrix[:, :2].T + matrix[:, 2], np.float64)

    def cut(self, picture: Plane, size: int, roughly: float = 0.0) -> Plane:
        """The square of a picture (h, w) or (h, w, 3) at *size* x *size*; the border goes on beyond it.

        A square that is made smaller is averaged first, so that fine texture does not become noise.

        Args:
            roughly: pixels by which the means may be wider than that asks for.
        """
        shrink = max(1, int(self.side / size + roughly))
        top, left, region = self._around(picture, shrink)
        if shrink > 1:
            height, width = (max(1, round(side / shrink)) for side in region.shape[:2])
            down = region.shape[1] / width, region.shape[0] / height
            region = filters.shrink(region, height, width)
        else:
            down = 1.0, 1.0
        matrix = self.matrix(size)
        matrix[:, 2] -= left, top
        matrix /= np.array(down)[:, None]
        matrix[:, 2] += matrix[:, :2] @ [0.5, 0.5] - 0.5  # from pixels' middles to pixels' middles
        how = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
        cut = cv2.warpAffine(region, matrix, (size, size), flags=how, borderMode=cv2.BORDER_REPLICATE)
        return np.asarray(cut, np.float32)

    def _around(self, picture: Plane, by: int) -> tuple[int, int, Plane]:
        """First row and column, and the pixels, of the smallest part of a picture that the square needs.

        It is a multiple of *by* pixels high and wide where the picture has them: averaged over whole pixels
        it is five times as quick.
        """
        height, width = picture.shape[:2]
        reach = self.side / 2 * (abs(np.cos(self.turn)) + abs(np.sin(self.turn))) + 2
        top, bottom = (int(np.clip(round(self.y + r), 0, height)) for r in (-reach, reach))
        left, right = (int(np.clip(round(self.x + r), 0, width)) for r in (-reach, reach))
        top, left = min(top, height - 1), min(left, width - 1)
        top, bottom = _of_whole_cells(top, max(bottom, top + 1), height, by)
        left, right = _of_whole_cells(left, max(right, left + 1), width, by)
        return top, left, picture[top:bottom, left:right]

    def scaled(self, by: float, up: float = 0.0) -> Square:
        """The square enlarged, after it was moved along its own upright by *up* sides."""
        x, y = self.x + self.side * up * np.sin(self.turn), self.y - self.side * up * np.cos(self.turn)
        return replace(self, x=float(x), y=float(y), side=self.side * by)


def _of_whole_cells(low: int, high: int, size: int, by: int) -> tuple[int, int]:
    """A span of pixels grown to a multiple of *by* within *size*; one that is smaller than a cell stays."""
    if high - low < by:
        return low, high
    high = min(size, high + (low - high) % by)
    return max(0, low - (low - high) % by), high


def around(start: Points, end: Points) -> Square:
    """The square around the circle whose middle is *start* and on which *end*, its upper end, lies."""
    across = end - start
    radius = float(np.hypot(*across))
    return Square(float(start[0]), float(start[1]), 2 * radius, upright(start, end))


def upright(start: Points, end: Points) -> float:
    """The turn of a square whose upright goes from *start* to *end*."""
    across = end - start
    return float(np.arctan2(across[0], -across[1]))


def level(start: Points, end: Points) -> float:
    """The turn of a square whose horizontal, left to right, goes from *start* to *end*."""
    across = end - start
    return float(np.arctan2(across[1], across[0]))


def bounding(points: Points, turn: float, turned: bool = False) -> Square:
    """The square with a turn on the bounding box of points; *turned*: the box has that turn too."""
    cos, sin = np.cos(turn), np.sin(turn)
    across = np.array([[cos, -sin], [sin, cos]]) if turned else np.eye(2)
    own = points @ across
    low, high = own.min(0), own.max(0)
    x, y = across @ ((low + high) / 2)
    return Square(float(x), float(y), float((high - low).max()), turn)
