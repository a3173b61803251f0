"""What the decoders are asked to get right: pixels, matte, what a network sees in it, and who it is."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from anatomatte.nets.own.people_net import load_trainable
from anatomatte.nets.own.pose_trunk import PoseTrunk

from ..learn.losses import laplacian
from .net import PEOPLE, Embedding, TwoFaces, on_grey

WEIGHTS = {"pixel": 4.0, "alpha": 1.0, "perceptual": 20.0, "identity": 0.3}
"""How much each loss counts."""

_SHIPPED = Path(__file__).resolve().parents[2] / "plugin" / "anatomatte" / "weights" / "people.safetensors"


@dataclass(frozen=True, eq=False)
class Pair:
    """Faces of one person: `shown` what the encoder is given (N, 3, H, W), bent; `picture` what it ought to
    give, and its `matte` (N, 1, H, W)."""

    shown: Tensor
    picture: Tensor
    matte: Tensor


class Seen(nn.Module):
    """Features of the trunk of the people network that ships (MediaPipe's pose network), at 1/2 to 1/8."""

    def __init__(self) -> None:
        super().__init__()
        trunk = load_trainable(_SHIPPED).trunk
        assert isinstance(trunk, PoseTrunk)
        self.levels = nn.ModuleList((trunk.stem, trunk.quarter, trunk.eighth))
        self.requires_grad_(False)

    def forward(self, picture: Tensor) -> list[Tensor]:
        """Each level's features, of length 1 over the channels."""
        made, x = [], picture
        for level in self.levels:
            x = level(x)
            made.append(F.normalize(x, dim=1))
        return made


def apart(one: Sequence[Tensor], other: Sequence[Tensor]) -> Tensor:
    """How different two pictures look by their features of length 1 (as LPIPS, Zhang et al., CVPR 2018,
    without its learned weights: every channel counts alike)."""
    return torch.stack([(a - b).square().sum(1).mean() for a, b in zip(one, other, strict=True)]).mean()


@dataclass(frozen=True, eq=False)
class Judge:
    """What stays as it is while the decoders learn.

    Attributes:
        who: tells people apart.
        middle: each person's middling numbers of it, of length 1.
    """

    seen: Seen
    who: Embedding
    middle: dict[str, Tensor]


def losses(net: TwoFaces, pairs: dict[str, Pair], judge: Judge) -> dict[str, Tensor]:
    """The losses by their names, before their weights: each person's own faces given back, and for identity
    every second of the other's too, of which there is no truth but who it ought to be."""
    total: dict[str, list[Tensor]] = {name: [] for name in WEIGHTS}
    for k, whose in enumerate(PEOPLE):
        one, other = pairs[whose], pairs[PEOPLE[1 - k]]
        face, matte = net(one.shown, whose)
        total["pixel"].append(pixel(face, one))
        total["alpha"].append(alpha(matte, one.matte))
        mixed = face * one.matte + one.picture * (1 - one.matte)
        total["perceptual"].append(apart(judge.seen(mixed), judge.seen(one.picture)))
        swapped, cover = net(other.shown[::2], whose)
        away = [
            1 - (judge.who(on_grey(face, one.matte)) @ judge.middle[whose]).mean(),
            1 - (judge.who(on_grey(swapped, cover.detach())) @ judge.middle[whose]).mean(),
        ]
        total["identity"].append(torch.stack(away).mean())
    return {name: torch.stack(values).mean() for name, values in total.items()}


def pixel(face: Tensor, want: Pair) -> Tensor:
    """L1 in the encoding in which the network works (display-referred), where the face's matte is."""
    gap = (face - want.picture).abs() * want.matte
    return gap.sum() / (3 * want.matte.sum()).clamp(min=1)


def alpha(matte: Tensor, want: Tensor) -> Tensor:
    """L1, and L1 of the bands of a Laplacian pyramid, so that borders count."""
    bands = sum((a - b).abs().mean() for a, b in zip(laplacian(matte), laplacian(want), strict=True))
    return (matte - want).abs().mean() + 2 * bands


def weighed(found: dict[str, Tensor], weights: dict[str, float]) -> Tensor:
    """Their sum, each with its weight; what weighs nothing has no part in it."""
    return torch.stack([weights[name] * value for name, value in found.items() if weights[name]]).sum()
