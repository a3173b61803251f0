"""What the network is asked to get right."""

from __future__ import annotations

import torch
import torch.nn.functional as F
from torch import Tensor

from anatomatte.nets.own.people_net import PeopleOutputs
from anatomatte.parts import INDEX, PARTS

from .samples import Batch

_RARE = {
    **dict.fromkeys(("bag", "held"), 3.0),
    "skirt": 2.5,
    **dict.fromkeys(("dress", "hat", "glasses", "scarf", "other"), 2.0),
    **dict.fromkeys(("neck", "torso_skin", "left_hand", "right_hand", "left_shoe", "right_shoe"), 1.7),
    **dict.fromkeys(("coat", "trousers"), 1.4),
    **dict.fromkeys(("left_arm", "right_arm", "left_leg", "right_leg"), 1.3),
    **dict.fromkeys(("left_tights", "right_tights"), 1.7),
}
"""Weights above 1: about what makes a part as likely as the one that it is taken for.

More makes them swap: at 2.3 for coats, half of what was called a coat was a top and an eighth a coat.
Parts that few people show are cast more often instead (`training.scene.casting`)."""


_HELD = (0.0, 4.0)
"""How much more a covered pixel counts in the two mattes, people's and held things'.

A held thing covers about one pixel in a hundred: counted like the rest of the picture it was never found."""


def class_weights() -> Tensor:
    """Weight of each part in the cross entropy: background less, rare parts more."""
    weights = torch.ones(len(PARTS))
    weights[0] = 0.6
    for name, weight in _RARE.items():
        weights[INDEX[name]] = weight
    return weights


def laplacian(x: Tensor, levels: int = 3) -> list[Tensor]:
    """Band-pass levels of (N, C, H, W), finest first."""
    bands = []
    for _ in range(levels):
        small = F.avg_pool2d(x, 2)
        bands.append(x - F.interpolate(small, scale_factor=2, mode="nearest"))
        x = small
    return bands


def dice(logits: Tensor, target: Tensor) -> Tensor:
    """1 - soft Dice, averaged over the parts that the batch holds."""
    p = logits.softmax(1)
    truth = F.one_hot(target, p.shape[1]).permute(0, 3, 1, 2).to(p.dtype)
    both, each = (p * truth).sum((0, 2, 3)), (p + truth).sum((0, 2, 3))
    there = truth.sum((0, 2, 3)) > 16
    return (1 - (2 * both + 8) / (each + 8))[there].mean()


def heat_loss(logits: Tensor, heat: Tensor) -> Tensor:
    """Penalty-reduced focal loss of a heat map (Zhou et al., Objects as Points, 2019), per head."""
    p = torch.sigmoid(logits).clamp(1e-4, 1 - 1e-4)
    peak = heat > 0.99
    found = -((1 - p) ** 2) * torch.log(p) * peak
    false = -(p**2) * torch.log(1 - p) * (1 - heat) ** 4 * ~peak
    return (found.sum() + false.sum()) / peak.sum().clamp(min=1)


def losses(out: PeopleOutputs, want: Batch, weights: Tensor) -> dict[str, Tensor]:
    """Named losses; their sum is what is minimised."""
    parts, alpha = out.parts.float(), out.alpha.float()
    p = torch.sigmoid(alpha)
    share = torch.tensor([1.0, 0.4], device=p.device)[None, :, None, None]
    share = share * (1 + torch.tensor(_HELD, device=p.device)[None, :, None, None] * want.alpha)
    bands = sum(
        ((a - b).abs() * F.adaptive_avg_pool2d(share, a.shape[2:])).mean()
        for a, b in zip(laplacian(p), laplacian(want.alpha), strict=True)
    )
    bce = (F.binary_cross_entropy_with_logits(alpha, want.alpha, reduction="none") * share).mean()
    way = ((out.offset.float() - want.offset).abs() * want.someone).sum() / (want.someone.sum() * 2).clamp(
        min=1
    )
    return {
        "parts": F.cross_entropy(parts, want.parts, weights)
        + 0.4 * dice(parts[..., ::2, ::2], want.parts[:, ::2, ::2]),
        "alpha": bce + ((p - want.alpha).abs() * share).mean() + 2 * bands,
        "centre": 0.08 * heat_loss(out.centre.float(), want.centre),
        "offset": 0.15 * way,
    }
