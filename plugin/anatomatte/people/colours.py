"""Bayesian matting of the edge: foreground and background colour models, and alpha by likelihood.

On a grid of cells the colours of known foreground and known background are gathered and spread to
where nothing is known. A pixel of the edge mixes one colour of each side, C = αF + (1−α)B; projected
onto the direction that separates the two sides best (Fisher's), F and B are two Gaussians, and the
likelihood of α follows from the residual. The answer is the mean over all α, with the network's
coverage as the prior: where the colours differ the edge lies on the plate's, where they do not it
stays where the network put it. Alpha by likelihood after Y.-Y. Chuang et al., "A Bayesian approach to
digital
matting" (CVPR 2001).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops
from ..ops.filters import EDGE, Fill, Mask, eroded, gauss, grow, shrink
from ..ops.strips import every

OPPONENT = np.array(
    [
        [0.57735027, 0.57735027, 0.57735027],
        [0.70710678, 0.0, -0.70710678],
        [0.40824829, -0.81649658, 0.40824829],
    ],
    np.float32,
).T
"""Light to one brightness and two colour differences: an orthonormal turn, so that mixing stays straight."""

Indices = npt.NDArray[np.intp]

CELLS = 480
"""Cells along the longest side of the grid, or fewer."""

_ROW = 1024
_SPREAD = 1.5
_KNOWN = 0.97
_BRIGHT = 24.0
_WITHIN = 2.0


@dataclass(frozen=True, slots=True, eq=False)
class Sides:
    """Fields on the grid, 3×h×w×4: twelve, six of the inside and then six of the outside.

    Of each side first the mean, then the variance, in opponent colours. `level` is the plate's mean
    brightness: all light is divided by it and clipped at a multiple of it.
    """

    fields: Pixels
    level: float

    def at(self, y: Indices, x: Indices, plate: tuple[int, int]) -> Pixels:
        """The fields at pixels (y, x) of a plate of this height and width, bilinear: 12×N."""
        _, height, width, _ = self.fields.shape
        across, down = _rows(x, width / plate[1], width), _rows(y, height / plate[0], height)
        out = np.empty((12, len(y)), np.float32)
        for k, four in enumerate(self.fields):
            found = cv2.remap(four, across, down, cv2.INTER_LINEAR, borderMode=EDGE)
            out[4 * k : 4 * k + 4] = np.asarray(found, np.float32).reshape(-1, 4)[: len(y)].T
        return out


def _rows(at: Indices, scale: float, size: int) -> Pixels:
    """Places on the grid of pixels *at*, in rows of `_ROW`, as `cv2.remap` reads no long ones."""
    place = np.zeros(-(-len(at) // _ROW) * _ROW, np.float32)
    place[: len(at)] = np.clip((at + 0.5) * scale - 0.5, 0, size - 1)
    return place.reshape(-1, _ROW)


def opponent(light: Pixels, level: float) -> Pixels:
    """Opponent colours, 3×..., of light, ...×3, in units of *level*, clipped far above it and at 0."""
    flat = np.ascontiguousarray(light, np.float32).reshape(-1, 3)
    by, _, top = turns(level)
    return loops.opponent(flat, by, top).reshape(3, *light.shape[:-1])


def light(colour: Pixels, level: float) -> Pixels:
    """Opponent colours, 3×..., in units of *level* as light, ...×3: undoes `opponent` below its clip."""
    flat = np.ascontiguousarray(colour, np.float32).reshape(3, -1)
    return loops.light(flat, turns(level)[1]).reshape(*colour.shape[1:], 3)


def turns(level: float) -> tuple[Pixels, Pixels, float]:
    """The matrices from light to opponent colours in units of *level* and back, and where it is clipped."""
    to_opponent = np.ascontiguousarray(OPPONENT.T / np.float32(level))
    to_light = np.ascontiguousarray(OPPONENT * np.float32(level))
    return to_opponent, to_light, float(np.float32(_BRIGHT * level))


@dataclass(frozen=True, slots=True, eq=False)
class Cells:
    """A plate on the grid, h×w×3 light, and on one with twice the cells, as far as it has the pixels.

    `level` is the plate's mean brightness without its highlights.
    """

    light: Pixels
    finer: Pixels
    level: float


def grid(height: int, width: int) -> tuple[int, int]:
    """Rows and columns of the grid over a plate."""
    scale = min(1.0, CELLS / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def cells(plate: Pixels) -> Cells:
    """*plate*, H×W×3 light, on the grid."""
    rows, columns = grid(plate.shape[0], plate.shape[1])
    twice = [min(2 * count, side) for count, side in zip((rows, columns), plate.shape[:2], strict=True)]
    finer = np.clip(shrink(plate, twice[0], twice[1]), 0, None)
    small = shrink(finer, rows, columns)
    level = max(float(np.minimum(small, 4 * small.mean() + 1e-9).mean()), 1e-6)
    return Cells(small, finer, level)


def sides(
    plate: Pixels | Cells, cover: Pixels, threads: int = 1, check: Callable[[], None] = lambda: None
) -> Sides:
    """What is inside and outside of *cover* (h×w on any grid) in *plate*, H×W×3 light or its cells."""
    seen = plate if isinstance(plate, Cells) else cells(plate)
    small, finer, level = seen.light, seen.finer, seen.level
    rows, columns = small.shape[:2]
    coarse, fine = opponent(small, level), opponent(finer, level)
    share = (shrink if cover.shape[0] >= rows else grow)(cover, rows, columns)
    known_cells = [_KnownColours(eroded(mask, 1)) for mask in (share > _KNOWN, share < 1 - _KNOWN)]
    fields = np.empty((3, rows, columns, 4), np.float32)

    def channel(k: int) -> None:
        one, within = coarse[k], fine[k]
        grain = shrink(within * within, rows, columns) - np.square(shrink(within, rows, columns))
        square = one * one + np.float32(_WITHIN) * np.maximum(grain, 0)
        for side, known in enumerate(known_cells):
            mean = known.gathered(one)
            spread = np.maximum(known.gathered(square) - mean * mean, 0)
            for at, values in ((6 * side + k, mean), (6 * side + 3 + k, spread)):
                fields[at // 4, ..., at % 4] = values

    every(3, channel, threads, check)
    return Sides(fields, level)


class _KnownColours:
    """Cells h×w whose colours are known to be those of one side."""

    def __init__(self, known: Mask) -> None:
        self._weight = known.astype(np.float32)
        mass = gauss(self._weight, _SPREAD)
        self._unit = 1 / np.maximum(mass, np.float32(1e-6))
        self._spread = Fill(np.where(mass > 0.02, mass, 0))

    def gathered(self, plane: Pixels) -> Pixels:
        """The mean of the nearest known values, h×w."""
        return self._spread(gauss(plane * self._weight, _SPREAD) * self._unit)


def solve(colour: Pixels, fields: Pixels, prior: Pixels) -> tuple[Pixels, Pixels]:
    """Alpha (N) and the inside's colour (3×N) of N pixels; all colours opponent and in units of the level.

    *colour* 3×N, *fields* 12×N as `Sides`, *prior* N the coverage that is expected.

    Where the colours say nothing the network's edge is made firm; what the means of both sides leave over
    is shared out by what may vary.
    """
    seen, known, expected = (np.ascontiguousarray(of, np.float32) for of in (colour, fields, prior))
    return loops.between_sides(seen, known, expected)
