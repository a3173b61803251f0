"""The outfit head of `nets.own.outfit_head`, computed by ONNX Runtime."""

from __future__ import annotations

import numpy as np

from ...people.instances import Prediction
from ..person_cells import COLUMNS, ROWS, Box, Plane, own_cells, within
from ..runtime.devices import CPU
from .graph import Graph


class OutfitGraph:
    """Asks what somebody wears; threads may share it.

    Args:
        device: as of `Graph`.

    Raises:
        SetupError: weights or graph are missing or damaged.
    """

    def __init__(self, device: str = CPU) -> None:
        self._head = Graph("outfit", device)

    def odds(self, seen: Prediction, window: Box, picture: Plane, matte: Plane) -> Plane | None:
        """(7,) as `outfit_head.outfit_odds` says; None where nobody is, or the pass has no features.

        Args:
            seen: a plain prediction of the first network.
            window: what it looked at, as shares of the picture.
            picture: (H, W, 3) display-referred, whole, of any size.
            matte: (h, w) the person's own coverage.
        """
        found = None if seen.fine is None or seen.coarse is None else own_cells(picture, matte)
        if found is None or seen.fine is None or seen.coarse is None:
            return None
        box, small, inner = found
        cells = 2 * ROWS, 2 * COLUMNS
        own, there = cut(small.transpose(2, 0, 1), inner, *cells), within(box, window)
        fine = np.concatenate([cut(seen.fine, there, *cells), own])
        return self._head(fine[None], cut(seen.coarse, there, ROWS, COLUMNS)[None])[0]


def cut(planes: Plane, box: Box, rows: int, columns: int) -> Plane:
    """Planes (C, h, w) averaged over `rows` x `columns` cells of a box, 0 beyond the planes."""
    down = _means(planes.shape[1], box[0], box[1], rows)
    across = _means(planes.shape[2], box[2], box[3], columns)
    return np.ascontiguousarray(down @ planes @ across.T)


def _means(length: int, first: float, last: float, cells: int) -> Plane:
    """(cells, length) weights: each cell is the mean of two samples between neighbouring pixels."""
    share = (np.arange(2 * cells) + 0.5) / (2 * cells) * (last - first) + first
    place = share * length - 0.5
    low = np.floor(place)
    made = np.zeros((2 * cells, length), np.float32)
    for near, weight in ((low, 1 - (place - low)), (low + 1, place - low)):
        inside = np.flatnonzero((near >= 0) & (near < length))
        made[inside, near[inside].astype(np.intp)] += weight[inside]
    return np.asarray(made.reshape(cells, 2, length).mean(1), np.float32)
