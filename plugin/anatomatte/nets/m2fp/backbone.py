"""The backbone of M2FP: a ResNet with the three-convolution stem of DeepLab.

Method: He et al., CVPR 2016, with the stem of Chen et al., "Rethinking atrous convolution", 2017.
The stride of a bottleneck is in its 3x3 convolution. A norm is a child of its convolution, so that
names in published files fit (`res2.0.conv1.norm.weight`).
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

STRIDES = (4, 8, 16, 32)
"""Pixels of the picture to a cell, stage by stage."""


class Widths(Protocol):
    """What the backbone must know of the network's shape."""

    @property
    def blocks(self) -> tuple[int, int, int, int]:
        """Bottlenecks of each stage."""

    @property
    def stem(self) -> int:
        """Channels of the stem's first two convolutions; its third has twice as many."""

    @property
    def base(self) -> int:
        """Inner channels of the first stage; each stage doubles them, and gives four times as many."""


class ConvNorm(nn.Conv2d):
    """A convolution without bias, and its norm as the child `norm`; `fold` makes one of the two."""

    def __init__(self, wide: int, out: int, size: int, norm: nn.Module, stride: int = 1) -> None:
        super().__init__(wide, out, size, stride, padding=size // 2, bias=False)
        self.norm = norm

    def forward(self, x: Tensor) -> Tensor:
        """(N, wide, h, w) to (N, out, h/stride, w/stride)."""
        y: Tensor = self.norm(super().forward(x))
        return y

    def fold(self) -> None:
        """Put a batch norm in inference mode into weight and bias; other norms stay."""
        norm = self.norm
        if not isinstance(norm, nn.BatchNorm2d):
            return
        assert norm.running_mean is not None and norm.running_var is not None
        with torch.no_grad():
            scale = norm.weight * (norm.running_var + norm.eps).rsqrt()
            self.bias = nn.Parameter(norm.bias - norm.running_mean * scale, requires_grad=False)
            self.weight.mul_(scale[:, None, None, None])
        self.norm = nn.Identity()


def conv_bn(wide: int, out: int, size: int, stride: int = 1) -> ConvNorm:
    """A convolution with a batch norm."""
    return ConvNorm(wide, out, size, nn.BatchNorm2d(out), stride)


class Stem(nn.Module):
    """Three 3x3 convolutions and a pool: (N, 3, H, W) to (N, 2 * width, H/4, W/4)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.conv1 = conv_bn(3, width, 3, 2)
        self.conv2 = conv_bn(width, width, 3)
        self.conv3 = conv_bn(width, 2 * width, 3)

    def forward(self, x: Tensor) -> Tensor:
        """The stem."""
        for conv in (self.conv1, self.conv2, self.conv3):
            x = conv(x).relu_()
        return F.max_pool2d(x, 3, 2, 1)


class Bottleneck(nn.Module):
    """1x1, 3x3, 1x1 and a shortcut; the stride is in the 3x3."""

    def __init__(self, wide: int, inner: int, stride: int) -> None:
        super().__init__()
        out = 4 * inner
        self.shortcut = conv_bn(wide, out, 1, stride) if stride != 1 or wide != out else None
        self.conv1 = conv_bn(wide, inner, 1)
        self.conv2 = conv_bn(inner, inner, 3, stride)
        self.conv3 = conv_bn(inner, out, 1)

    def forward(self, x: Tensor) -> Tensor:
        """(N, wide, h, w) to (N, 4 * inner, h/stride, w/stride)."""
        y: Tensor = self.conv3(self.conv2(self.conv1(x).relu_()).relu_())
        y += x if self.shortcut is None else self.shortcut(x)
        return y.relu_()


class Backbone(nn.Module):
    """The stem and four stages."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        self.stem = Stem(shape.stem)
        wide = 2 * shape.stem
        stages = []
        for k, count in enumerate(shape.blocks):
            inner = shape.base << k
            first = Bottleneck(wide, inner, 1 if k == 0 else 2)
            stages.append(nn.Sequential(first, *(Bottleneck(4 * inner, inner, 1) for _ in range(count - 1))))
            wide = 4 * inner
        self.res2, self.res3, self.res4, self.res5 = stages

    def forward(self, x: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor]:
        """(N, 3, H, W) with sides that are multiples of 32, to the four stages' maps, finest first."""
        second: Tensor = self.res2(self.stem(x))
        third: Tensor = self.res3(second)
        fourth: Tensor = self.res4(third)
        fifth: Tensor = self.res5(fourth)
        return second, third, fourth, fifth
