"""Looking at a picture with the people network: alpha, held things, parts, and who is who.

The picture is seen at the network's own size; what comes back has that size too and is brought to
the plate by whoever refines it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor

from ..parts import INDEX
from .people_net import HEAD_STRIDE, OFFSET_UNIT, STRIDE, Observed, load

Plane = NDArray[np.float32]

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "people.safetensors"
"""The weights in the package."""

LONG_SIDE = 320
"""Longest side at which a picture is seen when the weights do not say."""

HEAD_SCORE = 0.3
"""Heads with a lower score are not taken for people."""

_LEAST_PERSON = 0.002
"""Share of the picture that alpha must fill before somebody without a head is a person."""


@dataclass(frozen=True)
class PeopleSeen:
    """What the network sees in one picture, at its own size h x w; all values in [0, 1] and finite.

    `alpha` (h, w) coverage by people without what they hold; `held` (h, w) coverage by held
    things; `parts` (parts, h, w) probabilities that sum to 1; `people` (K, h, w) whose a pixel is,
    summing to 1 over the people when there are any, strongest first; `heads` (K, 3) x and y as
    shares of width and height, and score.
    """

    alpha: Plane
    held: Plane
    parts: Plane
    people: Plane
    heads: Plane


def seen_size(height: int, width: int, long_side: int) -> tuple[int, int]:
    """Height and width, multiples of `STRIDE`, at which a picture is seen; extreme shapes are squeezed."""
    scale = long_side / max(height, width)
    return (
        max(STRIDE, round(height * scale / STRIDE) * STRIDE),
        max(STRIDE, round(width * scale / STRIDE) * STRIDE),
    )


def find_heads(centre: Tensor, most: int) -> NDArray[np.float32]:
    """Peaks of a heat map of logits (h, w): (K, 3) column, row, score, best first, `most` at most."""
    heat = torch.sigmoid(centre)[None, None]
    peak = (heat == F.max_pool2d(heat, 5, 1, 2)) & (heat > HEAD_SCORE)
    rows, columns = torch.nonzero(peak[0, 0], as_tuple=True)
    score = heat[0, 0][rows, columns]
    best = torch.argsort(score, descending=True)[:most]
    found = torch.stack([columns[best].float(), rows[best].float(), score[best]], 1)
    return np.asarray(found.numpy(), np.float32)


def group(alpha: Plane, centre: Tensor, offset: Tensor, most: int) -> tuple[Plane, Plane]:
    """Share out alpha (h, w) among people after heat map (h/4, w/4) and offsets (2, h/4, w/4).

    Returns:
        Shares (K, h, w) and heads (K, 3): column and row on the heat map's grid, score.
    """
    height, width = alpha.shape
    heads = find_heads(centre, most)
    if not len(heads):
        if float((alpha > 0.5).mean()) < _LEAST_PERSON:
            return np.zeros((0, height, width), np.float32), heads
        rows, columns = np.nonzero(alpha > 0.5)
        middle = [columns.mean() / HEAD_STRIDE, rows.mean() / HEAD_STRIDE, float(alpha[alpha > 0.5].mean())]
        return np.ones((1, height, width), np.float32), np.array([middle], np.float32)
    h, w = centre.shape
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    way = offset.numpy() * (OFFSET_UNIT / HEAD_STRIDE)
    distance = np.stack([np.hypot(x + way[0] - hx, y + way[1] - hy) for hx, hy, _ in heads])
    near = np.exp(-np.square(distance - distance.min(0)) / 2)
    share = near / near.sum(0)
    full = np.stack([cv2.resize(s, (width, height), interpolation=cv2.INTER_LINEAR) for s in share])
    return np.asarray(full / full.sum(0), np.float32), heads


class PeopleModel:
    """The network with weights, ready to look at pictures.

    Args:
        weights: a .safetensors file of `people_net.save`.
        device: `cpu`, `cuda` or any torch device.
        dtype: float32 or bfloat16 on a CPU, float16 on a GPU.

    Raises:
        SetupError: the weights are missing, damaged or of another list of parts.
    """

    def __init__(
        self, weights: Path = WEIGHTS, device: str = "cpu", dtype: torch.dtype = torch.float32
    ) -> None:
        self.device, self.dtype = device, dtype
        self.net = load(weights, device, dtype)
        with safe_open(str(weights), "pt") as file:
            header = file.metadata() or {}
        self.long_side = int(header.get("long_side", LONG_SIDE))

    def observe(self, picture: Plane, *, people: int = 4, long_side: int | None = None) -> PeopleSeen:
        """Look at `picture`, (H, W, 3) display-referred RGB; values outside 0-1 are clipped, NaN is 0.

        Args:
            people: how many people to tell apart at most.
            long_side: pixels of the longest side at which the network looks; None asks the weights.
        """
        height, width = seen_size(picture.shape[0], picture.shape[1], long_side or self.long_side)
        clean = np.clip(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), 0, 1).astype(np.float32)
        shrinks = height * width < picture.shape[0] * picture.shape[1]
        how = cv2.INTER_AREA if shrinks else cv2.INTER_LINEAR
        small = cv2.resize(clean, (width, height), interpolation=how)
        batch = torch.from_numpy(small).permute(2, 0, 1)[None]
        batch = batch.to(self.device, self.dtype, memory_format=torch.channels_last)
        with torch.inference_mode():
            out = Observed(*(t.float().cpu()[0] for t in self.net(batch)))
            parts = F.interpolate(out.parts[None], size=(height, width), mode="bilinear", align_corners=False)
            shares = np.asarray(parts[0].softmax(0).numpy(), np.float32)
            alpha, held = np.asarray(torch.sigmoid(out.alpha).numpy(), np.float32)
            mine, heads = group(alpha, out.centre[0], out.offset, people)
        scale = np.array([HEAD_STRIDE / width, HEAD_STRIDE / height, 1], np.float32)
        middle = np.array([0.5, 0.5, 0], np.float32)
        return PeopleSeen(alpha, held, shares, mine, ((heads + middle) * scale).astype(np.float32))


def main_parts(seen: PeopleSeen) -> NDArray[np.uint8]:
    """The most likely part per pixel, (h, w): background where alpha and held together are under a half."""
    best = seen.parts[1:].argmax(0).astype(np.uint8) + 1
    return np.where(seen.alpha + seen.held >= 0.5, best, np.uint8(INDEX["background"])).astype(np.uint8)
