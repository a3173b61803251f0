"""The person detector: MediaPipe's pose detection, in torch: who is there, and the circle of the body.

Google published network and weights under Apache-2.0 (model card "MediaPipe BlazePose GHUM 3D"; Bazarevsky
et al., "BlazePose: On-device Real-time Body Pose tracking", 2020); `training.pretrained` reads them once
out of the published file. An encoder of inverted residuals down to 1/32, two steps back up, and at each
of the three levels a score, a box of the head and four points for every anchor (Liu et al., "SSD", 2016).
Its norms were merged into the weights before they were published. Equal to the published graph up to
rounding; channels are mixed before they are enlarged, not after (both are linear).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .pose_trunk import Conv, Inverted
from .weights_file import ready

SIDE = 224
"""Width and height of the picture; it is letterboxed in black, and its values go from -1 to 1."""

ANCHORS = 2254
"""Anchors: two a cell at 1/8 and 1/16, six at 1/32."""

NUMBERS = 12
"""Numbers of an anchor: centre, width and height of the head's box, and four points, x and y each."""

NET = "person_detector_1"
"""What the header of a weights file calls this network."""


class Found(NamedTuple):
    """Raw results for N pictures: `scores` (N, `ANCHORS`) logits, `boxes` (N, `ANCHORS`, `NUMBERS`) in pixels
    of the network's input, from the anchor's centre."""

    scores: Tensor
    boxes: Tensor


class Apart(nn.Module):
    """Each channel filtered by itself (3x3), then mixed (1x1); with `shortcut` added to what came in."""

    def __init__(self, inputs: int, outputs: int, shortcut: bool = False) -> None:
        super().__init__()
        self.filter = Conv(inputs, inputs, 3, 1, inputs, act=False)
        self.mix = Conv(inputs, outputs, act=not shortcut)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(self.filter(x))
        return F.relu6(x + y, inplace=True) if self.shortcut else y


class Head(nn.Module):
    """For each cell of half of a level, some anchors' *numbers*: (N, cells x anchors, numbers)."""

    def __init__(self, inputs: int, anchors: int, numbers: int) -> None:
        super().__init__()
        self.filter = Conv(inputs, inputs, 3, 2, inputs, act=False)
        self.mix = Conv(inputs, anchors * numbers, act=False)
        self.numbers = numbers

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(self.filter(x))
        return y.permute(0, 2, 3, 1).reshape(len(y), -1, self.numbers)


class Up(nn.Module):
    """One step up: the coarser level's channels mixed and enlarged, plus the finer one's; residuals."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.lower = Conv(inputs, channels, act=False)
        self.mix = nn.Sequential(
            Apart(channels, channels, shortcut=True), Apart(channels, channels, shortcut=True)
        )

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        x = F.interpolate(self.lower(x), scale_factor=2, mode="bilinear", align_corners=False)
        y: Tensor = self.mix(F.relu6(x, inplace=True) + finer)
        return y


def depth_to_space(x: Tensor) -> Tensor:
    """(N, 4 C, H, W) to (N, C, 2 H, 2 W) in TensorFlow's order: a cell's four places, then channels."""
    n, channels, height, width = x.shape
    four = x.reshape(n, 2, 2, channels // 4, height, width)
    return four.permute(0, 3, 4, 1, 5, 2).reshape(n, channels // 4, 2 * height, 2 * width)


class PersonDetector(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in -1 to 1; `Found` comes out.

    For inference only: it overwrites what it has computed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Sequential(Conv(3, 24, 3, 2), Conv(24, 24, 3, 1, 24), Conv(24, 16, act=False))
        self.quarter = nn.Sequential(Inverted(16, 24, 3, 2, 4), Inverted(24, 24, 3, 1, 6))
        self.eighth = nn.Sequential(Inverted(24, 40, 5, 2, 6), Inverted(40, 40, 5, 1, 6))
        self.sixteenth = nn.Sequential(
            Inverted(40, 80, 3, 2, 6),
            Inverted(80, 80, 3, 1, 6),
            Inverted(80, 80, 3, 1, 6),
            Inverted(80, 112, 5, 1, 6),
            Inverted(112, 112, 5, 1, 6),
            Inverted(112, 112, 5, 1, 6),
        )
        self.deep = nn.Sequential(
            Inverted(112, 192, 5, 2, 6), *(Inverted(192, 192, 5, 1, 6) for _ in range(3))
        )
        self.last = nn.Sequential(Conv(192, 1152), Conv(1152, 1152, 3, 1, 1152))
        self.side = nn.ModuleList((Apart(112, 192), Apart(40, 96)))
        self.up = nn.ModuleList((Up(1152, 192), Up(192, 96)))
        self.score = nn.ModuleList((Head(24, 2, 1), Head(48, 2, 1), Head(288, 6, 1)))
        self.box = nn.ModuleList((Head(24, 2, NUMBERS), Head(48, 2, NUMBERS), Head(288, 6, NUMBERS)))

    def forward(self, picture: Tensor) -> Found:
        eighth = self.eighth(self.quarter(self.stem(picture)))
        sixteenth = self.sixteenth(eighth)
        deep = self.last(self.deep(sixteenth))
        middle = self.up[0](deep, self.side[0](sixteenth))
        fine = self.up[1](middle, self.side[1](eighth))
        levels = [depth_to_space(level) for level in (fine, middle, deep)]
        scores = [head(level)[..., 0] for head, level in zip(self.score, levels, strict=True)]
        boxes = [head(level) for head, level in zip(self.box, levels, strict=True)]
        return Found(torch.cat(scores, 1), torch.cat(boxes, 1))


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PersonDetector:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(PersonDetector, NET, "the person detector", path, device, dtype)
