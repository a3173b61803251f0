"""Looking at a picture with the people network: alpha, held things, parts, and who is who.

The picture is seen at the network's own size; what comes back has that size too and is brought to
the plate by whoever refines it.
"""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors import safe_open
from torch import Tensor

from ..parts import INDEX, MIRROR
from ..people.seen import PeopleSeen, Plane
from .people_net import HEAD_STRIDE, OFFSET_UNIT, STRIDE, Observed, load

WEIGHTS = Path(__file__).resolve().parent.parent / "weights" / "people.safetensors"
"""The weights in the package."""

LONG_SIDE = 320
"""Longest side at which a picture is seen when the weights do not say."""

SCALES: tuple[float, ...] = (0.7,)
"""Further looks at these multiples of the size."""

HEAD_SCORE = 0.3
"""Heads with a lower score are not taken for people."""

_LEAST_PERSON = 0.002
"""Share of the picture that alpha must fill before somebody without a head is a person."""


def seen_size(height: int, width: int, long_side: int) -> tuple[int, int]:
    """Height and width, multiples of `STRIDE`, at which a picture is seen; extreme shapes are squeezed."""
    scale = long_side / max(height, width)
    return (
        max(STRIDE, round(height * scale / STRIDE) * STRIDE),
        max(STRIDE, round(width * scale / STRIDE) * STRIDE),
    )


def find_heads(centre: Tensor, most: int) -> NDArray[np.float32]:
    """Peaks of a heat map (h, w) in 0-1: (K, 3) column, row, score, best first, `most` at most."""
    heat = centre[None, None]
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

    def observe(
        self,
        picture: Plane,
        *,
        people: int = 4,
        long_side: int | None = None,
        scales: tuple[float, ...] = SCALES,
        mirror: bool = True,
    ) -> PeopleSeen:
        """Look at `picture`, (H, W, 3) display-referred RGB; values outside 0-1 are clipped, NaN is 0.

        Args:
            people: how many people to tell apart at most.
            long_side: pixels of the longest side at which the network looks; None asks the weights.
            scales: further looks at these multiples of that size; all looks are averaged.
            mirror: look at the mirrored picture too.
        """
        clean = np.clip(np.nan_to_num(picture, nan=0.0, posinf=1.0, neginf=0.0), 0, 1).astype(np.float32)
        side = long_side or self.long_side
        height, width = seen_size(picture.shape[0], picture.shape[1], side)
        looks = [self._look(clean, (height, width), (height, width), False)]
        if mirror:
            looks.append(self._look(clean, (height, width), (height, width), True))
        for scale in scales:
            size = seen_size(picture.shape[0], picture.shape[1], max(STRIDE, round(side * scale)))
            if size != (height, width):
                looks.append(self._look(clean, size, (height, width), False))
        mean = Observed(*(torch.stack(planes).mean(0) for planes in zip(*looks, strict=True)))
        alpha, held = np.asarray(mean.alpha.numpy(), np.float32)
        mine, heads = group(alpha, mean.centre[0], mean.offset, people)
        unit = np.array([HEAD_STRIDE / width, HEAD_STRIDE / height, 1], np.float32)
        middle = np.array([0.5, 0.5, 0], np.float32)
        parts = np.asarray(mean.parts.numpy(), np.float32)
        return PeopleSeen(alpha, held, parts, mine, ((heads + middle) * unit).astype(np.float32))

    def _look(self, picture: Plane, size: tuple[int, int], back: tuple[int, int], mirror: bool) -> Observed:
        """One pass at `size`, as probabilities and offsets brought to the size `back`."""
        height, width = size
        how = cv2.INTER_AREA if height * width < picture.shape[0] * picture.shape[1] else cv2.INTER_LINEAR
        small = cv2.resize(picture, (width, height), interpolation=how)
        small = np.ascontiguousarray(small[:, ::-1]) if mirror else small
        batch = torch.from_numpy(small).permute(2, 0, 1)[None]
        with torch.inference_mode():
            out = self.net(batch.to(self.device, self.dtype, memory_format=torch.channels_last))
            parts, alpha, centre, offset = (t.float().cpu() for t in out)
            parts, alpha, centre = parts.softmax(1), torch.sigmoid(alpha), torch.sigmoid(centre)
            offset = offset * torch.tensor([back[1] / width, back[0] / height])[None, :, None, None]
            if mirror:
                parts, alpha, centre, offset = (t.flip(3) for t in (parts, alpha, centre, offset))
                parts, offset = (
                    parts[:, list(MIRROR)],
                    offset * torch.tensor([-1.0, 1.0])[None, :, None, None],
                )
            cells = (back[0] // HEAD_STRIDE, back[1] // HEAD_STRIDE)
            sizes = (back, back, cells, cells)
            planes = zip((parts, alpha, centre, offset), sizes, strict=True)
            return Observed(*(_resized(t, like)[0] for t, like in planes))


def _resized(t: Tensor, size: tuple[int, int]) -> Tensor:
    return t if t.shape[2:] == size else F.interpolate(t, size=size, mode="bilinear", align_corners=False)


def main_parts(seen: PeopleSeen) -> NDArray[np.uint8]:
    """The most likely part per pixel, (h, w): background where alpha and held together are under a half."""
    best = seen.parts[1:].argmax(0).astype(np.uint8) + 1
    return np.where(seen.alpha + seen.held >= 0.5, best, np.uint8(INDEX["background"])).astype(np.uint8)
