"""Training of the outfit head: features are computed once, the head is fitted to them in minutes."""

from __future__ import annotations

import json
import math
import os
import time
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from anatomatte.nets.own.ensemble import WEIGHTS
from anatomatte.nets.own.outfit_head import NET, OUTFITS, SIGNS, Found, OutfitHead
from anatomatte.nets.own.people_net import load as load_people

from .crops import UNKNOWN, Wearers
from .features import Set, Wander, kept, wander
from .sturdy import NONE, Running, Shaken, Sturdy

FILE = "outfit.safetensors"

CELL_WEIGHT = 2.0
"""How much the cells count beside the whole: each picture teaches hundreds of them."""


@dataclass
class Plan:
    """How the head is trained."""

    run: Path
    bank: Path
    looked: int = 200
    """People who are looked at more than once, to see how looks differ."""
    epochs: int = 10
    batch: int = 32
    lr: float = 3e-3
    decay: float = 0.05
    smooth: float = 0.05
    """Label smoothing of the outfit."""
    sturdy: Sturdy = field(default_factory=lambda: NONE)
    keep: float = 0.998
    """Of the running mean of the weights, at each step."""
    heads: int = 1
    """Heads that are fitted; one more learns what they say together, if there are several."""
    seed: int = 1
    threads: int = 1


def standardise(head: OutfitHead, train: Set) -> None:
    """Tell the head the mean and the spread of each channel."""
    for k, planes in ((0, train.fine), (train.fine.shape[1], train.coarse)):
        some = planes[:: max(1, len(planes) // 2000)].float()
        head.middle[k : k + some.shape[1]] = some.mean((0, 2, 3))
        head.spread[k : k + some.shape[1]] = some.std((0, 2, 3)).clamp(min=1e-3)


def loss_of(found: Found, batch: Set, inside: Tensor, weights: Tensor, smooth: float) -> Tensor:
    """Cross entropies (N,): of the outfit, the three counting alike, of signs that are known, of cells."""
    outfit = F.cross_entropy(
        found.outfit, batch.outfit, weights, ignore_index=UNKNOWN, label_smoothing=smooth, reduction="none"
    )
    outfit = outfit / weights[batch.outfit[batch.outfit != UNKNOWN]].sum().clamp(min=1e-3)
    told = batch.signs != UNKNOWN
    each = F.binary_cross_entropy_with_logits(found.signs, batch.signs.clamp(min=0).float(), reduction="none")
    signs = (each * told).sum(1) / told.sum().clamp(min=1)
    cells = F.cross_entropy(found.cells, batch.cells.long(), reduction="none") * inside
    return outfit + 0.5 * signs + CELL_WEIGHT * cells.sum((1, 2)) / inside.sum()


def told_by(teachers: Sequence[OutfitHead], found: Found, batch: Set) -> Tensor:
    """How far a head is from what several say together of the same people, in nats."""
    with torch.no_grad():
        said = [one(batch.fine, batch.coarse) for one in teachers]
        outfit, cells = (
            torch.stack([getattr(one, name).softmax(1) for one in said]).mean(0)
            for name in ("outfit", "cells")
        )
        signs = torch.stack([one.signs.sigmoid() for one in said]).mean(0)
    inside = batch.fine[:, -1]
    of_cells = F.cross_entropy(found.cells, cells, reduction="none") * inside
    return (
        F.cross_entropy(found.outfit, outfit)
        + 0.5 * F.binary_cross_entropy_with_logits(found.signs, signs)
        + CELL_WEIGHT * of_cells.sum() / inside.sum()
    )


def fit(
    plan: Plan, train: Set, held_out: Set, looks: Wander | None = None, teachers: Sequence[OutfitHead] = ()
) -> OutfitHead:
    """The head fitted to `train`, or to what `teachers` say of it; prints what it knows of `held_out`.

    Args:
        looks: how far looks at one person differ.
    """
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    generator = torch.Generator().manual_seed(plan.seed)
    head = OutfitHead()
    head.drop.p = plan.sturdy.drop
    standardise(head, train)
    counts = torch.bincount(train.outfit[train.outfit != UNKNOWN], minlength=len(OUTFITS)).float()
    weights = counts.mean() / counts
    optimiser = torch.optim.AdamW(head.parameters(), plan.lr, weight_decay=plan.decay)
    shaken, running = Shaken(plan.sturdy, looks, plan.seed), Running(head, plan.keep)
    steps, step = plan.epochs * math.ceil(len(train) / plan.batch), 0
    for epoch in range(plan.epochs):
        head.train()
        order, total = torch.randperm(len(train), generator=generator), 0.0
        for some in order.split(plan.batch):
            batch, other, share = shaken(train.only(some))
            for group in optimiser.param_groups:
                group["lr"] = plan.lr * min(1, step / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))
            found, inside = head(batch.fine, batch.coarse), batch.fine[:, -1]
            own, mixed = (loss_of(found, one, inside, weights, plan.smooth) for one in (batch, other))
            loss = (share * own + (1 - share) * mixed).sum()
            if teachers:
                loss = 0.3 * loss + told_by(teachers, found, batch)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            running.step()
            total, step = total + float(loss.detach()), step + 1
        if epoch % 4 == 3 or epoch + 1 == plan.epochs:
            print(json.dumps({"epoch": epoch + 1, "loss": round(total * plan.batch / len(train), 4),
                              **scores(running.copied(), held_out)}), flush=True)  # fmt: skip
    running.put()
    return head.eval()


@torch.inference_mode()
def answers(head: OutfitHead, some: Set) -> tuple[Tensor, Tensor]:
    """Logits of outfits (N, 3) and signs (N, 4)."""
    head.eval()
    found = [
        head(some.fine[k : k + 256].float(), some.coarse[k : k + 256].float())
        for k in range(0, len(some), 256)
    ]
    return torch.cat([one.outfit for one in found]), torch.cat([one.signs for one in found])


def area(score: NDArray[np.float32], truth: NDArray[np.bool_]) -> float:
    """Area under the ROC curve."""
    order = np.argsort(np.argsort(score)) + 1.0
    yes, no = int(truth.sum()), int((~truth).sum())
    return float((order[truth].sum() - yes * (yes + 1) / 2) / max(yes * no, 1))


def scores(head: OutfitHead, some: Set) -> dict[str, float]:
    """Outfits right, mean of the three recalls, recall of each; area under ROC of each sign."""
    outfit, signs = answers(head, some)
    known = some.outfit != UNKNOWN
    right = (outfit.argmax(1) == some.outfit)[known]
    recall = {name: float(right[some.outfit[known] == k].float().mean()) for k, name in enumerate(OUTFITS)}
    told = {
        name: area(signs[:, k][some.signs[:, k] != UNKNOWN].numpy(),
                   (some.signs[:, k] == 1)[some.signs[:, k] != UNKNOWN].numpy())
        for k, name in enumerate(SIGNS)
    }  # fmt: skip
    lower = some.outfit[known] < OUTFITS.index("trousers")
    told["dress_or_skirt"] = area(
        (outfit[known, 1] - outfit[known, 0])[lower].numpy(), (some.outfit[known][lower] == 1).numpy()
    )
    surprise = float(F.cross_entropy(outfit[known], some.outfit[known]))
    found = {"right": float(right.float().mean()), "surprise": surprise, "balanced": sum(recall.values()) / 3}
    found |= recall | told
    return {k: round(v, 3) for k, v in found.items()}


def calibrate(head: OutfitHead, some: Set) -> dict[str, float]:
    """Scale the last layer such that odds are true on `some`; returns the scales (1 / temperature)."""
    outfit, signs = answers(head, some)
    scales = np.geomspace(0.2, 3, 60)
    known = some.outfit != UNKNOWN
    best = [min(scales, key=lambda s: float(F.cross_entropy(outfit[known] * s, some.outfit[known])))]
    for k in range(len(SIGNS)):
        told = some.signs[:, k] != UNKNOWN
        truth = some.signs[told, k].float()
        best.append(
            min(scales, key=lambda s, k=k, t=told, y=truth: float(  # type: ignore[misc]
                F.binary_cross_entropy_with_logits(signs[t, k] * s, y)))
        )  # fmt: skip
    each = torch.tensor([best[0]] * len(OUTFITS) + best[1:], dtype=torch.float32)
    with torch.no_grad():
        head.last.weight *= each[:, None]
        head.last.bias *= each
    return {name: round(float(s), 2) for name, s in zip(("outfit", *SIGNS), best, strict=True)}


def write(head: OutfitHead, path: Path, note: dict[str, str]) -> None:
    """Write the head as 16-bit safetensors, whole or not at all."""
    path.parent.mkdir(parents=True, exist_ok=True)
    halves = {k: v.half().contiguous() for k, v in head.state_dict().items()}
    beside = path.with_suffix(".part")
    save_file(halves, str(beside), {"net": NET, **note})
    os.replace(beside, path)


def run(plan: Plan) -> dict[str, Any]:
    """Fit heads, calibrate on one half of the held-out people, score on the other, write the weights.

    Features of the bank's shards are kept in the run's folder, and so is each head: a run that was broken
    off goes on.
    """
    start, net = time.monotonic(), load_people(WEIGHTS[0])
    train, held_out = (
        kept(net, plan.bank, split, plan.run / "features") for split in ("train", "validation")
    )
    looks = wander(net, Wearers(plan.bank, "train", plan.seed), plan.looked)
    print(f"features after {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    half = len(held_out) // 2
    to_choose, to_score = held_out.only(slice(0, half)), held_out.only(slice(half, None))
    heads = [_one(plan, plan.seed + k, train, to_choose, looks) for k in range(plan.heads)]
    if len(heads) > 1:
        heads.append(_one(plan, plan.seed + len(heads), train, to_choose, looks, heads))
    head = heads[-1]
    report = {"scales": calibrate(head, to_choose), "held_out": scores(head, to_score)}
    write(head, plan.run / FILE, {"shown": str(len(train))})
    print(json.dumps(report, indent=1), flush=True)
    return report


def _one(
    plan: Plan, seed: int, train: Set, held_out: Set, looks: Wander, teachers: Sequence[OutfitHead] = ()
) -> OutfitHead:
    """A head of this run: as it was kept, else fitted and kept."""
    path = plan.run / f"head{seed}.pt"
    if path.exists():
        head = OutfitHead()
        head.load_state_dict(torch.load(path))
        return head.eval()
    head = fit(replace(plan, seed=seed), train, held_out, looks, teachers)
    torch.save(head.state_dict(), path.with_suffix(".part"))
    os.replace(path.with_suffix(".part"), path)
    return head
