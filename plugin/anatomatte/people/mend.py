"""The wrong area under a stroke: regions of the picture that are alike, as far as a way to them is short.

After X. Bai, G. Sapiro, "A Geodesic Framework for Fast Interactive Image and Video Segmentation and Matting"
(ICCV 2007): what a stroke takes is what lies nearer to it than to strokes that say otherwise, where distance
grows with what the colours on the way differ from those under the stroke. Here the way leads over the
edge-following regions of `parts.regions`, and only through what the machine calls as wrong as under it.
"""

from __future__ import annotations

import heapq
from collections.abc import Sequence

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops.filters import Mask, disc, shrink
from .parts.regions import regions

SIDE = 320
"""Longest side of the picture in which areas are found."""

_FREE = 8.0
"""Difference of Lab in 8 bits, lightness by half, that folds and grain make."""
_MOST = 24.0
"""Length of a way at which the area ends."""
_FAR = 0.25
"""Share of the longest side that is as long a way, where the picture alone bounds an area."""

_MASS = 0.02
"""Share of what is out of reach from which on a colour is the ground's."""

_FRINGE = 2
"""Pixels around an area in which colours are mixed."""

_Links = list[set[int]]


def lab(picture: Pixels) -> Pixels:
    """A picture H×W×3 in 0..1, display-referred, as Lab in units of 8 bits at the size of areas."""
    height, width = picture.shape[:2]
    scale = min(1.0, SIDE / max(height, width))
    rows, columns = max(1, round(scale * height)), max(1, round(scale * width))
    small = picture if scale >= 1 else shrink(picture, rows, columns)
    levels = np.asarray(np.clip(small * np.float32(255) + np.float32(0.5), 0, 255), np.uint8)
    return np.asarray(cv2.cvtColor(levels, cv2.COLOR_RGB2Lab), np.float32)


def drawn(points: Sequence[tuple[float, float]], radius: float, size: tuple[int, int]) -> Mask:
    """A stroke as pixels of a picture of rows and columns; *radius* in shares of the rows."""
    height, width = size
    made = np.zeros(size, np.uint8)
    at = np.array([(_cell(x, width), _cell(y, height)) for x, y in points], np.int32)
    thick = max(1, round(2 * radius * height))
    cv2.polylines(made, [at.reshape(-1, 1, 2)], False, 1, thick)
    for x, y in at.tolist():
        cv2.circle(made, (x, y), thick // 2, 1, -1)
    return made > 0


def _cell(share: float, cells: int) -> int:
    """The cell of a share of a side; the border belongs to the last one."""
    return cells - 1 if share == 1 else int(np.floor(share * cells))


def area(
    colours: Pixels,
    wrong: Mask,
    seed: Mask,
    others: Mask,
    bounded: bool,
    far: float = 1.0,
    ground: bool = False,
) -> Mask:
    """What goes with a stroke.

    Args:
        colours: h×w×3, as `lab` gives them.
        wrong: h×w, what the machine takes for the same as the wrong under the stroke.
        seed: h×w, the stroke.
        others: h×w, strokes that say otherwise.
        bounded: distance in the picture counts too, since *wrong* does not end near by.
        far: 0..1, how long a way may be, as a share of the usual.
        ground: *wrong* holds the ground too, which the stroke does not mean: what looks more like all that is
            out of reach than like the stroke.
    """
    start = seed & wrong
    if not start.any():
        return np.zeros_like(wrong)
    inside = wrong | seed
    number = np.full(wrong.shape, -1, np.intp)
    number[inside] = regions(colours, inside)
    count = int(number.max()) + 1
    of, flat = number[inside], colours[inside] * np.array([0.5, 1, 1], np.float32)
    sizes = np.maximum(np.bincount(of, minlength=count), 1)
    means = np.stack([np.bincount(of, flat[:, k], count) / sizes for k in range(3)], 1)
    y, x = np.nonzero(inside)
    middles = np.stack([np.bincount(of, one, count) / sizes for one in (y, x)], 1)
    spread = _MOST / (_FAR * max(wrong.shape)) if bounded else 0.0
    links = _touching(number, count)
    begun, ways = _without_ground(number, start, means, links) if ground else (start, links)
    mine = _ways(number, begun, means, middles, ways, spread)
    theirs = _ways(number, others & inside, means, middles, links, spread)
    taken = (mine < far * _MOST) & (mine <= theirs)
    made = np.zeros_like(wrong)
    made[inside] = taken[of]
    return np.asarray((made | seed) & ~others & inside, np.bool_)


def around(found: Mask) -> Mask:
    """An area h×w, and what lies so near to it that its colours are mixed with the area's."""
    return np.asarray(cv2.dilate(found.astype(np.uint8), disc(_FRINGE)) > 0, np.bool_)


def _ways(
    number: npt.NDArray[np.intp],
    seed: Mask,
    means: npt.NDArray[np.float64],
    middles: npt.NDArray[np.float64],
    links: _Links,
    spread: float,
) -> npt.NDArray[np.float64]:
    """Length of the shortest way from a seed to each region (Dijkstra); infinite where none leads."""
    length = np.full(len(means), np.inf)
    begun = np.unique(number[seed])
    begun = begun[begun >= 0]
    if not len(begun):
        return length
    away = np.linalg.norm(means[:, None] - means[begun][None], axis=2).min(1)
    cost = np.maximum(away - _FREE, 0)
    heap = [(0.0, int(one)) for one in begun]
    length[begun] = 0
    while heap:
        so_far, here = heapq.heappop(heap)
        if so_far > length[here]:
            continue
        for there in sorted(links[here]):
            way = so_far + float(cost[there])
            way += spread * float(np.hypot(*(middles[here] - middles[there])))
            if way < min(float(length[there]), _MOST):
                length[there] = way
                heapq.heappush(heap, (way, there))
    return length


def _without_ground(
    number: npt.NDArray[np.intp], start: Mask, means: npt.NDArray[np.float64], links: _Links
) -> tuple[Mask, _Links]:
    """The stroke and the ways without what looks like the ground, which is all that is out of reach.

    Where less than half of a stroke lies on its colours it slipped: who keeps an arm and runs over its edge
    does not mean the wall.  And no way leads into regions whose colour is nearer to the ground's than to the
    stroke's, or that reach out of reach themselves.
    """
    inside = number >= 0
    away = cv2.distanceTransform((~start).astype(np.uint8), cv2.DIST_L2, 3)
    out = np.bincount(number[inside & (away > _FAR * max(number.shape))], minlength=len(means))
    least = _MASS * max(int(out.sum()), 1)
    under = np.bincount(number[start], minlength=len(means))
    begun = np.flatnonzero(under)
    apart = np.linalg.norm(means[:, None] - means[None], axis=2)
    like = begun[((apart[begun] < _FREE) @ out > least) | (out[begun] > 0)]
    if 2 * int(under[like].sum()) < int(under.sum()):
        start = start & ~np.isin(number, like)
        begun = np.setdiff1d(begun, like)
    mine = apart[:, begun].min(1)
    ground = ((apart < mine[:, None]) @ out > least) | (out > 0)
    ground[begun] = False
    free = [set() if ground[at] else {k for k in there if not ground[k]} for at, there in enumerate(links)]
    return np.asarray(start, np.bool_), free


def _touching(number: npt.NDArray[np.intp], count: int) -> _Links:
    """The regions that touch each region."""
    links: _Links = [set() for _ in range(count)]
    for one, two in ((number[:, 1:], number[:, :-1]), (number[1:], number[:-1])):
        edge = (one != two) & (one >= 0) & (two >= 0)
        for a, b in np.unique(np.stack([one[edge], two[edge]], 1), axis=0).tolist():
            links[a].add(b)
            links[b].add(a)
    return links
