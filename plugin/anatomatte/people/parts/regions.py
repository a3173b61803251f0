"""Regions of a picture that follow its own edges: graph-based segmentation.

P. F. Felzenszwalb, D. P. Huttenlocher, "Efficient Graph-Based Image Segmentation" (IJCV 2004): edges between
neighbouring pixels are taken from the weakest to the strongest, and two regions become one unless the edge is
stronger than what both hold inside, by a margin that shrinks as they grow. The weakest edges, which join in
any order, are joined at once as connected components; the rest is Kruskal's loop over what is left, compiled
(`ops.loops`).
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from ...frame import Pixels
from ...ops import loops
from ...ops.filters import Mask, gauss

Numbers = npt.NDArray[np.intp]
Components = npt.NDArray[np.int32]

SCALE = 60.0
"""The paper's k, in units of 8-bit Lab times pixels: larger joins more."""

LEAST = 20
"""Pixels of the smallest region."""

_FLAT = 2.0
"""Difference of neighbours, in units of 8-bit Lab, that never is an edge."""

_MOST = 0xFFFF
"""Components at most: the numbers of two and a float are one whole number of 64 bits."""

_SIGMA = 0.5

SURE = 0.9
_SPEAKS = 0.15
"""Share of a region that has to be surely one label before it is cut off."""


def regions(lab: Pixels, inside: Mask, scale: float = SCALE, least: int = LEAST) -> Numbers:
    """The region of each pixel *inside*, numbered from 0, in the order of rows.

    Args:
        lab: h×w×3, Lab in units of 8 bits.
        inside: h×w, the pixels that are divided.

    Raises:
        ValueError: the picture falls into more than 65535 components that are flat.
    """
    smooth = gauss(lab, _SIGMA)
    steps = [_step(smooth, inside, dy, dx) for dy, dx in ((0, 1), (1, 0), (1, 1), (1, -1))]
    flat, count = _flat(steps[0], steps[1], inside)
    if count > _MOST:
        raise ValueError(f"{count} components, where there may be {_MOST}: regions are for smaller pictures")
    one, two, weight = _between(flat, steps)
    sizes = np.bincount(flat[inside], minlength=count).astype(np.int32)
    joined = loops.join(one, two, weight, sizes, scale, least)
    return _counted(joined[flat[inside]], count)


def cut(of: Numbers, probable: Pixels, sure: float = SURE) -> Numbers:
    """Regions *of* N pixels, cut where parts of one are surely different things of one colour.

    Args:
        probable: (labels, N), probabilities of each pixel by itself.
        sure: probability from which on a pixel speaks for a cut.
    """
    labels, count = len(probable), int(of.max()) + 1
    best = probable.argmax(0)
    says = probable.max(0) >= sure
    votes = np.bincount(of[says] * labels + best[says], minlength=count * labels).reshape(count, labels)
    sizes = np.bincount(of, minlength=count)[:, None]
    strong = votes >= np.maximum(LEAST, _SPEAKS * sizes)
    mixed = (strong.sum(1) > 1)[of]
    piece = np.zeros_like(of)
    piece[mixed] = (probable[:, mixed] * strong[of[mixed]].T).argmax(0) + 1
    return _counted(of * (labels + 1) + piece, count * (labels + 1))


def apart(of: Numbers, within: Mask, least: int = LEAST // 2) -> Numbers:
    """Regions *of* N pixels, cut along the border of what is *within* if both pieces have *least* pixels."""
    count = int(of.max()) + 1
    inner = np.bincount(of[within], minlength=count)
    outer = np.bincount(of, minlength=count) - inner
    cuts = (inner >= least) & (outer >= least)
    return _counted(2 * of + (within & cuts[of]), 2 * count)


def _counted(numbers: Numbers | Components, most: int) -> Numbers:
    """Numbers below *most* made gapless from 0, in their order."""
    there = np.zeros(most, np.bool_)
    there[numbers] = True
    return np.asarray((np.cumsum(there) - 1)[numbers], np.intp)


def _shifted(dy: int, dx: int) -> tuple[tuple[slice, slice], tuple[slice, slice]]:
    """The pixels that have a neighbour at (dy, dx), and these neighbours."""
    rows = (slice(None, -dy or None), slice(dy, None))
    columns = (slice(None, -dx or None), slice(dx, None)) if dx >= 0 else (slice(-dx, None), slice(None, dx))
    return (rows[0], columns[0]), (rows[1], columns[1])


def _step(smooth: Pixels, inside: Mask, dy: int, dx: int) -> Pixels:
    """Difference of each pixel to its neighbour at (dy, dx); infinite where one of both is outside."""
    here, there = _shifted(dy, dx)
    difference = smooth[here] - smooth[there]
    length = np.sqrt(np.einsum("hwc,hwc->hw", difference, difference))
    return np.asarray(np.where(inside[here] & inside[there], length, np.inf), np.float32)


def _flat(across: Pixels, down: Pixels, inside: Mask) -> tuple[Components, int]:
    """Components that hang together by differences of at most `_FLAT`, and how many numbers they have."""
    height, width = inside.shape
    lattice = np.zeros((2 * height - 1, 2 * width - 1), np.uint8)  # pixels, and the steps between them
    lattice[::2, ::2], lattice[::2, 1::2], lattice[1::2, ::2] = inside, across <= _FLAT, down <= _FLAT
    count, found = cv2.connectedComponents(lattice, connectivity=4)
    return np.asarray(found[::2, ::2], np.int32), count


def _between(flat: Components, steps: list[Pixels]) -> tuple[Components, Components, Pixels]:
    """The weakest edge between each two components that touch, from the weakest to the strongest.

    Weights are not negative, so the bits of their floats are in their order: one sort of whole numbers does.
    """
    keys = []
    for step, (dy, dx) in zip(steps, ((0, 1), (1, 0), (1, 1), (1, -1)), strict=True):
        here, there = _shifted(dy, dx)
        edge = (flat[here] != flat[there]) & np.isfinite(step)
        one, two = flat[here][edge], flat[there][edge]
        pair = np.minimum(one, two).astype(np.uint64) << 16 | np.maximum(one, two).astype(np.uint64)
        keys.append(pair << 32 | step[edge].view(np.uint32))
    found = np.sort(np.concatenate(keys))
    pair, bits = (found >> 32).astype(np.uint32), found.astype(np.uint32)
    first = np.concatenate([pair[:1] == pair[:1], pair[1:] != pair[:-1]])  # the weakest of its pair
    pair, bits = pair[first], bits[first]
    order = np.argsort(bits, kind="stable")
    pair = pair[order]
    return (pair >> 16).astype(np.int32), (pair & 0xFFFF).astype(np.int32), bits[order].view(np.float32)
