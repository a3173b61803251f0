"""A trunk of our own for the people network: residual 3x3 convolutions, trained on drawn people alone."""

from __future__ import annotations

from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .pose_trunk import Levels


@dataclass(frozen=True)
class PlainShape:
    """Channels at 1/2, 1/4, 1/8, 1/16 and 1/32, and residual blocks at the last four."""

    widths: tuple[int, int, int, int, int] = (16, 32, 64, 128, 192)
    blocks: tuple[int, int, int, int] = (1, 2, 3, 2)


class ConvNorm(nn.Module):
    """Convolution, batch norm and, unless `act` is false, ReLU; `fold` merges the norm into the weights."""

    def __init__(self, inputs: int, outputs: int, kernel: int = 3, stride: int = 1, act: bool = True) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, bias=False)
        self.norm: nn.Module = nn.BatchNorm2d(outputs)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        x = self.norm(self.conv(x))
        return F.relu(x, inplace=True) if self.act else x

    def fold(self) -> None:
        """Merge the batch norm's running statistics into the convolution (inference only)."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d) or norm.running_var is None or norm.running_mean is None:
            return
        gain = norm.weight / torch.sqrt(norm.running_var + norm.eps)
        self.conv.weight.data *= gain[:, None, None, None]
        self.conv.bias = nn.Parameter(norm.bias - norm.running_mean * gain)
        self.norm = nn.Identity()


class Residual(nn.Module):
    """Two 3x3 convolutions around a shortcut."""

    def __init__(self, channels: int) -> None:
        super().__init__()
        self.a = ConvNorm(channels, channels)
        self.b = ConvNorm(channels, channels, act=False)

    def forward(self, x: Tensor) -> Tensor:
        return F.relu(x + self.b(self.a(x)), inplace=True)


class PlainTrunk(nn.Module):
    """Call it with (N, 3, H, W) display-referred RGB in 0-1, H and W multiples of 32."""

    def __init__(self, shape: PlainShape) -> None:
        super().__init__()
        self.stem = ConvNorm(3, shape.widths[0], 3, 2)
        stages = []
        for inputs, outputs, count in zip(shape.widths[:-1], shape.widths[1:], shape.blocks, strict=True):
            blocks = (Residual(outputs) for _ in range(count))
            stages.append(nn.Sequential(ConvNorm(inputs, outputs, 3, 2), *blocks))
        self.stages = nn.ModuleList(stages)

    def forward(self, picture: Tensor) -> Levels:
        half = self.stem((picture - 0.5) * 2)
        levels: list[Tensor] = [half]
        for stage in self.stages:
            levels.append(stage(levels[-1]))
        _, quarter, eighth, sixteenth, deep = levels
        return Levels(half, quarter, eighth, sixteenth, deep, quarter[:, :0], half[:, :0])
