"""The face mesh: 468 landmarks of one face and whether there is one, in torch.

Google published network and weights under Apache-2.0 (model card "MediaPipe Face Mesh"; Kartynnik et al.,
"Real-time Facial Surface Geometry from Monocular Video on Mobile GPUs", 2019); `training.landmarks` reads
them once out of the published file. Residuals of depthwise convolutions with parametric ReLU down to 1/64,
where one branch says where the landmarks are and another whether the picture shows a face.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .portrait_net import Filter
from .weights_file import ready

SIDE = 192
"""Width and height of the picture; its values go from 0 to 1."""

LANDMARKS = 468
"""Landmarks of a face."""

NET = "face_mesh_1"
"""What the header of a weights file calls this network."""


class Found(NamedTuple):
    """Results for N pictures: `points` (N, `LANDMARKS`, 3) x, y, z in pixels of the input, z towards the
    camera negative; `present` (N,) in 0-1."""

    points: Tensor
    present: Tensor


class Residual(nn.Module):
    """Channels filtered by themselves and mixed (1x1), added to what came in; more channels are new."""

    def __init__(self, inputs: int, outputs: int, stride: int = 1, kernel: int = 3) -> None:
        super().__init__()
        self.filter = Filter(inputs, inputs, kernel, stride, inputs)
        self.mix = nn.Conv2d(inputs, outputs, 1)
        self.act = nn.PReLU(outputs)
        self.stride, self.more = stride, outputs - inputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(self.filter(x))
        kept = x if self.stride == 1 else F.max_pool2d(x, 2)
        activated: Tensor = self.act(y + (self.widened(kept) if self.more else kept))
        return activated

    def widened(self, x: Tensor) -> Tensor:
        """With channels of zeros behind its own."""
        return F.pad(x, (0, 0, 0, 0, 0, self.more))


def level(inputs: int, outputs: int) -> nn.Sequential:
    """Residuals of which the first halves the picture."""
    return nn.Sequential(Residual(inputs, outputs, 2), Residual(outputs, outputs), Residual(outputs, outputs))


class Branch(nn.Module):
    """From 6x6 cells to *numbers* values: residuals, then one convolution over all that is left."""

    def __init__(self, numbers: int, residuals: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            Residual(128, 128, 2), *(Residual(128, 128) for _ in range(residuals - 1))
        )
        self.reduce = nn.Conv2d(128, 32, 1)
        self.act = nn.PReLU(32)
        self.last = Residual(32, 32)
        self.out = nn.Conv2d(32, numbers, 3)

    def features(self, x: Tensor) -> Tensor:
        """What the last convolution reads."""
        made: Tensor = self.last(self.act(self.reduce(self.blocks(x))))
        return made

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(self.features(x))
        return found.flatten(1)


class FaceMesh(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in 0-1 of one face; `Found` comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Filter(3, 16, 3, 2)
        self.act = nn.PReLU(16)
        self.halved = nn.Sequential(Residual(16, 16), Residual(16, 16))
        self.levels = nn.Sequential(level(16, 32), level(32, 64), level(64, 128), level(128, 128))
        self.points = Branch(LANDMARKS * 3, 3)
        self.present = Branch(1, 1)

    def forward(self, picture: Tensor) -> Found:
        y = self.levels(self.halved(self.act(self.stem(picture))))
        present = torch.sigmoid(self.present(y)).reshape(-1)
        return Found(self.points(y).reshape(len(y), LANDMARKS, 3), present)


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> FaceMesh:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(FaceMesh, NET, "the face mesh", path, device, dtype)
