"""Sapiens2: a vision transformer with a head for body parts or for matting; published names of all weights.

Written from the paper and its published configuration (Khirodkar et al., "Sapiens2", 2026): patches of 16
pixels with a class token and registers before them, pre-norm blocks of grouped-query attention (Ainslie et
al., "GQA", 2023) with normed queries and keys, rotary embeddings of two axes (Heo et al., "Rotary Position
Embedding for Vision Transformer", 2024), layer scale and gated linear units (Shazeer, "GLU Variants Improve
Transformer", 2020). Heads bring the features from 1/16 back to the picture's size, four doublings: for parts
by transposed convolutions, for matting by pixel shuffle.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

PATCH = 16
"""Pixels along a patch; width and height of the input are multiples of it."""

_EPS = 1e-6
_THETA = 100.0
_FULL = 8
"""Blocks at the beginning and at the end whose heads have keys and values of their own."""


@dataclass(frozen=True)
class Shape:
    """Sizes of the network. `heads` attention heads, of which `_FULL` blocks at each end share no keys."""

    width: int
    depth: int
    heads: int
    hidden: int
    registers: int = 8


SHAPES = {
    768: Shape(768, 12, 12, 3072),
    1024: Shape(1024, 24, 16, 4096),
    1280: Shape(1280, 32, 16, 5120),
    1536: Shape(1536, 40, 24, 6144),
    2432: Shape(2432, 56, 32, 9728),
}
"""The published sizes by their width: 0.1, 0.4, 0.8, 1 and 5 billion weights."""


class Scale(nn.Module):
    """Layer scale (Touvron et al., "Going deeper with Image Transformers", 2021)."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.full((width,), 1e-4))

    def forward(self, x: Tensor) -> Tensor:
        return x * self.weight


class Rotary(nn.Module):
    """Sines and cosines (h w, d) of the patches' places; `dtype` is that in which they were published."""

    periods: Tensor

    def __init__(self, per_head: int, dtype: torch.dtype = torch.float32) -> None:
        super().__init__()
        powers = torch.arange(per_head // 4, dtype=torch.float32) / (per_head // 4)
        self.dtype = dtype
        self.register_buffer("periods", (_THETA**powers).to(dtype))

    def forward(self, height: int, width: int) -> tuple[Tensor, Tensor]:
        rows, columns = (
            torch.arange(0.5, n, device=self.periods.device, dtype=self.dtype) / n for n in (height, width)
        )
        places = 2 * torch.stack(torch.meshgrid(rows, columns, indexing="ij"), -1).flatten(0, 1) - 1
        angles = 2 * math.pi * places[:, :, None] / self.periods.to(self.dtype)
        turned = angles.flatten(1).tile(2)
        return turned.sin(), turned.cos()


def rotated(x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
    """Queries or keys (n, heads, tokens, d) turned by the places of the last tokens; the first stay."""
    sin, cos = turn
    first = x.shape[-2] - sin.shape[-2]
    patches = x[:, :, first:].to(sin.dtype)
    one, other = patches.chunk(2, -1)
    made = patches * cos + torch.cat((-other, one), -1) * sin
    return torch.cat((x[:, :, :first], made.to(x.dtype)), -2)


class Attention(nn.Module):
    """Attention whose heads may share keys and values in pairs."""

    def __init__(self, shape: Shape, pairs: bool) -> None:
        super().__init__()
        self.heads = shape.heads
        self.stored = shape.heads // 2 if pairs else shape.heads
        self.size = shape.width // shape.heads
        self.wq = nn.Linear(shape.width, shape.width)
        self.wk = nn.Linear(shape.width, self.stored * self.size)
        self.wv = nn.Linear(shape.width, self.stored * self.size)
        self.q_norm, self.k_norm = nn.RMSNorm(self.size, eps=_EPS), nn.RMSNorm(self.size, eps=_EPS)
        self.proj = nn.Linear(shape.width, shape.width)
        self.gamma = Scale(shape.width)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        n, tokens, width = x.shape
        q = self.wq(x).view(n, tokens, self.heads, self.size).transpose(1, 2)
        k, v = (f(x).view(n, tokens, self.stored, self.size).transpose(1, 2) for f in (self.wk, self.wv))
        q, k = rotated(self.q_norm(q), turn), rotated(self.k_norm(k), turn)
        shared = self.heads // self.stored
        if shared > 1:
            k, v = k.repeat_interleave(shared, 1), v.repeat_interleave(shared, 1)
        mixed = F.scaled_dot_product_attention(q, k, v).transpose(1, 2).reshape(n, tokens, width)
        out: Tensor = self.gamma(self.proj(mixed))
        return out


class Gated(nn.Module):
    """A gated linear unit: one half of the hidden values opens the other."""

    def __init__(self, width: int, hidden: int) -> None:
        super().__init__()
        self.w12, self.w3 = nn.Linear(width, 2 * hidden), nn.Linear(hidden, width)

    def forward(self, x: Tensor) -> Tensor:
        gate, value = self.w12(x).chunk(2, -1)
        out: Tensor = self.w3(F.silu(gate) * value)
        return out


class Block(nn.Module):
    """Attention, then a gated linear unit, each added to what came in."""

    def __init__(self, shape: Shape, pairs: bool) -> None:
        super().__init__()
        self.ln1, self.ln2 = nn.RMSNorm(shape.width, eps=_EPS), nn.RMSNorm(shape.width, eps=_EPS)
        self.attn, self.ffn = Attention(shape, pairs), Gated(shape.width, shape.hidden)

    def forward(self, x: Tensor, turn: tuple[Tensor, Tensor]) -> Tensor:
        x = x + self.attn(self.ln1(x), turn)
        out: Tensor = x + self.ffn(self.ln2(x))
        return out


class Patches(nn.Module):
    """Each patch of the picture as one vector."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.projection = nn.Conv2d(3, width, PATCH, PATCH)

    def forward(self, picture: Tensor) -> Tensor:
        made: Tensor = self.projection(picture)
        return made


class Backbone(nn.Module):
    """Features (N, width, H / 16, W / 16) of a normed picture (N, 3, H, W)."""

    def __init__(self, shape: Shape, rotary: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.patch_embed = Patches(shape.width)
        self.rope_embed = Rotary(shape.width // shape.heads, rotary)
        self.cls_token = nn.Parameter(torch.zeros(1, 1, shape.width))
        self.storage_tokens = nn.Parameter(torch.zeros(1, shape.registers, shape.width))
        self.blocks = nn.ModuleList(
            Block(shape, pairs=_FULL <= at < shape.depth - _FULL) for at in range(shape.depth)
        )
        self.ln1 = nn.RMSNorm(shape.width, eps=_EPS)

    def forward(self, picture: Tensor) -> Tensor:
        patches = self.patch_embed(picture)
        n, width, rows, columns = patches.shape
        first = torch.cat((self.cls_token, self.storage_tokens), 1).expand(n, -1, -1)
        x = torch.cat((first, patches.flatten(2).transpose(1, 2)), 1)
        turn = self.rope_embed(rows, columns)
        for block in self.blocks:
            x = block(x, turn)
        out: Tensor = self.ln1(x)[:, first.shape[1] :]
        return out.transpose(1, 2).reshape(n, width, rows, columns)


def _step(conv: nn.Module, outputs: int, *between: nn.Module) -> list[nn.Module]:
    return [conv, *between, nn.InstanceNorm2d(outputs), nn.SiLU(inplace=True)]


def _refined(channels: list[int], kernels: list[int]) -> nn.Sequential:
    """Convolutions that keep the size, from the first of the channels to the last."""
    steps: list[nn.Module] = []
    for inputs, outputs, kernel in zip(channels, channels[1:], kernels, strict=False):
        steps += _step(nn.Conv2d(inputs, outputs, kernel, padding=kernel // 2), outputs)
    return nn.Sequential(*steps)


@dataclass(frozen=True)
class HeadShape:
    """A head: channels after each doubling, then of the convolutions at full size and their kernels."""

    doubled: tuple[int, ...]
    refined: tuple[int, ...]
    kernels: tuple[int, ...]
    outputs: int


class PartsHead(nn.Module):
    """Logits (N, classes, H, W) of body parts."""

    def __init__(self, width: int, shape: HeadShape) -> None:
        super().__init__()
        steps: list[nn.Module] = []
        for inputs, outputs in zip((width, *shape.doubled), shape.doubled, strict=False):
            steps += _step(nn.ConvTranspose2d(inputs, outputs, 4, 2, 1, bias=False), outputs)
        self.deconv_layers = nn.Sequential(*steps)
        self.conv_layers = _refined([shape.doubled[-1], *shape.refined], list(shape.kernels))
        self.conv_seg = nn.Conv2d((*shape.doubled, *shape.refined)[-1], shape.outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv_seg(self.conv_layers(self.deconv_layers(x)))
        return out


class MattingHead(nn.Module):
    """Logits (N, 4, H, W): premultiplied colour of the foreground, then alpha."""

    def __init__(self, width: int, shape: HeadShape) -> None:
        super().__init__()
        self.input_conv = nn.Sequential(*_step(nn.Conv2d(width, width, 3, padding=1), width))
        self.upsample_blocks = nn.Sequential(
            *(
                nn.Sequential(
                    *_step(nn.Conv2d(inputs, 4 * outputs, 3, padding=1), outputs, nn.PixelShuffle(2))
                )
                for inputs, outputs in zip((width, *shape.doubled), shape.doubled, strict=False)
            )
        )
        self.conv_layers = _refined([shape.doubled[-1], *shape.refined], list(shape.kernels))
        self.conv_matting = nn.Conv2d((*shape.doubled, *shape.refined)[-1], shape.outputs, 1)

    def forward(self, x: Tensor) -> Tensor:
        out: Tensor = self.conv_matting(self.conv_layers(self.upsample_blocks(self.input_conv(x))))
        return out


class Sapiens2Net(nn.Module):
    """Call it with (N, 3, H, W), normed; logits of its head come out at the same size."""

    def __init__(self, shape: Shape, head: nn.Module, rotary: torch.dtype = torch.float32) -> None:
        super().__init__()
        self.backbone, self.decode_head = Backbone(shape, rotary), head

    def forward(self, picture: Tensor) -> Tensor:
        out: Tensor = self.decode_head(self.backbone(picture))
        return out
