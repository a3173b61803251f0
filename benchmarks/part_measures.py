"""How decided parts are, how well their borders lie, and whether sides and outfit are right.

`firm` is the mean share of the strongest part inside people, away from borders; `decided` the share of
people's pixels with a part of at least .9; `border_f` the F measure, within 1 % of the picture's diagonal, of
borders between the 6 classes away from the silhouette, over all pictures together (Martin et al. 2004,
matched by dilation); `sides_sure` the mean |left - right| / (left + right) of limbs of whoever faces the
camera;
`outfit_right` the share of pictures in which dress, skirt or trousers, whichever fills most, is the truth's.
"""

from __future__ import annotations

from dataclasses import dataclass, field

import cv2
import numpy as np
from measures import CLASSES, TO_6, Mask, Plane
from numpy.typing import NDArray

from anatomatte.parts import INDEX, PARTS

_SIDED = [(INDEX[name], INDEX[name.replace("left_", "right_")]) for name in PARTS if name.startswith("left_")]
_OUTFITS = tuple(CLASSES.index(name) for name in ("dress", "skirt", "trousers"))
_WORN = 0.04
"""Share of the person that an outfit fills at least to be one."""
_SOFT = 0.15
_VOID = 255


@dataclass
class PartScores:
    """Counts over the pictures of a set."""

    firm: list[float] = field(default_factory=list)
    decided: list[float] = field(default_factory=list)
    sides: list[float] = field(default_factory=list)
    outfits: list[bool] = field(default_factory=list)
    borders: NDArray[np.float64] = field(default_factory=lambda: np.zeros(4))

    def add(
        self, parts: Plane, alpha: Plane, found: NDArray[np.integer], truth: NDArray[np.integer], facing: bool
    ) -> None:
        """One picture.

        Args:
            parts: (parts, H, W) mattes in the order of `PARTS`.
            found: (H, W) the 13 classes; *truth* likewise, 255 where it does not count.
            facing: the person faces the camera.
        """
        there = alpha >= 0.5
        if there.any():
            best = parts.max(0)
            tolerance = max(1, round(0.01 * float(np.hypot(*alpha.shape))))
            label = np.where(there, parts.argmax(0), 0)
            inside = there & (_grown(_edges(label), tolerance) == 0)
            share = best / np.maximum(alpha, np.float32(1e-3))
            if inside.any():
                self.firm.append(float(share[inside].mean()))
            self.decided.append(float((best[there] >= 0.9).mean()))
        if facing:
            self._sided(parts)
        six = np.where(truth < len(CLASSES), TO_6[np.minimum(truth, len(CLASSES) - 1)], _VOID)
        self.borders += _matched(TO_6[found], six, truth)
        worn = _worn(truth, truth < len(CLASSES))
        if worn is not None:
            self.outfits.append(worn == _worn(found, np.ones(found.shape, np.bool_), 0.0))

    def _sided(self, parts: Plane) -> None:
        """How sure a side is, of all limbs of a picture."""
        off, whole = 0.0, 0.0
        for left, right in _SIDED:
            both = parts[left] + parts[right]
            sum_ = both > _SOFT
            off += float(np.abs(parts[left] - parts[right])[sum_].sum())
            whole += float(both[sum_].sum())
        if whole:
            self.sides.append(off / whole)

    def named(self, name: str) -> dict[str, float]:
        """The scores by their keys."""
        hit, found, hit_truth, truth = self.borders
        precision, recall = hit / max(found, 1), hit_truth / max(truth, 1)
        scores = {
            "firm": _mean(self.firm), "decided": _mean(self.decided), "sides_sure": _mean(self.sides),
            "outfit_right": _mean([float(right) for right in self.outfits]),
            "border_f": 2 * precision * recall / max(precision + recall, 1e-6),
        }  # fmt: skip
        return {f"{name}_{key}": value for key, value in scores.items()}


def _mean(values: list[float]) -> float:
    return float(np.mean(values)) if values else float("nan")


def _edges(label: NDArray[np.integer]) -> Mask:
    """Pixels whose left or upper neighbour has another label."""
    made = np.zeros(label.shape, np.bool_)
    made[:, 1:] |= label[:, 1:] != label[:, :-1]
    made[1:] |= label[1:] != label[:-1]
    return made


def _grown(mask: Mask, by: int) -> NDArray[np.uint8]:
    kernel = np.ones((2 * by + 1, 2 * by + 1), np.uint8)
    return np.asarray(cv2.dilate(mask.astype(np.uint8), kernel), np.uint8)


def _matched(
    found: NDArray[np.integer], six: NDArray[np.integer], truth: NDArray[np.integer]
) -> NDArray[np.float64]:
    """Borders found that are near true ones, all found, true ones that are near found ones, all true."""
    by = max(1, round(0.01 * float(np.hypot(*six.shape))))
    counts = _grown(six == _VOID, by) == 0
    silhouette = _grown(_edges((truth > 0).astype(np.uint8)), by + 1) > 0
    mine, true = _edges(found) & counts, _edges(six) & counts
    near_mine, near_true = _grown(mine, by) > 0, _grown(true, by) > 0
    inner_mine, inner_true = mine & ~silhouette, true & ~silhouette
    return np.array(
        [(inner_mine & near_true).sum(), inner_mine.sum(), (inner_true & near_mine).sum(), inner_true.sum()],
        np.float64,
    )


def _worn(label: NDArray[np.integer], counts: Mask, least: float = _WORN) -> int | None:
    """The outfit that fills most of a picture of the 13 classes; None where none fills enough."""
    sizes = [int(((label == k) & counts).sum()) for k in _OUTFITS]
    whole = int(((label > 0) & counts).sum())
    return int(np.argmax(sizes)) if max(sizes) > least * whole else None
