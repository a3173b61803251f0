"""Labels of people from the bank, mended where the renderer says something else than `anatomatte.parts`."""

from __future__ import annotations

from dataclasses import replace

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import GROUPS, INDEX, PARTS

from ..bank import Item

Labels = NDArray[np.uint8]

_TOPS = [INDEX[n] for n in ("upper_clothes", "coat", "dress", "skirt")]
_SHEER = [INDEX[n] for n in ("hat", "coat", "other", "dress", "upper_clothes", "skirt", "trousers")]
"""Clothes from outside to inside."""

_UNDER = [INDEX[n] for n in (*GROUPS["skin"], *GROUPS["clothes"], "hat", "other") if "hand" not in n]
"""What may be under sheer cloth; hands are mostly before it."""

_HOLES = 0.05
"""Cloth with a greater share of holes between its pixels is sheer."""


def mended(item: Item) -> Item:
    """The item as it is, or a copy whose labels are mended."""
    label = new = item.planes[..., 2]
    if item.facts["outfit"] == "suit":
        new = _overall(new)
    if item.facts.get("fabric") == "sheer":
        new = _sheer(new)
    if new is label:
        return item
    return replace(item, planes=np.dstack([item.planes[..., :2], new]))


def _overall(label: Labels) -> Labels:
    """An overall in one piece is a dress; banks of version 4 call one with sleeves trousers all over."""
    counts = np.bincount(label.ravel(), minlength=len(PARTS))
    trousers = INDEX["trousers"]
    if counts[trousers] == 0 or counts[_TOPS].sum() > 0.02 * counts[trousers]:
        return label
    return np.where(label == trousers, np.uint8(INDEX["dress"]), label)


def _sheer(label: Labels) -> Labels:
    """What is seen through cloth belongs to the cloth: rendered, it is a dust of both labels."""
    disc = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (5, 5))
    free = np.isin(label, _UNDER)
    new = label
    for part in _SHEER:
        own = ((label == part) & free).astype(np.uint8)
        filled = (cv2.morphologyEx(own, cv2.MORPH_CLOSE, disc) > 0) & free
        if filled.sum() > (1 + _HOLES) * own.sum() > 0:
            new = np.where(filled, np.uint8(part), new)
            free &= ~filled
    return new
