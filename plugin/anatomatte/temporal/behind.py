"""What lies behind people: seen in the frames in which they had not yet come, or had gone.

The background's motion is found around people and spread behind them.  Where a person stands still before
it nothing is revealed: a frame that lost a limb would call that limb background.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import NamedTuple

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import EDGE, Fill, Mask, box, gauss, step
from .align import Alignment

_CLEAR = 0.02
"""Coverage up to which a place is background."""

_AWAY = 3
"""Cells by which background keeps off people."""

_APART = (0.5, 1.5)
"""Cells by which people move against the background, from where on it is revealed, and in full."""

_STILL = 0.98 * _APART[0]
"""Cells that nobody moves more than where the background is revealed nowhere: no mean of less comes to it."""

_FIGURE = 0.04
"""Size of the area whose motion is a person's, as a share of the diagonal."""

_MOST = 0.25
"""Squared difference that counts at most: what moves in the background is not its noise."""


class Way(NamedTuple):
    """Where this frame's background lies in another one, h×w (x, y), how far that is revealed there, and how
    far from it what is seen lies instead."""

    x: Pixels
    y: Pixels
    weight: Pixels
    apart: Pixels


class Glimpse(NamedTuple):
    """What another frame reveals: its colours K×h×w, and where this frame's background lies in it."""

    colours: Pixels
    way: Way


class Behind(NamedTuple):
    """The background K×h×w behind people, how far it may be off (variances), where it is known at all, and
    how far what is before it goes along with it (h×w in 0..1): what does not is somebody, however alike."""

    colours: Pixels
    spread: Pixels
    known: Mask
    along: Pixels


def behind(own: Pixels, cover: Pixels, others: Sequence[Glimpse]) -> Behind:
    """What *others* show of the background of this frame.

    Args:
        own: K×h×w, this frame's colours, smooth enough to be compared cell by cell.
        cover: h×w, its coverage by people.
    """
    total, along = np.zeros(cover.shape, np.float32), np.zeros(cover.shape, np.float32)
    first, second = np.zeros_like(own), np.zeros_like(own)
    for one in others:
        x, y, weight, apart = one.way
        for k, plane in enumerate(one.colours):
            found = np.asarray(cv2.remap(plane, x, y, cv2.INTER_LINEAR, borderMode=EDGE), np.float32)
            first[k] += weight * found
            second[k] += weight * found * found
        total += weight
        along += weight * (1 - step(apart, *_APART))
    safe = np.maximum(total, np.float32(1e-6))
    first /= safe
    spread = np.maximum(second / safe - first * first, 0)
    return Behind(
        first, spread + _missed(own, first, total, cover), total > 0.5, np.asarray(along / safe, np.float32)
    )


def alike(own: Pixels, found: Behind, size: int = 5) -> Pixels:
    """How far this frame looks like the background, h×w: about 1 where it is that, much more elsewhere."""
    off = np.minimum(np.square(own - found.colours) / (found.spread + np.float32(1e-5)), 20).mean(0)
    known = found.known.astype(np.float32)
    return np.asarray(box(off * known, size) / np.maximum(box(known, size), np.float32(1e-3)), np.float32)


def way(cover: Pixels, theirs: Pixels, lies: Alignment) -> Way | None:
    """Where this frame's background lies in another one; None where that reveals nothing of it.

    Args:
        cover: h×w, coverage of this frame by people.
        theirs: h×w, that of the other.
        lies: how the other lies over this one.
    """
    height, width = cover.shape
    row, column = np.arange(height, dtype=np.float32)[:, None], np.arange(width, dtype=np.float32)
    around = np.where(_spread(cover, 2 * _AWAY) <= _CLEAR, lies.belief, 0).astype(np.float32)
    fill = Fill(around)
    across, down = lies.x - column, lies.y - row
    calm = [np.where(around > 0, plane, 0).astype(np.float32) for plane in (across, down)]
    move = [fill(plane) for plane in calm]
    apart = np.asarray(np.hypot(across - move[0], down - move[1]), np.float32)
    moved = _moved(cover * lies.belief, apart)
    if moved is None:
        return None
    x, y = (np.asarray(a + b, np.float32) for a, b in ((column, move[0]), (row, move[1])))
    clear = (_spread(theirs, _AWAY) <= _CLEAR).astype(np.float32)
    there = np.asarray(cv2.remap(clear, x, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_CONSTANT), np.float32)
    weight = np.where(there > 0.99, moved, 0).astype(np.float32)
    return Way(x, y, weight, apart) if weight.any() else None


def _moved(weight: Pixels, apart: Pixels) -> Pixels | None:
    """Whether the people around a place move against the background, h×w in 0..1; None where nobody does."""
    theirs = apart[weight > 0]
    if not theirs.size or float(theirs.max()) < _STILL:  # nor can a mean of it
        return None
    size = _FIGURE * float(np.hypot(*weight.shape))
    mean = gauss(weight * apart, size) / np.maximum(gauss(weight, size), np.float32(1e-4))
    return step(np.asarray(mean, np.float32), *_APART)


def _missed(own: Pixels, found: Pixels, total: Pixels, cover: Pixels) -> Pixels:
    """The mean square by which the background that was found misses this frame's, as seen around people."""
    seen = np.where(_spread(cover, _AWAY) <= _CLEAR, np.minimum(total, 1), 0).astype(np.float32)
    mass = gauss(seen, 2.0)
    fill = Fill(np.where(mass > 0.02, mass, 0).astype(np.float32))
    unit = 1 / np.maximum(mass, np.float32(1e-6))
    misses = np.minimum(np.square(own - found), np.float32(_MOST)) * seen
    spread = [fill(np.asarray(gauss(plane, 2.0) * unit, np.float32)) for plane in misses]
    return np.stack(spread)


def _spread(cover: Pixels, cells: int) -> Pixels:
    size = 2 * cells + 1
    return np.asarray(cv2.dilate(cover, np.ones((size, size), np.uint8), borderType=EDGE), np.float32)
