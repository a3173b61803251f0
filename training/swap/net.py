"""One encoder for two people and a decoder for each of them, which gives colour and matte.

The shared encoder sees what both do, pose, expression and light; each decoder knows one person's face
(Perov et al., DeepFaceLab, arXiv 2005.05535, whose decoders too give a mask). What it gives of another's
picture is this person doing the same. A small network tells people apart, for the loss of identity.
"""

from __future__ import annotations

import itertools
from dataclasses import dataclass

import torch
import torch.nn.functional as F
from torch import Tensor, nn

SLOPE = 0.1
PEOPLE = ("source", "target")
"""Whose decoders there are: the face that is put in, and the one that is there."""


@dataclass(frozen=True)
class Shape:
    """The template's side, the encoder's channels, the numbers between, the decoders' channels."""

    side: int = 128
    widths: tuple[int, int, int, int] = (16, 32, 64, 96)
    code: int = 128
    back: tuple[int, int, int, int] = (64, 48, 32, 20)

    @property
    def cells(self) -> int:
        """Cells along the side where all is one code."""
        return self.side // 16


class Encoder(nn.Module):
    """(N, 3, side, side) display-referred to what both decoders read."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        steps = zip((3, *shape.widths), shape.widths, strict=False)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 5, 2, 2) for a, b in steps)
        many = shape.cells**2
        self.into = nn.Linear(shape.widths[-1] * many, shape.code)
        self.out = nn.Linear(shape.code, shape.back[0] * many)

    def forward(self, picture: Tensor) -> Tensor:
        x = picture * 2 - 1
        for conv in self.down:
            x = F.leaky_relu(conv(x), SLOPE)
        x = self.out(self.into(x.flatten(1)))
        return x.reshape(-1, self.shape.back[0], self.shape.cells, self.shape.cells)


class Decoder(nn.Module):
    """What the encoder gave to colours (N, 3, side, side) and a matte (N, 1, side, side), in 0..1."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        wide = (*shape.back, shape.back[-1])
        self.up = nn.ModuleList(nn.Conv2d(a, 4 * b, 3, padding=1) for a, b in itertools.pairwise(wide))
        self.last = nn.Conv2d(wide[-1], 4, 3, padding=1)

    def forward(self, code: Tensor) -> tuple[Tensor, Tensor]:
        x = code
        for conv in self.up:
            x = F.leaky_relu(F.pixel_shuffle(conv(x), 2), SLOPE)
        made = torch.sigmoid(self.last(x))
        return made[:, :3], made[:, 3:]


class TwoFaces(nn.Module):
    """The encoder and both decoders."""

    def __init__(self, shape: Shape) -> None:
        super().__init__()
        self.shape = shape
        self.encoder = Encoder(shape)
        self.decoders = nn.ModuleDict({name: Decoder(shape) for name in PEOPLE})

    def forward(self, picture: Tensor, whose: str) -> tuple[Tensor, Tensor]:
        made: tuple[Tensor, Tensor] = self.decoders[whose](self.encoder(picture))
        return made


class PutIn(nn.Module):
    """What is used of it: any face to the source's, doing the same."""

    def __init__(self, net: TwoFaces) -> None:
        super().__init__()
        self.encoder, self.decoder = net.encoder, net.decoders["source"]

    def forward(self, target: Tensor) -> tuple[Tensor, Tensor]:
        made: tuple[Tensor, Tensor] = self.decoder(self.encoder(target))
        return made


class Embedding(nn.Module):
    """Faces (N, 3, side, side) on grey to 64 numbers of length 1 that tell people apart."""

    def __init__(self) -> None:
        super().__init__()
        wide = (3, 24, 48, 96, 128)
        self.down = nn.ModuleList(nn.Conv2d(a, b, 3, 2, 1) for a, b in itertools.pairwise(wide))
        self.out = nn.Linear(wide[-1] * 4, 64)

    def forward(self, face: Tensor) -> Tensor:
        x = F.interpolate(face, size=(64, 64), mode="bilinear", antialias=True, align_corners=False) * 2 - 1
        for conv in self.down:
            x = F.leaky_relu(conv(x), SLOPE)
        return F.normalize(self.out(F.adaptive_avg_pool2d(x, 2).flatten(1)))


def on_grey(picture: Tensor, matte: Tensor) -> Tensor:
    """A face alone: neither hair nor place tell who it is."""
    return picture * matte + 0.5 * (1 - matte)
