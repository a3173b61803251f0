"""The palm detector: MediaPipe's palm detection (full), in torch: a box and seven points of a hand's palm.

Google published network and weights under Apache-2.0 (model card "MediaPipe Hands"; Zhang et al., "MediaPipe
Hands: On-device Real-time Hand Tracking", 2020); `training.landmarks` reads them once out of the published
file. Residuals of depthwise 5x5 convolutions with parametric ReLU down to 1/32, two steps back up, and at
the two finer levels a score, a box and seven points for every anchor (Liu et al., "SSD", 2016).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .face_mesh import Residual
from .portrait_net import Filter
from .weights_file import ready

SIDE = 192
"""Width and height of the picture; its values go from 0 to 1."""

ANCHORS = 2016
"""Anchors: two a cell at 1/8, six at 1/16."""

NUMBERS = 18
"""Numbers of an anchor: centre, width and height of the palm's box, and seven points, x and y each."""

NET = "palm_detector_1"
"""What the header of a weights file calls this network."""

_KERNEL = 5


class Found(NamedTuple):
    """Raw results for N pictures: `scores` (N, `ANCHORS`) logits, `boxes` (N, `ANCHORS`, `NUMBERS`) in pixels
    of the network's input, from the anchor's centre."""

    scores: Tensor
    boxes: Tensor


def _alike(channels: int, residuals: int) -> list[Residual]:
    return [Residual(channels, channels, kernel=_KERNEL) for _ in range(residuals)]


def _level(inputs: int, outputs: int) -> nn.Sequential:
    """Residuals of which the first halves the picture."""
    return nn.Sequential(Residual(inputs, outputs, 2, _KERNEL), *_alike(outputs, 4))


class Up(nn.Module):
    """One step up: the coarser level enlarged and its channels mixed, plus the finer one's; residuals."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.lower = nn.Conv2d(inputs, channels, 1)
        self.act = nn.PReLU(channels)
        self.mix = nn.Sequential(*_alike(channels, 2))

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        larger = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        mixed: Tensor = self.mix(finer + self.act(self.lower(larger)))
        return mixed


class Head(nn.Module):
    """For each of a cell's *anchors* a score (N, anchors) and `NUMBERS` (N, anchors, `NUMBERS`)."""

    def __init__(self, inputs: int, anchors: int) -> None:
        super().__init__()
        self.score = nn.Conv2d(inputs, anchors, 1)
        self.box = nn.Conv2d(inputs, anchors * NUMBERS, 1)

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor]:
        score, box = (made(x).permute(0, 2, 3, 1) for made in (self.score, self.box))
        return score.reshape(len(x), -1), box.reshape(len(x), -1, NUMBERS)


class PalmDetector(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in 0-1; `Found` comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Filter(3, 32, _KERNEL, 2)
        self.act = nn.PReLU(32)
        self.halved = nn.Sequential(*_alike(32, 4))
        self.levels = nn.ModuleList((_level(32, 64), _level(64, 128), _level(128, 256), _level(256, 256)))
        self.up = nn.ModuleList((Up(256, 256), Up(256, 128)))
        self.coarse, self.fine = Head(256, 6), Head(128, 2)

    def forward(self, picture: Tensor) -> Found:
        x, kept = self.halved(self.act(self.stem(picture))), []
        for level in self.levels:
            x = level(x)
            kept.append(x)
        middle = self.up[0](x, kept[2])
        fine = self.up[1](middle, kept[1])
        scores, boxes = zip(self.fine(fine), self.coarse(middle), strict=True)
        return Found(torch.cat(scores, 1), torch.cat(boxes, 1))


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PalmDetector:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(PalmDetector, NET, "the palm detector", path, device, dtype)
