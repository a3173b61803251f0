"""M2FP, Mask2Former for human parsing: the network, with the names that published files use.

Method: Yang et al., "Deep learning technique for human parsing: a survey and outlook", IJCV 2024, on
Cheng et al., "Masked-attention Mask Transformer", CVPR 2022. Written from the design of the
latter. `forward(exact=True)` takes the published steps one by one; otherwise the same sums are
made in a cheaper order.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import torch
from torch import Tensor, nn

from .backbone import Backbone, ConvNorm
from .pixels import PixelDecoder
from .queries import QueryDecoder

STRIDE = 32
"""The sides of a picture are multiples of this."""

MASK_STRIDE = 4
"""Pixels of the picture to a cell of a mask."""


@dataclass(frozen=True)
class Shape:
    """Widths and depths; the defaults are those of every published file."""

    classes: int = 21
    blocks: tuple[int, int, int, int] = (3, 4, 23, 3)
    stem: int = 64
    base: int = 64
    dim: int = 256
    heads: int = 8
    points: int = 4
    encoder_layers: int = 6
    encoder_ffn: int = 1024
    decoder_layers: int = 9
    decoder_ffn: int = 2048
    queries: int = 100


class Raw(NamedTuple):
    """Raw outputs: `logits` (queries, classes + 1), `masks` (queries, H/4, W/4) logits."""

    logits: Tensor
    masks: Tensor


class Head(nn.Module):
    """Both decoders, under the name that published files use."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.pixel_decoder = PixelDecoder(shape)
        self.predictor = QueryDecoder(shape)


class M2FPNet(nn.Module):
    """The network.

    Args:
        shape: widths and depths.
    """

    def __init__(self, shape: Shape | None = None) -> None:
        super().__init__()
        self.shape = shape or Shape()
        self.backbone = Backbone(self.shape)
        self.sem_seg_head = Head(self.shape)

    def forward(self, x: Tensor, exact: bool = False) -> Raw:
        """(1, 3, H, W), normalised, sides multiples of `STRIDE`; exact steps want unfolded norms."""
        head = self.sem_seg_head
        pixels: PixelDecoder = head.pixel_decoder
        maps = pixels(self.backbone(x), exact)
        return Raw(*head.predictor(maps, pixels.mask_features, exact))

    def fold(self) -> M2FPNet:
        """Batch norms into their convolutions, weights with channels last; for inference only."""
        for module in self.modules():
            if isinstance(module, ConvNorm):
                module.fold()
        return self.to(memory_format=torch.channels_last)  # type: ignore[call-overload,no-any-return]
