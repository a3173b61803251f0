"""Muon: momentum whose matrix steps are made orthogonal, with AdamW for all that is no matrix.

Method: Jordan et al., "Muon: an optimizer for hidden layers in neural networks" (2024): the
momentum of a weight, seen as an outputs x inputs matrix, is replaced by the nearest orthogonal
matrix, found by five steps of a quintic Newton-Schulz iteration (bfloat16 where the machine multiplies
it natively: emulated, the iteration alone took three fifths of a step).
"""

from __future__ import annotations

from collections.abc import Iterable

import torch
from torch import Tensor, nn
from torch.optim import AdamW, Optimizer

_A, _B, _C = 3.4445, -4.7750, 2.0315


def native_bfloat16(device: str) -> bool:
    """Whether `device` multiplies bfloat16 in hardware: any GPU; a CPU with AVX512-BF16 or AMX."""
    if device != "cpu":
        return True
    names = "_is_avx512_bf16_supported", "_is_amx_tile_supported"
    asked = (getattr(torch.cpu, name, None) for name in names)
    return any(ask is not None and ask() for ask in asked)


def orthogonal(matrix: Tensor, steps: int = 5) -> Tensor:
    """About the nearest matrix with singular values near 1; `matrix` is (rows, columns)."""
    x = matrix.bfloat16() if native_bfloat16(matrix.device.type) else matrix.float()
    tall = x.shape[0] > x.shape[1]
    if tall:
        x = x.T
    x = x / (x.norm() + 1e-7)
    for _ in range(steps):
        a = x @ x.T
        x = _A * x + (_B * a + _C * a @ a) @ x
    return (x.T if tall else x).to(matrix.dtype)


class Muon(Optimizer):
    """Muon for weights of 2 or more dimensions; steps are scaled to an RMS of 0.2 like AdamW's."""

    def __init__(
        self, params: Iterable[Tensor], lr: float, momentum: float = 0.95, weight_decay: float = 0.01
    ) -> None:
        defaults = {"lr": lr, "momentum": momentum, "weight_decay": weight_decay, "share": 1.0}
        super().__init__(params, defaults)

    @torch.no_grad()
    def step(self, closure: None = None) -> None:  # type: ignore[override]
        """Take one step."""
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                state = self.state[p]
                if "momentum" not in state:
                    state["momentum"] = torch.zeros_like(p)
                held = state["momentum"]
                held.lerp_(p.grad, 1 - group["momentum"])
                seen = p.grad.lerp(held, group["momentum"])
                step = orthogonal(seen.reshape(len(p), -1)).reshape(p.shape)
                scale = 0.2 * max(len(p), p[0].numel()) ** 0.5
                p.mul_(1 - group["lr"] * group["weight_decay"]).add_(step, alpha=-group["lr"] * scale)


def optimisers(net: nn.Module, lr: float, muon: bool) -> list[Optimizer]:
    """Optimisers of a network: Muon for inner matrices when asked for, AdamW for the rest.

    What is frozen is left out, and so is the trunk's own segmentation, which no loss asks.
    """
    inner, outer = [], []
    for name, p in net.named_parameters():
        if not p.requires_grad or name.startswith("trunk.figure."):
            continue
        is_inner = p.ndim >= 2 and p[0].numel() > 27 and not name.startswith("to_") and "place" not in name
        (inner if muon and is_inner and not name.startswith("trunk.") else outer).append(p)
    made: list[Optimizer] = [AdamW(outer, lr, betas=(0.9, 0.98), weight_decay=0.01)]
    return [*made, Muon(inner, lr)] if inner else made
