"""What the compiled loops (cpp/kernels) compute, in plain NumPy: the law that they are held against."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.keyer import palette, regions
from anatomatte.keyer.axis import Axis
from anatomatte.ops import planes
from anatomatte.ops.filters import box, disc, dot

Pixels = npt.NDArray[np.float32]


def sure(
    light: Pixels,
    surface: Pixels,
    depth: Pixels,
    slack: Pixels | None,
    signal: tuple[Axis, float, float],
    grain: float,
    reach: int,
) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """`keyer.regions.sure`."""
    axis, balance, gain = signal
    colour, unit, _ = regions.in_units(light, surface)
    share, bright = regions.share(colour, unit, axis, balance, gain), axis.bright(colour)
    own = np.asarray(1 / np.maximum(dot(unit, unit), np.float32(1e-6)), np.float32)
    near, point = (_gap(seen, unit, own, slack) for seen in (planes.box(colour, 3), colour))
    screen = (near < max(3 * grain, 0.10) ** 2) & (point < max(6 * grain, 0.20) ** 2)
    opaque = np.float32(0.30) + np.float32(0.6) * np.maximum(bright - 1, 0)
    clear = np.float32(0.06)
    subject = box(share, 3) < np.maximum(clear + (opaque - clear) * depth[..., 0], depth[..., 1])
    kernel, edge = np.ones((3, 3), np.uint8), cv2.BORDER_REPLICATE
    safe = cv2.erode(screen.astype(np.uint8), kernel, borderType=edge)
    kept = cv2.erode(subject.astype(np.uint8), disc(reach), borderType=edge)
    return np.asarray(kept, np.uint8), np.asarray(safe, np.uint8)


def _gap(colour: Pixels, surface: Pixels, own: Pixels, slack: Pixels | None) -> Pixels:
    shine = dot(colour, surface) * own
    if slack is None:
        shine = np.clip(shine, 1, 1.5)
    else:
        shine = np.clip(shine, slack[..., 0], np.float32(1.5) * slack[..., 1])
    gap = surface * shine[..., None] - colour
    return dot(gap, gap)


def gather(light: Pixels, surface: Pixels, subject: Pixels, screen: Pixels, cell: int) -> Pixels:
    """`keyer.palette.gather`."""
    colour, unit, _ = regions.in_units(light, surface)
    own = [colour[..., c] * subject for c in range(3)]
    fields = [subject, *own, *(own[i] * colour[..., j] for i, j in palette.PAIRS), screen]
    fields += [(colour[..., c] - unit[..., c]) * screen for c in range(3)]
    return np.stack([planes.cell_mean(field, cell) for field in fields], -1)


Numbers = npt.NDArray[np.int32]


def join(one: Numbers, two: Numbers, weight: Pixels, sizes: Numbers, scale: float, least: int) -> Numbers:
    """Kruskal's loop of `people.parts.regions`: of each component its region, by the number of one in it."""
    root, size, limit = list(range(len(sizes))), sizes.tolist(), (scale / np.maximum(sizes, 1)).tolist()

    def top(at: int) -> int:
        return at if root[at] == at else top(root[at])

    edges = list(zip(one.tolist(), two.tolist(), weight.tolist(), strict=True))
    for a, b, strength in edges:
        a, b = top(a), top(b)
        if a != b and strength <= limit[a] and strength <= limit[b]:
            root[b] = a
            size[a] += size[b]
            limit[a] = strength + scale / size[a]
    for a, b, _ in edges:
        a, b = top(a), top(b)
        if a != b and (size[a] < least or size[b] < least):
            root[b] = a
            size[a] += size[b]
    return np.array([top(at) for at in range(len(sizes))], np.int32)


def raised(low: Pixels, y1: int, y2: int, height: int, width: int) -> Pixels:
    """`ops.filters.rows_of`."""

    def taps(at: npt.NDArray[np.float64], many: int, few: int) -> tuple[npt.NDArray[np.intp], Pixels]:
        place = np.clip((at + 0.5) * (few / many) - 0.5, 0, few - 1)
        first = place.astype(np.intp)
        return first, (place - first).astype(np.float32)

    down, across = (range(y1, y2), height, low.shape[0]), (range(width), width, low.shape[1])
    (top, y), (left, x) = (taps(np.array(at, float), many, few) for at, many, few in (down, across))
    y, x = y.reshape(-1, *[1] * (low.ndim - 1)), x.reshape(-1, *[1] * (low.ndim - 2))
    beside = np.minimum(left + 1, low.shape[1] - 1)
    wide = low[:, left] + (low[:, beside] - low[:, left]) * x
    below = np.minimum(top + 1, low.shape[0] - 1)
    return np.asarray(wide[top] + (wide[below] - wide[top]) * y, np.float32)


def grow(mask: npt.NDArray[np.uint8], radius: int) -> npt.NDArray[np.uint8]:
    """`qc.areas.grown`: 1 wherever a disc around a pixel of the mask reaches."""
    made = np.zeros_like(mask)
    height, width = mask.shape
    rows, columns = np.nonzero(disc(radius))
    for y, x in zip(*np.nonzero(mask), strict=True):
        down, across = rows + y - radius, columns + x - radius
        inside = (down >= 0) & (down < height) & (across >= 0) & (across < width)
        made[down[inside], across[inside]] = 1
    return made


def opponent(colours: Pixels, matrix: Pixels, top: float) -> Pixels:
    """`people.colours.opponent`: N×3 within 0 to *top* times a matrix, as 3×N."""
    one, two, three = np.clip(colours, 0, np.float32(top)).T
    return np.stack([one * a + two * b + three * c for a, b, c in matrix])


def light(planes: Pixels, matrix: Pixels) -> Pixels:
    """`people.colours.light`: 3×N times a matrix, as N×3."""
    one, two, three = planes
    return np.stack([one * a + two * b + three * c for a, b, c in matrix], -1)


def bright(colours: Pixels, middle: float) -> Pixels:
    """`ops.guided.brightness` beside a middle luminance."""
    red, green, blue = (colours[..., k] for k in range(3))
    luma = np.maximum(red * np.float32(0.2126) + green * np.float32(0.7152), 0)
    luma = luma + np.maximum(blue, 0) * np.float32(0.0722)
    return np.sqrt(luma / (luma + np.float32(middle)))
