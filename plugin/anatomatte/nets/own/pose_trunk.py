"""The trunk of the people network: the convolutions of MediaPipe's pose network, in torch.

Google published the network (BlazePose GHUM, full, with segmentation) and its weights under
Apache-2.0; `training.pretrained` reads them once out of the published file. Only what is
convolutional is used, so it works at any size: an encoder of inverted residuals down to 1/32, the
features that its own decoder brings back up to 1/4, those of its segmentation at 1/2, and that
segmentation itself: one whole person, the most prominent.
It has no norms: theirs were merged into the weights before they were published.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch.nn.functional as F
from torch import Tensor, nn


class Body(NamedTuple):
    """What the published graph reads landmarks from, of N pictures: `wide` at 1/32, `back` at 1/4."""

    wide: Tensor
    back: Tensor


class Levels(NamedTuple):
    """Features of N pictures: encoder at 1/2 to 1/32, decoder at 1/4 (`back`) and 1/2 (`soft`)."""

    half: Tensor
    quarter: Tensor
    eighth: Tensor
    sixteenth: Tensor
    deep: Tensor
    back: Tensor
    soft: Tensor


@dataclass(frozen=True)
class TrunkShape:
    """Channels: the first convolution's, then the encoder's at 1/2, 1/4, 1/8, 1/16 (two) and 1/32."""

    stem: int = 24
    widths: tuple[int, int, int, int, int, int] = (16, 24, 32, 64, 88, 144)
    expand: int = 6
    back: int = 48
    """Channels of the decoder at 1/4."""
    soft: int = 8
    """Channels of the segmentation at 1/2."""


class Conv(nn.Module):
    """Convolution with bias and, unless `act` is false, ReLU6."""

    def __init__(
        self, inputs: int, outputs: int, kernel: int = 1, stride: int = 1, groups: int = 1, act: bool = True
    ) -> None:
        super().__init__()
        self.conv = nn.Conv2d(inputs, outputs, kernel, stride, kernel // 2, groups=groups)
        self.act = act

    def forward(self, x: Tensor) -> Tensor:
        x = self.conv(x)
        return F.relu6(x, inplace=True) if self.act else x


class Inverted(nn.Module):
    """Inverted residual: widen, filter each channel by itself, narrow; a shortcut where sizes agree."""

    def __init__(self, inputs: int, outputs: int, kernel: int, stride: int, expand: int) -> None:
        super().__init__()
        wide = inputs * expand
        self.widen = Conv(inputs, wide)
        self.filter = Conv(wide, wide, kernel, stride, wide)
        self.narrow = Conv(wide, outputs, act=False)
        self.shortcut = stride == 1 and inputs == outputs

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.narrow(self.filter(self.widen(x)))
        return x + y if self.shortcut else y


class Apart(nn.Module):
    """Each channel filtered by itself (3x3), then mixed (1x1); with `shortcut` added to what came in."""

    def __init__(self, inputs: int, outputs: int, shortcut: bool = False) -> None:
        super().__init__()
        self.filter = Conv(inputs, inputs, 3, 1, inputs)
        self.mix = Conv(inputs, outputs, act=not shortcut)
        self.shortcut = shortcut

    def forward(self, x: Tensor) -> Tensor:
        y: Tensor = self.mix(self.filter(x))
        return F.relu6(x + y, inplace=True) if self.shortcut else y


def _twice(x: Tensor) -> Tensor:
    return F.interpolate(x, scale_factor=2, mode="bilinear", align_corners=False)


class PoseTrunk(nn.Module):
    """Call it with (N, 3, H, W) display-referred RGB in 0-1, H and W multiples of 32."""

    def __init__(self, shape: TrunkShape | None = None) -> None:
        super().__init__()
        self.shape = shape = shape or TrunkShape()
        w1, w2, w3, w4, w5, w6 = shape.widths
        e, b, s = shape.expand, shape.back, shape.soft
        self.stem = nn.Sequential(
            Conv(3, shape.stem, 3, 2),
            Conv(shape.stem, shape.stem, 3, 1, shape.stem),
            Conv(shape.stem, w1, act=False),
        )
        self.quarter = nn.Sequential(Inverted(w1, w2, 3, 2, 4), Inverted(w2, w2, 3, 1, e))
        self.eighth = nn.Sequential(Inverted(w2, w3, 5, 2, e), Inverted(w3, w3, 5, 1, e))
        self.sixteenth = nn.Sequential(
            Inverted(w3, w4, 3, 2, e),
            Inverted(w4, w4, 3, 1, e),
            Inverted(w4, w4, 3, 1, e),
            Inverted(w4, w5, 5, 1, e),
            Inverted(w5, w5, 5, 1, e),
            Inverted(w5, w5, 5, 1, e),
        )
        self.deep = nn.Sequential(Inverted(w5, w6, 5, 2, e), *(Inverted(w6, w6, 5, 1, e) for _ in range(3)))
        self.last = nn.Sequential(Conv(w6, w6 * e), Conv(w6 * e, w6 * e, 3, 1, w6 * e), Apart(w6 * e, b))
        self.side = nn.ModuleList((Apart(w5, b), Apart(w3, b), Apart(w2, b)))
        self.soft_in = Apart(b, s)
        self.soft_side = Apart(w1, s)
        self.soft = nn.Sequential(Apart(s, s, shortcut=True), Apart(s, s, shortcut=True))
        self.figure = nn.Sequential(
            Apart(s, s, shortcut=True), Apart(s, s, shortcut=True), Conv(s, 1, 3, act=False)
        )
        for module in self.modules():
            if isinstance(module, nn.Conv2d):
                nn.init.kaiming_normal_(module.weight, nonlinearity="relu")
                nn.init.zeros_(module.bias) if module.bias is not None else None

    def forward(self, picture: Tensor) -> Levels:
        half, quarter, eighth, sixteenth, deep = self._encoded(picture)
        back = self._decoded(self.last(deep), sixteenth, eighth, quarter)
        soft = self.soft(_twice(self.soft_in(back)) + self.soft_side(half))
        return Levels(half, quarter, eighth, sixteenth, deep, back, soft)

    def body(self, picture: Tensor) -> Body:
        """The features of one body, for `pose_head.PoseHead`, of pictures of `pose_head.SIDE` squared."""
        _, quarter, eighth, sixteenth, deep = self._encoded(picture)
        wide = self.last[:2](deep)
        return Body(wide, self._decoded(self.last[2](wide), sixteenth, eighth, quarter))

    def _encoded(self, picture: Tensor) -> tuple[Tensor, Tensor, Tensor, Tensor, Tensor]:
        """The encoder's features at 1/2, 1/4, 1/8, 1/16 and 1/32."""
        half = self.stem(picture)
        quarter = self.quarter(half)
        eighth = self.eighth(quarter)
        sixteenth = self.sixteenth(eighth)
        return half, quarter, eighth, sixteenth, self.deep(sixteenth)

    def _decoded(self, back: Tensor, *levels: Tensor) -> Tensor:
        """The decoder's features at 1/4, from those at 1/32 and the encoder's, the coarsest first."""
        for side, level in zip(self.side, levels, strict=True):
            back = _twice(back) + side(level)
        return back

    def segmented(self, soft: Tensor) -> Tensor:
        """Logits (N, 1, H, W) of the published segmentation (one whole person) from the features at 1/2."""
        found: Tensor = self.figure(_twice(soft))
        return found
