"""Training of the outfit head: features are computed once, the head is fitted to them in minutes."""

from __future__ import annotations

import json
import math
import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from safetensors.torch import save_file
from torch import Tensor

from anatomatte.nets.own.ensemble import WEIGHTS
from anatomatte.nets.own.outfit_head import (
    CELLS,
    NET,
    OUTFITS,
    SIGNS,
    OutfitHead,
    Seen,
    around,
)
from anatomatte.nets.own.people_net import PeopleNet
from anatomatte.nets.own.people_net import load as load_people
from anatomatte.nets.person_cells import COLUMNS, ROWS, person_box
from anatomatte.parts import PARTS

from .crops import UNKNOWN, Shown, Wearers

FILE = "outfit.safetensors"

CELL_OF = np.array(
    [
        0
        if name in ("background", "held")
        else max((k for k, parts in enumerate(CELLS) if name in parts), default=len(CELLS) - 1)
        for name in PARTS
    ]
)
"""Which of `CELLS` each part is."""


CELL_WEIGHT = 2.0
"""How much the cells count beside the whole: each picture teaches hundreds of them."""


@dataclass
class Plan:
    """How the head is trained."""

    run: Path
    bank: Path
    shown: int = 7400
    """Pictures to learn from; each figure is shown twice or so."""
    held_out: int = 880
    """Pictures of other figures: one half to calibrate on, the other to score."""
    epochs: int = 12
    batch: int = 32
    lr: float = 3e-3
    decay: float = 0.05
    smooth: float = 0.05
    """Label smoothing of the outfit."""
    seed: int = 1
    threads: int = 1


@dataclass
class Set:
    """Features and truth of N crops."""

    fine: Tensor
    coarse: Tensor
    cells: Tensor
    """(N, 2 ROWS, 2 COLUMNS) uint8, which of `CELLS` is there."""
    outfit: Tensor
    signs: Tensor

    def __len__(self) -> int:
        return len(self.outfit)

    def parts(self) -> tuple[Tensor, ...]:
        """Everything, in the order of the fields."""
        return self.fine, self.coarse, self.cells, self.outfit, self.signs


def seen_by(net: PeopleNet, shown: Shown) -> tuple[Tensor, Tensor] | None:
    """What the head reads of a person, from a pass of the people network."""
    picture = np.ascontiguousarray(shown.picture).astype(np.float32) / 255
    batch = torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        out = net(batch)
        return around(Seen(out.fine[0], out.coarse[0]), picture, shown.matte)


def drawn(net: PeopleNet, wearers: Wearers, count: int) -> Set:
    """Features and truth of `count` drawn people, features in 16 bit."""
    fine, coarse, cells, outfit, signs = [], [], [], [], []
    for shown in wearers:
        found = seen_by(net, shown)
        if found is None:
            continue
        fine.append(found[0].half())
        coarse.append(found[1].half())
        cells.append(labelled(shown))
        outfit.append(shown.outfit)
        signs.append(torch.from_numpy(shown.signs))
        if len(outfit) == count:
            break
    return Set(
        torch.cat(fine), torch.cat(coarse), torch.stack(cells), torch.tensor(outfit), torch.stack(signs)
    )


def labelled(shown: Shown) -> Tensor:
    """Which of `CELLS` lies in the middle of each of a person's fine cells, (2 ROWS, 2 COLUMNS) uint8."""
    box = person_box(shown.matte)
    assert box is not None
    high, wide = shown.label.shape
    y = (box[0] + (np.arange(2 * ROWS) + 0.5) / (2 * ROWS) * (box[1] - box[0])) * high
    x = (box[2] + (np.arange(2 * COLUMNS) + 0.5) / (2 * COLUMNS) * (box[3] - box[2])) * wide
    inside = ((y >= 0) & (y < high))[:, None] & ((x >= 0) & (x < wide))
    rows, columns = (np.clip(at.astype(int), 0, side - 1) for at, side in ((y, high), (x, wide)))
    found = CELL_OF[shown.label[np.ix_(rows, columns)]]
    return torch.from_numpy(np.where(inside, found, 0).astype(np.uint8))


def standardise(head: OutfitHead, train: Set) -> None:
    """Tell the head the mean and the spread of each channel."""
    for k, planes in ((0, train.fine), (train.fine.shape[1], train.coarse)):
        some = planes[:: max(1, len(planes) // 2000)].float()
        head.middle[k : k + some.shape[1]] = some.mean((0, 2, 3))
        head.spread[k : k + some.shape[1]] = some.std((0, 2, 3)).clamp(min=1e-3)


def loss_of(head: OutfitHead, batch: Set, weights: Tensor, smooth: float) -> Tensor:
    """Cross entropies: of the outfit, outfits counting alike, of each sign that is known, of the cells."""
    found = head(batch.fine.float(), batch.coarse.float())
    known = batch.outfit != UNKNOWN
    outfit = F.cross_entropy(found.outfit[known], batch.outfit[known], weights, label_smoothing=smooth)
    told = batch.signs != UNKNOWN
    each = F.binary_cross_entropy_with_logits(found.signs, batch.signs.clamp(min=0).float(), reduction="none")
    signs = (each * told).sum() / told.sum().clamp(min=1)
    inside = batch.fine[:, -1].float()
    cells = F.cross_entropy(found.cells, batch.cells.long(), reduction="none") * inside
    return outfit + 0.5 * signs + CELL_WEIGHT * cells.sum() / inside.sum()


def fit(plan: Plan, train: Set, held_out: Set) -> OutfitHead:
    """The head fitted to `train`; prints what it knows of `held_out`."""
    torch.manual_seed(plan.seed)
    torch.set_num_threads(plan.threads)
    generator = torch.Generator().manual_seed(plan.seed)
    head = OutfitHead()
    standardise(head, train)
    counts = torch.bincount(train.outfit[train.outfit != UNKNOWN], minlength=len(OUTFITS)).float()
    weights = counts.mean() / counts
    optimiser = torch.optim.AdamW(head.parameters(), plan.lr, weight_decay=plan.decay)
    steps, step = plan.epochs * math.ceil(len(train) / plan.batch), 0
    for epoch in range(plan.epochs):
        head.train()
        order, total = torch.randperm(len(train), generator=generator), 0.0
        for k in range(0, len(train), plan.batch):
            some = order[k : k + plan.batch]
            batch = Set(*(part[some] for part in train.parts()))
            for group in optimiser.param_groups:
                group["lr"] = plan.lr * min(1, step / 100) * 0.5 * (1 + math.cos(math.pi * step / steps))
            loss = loss_of(head, batch, weights, plan.smooth)
            optimiser.zero_grad()
            loss.backward()
            optimiser.step()
            total, step = total + float(loss.detach()), step + 1
        if epoch % 5 == 4 or epoch + 1 == plan.epochs:
            print(json.dumps({"epoch": epoch + 1, "loss": round(total * plan.batch / len(train), 4),
                              **scores(head, held_out)}), flush=True)  # fmt: skip
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
    found = {"right": float(right.float().mean()), "balanced": sum(recall.values()) / 3, **recall, **told}
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
    """Draw crops, fit, calibrate on one half of the held-out ones, score on the other, write the weights."""
    start, net = time.monotonic(), load_people(WEIGHTS[0])
    train = drawn(net, Wearers(plan.bank, "train", plan.seed), plan.shown)
    held_out = drawn(net, Wearers(plan.bank, "validation", plan.seed), plan.held_out)
    print(f"features after {(time.monotonic() - start) / 60:.1f} minutes", flush=True)
    half = len(held_out) // 2
    to_choose, to_score = (
        Set(*(part[at] for part in held_out.parts())) for at in (slice(0, half), slice(half, None))
    )
    head = fit(plan, train, to_choose)
    report = {"scales": calibrate(head, to_choose), "held_out": scores(head, to_score)}
    write(head, plan.run / FILE, {"shown": str(plan.shown)})
    print(json.dumps(report, indent=1), flush=True)
    return report
