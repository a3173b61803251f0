"""Faces as a step sees them: moved, lit a little otherwise, and bent for the encoder alone."""

from __future__ import annotations

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor

from .cuts import Faces, Planes
from .losses import Pair

_MOVED = (8.0, 0.06, 0.03)
"""Degrees of a turn, share of a size and of the side by which a face is moved, one deviation."""

_BENT = 0.012
"""Share of the side by which the encoder's picture is bent, one deviation."""


def pair(faces: Faces, rng: np.random.Generator, count: int) -> Pair:
    """So many faces of one person."""
    made = [_one(faces, int(at), rng) for at in rng.integers(len(faces), size=count)]
    shown, picture, matte = (np.stack(one) for one in zip(*made, strict=True))
    return Pair(planes(shown), planes(picture), planes(matte))


def planes(pictures: Planes) -> Tensor:
    """(N, H, W[, C]) as torch has them."""
    whole = pictures[..., None] if pictures.ndim == 3 else pictures
    return torch.from_numpy(np.ascontiguousarray(whole.transpose(0, 3, 1, 2), np.float32))


def _one(faces: Faces, at: int, rng: np.random.Generator) -> tuple[Planes, Planes, Planes]:
    side = faces.pictures.shape[1]
    turn, size, shift = rng.normal(0, _MOVED[0] / 2), np.exp(rng.normal(0, _MOVED[1])), rng.normal(0, 1, 2)
    matrix = cv2.getRotationMatrix2D((side / 2, side / 2), turn, size)
    matrix[:, 2] += shift * _MOVED[2] * side
    flip = rng.random() < 0.5
    gain = np.exp(rng.normal(0, 0.05, 3) + rng.normal(0, 0.1)).astype(np.float32)
    both = np.dstack([np.clip(faces.pictures[at] * gain, 0, 1), faces.mattes[at]])
    both = both[:, ::-1] if flip else both
    moved = cv2.warpAffine(
        np.ascontiguousarray(both),
        matrix,
        (side, side),
        flags=cv2.INTER_LINEAR,
        borderMode=cv2.BORDER_REPLICATE,
    )
    y, x = np.mgrid[:side, :side].astype(np.float32)
    way = [x + _waves(rng, side), y + _waves(rng, side)]
    shown = cv2.remap(moved[..., :3], *way, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    return shown, moved[..., :3], moved[..., 3]


def _waves(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """A smooth field of shifts in pixels."""
    coarse = rng.normal(0, _BENT * side, (5, 5)).astype(np.float32)
    return np.asarray(cv2.resize(coarse, (side, side), interpolation=cv2.INTER_CUBIC), np.float32)
