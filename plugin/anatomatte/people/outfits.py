"""What people may wear: each is asked about in the pass that shows them best."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import cv2
import numpy as np

from .crops import Window
from .evidence import PeopleEvidence, Plane
from .instances import Prediction
from .merge import Crop

Shares = tuple[float, float, float, float]
"""Top, bottom, left, right of a window, as shares of the plate's height and width."""

Reader = Callable[[Prediction, Shares, Plane, Plane], Plane | None]
"""(prediction, window, picture, matte) → (7,) as `nets.own.outfit_head.outfit_odds` gives it."""

COUNT = 7
"""Numbers in a row of `PeopleEvidence.outfits`."""

_BEST = 230.0
"""Pixels of the network that a person is best tall: the drawn people of the training were about so."""
_LEAST = 0.5
_INSIDE = 0.97
"""Share of a person's height and width that a pass must show."""


MASS = 0.5
"""Weight of the network's own parts beside the head, in nats: chosen on two sets of drawn people."""

_FLOOR = 0.02
"""Share of the three below which the network's own parts say no more against an outfit."""


def share(mass: Plane) -> Plane:
    """Log odds (3,) of dress, skirt and trousers by how much of the person the network takes for each."""
    return np.asarray(np.log(mass / max(float(mass.sum()), 1e-6) + np.float32(_FLOOR)), np.float32)


def together(said: Plane, mass: Plane) -> Plane:
    """Log odds (3,) of dress, skirt and trousers from the head and from the pixels.

    Args:
        said: a person's row of `PeopleEvidence.outfits`; NaN leaves the choice to the pixels.
        mass: (3,) how much of the person the network takes for each.
    """
    own = share(mass)
    return own if np.isnan(said).any() else np.asarray(said[:3] + np.float32(MASS) * own, np.float32)


def with_outfits(
    evidence: PeopleEvidence, crops: Sequence[Crop], plate: tuple[int, int], picture: Plane, read: Reader
) -> PeopleEvidence:
    """The evidence with what each of its people may wear.

    Args:
        crops: all passes of the plate.
        plate: its height and width.
        picture: the plate at any size, display-referred.
        read: asks the outfit head.
    """
    found = np.full((len(evidence.people), COUNT), np.nan, np.float32)
    height, width = evidence.alpha.shape
    how = cv2.INTER_AREA if picture.shape[0] > height else cv2.INTER_LINEAR
    picture = np.asarray(cv2.resize(picture, (width, height), interpolation=how), np.float32)
    for k, share in enumerate(evidence.people):
        matte = evidence.alpha * share
        crop = _best(matte, crops, plate)
        if crop is None:
            continue
        said = read(crop.prediction, _shares(crop.window, plate), picture, matte)
        if said is not None:
            found[k] = said
    return replace(evidence, outfits=found)


def _shares(window: Window, plate: tuple[int, int]) -> Shares:
    height, width = plate
    return window.top / height, window.bottom / height, window.left / width, window.right / width


def _best(matte: Plane, crops: Sequence[Crop], plate: tuple[int, int]) -> Crop | None:
    """The pass that shows somebody whole and nearest to the best size; None where there is none."""
    spans = []
    for axis in (0, 1):
        there = np.flatnonzero((matte > _LEAST).any(1 - axis))
        if not len(there):
            return None
        cell = plate[axis] / matte.shape[axis]
        spans.append((there[0] * cell, (there[-1] + 1) * cell))
    (top, bottom), (left, right) = spans

    def shows(crop: Crop) -> bool:
        window = crop.window
        tall = min(bottom, window.bottom) - max(top, window.top)
        wide = min(right, window.right) - max(left, window.left)
        return bool(min(tall / (bottom - top), wide / (right - left)) >= _INSIDE)

    fit = [crop for crop in crops if crop.prediction.fine is not None and shows(crop)]
    return min(fit, key=lambda crop: abs(np.log((bottom - top) * crop.window.zoom / _BEST)), default=None)
