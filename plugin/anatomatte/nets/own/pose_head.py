"""The pose network's head: 33 landmarks of one body, read from the published trunk's features, in torch.

Google published network and weights under Apache-2.0 (model card "MediaPipe BlazePose GHUM 3D", full;
Bazarevsky et al., "BlazePose: On-device Real-time Body Pose tracking", 2020); `training.landmarks` reads them
once out of the published file. The trunk before it lies in the people network (`pose_trunk`), kept as it
was published, so only the head has a file of its own: residuals of depthwise convolutions from 1/32 down to
2x2 cells, then every landmark's coordinates, visibility and presence at once, and beside it a heat map a
landmark from the decoder's features at 1/4.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .portrait_net import Filter
from .pose_trunk import Body, Conv
from .weights_file import ready

SIDE = 256
"""Width and height of the picture; its values go from 0 to 1."""

LANDMARKS = 39
"""Landmarks in the outputs: the 33 of the body, two that align the next crop, and four that are not used."""

NET = "pose_head_1"
"""What the header of a weights file calls this network."""

_WIDE, _BACK, _INNER = 864, 48, 288


class Found(NamedTuple):
    """Raw results for N pictures.

    `points` (N, `LANDMARKS`, 5) x, y, z in pixels of the input, and logits of being visible and of being in
    the picture; `heat` (N, `LANDMARKS`, 64, 64) logits; `present` (N,) in 0-1.
    """

    points: Tensor
    heat: Tensor
    present: Tensor


class Residual(nn.Module):
    """Channels filtered by themselves (3x3) and mixed (1x1), added to what came in; may halve the size."""

    def __init__(self, channels: int, stride: int = 1) -> None:
        super().__init__()
        self.filter = Filter(channels, channels, 3, stride, channels)
        self.mix = Conv(channels, channels, act=False)
        self.stride = stride

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(F.relu6(self.filter(x), inplace=True))
        kept = x if self.stride == 1 else F.max_pool2d(x, 2)
        return F.relu6(y.add_(kept), inplace=True)


class PoseHead(nn.Module):
    """Call it with the `Body` of N pictures of `SIDE` x `SIDE`; `Found` comes out. For inference only."""

    def __init__(self) -> None:
        super().__init__()
        self.heat = Conv(_BACK, LANDMARKS, act=False)
        self.reduce = nn.Sequential(Conv(_WIDE, _WIDE, 3, 1, _WIDE), Conv(_WIDE, _INNER))
        self.coarse = nn.Sequential(Residual(_INNER, 2), *(Residual(_INNER) for _ in range(4)))
        self.coarser = nn.Sequential(Residual(_INNER, 2), *(Residual(_INNER) for _ in range(5)))
        self.points = nn.Conv2d(_INNER, LANDMARKS * 5, 2)
        self.present = nn.Conv2d(_INNER, 1, 2)

    def forward(self, body: Body) -> Found:
        y = self.coarser(self.coarse(self.reduce(body.wide)))
        points = self.points(y).reshape(len(y), LANDMARKS, 5)
        return Found(points, self.heat(body.back), torch.sigmoid(self.present(y)).reshape(-1))


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PoseHead:
    """The head of a weights file, as `weights_file.ready` gives it."""
    return ready(PoseHead, NET, "the pose head", path, device, dtype)
