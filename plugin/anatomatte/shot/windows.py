"""A frame's picture within its plate: files may hold more than the plate shows, or less, each frame its own.

What a frame says of its people is in shares of its own picture; what hands draw, and what is followed from
frame to frame, in shares of the plate. A *window* says where the picture lies: left, top, right and bottom in
shares of the plate's width and height, y down; `WHOLE`, an empty one, where the picture is the plate.
"""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np

from ..frame import Bounds, Pixels
from .corrections import Correction, Mark, Points
from .looks import FrameLooks, Look
from .schema import WHOLE, Row, Window


def of(bounds: Bounds, size: tuple[int, int]) -> Window:
    """The window of a picture with *bounds* (x1, y1, x2, y2 in pixels from the plate's lower left corner, y
    up) in a plate of a width and height in pixels."""
    width, height = size
    x1, y1, x2, y2 = bounds
    if bounds == (0, 0, width, height):
        return WHOLE
    return x1 / width, 1 - y2 / height, x2 / width, 1 - y1 / height


def bounds(window: Window, size: tuple[int, int]) -> Bounds:
    """The bounds of a picture with a *window* in a plate of a width and height in pixels; as of `of`."""
    width, height = size
    if not window:
        return 0, 0, width, height
    left, top, right, bottom = window
    return round(left * width), round((1 - bottom) * height), round(right * width), round((1 - top) * height)


def onto(points: Points, window: Window) -> Points:
    """Points of the picture as points of the plate."""
    if not window:
        return points
    left, top, right, bottom = window
    return tuple((left + x * (right - left), top + y * (bottom - top)) for x, y in points)


def within(points: Points, window: Window) -> Points:
    """Points of the plate as points of the picture; those beside it are outside of 0 to 1."""
    if not window:
        return points
    left, top, right, bottom = window
    return tuple(((x - left) / (right - left), (y - top) / (bottom - top)) for x, y in points)


def row_onto(row: Row, window: Window) -> Row:
    """A person of the picture as one of the plate."""
    if not window:
        return row
    head, corner, other = onto(((row[1], row[2]), (row[3], row[4]), (row[5], row[6])), window)
    return row[0], *head, *corner, *other


def drawn_within(both: tuple[Correction, Mark], window: Window) -> tuple[Correction, Mark]:
    """A correction and where it lies in the plate as they are in the picture."""
    if not window:
        return both
    one, mark = both
    inside = dataclasses.replace(one, radius=one.radius / (window[3] - window[1]))
    return inside, dataclasses.replace(mark, points=within(mark.points, window))


def looks_onto(frame: FrameLooks, window: Window) -> FrameLooks:
    """The looks of a frame as the plate shows them, so that they compare with those of other windows."""
    if not window:
        return frame
    across, down = window[2] - window[0], window[3] - window[1]
    aspect = frame.aspect * down / across
    looks = tuple(_look(look, window, aspect) for look in frame.looks)
    return dataclasses.replace(frame, aspect=aspect, looks=looks)


def _look(look: Look, window: Window, aspect: float) -> Look:
    assert window
    head, corner, other = onto((look.head, look.box[:2], look.box[2:]), window)
    area = look.area * (window[2] - window[0]) * (window[3] - window[1])
    mask = np.asarray(np.rint(plane_onto(look.mask.astype(np.float32), window, aspect)), np.uint8)
    return dataclasses.replace(look, head=head, box=(*corner, *other), area=area, mask=mask)


def plane_onto(plane: Pixels, window: Window, aspect: float, outside: float = 0.0) -> Pixels:
    """A plane (h, w) of the picture as one of the plate, its longer side as long as before.

    Args:
        aspect: of the plate, width through height.
        outside: what counts where the picture has nothing.
    """
    if not window:
        return plane
    longest, (high, wide) = max(plane.shape), plane.shape
    columns = max(1, round(longest * min(1.0, aspect)))
    rows = max(1, round(longest * min(1.0, 1 / aspect)))
    scale = np.array([columns * (window[2] - window[0]) / wide, rows * (window[3] - window[1]) / high])
    shift = np.array([columns * window[0], rows * window[1]]) + scale / 2 - 0.5  # between middles of cells
    way = np.array([[scale[0], 0, shift[0]], [0, scale[1], shift[1]]], np.float64)
    made = cv2.warpAffine(
        np.ascontiguousarray(plane), way, (columns, rows), flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_CONSTANT, borderValue=outside,
    )  # fmt: skip
    return np.asarray(made, np.float32)


__all__ = [
    "WHOLE",
    "Window",
    "bounds",
    "drawn_within",
    "looks_onto",
    "of",
    "onto",
    "plane_onto",
    "row_onto",
    "within",
]
