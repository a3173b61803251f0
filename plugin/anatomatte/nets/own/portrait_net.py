"""The portrait network: MediaPipe's selfie segmentation, in torch, for people near the camera.

Google published network and weights under Apache-2.0 (model card "MediaPipe Selfie Segmentation",
general); `training.pretrained` reads them once out of the published file. An encoder of inverted
residuals with squeeze and excitation down to 1/16 (Howard et al., "Searching for MobileNetV3", 2019),
a gate from the whole picture, and three steps back up, in each of which the channels of the finer
level are weighed by what both levels are on average. Its norms were merged into the weights before
they were published. Equal to the published graph up to rounding; two things are done in another order:
channels are mixed before they are enlarged, not after (both are linear), and averages are taken before
enlarging (half-pixel bilinear doubling leaves the mean as it is).
"""

from __future__ import annotations

from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .weights_file import ready

SIDE = 256
"""Width and height of the pictures for which the network was made."""

STRIDE = 32
"""Width and height of the input must be multiples of this."""

NET = "portrait_net_1"
"""What the header of a weights file calls this network."""


class Mix(nn.Linear):
    """A 1x1 convolution as a product of matrices: that is quicker where a pixel's channels lie together."""

    def forward(self, x: Tensor) -> Tensor:
        return super().forward(x.permute(0, 2, 3, 1)).permute(0, 3, 1, 2)


class Gate(nn.Module):
    """From averages (N, C), how much of each channel to keep, (N, C, 1, 1) in 0-1."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.squeeze = nn.Linear(channels, inner)
        self.excite = nn.Linear(inner, channels)

    def forward(self, average: Tensor) -> Tensor:
        inner = F.relu(self.squeeze(average), inplace=True)
        return torch.sigmoid(self.excite(inner))[..., None, None]


class Filter(nn.Module):
    """A convolution; one that halves has the padding of TensorFlow: a pixel less above and left.

    The kernel gets a row and a column of zeros there instead, which is quicker than to pad the picture.
    """

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups)

    def forward(self, x: Tensor) -> Tensor:
        conv = self.conv
        zeros = conv.stride[0] - 1
        weight = F.pad(conv.weight, (zeros, 0, zeros, 0)) if zeros else conv.weight
        return F.conv2d(x, weight, conv.bias, conv.stride, conv.padding, groups=conv.groups)


class Inverted(nn.Module):
    """Inverted residual: widen, filter each channel by itself, gate, narrow; a shortcut where sizes agree.

    Args:
        inner: channels inside the gate; 0 for none.
        hard: hard swish instead of ReLU.
    """

    def __init__(
        self,
        inputs: int,
        wide: int,
        outputs: int,
        kernel: int,
        stride: int = 1,
        inner: int = 0,
        hard: bool = False,
    ) -> None:
        super().__init__()
        self.widen = Mix(inputs, wide)
        self.filter = Filter(wide, wide, kernel, stride, wide)
        self.gate = Gate(wide, inner) if inner else None
        self.narrow = Mix(wide, outputs)
        self.act = F.hardswish if hard else F.relu
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.widen(x), inplace=True)
        y = self.act(self.filter(y), inplace=True)
        if self.gate is not None:
            y = y.mul_(self.gate(y.mean((2, 3))))
        narrow: Tensor = self.narrow(y)
        return narrow.add_(x) if self.shortcut else narrow


class Overview(nn.Module):
    """Channels mixed, then weighed by what the whole picture is on average."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.mix = Mix(inputs, outputs)
        self.weigh = nn.Linear(inputs, outputs)

    def forward(self, x: Tensor) -> Tensor:
        weight = torch.sigmoid(self.weigh(x.mean((2, 3))))[..., None, None]
        mixed: Tensor = self.mix(x)
        return F.relu(mixed, inplace=True).mul_(weight)


class Finer(nn.Module):
    """One step up: the coarser level enlarged, plus the finer level's channels as far as a gate lets them."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.lower = Mix(inputs, channels)
        self.gate = Gate(channels, channels)
        self.mix = Mix(channels, channels)
        self.filter = Filter(channels, channels, 3, 1, channels)

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        x = self.lower(x)
        weight = self.gate(finer.mean((2, 3)) + x.mean((2, 3)))
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = F.relu(self.mix(x.addcmul_(finer, weight)), inplace=True)
        return F.relu(self.filter(x), inplace=True).add_(x)


class Double(nn.Module):
    """A transposed convolution to one channel, 2x2, stride 2: four values for each pixel, side by side."""

    def __init__(self, inputs: int) -> None:
        super().__init__()
        self.conv = nn.ConvTranspose2d(inputs, 1, 2, 2)

    def forward(self, x: Tensor) -> Tensor:
        weight, bias = self.conv.weight.flatten(1), self.conv.bias
        assert bias is not None
        n, _, h, w = x.shape
        four = F.linear(x.permute(0, 2, 3, 1), weight.T, bias.expand(4)).view(n, h, w, 2, 2)
        return four.transpose(2, 3).reshape(n, 1, 2 * h, 2 * w)


class PortraitNet(nn.Module):
    """Call it with (N, 3, H, W) display-referred RGB in 0-1; logits (N, 1, H, W) of being a person come out.

    H and W are multiples of `STRIDE`; made for `SIDE` x `SIDE`. Modules stand in the order in which the
    published graph runs them. For inference only: it overwrites what it has computed.
    """

    def __init__(self) -> None:
        super().__init__()
        self.stem = Filter(3, 16, 3, 2)
        self.quarter = Inverted(16, 16, 16, 3, 2, inner=8)
        self.eighth = nn.Sequential(Inverted(16, 72, 24, 3, 2), Inverted(24, 88, 24, 3))
        self.sixteenth = nn.Sequential(
            Inverted(24, 96, 32, 5, 2, inner=24, hard=True),
            Inverted(32, 128, 32, 5, inner=32, hard=True),
            Inverted(32, 128, 32, 5, inner=32, hard=True),
            Inverted(32, 96, 32, 5, inner=24, hard=True),
            Inverted(32, 96, 32, 5, inner=24, hard=True),
        )
        self.overview = Overview(32, 128)
        self.finer = nn.ModuleList((Finer(128, 24), Finer(24, 16), Finer(16, 16)))
        self.last = Double(16)

    def forward(self, picture: Tensor) -> Tensor:
        half = F.hardswish(self.stem(picture), inplace=True)
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        y = self.overview(self.sixteenth(eighth))
        for step, level in zip(self.finer, (eighth, quarter, half), strict=True):
            y = step(y, level)
        logits: Tensor = self.last(y)
        return logits


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> PortraitNet:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(PortraitNet, NET, "the portrait network", path, device, dtype)
