"""The hand network: 21 landmarks of one hand and whether there is one, in torch.

Google published network and weights under Apache-2.0 (model card "MediaPipe Hands"; Zhang et al., "MediaPipe
Hands: On-device Real-time Hand Tracking", 2020); `training.landmarks` reads them once out of the published
file. Inverted residuals down to 1/32, their mean over the picture, and linear maps from that.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .portrait_net import Filter
from .pose_trunk import Conv
from .weights_file import ready

SIDE = 224
"""Width and height of the picture; its values go from 0 to 1."""

LANDMARKS = 21
"""Landmarks of a hand."""

NET = "hand_net_1"
"""What the header of a weights file calls this network."""

_DEEP = 192
_WIDE = 1152


class Found(NamedTuple):
    """Results for N pictures: `points` (N, `LANDMARKS`, 3) x, y, z in pixels of the input; in 0-1 `present`
    (N,) and `right` (N,), whether it is a right hand."""

    points: Tensor
    present: Tensor
    right: Tensor


class Inverted(nn.Module):
    """Inverted residual: widen, filter each channel by itself, narrow; a shortcut where channels agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int = 1, expand: int = 6) -> None:
        super().__init__()
        wide = inputs * expand
        self.widen = Conv(inputs, wide)
        self.filter = Filter(wide, wide, kernel, stride, wide)
        self.narrow = Conv(wide, outputs, act=False)
        self.shortcut = inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(F.relu6(self.filter(self.widen(x)), inplace=True))
        return y.add_(x) if self.shortcut else y


class HandNet(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in 0-1 of one hand; `Found` comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Filter(3, 24, 3, 2)
        self.halved = nn.Sequential(Conv(24, 24, 3, 1, 24), Conv(24, 16, act=False))
        self.quarter = nn.Sequential(Inverted(16, 24, 3, 2, 4), Inverted(24, 24, 3))
        self.eighth = nn.Sequential(Inverted(24, 40, 5, 2), Inverted(40, 40, 5))
        self.sixteenth = nn.Sequential(
            Inverted(40, 80, 3, 2),
            Inverted(80, 80, 3),
            Inverted(80, 80, 3),
            Inverted(80, 112, 5),
            Inverted(112, 112, 5),
            Inverted(112, 112, 5),
        )
        self.deep = nn.Sequential(Inverted(112, _DEEP, 5, 2), *(Inverted(_DEEP, _DEEP, 5) for _ in range(3)))
        self.last = nn.Sequential(Conv(_DEEP, _WIDE), Conv(_WIDE, _WIDE, 3, 1, _WIDE))
        self.right = nn.Linear(_WIDE, 1)
        self.present = nn.Linear(_WIDE, 1)
        self.points = nn.Linear(_WIDE, LANDMARKS * 3)

    def forward(self, picture: Tensor) -> Found:
        y = self.halved(F.relu6(self.stem(picture), inplace=True))
        y = self.last(self.deep(self.sixteenth(self.eighth(self.quarter(y))))).mean((2, 3))
        right, present = (torch.sigmoid(head(y)).reshape(-1) for head in (self.right, self.present))
        return Found(self.points(y).reshape(len(y), LANDMARKS, 3), present, right)


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> HandNet:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(HandNet, NET, "the hand network", path, device, dtype)
