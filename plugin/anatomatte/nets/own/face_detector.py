"""The face detector: MediaPipe's face detection for the full range, in torch: a box and six points of a face.

Google published network and weights under Apache-2.0 (model card "MediaPipe Face Detection", full range,
sparse; Bazarevsky et al., "BlazeFace: Sub-millisecond Neural Face Detection on Mobile GPUs", 2019);
`training.landmarks` reads them once out of the published file. Blocks of two depthwise convolutions, down to
1/32 and three steps back up to 1/4, where one anchor a cell has a score, a box and six points.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .person_detector import depth_to_space
from .weights_file import ready

SIDE = 192
"""Width and height of the picture; it is letterboxed in black, and its values go from -1 to 1."""

ANCHORS = 2304
"""Anchors: one a cell at 1/4."""

NUMBERS = 16
"""Numbers of an anchor: centre, width and height of the face's box, and six points, x and y each."""

NET = "face_detector_1"
"""What the header of a weights file calls this network."""


class Found(NamedTuple):
    """Raw results for N pictures: `scores` (N, `ANCHORS`) logits, `boxes` (N, `ANCHORS`, `NUMBERS`) in pixels
    of the network's input, from the anchor's centre."""

    scores: Tensor
    boxes: Tensor


class Double(nn.Module):
    """Channels filtered by themselves and squeezed, filtered again and widened; added to what came in where
    sizes agree."""

    def __init__(self, inputs: int, inner: int, outputs: int, stride: int = 1) -> None:
        super().__init__()
        self.first = nn.Conv2d(inputs, inputs, 3, stride, 1, groups=inputs)
        self.squeeze = nn.Conv2d(inputs, inner, 1)
        self.second = nn.Conv2d(inner, inner, 3, 1, 1, groups=inner)
        self.widen = nn.Conv2d(inner, outputs, 1)
        self.shortcut = stride == 1

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.widen(self.second(F.relu(self.squeeze(self.first(x)))))
        return F.relu(x + y) if self.shortcut else F.relu(y)


def _stage(inputs: int, inner: int, outputs: int, more: int) -> nn.Sequential:
    """A step down and *more* residuals."""
    return nn.Sequential(
        Double(inputs, inner, outputs, 2), *(Double(outputs, inner, outputs) for _ in range(more))
    )


class Up(nn.Module):
    """One step up: the coarser level's channels mixed and enlarged, plus the finer one's; residuals."""

    def __init__(self, inputs: int, channels: int, residuals: int) -> None:
        super().__init__()
        self.lower = nn.Conv2d(inputs, channels, 1)
        self.mix = nn.Sequential(*(Double(channels, channels // 2, channels) for _ in range(residuals)))

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        larger = F.interpolate(F.relu(self.lower(x)), scale_factor=2, mode="bilinear", align_corners=False)
        mixed: Tensor = self.mix(larger + finer)
        return mixed


class Head(nn.Module):
    """For each anchor *numbers*: (N, anchors, numbers)."""

    def __init__(self, inputs: int, numbers: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, 4 * numbers, 1)
        self.filter = nn.Conv2d(4 * numbers, 4 * numbers, 3, 2, 1, groups=4 * numbers)

    def forward(self, x: Tensor) -> Tensor:
        return depth_to_space(self.filter(self.mix(x))).flatten(2).transpose(1, 2)


class FaceDetector(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in -1 to 1; `Found` comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = nn.Conv2d(3, 32, 3, 2, 1)
        self.upper = nn.Sequential(Double(32, 8, 32), Double(32, 8, 32))
        self.stages = nn.ModuleList(
            (_stage(32, 16, 64, 2), _stage(64, 32, 128, 2), _stage(128, 48, 192, 2), _stage(192, 96, 384, 3))
        )
        self.side = nn.ModuleList((nn.Conv2d(64, 48, 1), nn.Conv2d(128, 64, 1), nn.Conv2d(192, 96, 1)))
        self.up = nn.ModuleList((Up(384, 96, 2), Up(96, 64, 2), Up(64, 48, 1)))
        self.score, self.box = Head(48, 1), Head(48, NUMBERS)

    def forward(self, picture: Tensor) -> Found:
        x = self.upper(F.relu(self.stem(picture)))
        kept = []
        for stage, side in zip(self.stages, (*self.side, None), strict=True):
            x = stage(x)
            kept.append(None if side is None else F.relu(side(x)))
        for up, finer in zip(self.up, kept[2::-1], strict=True):
            x = up(x, finer)
        return Found(self.score(x)[..., 0], self.box(x))


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> FaceDetector:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(FaceDetector, NET, "the face detector", path, device, dtype)
