"""How much the names of parts flicker, and how much of their dtSSD would be left without any flicker.

dtSSD compares changes with those of the truth, so that a part with a wrong name counts wherever it moves,
however steady it is. `changed` looks at names alone: well inside of one part, at what the flow holds for the
same place.
`as_wrong` is a matte without flicker that calls every part what it was called most.
"""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

from anatomatte.menus import PART_MENU
from anatomatte.parts import INDEX
from anatomatte.temporal.align import Alignment, align
from anatomatte.temporal.flow import flow, small

Pixels = npt.NDArray[np.float32]
Picture = npt.NDArray[np.uint8]
Labels = npt.NDArray[np.uint8]

_SURE = 0.5
_INSIDE = np.ones((5, 5), np.uint8)


def names(planes: Pixels) -> Labels:
    """The part that each pixel is called, of layers n×H×W; 0 where nobody is."""
    labels = np.array([INDEX[name] for name in PART_MENU], np.uint8)
    return np.where(planes.sum(0) > _SURE, labels[planes.argmax(0)], np.uint8(0))


def changed(called: list[Labels], truth: list[Labels], pictures: list[Picture]) -> tuple[int, int]:
    """How many pixels change their name from one frame to the next, and of how many.

    Args:
        called: as `names` gives it, of each frame of a clip.
        truth: the main part of each pixel.
        pictures: H×W×3 of 8 bits.
    """
    seen = [small(one.astype(np.float32) / 255) for one in pictures]
    other, of = 0, 0
    for n in range(len(seen) - 1):
        lies = align(seen[n], seen[n + 1], flow(seen[n], seen[n + 1]), flow(seen[n + 1], seen[n]))
        there = _there(lies, truth[n].shape)
        inside = cv2.dilate(truth[n], _INSIDE) == cv2.erode(truth[n], _INSIDE)
        counts = inside & (truth[n] > 0) & (truth[n] == truth[n + 1][there])
        counts &= lies.believed(*truth[n].shape) > _SURE
        other += int((counts & (called[n] != called[n + 1][there])).sum())
        of += int(counts.sum())
    return other, of


def as_wrong(found: list[Pixels], truth: list[Labels]) -> list[Pixels]:
    """Layers n×H×W of each frame in which every part is called what it is called most in *found*."""
    labels = np.unique(np.stack(truth))
    total = {
        label: sum(one[:, t == label].sum(1) for one, t in zip(found, truth, strict=True)) for label in labels
    }
    made = []
    for one in truth:
        planes = np.zeros(found[0].shape, np.float32)
        for label in labels[labels > 0]:
            planes[int(np.argmax(total[label])), one == label] = 1
        made.append(planes)
    return made


def _there(lies: Alignment, size: tuple[int, ...]) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Row and column in the other frame of each pixel of this one."""
    rows, columns = (np.arange(side, dtype=np.float32) for side in size)
    ways = np.stack([np.broadcast_to(rows[:, None], size), np.broadcast_to(columns, size)])
    found = np.rint(lies.warped(np.ascontiguousarray(ways)))
    return tuple(np.clip(one, 0, side - 1).astype(np.intp) for one, side in zip(found, size, strict=True))  # type: ignore[return-value]
