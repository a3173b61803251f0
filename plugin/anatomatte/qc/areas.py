"""Connected areas, thickness and places, for all checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from ..frame import Pixels
from ..ops import loops
from ..ops.filters import Mask, disc
from .reason import Box

_FARTHEST = 254
"""Pixels up to which a mask is grown by the compiled loop."""

NONE = 0.001
"""Share of the frame below which a matte is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A connected area.

    Attributes:
        at: rows and columns of the frame in which it lies.
        own: its mask there.
        pixels: how many it has.
        cut: whether the frame cuts it off.
        frame: height and width of the frame.
    """

    at: tuple[slice, slice]
    own: Mask
    pixels: int
    cut: bool
    frame: tuple[int, int]

    @property
    def mask(self) -> Mask:
        """Its mask on the whole frame, h×w."""
        made = np.zeros(self.frame, np.bool_)
        made[self.at] = self.own
        return made


def areas(mask: Mask, least: int = 1) -> Iterator[Area]:
    """The connected areas (8 neighbours) of at least so many pixels, the largest first."""
    height, width = mask.shape
    left, top, cropped = _cropped(mask)
    if cropped is None:
        return
    count, labels, stats, _ = cv2.connectedComponentsWithStats(cropped, connectivity=8)
    for k in sorted(range(1, count), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA])):
        x, y, w, h, pixels = (int(n) for n in stats[k])
        if pixels < least:
            return
        own = np.asarray(labels[y : y + h, x : x + w] == k)
        x, y = x + left, y + top
        cut = x == 0 or y == 0 or x + w == width or y + h == height
        yield Area(np.s_[y : y + h, x : x + w], own, pixels, cut, (height, width))


def _cropped(mask: Mask) -> tuple[int, int, npt.NDArray[np.uint8] | None]:
    """Where the part of a mask begins in which there is any, from the left and the top, and that part."""
    whole = np.ascontiguousarray(mask).view(np.uint8)
    x, y, w, h = cv2.boundingRect(whole)
    return x, y, np.ascontiguousarray(whole[y : y + h, x : x + w]) if w and h else None


def opened(mask: Mask, radius: int) -> Mask:
    """*mask* without everything thinner than 2·radius+1 (morphological opening; Serra 1982)."""
    if radius < 1 or not mask.any():
        return mask
    made = cv2.morphologyEx(
        mask.astype(np.uint8), cv2.MORPH_OPEN, disc(radius), borderType=cv2.BORDER_CONSTANT
    )
    return np.asarray(made, np.bool_)


def grown(mask: Mask, radius: int) -> Mask:
    """*mask* and everything within *radius* pixels of it."""
    if radius < 1 or not mask.any():
        return mask
    if radius > _FARTHEST:
        return np.asarray(cv2.dilate(mask.astype(np.uint8), disc(radius)), np.bool_)
    return loops.grow(np.ascontiguousarray(mask).view(np.uint8), radius).view(np.bool_)


def thin(subject: float, share: float, least: int = 2) -> int:
    """A radius of so large a share of the subject's own size, in pixels of the grid."""
    return max(least, round(share * float(np.sqrt(max(subject, 0.0)))))


def box_of(mask: Mask) -> Box | None:
    """Where a mask lies: around its largest area; None where it is empty."""
    left, top, cropped = _cropped(mask)
    if cropped is None:
        return None
    x, y, (h, w) = 0, 0, cropped.shape
    if cv2.connectedComponents(cropped, connectivity=8)[0] > 2:  # more than one, whose sizes cost more
        _, _, stats, _ = cv2.connectedComponentsWithStats(cropped, connectivity=8)
        x, y, w, h, _ = (int(n) for n in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
    x, y = x + left, y + top
    height, width = mask.shape
    return Box(x / width, y / height, (x + w) / width, (y + h) / height)


def root(part: float, whole: float) -> float:
    """How large a part of the whole is, as a ratio of lengths, in 0..1."""
    return float(min(1.0, max(0.0, part) / max(whole, 1.0)) ** 0.5)


def enclosed(alpha: Pixels, levels: tuple[float, ...] = (0.25, 0.5, 0.75, 0.95)) -> Pixels:
    """h×w, how deep a matte is open where it is enclosed: filling of holes, by levels.

    After P. Soille, "Morphological Image Analysis" (2003), section 6.3.7; an opening that touches the
    frame's border is no hole.
    """
    depth = np.zeros(alpha.shape, np.float32)
    height, width = alpha.shape
    clear = np.ones((height + 2, width + 2), np.uint8)  # the rim reaches all that is no hole
    for level in levels:
        np.less(alpha, level, out=clear[1:-1, 1:-1].view(np.bool_))
        cv2.floodFill(clear, None, (0, 0), 0, flags=4)
        if clear.any():
            depth += clear[1:-1, 1:-1] * np.float32(1 / len(levels))
        clear[[0, -1]], clear[:, [0, -1]] = 1, 1
    return depth
