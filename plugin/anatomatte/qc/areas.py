"""Connected areas, thickness and places, for all checks."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import cv2
import numpy as np

from ..frame import Pixels
from ..ops.filters import Mask, disc
from .reason import Box

NONE = 0.001
"""Share of the frame below which a matte is none."""


@dataclass(frozen=True, slots=True, eq=False)
class Area:
    """A connected area: its mask h×w, pixels, and whether the frame cuts it off."""

    mask: Mask
    pixels: int
    cut: bool


def areas(mask: Mask, least: int = 1) -> Iterator[Area]:
    """The connected areas (8 neighbours) of at least so many pixels, the largest first."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    height, width = mask.shape
    for k in sorted(range(1, count), key=lambda k: -int(stats[k, cv2.CC_STAT_AREA])):
        x, y, w, h, pixels = (int(n) for n in stats[k])
        if pixels >= least:
            yield Area(labels == k, pixels, x == 0 or y == 0 or x + w == width or y + h == height)


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
    return np.asarray(cv2.dilate(mask.astype(np.uint8), disc(radius)), np.bool_)


def thin(subject: float, share: float, least: int = 2) -> int:
    """A radius of so large a share of the subject's own size, in pixels of the grid."""
    return max(least, round(share * float(np.sqrt(max(subject, 0.0)))))


def box_of(mask: Mask) -> Box | None:
    """Where a mask lies: around its largest area; None where it is empty."""
    if not mask.any():
        return None
    count, _, stats, _ = cv2.connectedComponentsWithStats(mask.astype(np.uint8), connectivity=8)
    if count < 2:
        return None
    x, y, w, h, _ = (int(n) for n in stats[1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())])
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
    for level in levels:
        _, labels, stats, _ = cv2.connectedComponentsWithStats(
            (alpha < level).astype(np.uint8), connectivity=4
        )
        x, y, w, h = (stats[:, k] for k in range(4))
        inner = (x > 0) & (y > 0) & (x + w < width) & (y + h < height)
        inner[0] = False
        if inner.any():
            depth += (inner.astype(np.float32) / np.float32(len(levels)))[labels]
    return depth
