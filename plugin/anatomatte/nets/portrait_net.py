"""The portrait network: MediaPipe's selfie segmentation, in torch. It knows real people near the camera.

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

from .weights_file import fill, for_inference, must_be, read

SIDE = 256
"""Width and height of the pictures for which the network was made."""

STRIDE = 32
"""Width and height of the input must be multiples of this."""

NET = "portrait_net_1"
"""What the header of a weights file calls this network."""


def _mean(x: Tensor) -> Tensor:
    """(N, C, 1, 1) averages over the whole of (N, C, H, W)."""
    return x.mean((2, 3), keepdim=True)


class Gate(nn.Module):
    """From averages (N, C, 1, 1), how much of each channel to keep, 0 to 1."""

    def __init__(self, channels: int, inner: int) -> None:
        super().__init__()
        self.squeeze = nn.Conv2d(channels, inner, 1)
        self.excite = nn.Conv2d(inner, channels, 1)

    def forward(self, average: Tensor) -> Tensor:
        inner = F.relu(self.squeeze(average), inplace=True)
        return torch.sigmoid(self.excite(inner))


class Filter(nn.Module):
    """Convolution that halves with the padding of TensorFlow: on even sizes one pixel less above and left."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, groups: int = 1) -> None:
        super().__init__()
        self.conv = nn.Conv2d(
            inputs, outputs, kernel, stride, kernel // 2 if stride == 1 else 0, groups=groups
        )
        less = (kernel - 2) // 2
        self.pad = (less, kernel - 2 - less) * 2 if stride == 2 else None

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.conv(x if self.pad is None else F.pad(x, self.pad))
        return y


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
        self.widen = nn.Conv2d(inputs, wide, 1)
        self.filter = Filter(wide, wide, kernel, stride, wide)
        self.gate = Gate(wide, inner) if inner else None
        self.narrow = nn.Conv2d(wide, outputs, 1)
        self.act = F.hardswish if hard else F.relu
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y = self.act(self.widen(x), inplace=True)
        y = self.act(self.filter(y), inplace=True)
        if self.gate is not None:
            y = y.mul_(self.gate(_mean(y)))
        narrow: Tensor = self.narrow(y)
        return narrow.add_(x) if self.shortcut else narrow


class Overview(nn.Module):
    """Channels mixed, then weighed by what the whole picture is on average."""

    def __init__(self, inputs: int, outputs: int) -> None:
        super().__init__()
        self.mix = nn.Conv2d(inputs, outputs, 1)
        self.weigh = nn.Conv2d(inputs, outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        weight = torch.sigmoid(self.weigh(_mean(x)))
        mixed: Tensor = self.mix(x)
        return F.relu(mixed, inplace=True).mul_(weight)


class Finer(nn.Module):
    """One step up: the coarser level enlarged, plus the finer level's channels as far as a gate lets them."""

    def __init__(self, inputs: int, channels: int) -> None:
        super().__init__()
        self.lower = nn.Conv2d(inputs, channels, 1)
        self.gate = Gate(channels, channels)
        self.mix = nn.Conv2d(channels, channels, 1)
        self.filter = Filter(channels, channels, 3, 1, channels)

    def forward(self, x: Tensor, finer: Tensor) -> Tensor:
        x = self.lower(x)
        weight = self.gate(_mean(finer) + _mean(x))
        x = F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)
        x = F.relu(self.mix(x.addcmul_(finer, weight)), inplace=True)
        return F.relu(self.filter(x), inplace=True).add_(x)


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
        self.last = nn.ConvTranspose2d(16, 1, 2, 2)

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
    """The network for inference: eval mode, channels-last, no gradients.

    Args:
        path: the .safetensors file that `training.pretrained` wrote.
        device: `cpu`, `cuda` or any torch device.
        dtype: float32 or bfloat16 on a CPU, float16 on a GPU.

    Raises:
        SetupError: the file is missing, damaged or of another network.
    """
    header, state = read(path, "the portrait network")
    must_be(header, NET, path)
    net = PortraitNet()
    fill(net, state, path)
    return for_inference(net, device, dtype)
