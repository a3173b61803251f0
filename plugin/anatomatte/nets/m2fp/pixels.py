"""The pixel decoder of M2FP: a deformable encoder over three maps, and a fine map for the masks.

Method: Cheng et al., "Masked-attention Mask Transformer", CVPR 2022 (Mask2Former), with the
encoder of Zhu et al., "Deformable DETR", ICLR 2021.
"""

from __future__ import annotations

from typing import NamedTuple, Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .backbone import ConvNorm
from .sampling import Sizes, by_bags, by_grid, cell_centres, sine_positions

MAPS = 3
"""The coarsest three of the backbone's maps go through the encoder."""

GROUPS = 32
"""Groups of every group norm."""


class Widths(Protocol):
    """What the pixel decoder must know of the network's shape."""

    @property
    def base(self) -> int:
        """Inner channels of the backbone's first stage."""

    @property
    def dim(self) -> int:
        """Channels of every map here."""

    @property
    def heads(self) -> int:
        """Heads of the attention."""

    @property
    def points(self) -> int:
        """Points that a head samples in each map."""

    @property
    def encoder_layers(self) -> int:
        """Layers of the encoder."""

    @property
    def encoder_ffn(self) -> int:
        """Inner width of an encoder layer's feed-forward part."""


class Maps(NamedTuple):
    """`fine` (1, dim, H/4, W/4), and `coarse`: maps of 1/32, 1/16 and 1/8, each (1, dim, h, w)."""

    fine: Tensor
    coarse: tuple[Tensor, ...]


class DeformableAttention(nn.Module):
    """Deformable attention: a cell samples points of all maps, where the points are depends on the cell."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        self.heads, self.points = shape.heads, shape.points
        places = shape.heads * MAPS * shape.points
        self.sampling_offsets = nn.Linear(shape.dim, 2 * places)
        self.attention_weights = nn.Linear(shape.dim, places)
        self.value_proj = nn.Linear(shape.dim, shape.dim)
        self.output_proj = nn.Linear(shape.dim, shape.dim)

    def forward(self, x: Tensor, position: Tensor, centres: Tensor, sizes: Sizes, exact: bool) -> Tensor:
        """x and position (cells, dim), centres (cells, 2) to (cells, dim)."""
        cells, dim = x.shape
        value = self.value_proj(x).float().view(cells, self.heads, dim // self.heads)
        asking = x + position
        offset = self.sampling_offsets(asking).float().view(cells, self.heads, MAPS, self.points, 2)
        weight = self.attention_weights(asking).float().view(cells, self.heads, MAPS * self.points)
        weight = weight.softmax(-1).view(cells, self.heads, MAPS, self.points)
        side = torch.tensor([(w, h) for h, w in sizes], device=x.device)
        place = centres[:, None, None, None, :] + offset / side[None, None, :, None, :]
        gather = by_grid if exact or x.device.type != "cpu" else by_bags
        gathered: Tensor = self.output_proj(gather(value, sizes, place, weight))
        return gathered


class EncoderLayer(nn.Module):
    """Deformable attention and a feed-forward part, each added and normed."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        self.self_attn = DeformableAttention(shape)
        self.norm1 = nn.LayerNorm(shape.dim)
        self.linear1 = nn.Linear(shape.dim, shape.encoder_ffn)
        self.linear2 = nn.Linear(shape.encoder_ffn, shape.dim)
        self.norm2 = nn.LayerNorm(shape.dim)

    def forward(self, x: Tensor, position: Tensor, centres: Tensor, sizes: Sizes, exact: bool) -> Tensor:
        """(cells, dim) to the same."""
        x = self.norm1(x + self.self_attn(x, position, centres, sizes, exact))
        y: Tensor = self.norm2(x + self.linear2(self.linear1(x).relu_()))
        return y


class Encoder(nn.Module):
    """The layers, under the name that published files use."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        self.layers = nn.ModuleList(EncoderLayer(shape) for _ in range(shape.encoder_layers))


class Transformer(nn.Module):
    """The encoder and a learnt sign for each map."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        self.encoder = Encoder(shape)
        self.level_embed = nn.Parameter(torch.zeros(MAPS, shape.dim))

    def forward(self, maps: list[Tensor], exact: bool) -> list[Tensor]:
        """Maps (1, dim, h, w) to the same sizes."""
        sizes: Sizes = tuple((m.shape[2], m.shape[3]) for m in maps)
        dim = maps[0].shape[1]
        signs = [sine_positions(h, w, dim, maps[0]).flatten(1).t() for h, w in sizes]
        position = torch.cat([sign + self.level_embed[k] for k, sign in enumerate(signs)])
        x = torch.cat([m[0].flatten(1).t() for m in maps])
        centres = cell_centres(sizes, x)
        for layer in self.encoder.layers:
            x = layer(x, position, centres, sizes, exact)
        parts = torch.split(x, [h * w for h, w in sizes])
        return [p.t().reshape(1, dim, *size) for p, size in zip(parts, sizes, strict=True)]


class PixelDecoder(nn.Module):
    """The backbone's four maps to maps for the queries to attend to and one to draw masks with."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        dim = shape.dim
        wide = [4 * shape.base << k for k in (3, 2, 1)]
        self.input_proj = nn.ModuleList(
            nn.Sequential(nn.Conv2d(w, dim, 1), nn.GroupNorm(GROUPS, dim)) for w in wide
        )
        self.transformer = Transformer(shape)
        self.mask_features = nn.Conv2d(dim, dim, 1)
        self.adapter_1 = ConvNorm(4 * shape.base, dim, 1, nn.GroupNorm(GROUPS, dim))
        self.layer_1 = ConvNorm(dim, dim, 3, nn.GroupNorm(GROUPS, dim))

    def forward(self, maps: tuple[Tensor, Tensor, Tensor, Tensor], exact: bool) -> Maps:
        """Maps of 1/4 to 1/32; `fine` comes back without `mask_features`, which the caller applies."""
        second, *rest = maps
        seen = [proj(m).float() for proj, m in zip(self.input_proj, reversed(rest), strict=True)]
        coarse = self.transformer(seen, exact)
        lateral = self.adapter_1(second).float()
        lateral += F.interpolate(coarse[-1], lateral.shape[2:], mode="bilinear", align_corners=False)
        return Maps(self.layer_1(lateral).relu_().float(), tuple(coarse))
