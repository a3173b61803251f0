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
    steps, lattice = loops.steps(gauss(lab, _SIGMA), np.ascontiguousarray(inside), _FLAT)
    count, numbers = cv2.connectedComponents(lattice, connectivity=4)
    if count > _MOST:
        raise ValueError(f"{count} components, where there may be {_MOST}: regions are for smaller pictures")
    flat = np.asarray(numbers, np.int32)
    one, two, weight = _between(loops.border(flat, steps))
    of = flat[::2, ::2][inside]
    sizes = np.bincount(of, minlength=count).astype(np.int32)
    joined = loops.join(one, two, weight, sizes, scale, least)
    return _counted(joined[of], count)


def cut(of: Numbers, probable: Pixels, sure: float = SURE) -> Numbers:
    """Regions *of* N pixels, cut where parts of one are surely different things of one colour.

    Args:
        probable: (labels, N), probabilities of each pixel by itself.
        sure: probability from which on a pixel speaks for a cut.
    """
    labels, count = len(probable), int(of.max()) + 1
    best, high = loops.likeliest(probable)
    says = high >= sure
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


def _between(found: npt.NDArray[np.uint64]) -> tuple[Components, Components, Pixels]:
    """The weakest edge between each two components that touch, from the weakest to the strongest.

    Weights are not negative, so the bits of their floats are in their order: sorts of whole numbers do.

    Args:
        found: all edges between components, as `ops.loops.border` has them.
    """
    found = np.sort(found)
    pair = found >> 32
    first = np.concatenate([pair[:1] == pair[:1], pair[1:] != pair[:-1]])  # the weakest of its pair
    found = np.sort(found[first] << 32 | pair[first])
    one, two = (found >> 16) & 0xFFFF, found & 0xFFFF
    return one.astype(np.int32), two.astype(np.int32), (found >> 32).astype(np.uint32).view(np.float32)
