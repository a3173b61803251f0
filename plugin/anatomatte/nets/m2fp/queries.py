"""The query decoder of M2FP: a hundred queries, each of which draws one mask and names its class.

Method: Cheng et al., "Masked-attention Mask Transformer", CVPR 2022: a query attends only where
the mask that it drew a layer before is, at one size of map after the other.
"""

from __future__ import annotations

from typing import Protocol

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .pixels import MAPS, Maps
from .sampling import sine_positions


class Widths(Protocol):
    """What the query decoder must know of the network's shape."""

    @property
    def classes(self) -> int:
        """Classes without *nothing*."""

    @property
    def dim(self) -> int:
        """Channels of every map and query."""

    @property
    def heads(self) -> int:
        """Heads of the attention."""

    @property
    def queries(self) -> int:
        """Queries."""

    @property
    def decoder_layers(self) -> int:
        """Layers."""

    @property
    def decoder_ffn(self) -> int:
        """Inner width of a layer's feed-forward part."""


class CrossAttention(nn.Module):
    """Cross-attention of the queries to a map."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.multihead_attn = nn.MultiheadAttention(dim, heads)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, query: Tensor, key: Tensor, value: Tensor, hidden: Tensor) -> Tensor:
        """x, query (queries, dim); key, value (cells, dim); hidden (queries, cells), true: masked out."""
        y: Tensor = self.norm(x + _attend(self.multihead_attn, query, key, value, hidden))
        return y


class SelfAttention(nn.Module):
    """Self-attention of the queries."""

    def __init__(self, dim: int, heads: int) -> None:
        super().__init__()
        self.self_attn = nn.MultiheadAttention(dim, heads)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor, sign: Tensor) -> Tensor:
        """x and sign (queries, dim)."""
        asking = x + sign
        y: Tensor = self.norm(x + _attend(self.self_attn, asking, asking, x, None))
        return y


def _attend(
    module: nn.MultiheadAttention, query: Tensor, key: Tensor, value: Tensor, hidden: Tensor | None
) -> Tensor:
    """Multi-head attention (Vaswani et al., 2017) of (n, dim) tensors with the weights of `module`."""
    heads, dim = module.num_heads, module.embed_dim
    assert module.in_proj_weight is not None and module.in_proj_bias is not None
    weights = zip(module.in_proj_weight.chunk(3), module.in_proj_bias.chunk(3), strict=True)
    q, k, v = (
        F.linear(t, w, b).view(1, len(t), heads, dim // heads).transpose(1, 2)
        for t, (w, b) in zip((query, key, value), weights, strict=True)
    )
    mixed = F.scaled_dot_product_attention(q, k, v, None if hidden is None else ~hidden[None, None])
    out: Tensor = module.out_proj(mixed[0].transpose(0, 1).reshape(len(query), dim))
    return out


class FeedForward(nn.Module):
    """Two linear layers, added and normed."""

    def __init__(self, dim: int, inner: int) -> None:
        super().__init__()
        self.linear1, self.linear2 = nn.Linear(dim, inner), nn.Linear(inner, dim)
        self.norm = nn.LayerNorm(dim)

    def forward(self, x: Tensor) -> Tensor:
        """(queries, dim) to the same."""
        y: Tensor = self.norm(x + self.linear2(self.linear1(x).relu_()))
        return y


class MaskEmbed(nn.Module):
    """Three linear layers that turn a query into the colours of its mask."""

    def __init__(self, dim: int) -> None:
        super().__init__()
        self.layers = nn.ModuleList(nn.Linear(dim, dim) for _ in range(3))

    def forward(self, x: Tensor) -> Tensor:
        """(queries, dim) to the same."""
        first, second, third = self.layers
        y: Tensor = third(second(first(x).relu()).relu())
        return y


class QueryDecoder(nn.Module):
    """Maps to classes and masks."""

    def __init__(self, shape: Widths) -> None:
        super().__init__()
        dim, heads, count = shape.dim, shape.heads, shape.decoder_layers
        among = (SelfAttention(dim, heads) for _ in range(count))
        cross = (CrossAttention(dim, heads) for _ in range(count))
        feed = (FeedForward(dim, shape.decoder_ffn) for _ in range(count))
        self.transformer_self_attention_layers = nn.ModuleList(among)
        self.transformer_cross_attention_layers = nn.ModuleList(cross)
        self.transformer_ffn_layers = nn.ModuleList(feed)
        self.decoder_norm = nn.LayerNorm(dim)
        self.query_feat = nn.Embedding(shape.queries, dim)
        self.query_embed = nn.Embedding(shape.queries, dim)
        self.level_embed = nn.Embedding(MAPS, dim)
        self.class_embed = nn.Linear(dim, shape.classes + 1)
        self.mask_embed = MaskEmbed(dim)

    def forward(self, maps: Maps, mask_features: nn.Conv2d, exact: bool) -> tuple[Tensor, Tensor]:
        """Maps of the pixel decoder and its last layer, to class logits and mask logits.

        Returns:
            (queries, classes + 1) where the last class is *nothing*, and (queries, H/4, W/4).
        """
        draw = _Exact(mask_features, maps) if exact else _Early(mask_features, maps)
        keys, values = [], []
        for k, m in enumerate(maps.coarse):
            value = m[0].flatten(1).t() + self.level_embed.weight[k]
            values.append(value)
            _, dim, height, width = m.shape
            keys.append(value + sine_positions(height, width, dim, m).flatten(1).t())
        x, sign = self.query_feat.weight, self.query_embed.weight
        layers = zip(
            self.transformer_cross_attention_layers,
            self.transformer_self_attention_layers,
            self.transformer_ffn_layers,
            strict=True,
        )
        for k, (cross, among, feed) in enumerate(layers):
            level = k % MAPS
            hidden = draw.outside(self.mask_embed(self.decoder_norm(x)), level)
            hidden &= ~hidden.all(1, keepdim=True)  # masked everywhere: attend to all
            x = feed(among(cross(x, x + sign, keys[level], values[level], hidden), sign))
        x = self.decoder_norm(x)
        return self.class_embed(x).float(), draw.masks(self.mask_embed(x))


class _Exact:
    """Masks drawn at 1/4 and brought to each map's size, as published."""

    def __init__(self, last: nn.Conv2d, maps: Maps) -> None:
        self.fine = last(maps.fine).float()
        self.sizes = [m.shape[2:] for m in maps.coarse]

    def masks(self, embed: Tensor) -> Tensor:
        return torch.einsum("qc,chw->qhw", embed.float(), self.fine[0])

    def outside(self, embed: Tensor, level: int) -> Tensor:
        size = self.sizes[level]
        small = F.interpolate(self.masks(embed)[None], size, mode="bilinear", align_corners=False)
        return (small[0].sigmoid() < 0.5).flatten(1)


class _Early:
    """The same, with the fine map brought to each size once: scaling and drawing are both linear.

    The last layer's weights go to the queries for the same reason: E (W f + b) = (E W) f + E b.
    """

    def __init__(self, last: nn.Conv2d, maps: Maps) -> None:
        self.weight, self.bias = last.weight[:, :, 0, 0], last.bias
        self.fine = maps.fine
        self.small = [
            F.interpolate(maps.fine, m.shape[2:], mode="bilinear", align_corners=False)[0].flatten(1)
            for m in maps.coarse
        ]

    def _colours(self, embed: Tensor) -> tuple[Tensor, Tensor]:
        assert self.bias is not None
        return embed @ self.weight, (embed @ self.bias)[:, None]

    def masks(self, embed: Tensor) -> Tensor:
        colour, base = self._colours(embed)
        drawn = (colour @ self.fine[0].flatten(1) + base).float()
        return drawn.view(len(embed), *self.fine.shape[2:])

    def outside(self, embed: Tensor, level: int) -> Tensor:
        colour, base = self._colours(embed)
        return colour @ self.small[level] < -base
