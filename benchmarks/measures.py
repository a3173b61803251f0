"""Measures of people and their parts, and the classes of the evaluation sets (see people.py for sources)."""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.engine import Mattes
from anatomatte.parts import PARTS

Mask = NDArray[np.bool_]
Plane = NDArray[np.float32]

CLASSES = (
    *("background", "hair", "skin", "headwear", "eyewear", "upper", "dress"),
    *("skirt", "trousers", "legwear", "footwear", "bag", "accessory"),
)
_OF_PART = {
    "background": "background",
    "held": "background",
    "hat": "headwear",
    "hair": "hair",
    "glasses": "eyewear",
    "upper_clothes": "upper",
    "coat": "upper",
    "dress": "dress",
    "trousers": "trousers",
    "skirt": "skirt",
    "left_shoe": "footwear",
    "right_shoe": "footwear",
    "bag": "bag",
    "left_tights": "legwear",
    "right_tights": "legwear",
    "scarf": "accessory",
    "other": "accessory",
}
TO_13 = np.array([CLASSES.index(_OF_PART.get(name, "skin")) for name in PARTS])
"""Class of each part; every kind of bare body is skin."""

_SIX = {
    "background": 0,
    "hair": 1,
    "skin": 2,
    "upper": 3,
    "dress": 3,
    "skirt": 4,
    "trousers": 4,
    "legwear": 4,
}
TO_6 = np.array([{**_SIX, "footwear": 5}.get(name, 255) for name in CLASSES])


def iou(found: Mask, truth: Mask, counts: Mask) -> float:
    """Intersection over union of two masks where `counts`; 1 when both are empty."""
    union = ((found | truth) & counts).sum()
    return float((found & truth & counts).sum() / union) if union else 1.0


def band(mask: Mask) -> Mask:
    """The inner border of a mask, 2 % of the picture's diagonal wide; the picture's own border counts."""
    width = max(1, round(0.02 * float(np.hypot(*mask.shape))))
    padded = cv2.copyMakeBorder(mask.astype(np.uint8), 1, 1, 1, 1, cv2.BORDER_CONSTANT, value=0)
    inner = cv2.erode(padded, np.ones((3, 3), np.uint8), iterations=width)[1:-1, 1:-1]
    return np.asarray(mask & (inner == 0))


def unsteady(before: tuple[Plane, Plane], now: tuple[Plane, Plane]) -> float:
    """How differently alpha and truth (both in each pair) change from one frame to the next, x 100."""
    change = (now[0] - before[0]) - (now[1] - before[1])
    return 100 * float(np.sqrt(np.square(change).mean()))


class Tally:
    """Confusion counts over a set of pictures."""

    def __init__(self, classes: int) -> None:
        self.counts = np.zeros((classes, classes), np.int64)

    def add(self, found: NDArray[np.integer], truth: NDArray[np.integer]) -> None:
        """Count one picture; values beyond the classes do not count."""
        n = len(self.counts)
        ok = (truth < n) & (found < n)
        self.counts += np.bincount(truth[ok].astype(int) * n + found[ok], minlength=n * n).reshape(n, n)

    def ious(self) -> NDArray[np.float64]:
        """IoU per class; NaN where the truth has none."""
        hit, truth, found = np.diag(self.counts), self.counts.sum(1), self.counts.sum(0)
        with np.errstate(invalid="ignore", divide="ignore"):
            return np.asarray(np.where(truth > 0, hit / (truth + found - hit), np.nan))


@dataclass
class Scores:
    """What a set's pictures of people are scored by, a number a picture."""

    iou: list[float] = field(default_factory=list)
    extra: list[float] = field(default_factory=list)
    missed: list[float] = field(default_factory=list)
    unsteady: list[float] = field(default_factory=list)

    def add(self, alpha: Plane, truth: Mask, counts: Mask) -> None:
        """One picture's alpha against a mask."""
        found, whole = alpha >= 0.5, max(1, int((truth & counts).sum()))
        self.iou.append(iou(found, truth, counts))
        self.extra.append(float((found & ~truth & counts).sum()) / whole)
        self.missed.append(float((~found & truth & counts).sum()) / whole)

    def named(self, name: str) -> dict[str, float]:
        """The means by their keys."""
        kinds = {"iou": self.iou, "extra": self.extra, "missed": self.missed, "dtssd": self.unsteady}
        return {f"{name}_{kind}": float(np.mean(values)) for kind, values in kinds.items() if values}


def split_up(made: Mattes, truth: Mask) -> bool:
    """Whether the largest connected piece of a mask carries two numbers, each on more than a tenth of it."""
    count, labels, stats, _ = cv2.connectedComponentsWithStats(truth.astype(np.uint8))
    if count < 2:
        return False
    one = labels == 1 + int(stats[1:, cv2.CC_STAT_AREA].argmax())
    return sum(float(matte[one].sum()) > 0.1 * float(one.sum()) for matte in made.people) > 1
