"""Places and boxes of the page Subject in a picture, and who lies in a box."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..settings import BY_NAME, Settings
from .evidence import PeopleEvidence, Plane

Point = tuple[float, float]
"""x to the right and y down, as shares of the picture's width and height."""

MIDDLE: Point = (0.5, 0.5)
_COVERED = 0.5
"""Coverage above which a place is on a person."""

MOSTLY = 0.5
"""Share of a person's matte in a box above which that person is in it."""

_SMALLEST = 1e-9
"""Share of the picture up to which a box is empty: what rounding leaves of two corners in one place."""


@dataclass(frozen=True, slots=True)
class Box:
    """A rectangle of the picture, by two opposite corners in any order; beyond the picture it counts no more.

    Attributes:
        one, other: the corners; may be outside of the picture.
    """

    one: Point = (0.25, 0.75)
    other: Point = (0.75, 0.25)

    @property
    def empty(self) -> bool:
        """Whether none of the picture is in it."""
        (left, right), (top, bottom) = self._spans()
        return (right - left) * (bottom - top) <= _SMALLEST

    def cover(self, height: int, width: int) -> Pixels:
        """How much of each cell of a grid height×width over the picture is in the box, 0 to 1."""
        across, down = self._spans()
        return np.outer(_covered(*down, height), _covered(*across, width)).astype(np.float32)

    def _spans(self) -> tuple[tuple[float, float], tuple[float, float]]:
        across, down = zip(self.one, self.other, strict=True)
        return _inside(*across), _inside(*down)


@dataclass(frozen=True, slots=True)
class Marks:
    """Where the corrections of Whose matte lie.

    Attributes:
        keep, leave: where the controls Keep point and Leave point lie.
        keep_box, leave_box: the boxes of Also keep and Leave out.
    """

    keep: Point = MIDDLE
    leave: Point = MIDDLE
    keep_box: Box = Box()
    leave_box: Box = Box()


UNMOVED = Marks()
"""Where they lie until somebody moves them."""


def _inside(one: float, other: float) -> tuple[float, float]:
    return min(max(min(one, other), 0.0), 1.0), max(min(max(one, other), 1.0), 0.0)


def _covered(low: float, high: float, cells: int) -> npt.NDArray[np.float64]:
    """How much of each of the cells that divide 0 to 1 lies between *low* and *high*."""
    at = np.arange(cells, dtype=np.float64)
    return np.asarray(np.clip(np.minimum(high * cells, at + 1) - np.maximum(low * cells, at), 0, 1))


def person_at(evidence: PeopleEvidence, point: Point) -> int:
    """The person whose matte is strongest at *point*, or whose matte is nearest to it."""
    height, width = evidence.alpha.shape
    column = int(np.clip(point[0] * width, 0, width - 1))
    row = int(np.clip(point[1] * height, 0, height - 1))
    mattes = (evidence.alpha + evidence.held) * evidence.people
    if evidence.alpha[row, column] + evidence.held[row, column] >= _COVERED:
        return int(mattes[:, row, column].argmax())
    return int(np.argmin([_distance(matte, row, column) for matte in mattes]))


def _distance(matte: Plane, row: int, column: int) -> float:
    """Cells from a cell to the nearest one of a matte; far where it has none."""
    outside = (matte < _COVERED / 2).astype(np.uint8)
    if outside.all():
        return float("inf")
    return float(cv2.distanceTransform(outside, cv2.DIST_L2, 5)[row, column])


def people_in(box: Box, evidence: PeopleEvidence) -> tuple[int, ...]:
    """The people whose mattes lie mostly in a box, ascending."""
    inside = box.cover(*evidence.alpha.shape)
    whole = (evidence.alpha + evidence.held) * evidence.people
    areas = whole.sum((1, 2), dtype=np.float64)
    there = (whole * inside).sum((1, 2), dtype=np.float64)
    return tuple(np.flatnonzero((there > MOSTLY * areas) & (areas > 0)).tolist())


def point_of(name: str, settings: Settings, bounds: tuple[int, int, int, int], scale: Point) -> Point:
    """Where a control that is a place lies in a picture.

    Args:
        name: of the control, in canonical coordinates: pixels of the full picture, y upwards.  Its default
            stands for the same share of the picture across and up.
        bounds: of the picture, in pixels at the render scale, y upwards.
        scale: pixels at the render scale per canonical unit, across and up.
    """
    at: Point = getattr(settings, name)
    if at == BY_NAME[name].default:
        return at[0], 1 - at[1]
    x1, y1, x2, y2 = bounds
    return (at[0] * scale[0] - x1) / max(1, x2 - x1), (y2 - at[1] * scale[1]) / max(1, y2 - y1)


def marks_of(settings: Settings, bounds: tuple[int, int, int, int], scale: Point) -> Marks:
    """Where the corrections of Whose matte lie; arguments as for `point_of`."""

    def at(name: str) -> Point:
        return point_of(name, settings, bounds, scale)

    return Marks(
        at("keep_point"),
        at("leave_point"),
        Box(at("keep_corner"), at("keep_opposite")),
        Box(at("leave_corner"), at("leave_opposite")),
    )
