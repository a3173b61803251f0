"""Islands: matte that stands alone and is nobody."""

from __future__ import annotations

import cv2
import numpy as np

from ..ops.filters import step
from .areas import Area, areas, box_of, root
from .reason import Finding
from .seen import Seen

_THERE = 0.25
_MAIN = 0.15
"""Area over the largest one's from which on it is a subject of its own."""
_NEAR = (0.01, 0.05)
"""Distance from a subject, in the longest side, up to which it is a strand or a thing of theirs."""


def island(seen: Seen) -> Finding:
    """Matte apart from every subject; the score is the size of all of it over the subject's.

    Subjects are areas with a head or a body in them, and large ones; strands of hair are near, held things
    are known as such.
    """
    found = list(areas((seen.alpha > _THERE) & seen.free, 2))
    wrong = np.zeros(seen.alpha.shape, np.float32)
    main = [area for area in found if _is_subject(area, found[0], seen)]
    rest = [area for area in found if not any(area is one for one in main)]
    if not main:  # nothing but crumbs
        return _told(wrong + _sum(rest, seen), 0.02 * seen.alpha.size)
    if not rest:
        return Finding("island", 0.0)
    apart = np.ones(seen.alpha.shape, np.uint8)
    for area in main:
        apart[area.at][area.own] = 0
    away = cv2.distanceTransform(apart, cv2.DIST_L2, 5) / max(seen.alpha.shape)
    for area in rest:
        weight = step(float(away[area.at][area.own].min()), *_NEAR)
        wrong[area.at][area.own] = seen.alpha[area.at][area.own] * weight
    return _told(wrong, float(sum(area.pixels for area in main)))


def _told(wrong: np.ndarray, subject: float) -> Finding:
    return Finding("island", root(float(wrong.sum()), subject), box_of(wrong > 0.1))


def _sum(rest: list[Area], seen: Seen) -> np.ndarray:
    made = np.zeros(seen.alpha.shape, np.float32)
    for area in rest:
        made[area.at][area.own] = seen.alpha[area.at][area.own]
    return made


def _is_subject(area: Area, largest: Area, seen: Seen) -> bool:
    height, width = area.frame
    if area.pixels >= 0.01 * height * width and area.pixels >= _MAIN * largest.pixels:
        return True
    rows, columns = area.at
    for points in _points(seen):
        x, y = int(points[0] * width), int(points[1] * height)
        inside = rows.start <= y < rows.stop and columns.start <= x < columns.stop
        if inside and area.own[y - rows.start, x - columns.start]:
            return True
    return False


def _points(seen: Seen) -> list[tuple[float, float]]:
    """Heads of people, and heads and middles of bodies, as shares of width and height."""
    made: list[tuple[float, float]] = []
    if seen.heads is not None:
        made += [(float(x), float(y)) for x, y, _ in seen.heads]
    if seen.bodies is not None:
        made += [(float(body[k]), float(body[k + 1])) for body in seen.bodies for k in (1, 5, 9)]
    return made
