"""The trainer: one command, resumable, seeded; logs curves, sheets and checkpoints to a run folder.

The learning rate warms up, holds, and falls over the last part of the time given; a run that is
resumed later warms up again. What is kept is a running mean of the weights (EMA).
"""

from __future__ import annotations

import copy
import csv
import json
import os
import time
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn
from torch.utils.data import DataLoader

from anatomatte.nets.own.people_net import STRIDE, PeopleNet, Shape, load_trainable, save
from anatomatte.nets.own.pose_trunk import PoseTrunk
from anatomatte.parts import INDEX, PARTS, UNDER

from ..pretrained import hold, load_into
from ..scene.compose import Sample
from .losses import class_weights, losses
from .muon import native_bfloat16, optimisers
from .samples import Batch, Stream
from .sheets import sheet
from .validate import measure

WEIGHTS, STATE, FULL = "people.safetensors", "state.json", "full.pt"
"""Files of a checkpoint: EMA weights in 16 bit, how far training is, and (not committed) everything."""


@dataclass
class Plan:
    """Settings of one run."""

    run: Path
    minutes: float
    resume: Path | None = None
    """Folder of a checkpoint to go on from."""
    weights: Path | None = None
    """Where its weights are, when not in that folder."""
    trunk: Path | None = None
    """Weights of the published trunk that a fresh run begins with and keeps; None learns one from nothing."""
    side: int = 160
    count: int = 24
    lr: float = 2e-3
    muon: bool = True
    threads: int = 1
    workers: int = 1
    seed: int = 1
    device: str = "auto"
    fall: float = 0.3
    """Share of the run at its end during which the learning rate falls to nothing."""
    warmup: int = 150
    """Steps over which the rate rises."""
    validate_minutes: float = 5.0
    kinds: tuple[str, ...] = ("people",)
    """Kinds of shards that people come from."""


UNLIKELY = -3.0
"""By how much a part that a network does not know yet begins behind the one that it is taken for."""


class Mean:
    """Running mean of a network's weights; the decay grows with the number of updates up to `decay`."""

    def __init__(self, net: nn.Module, decay: float = 0.998) -> None:
        self.net = copy.deepcopy(net)
        self.decay, self.updates = decay, 0

    @torch.no_grad()
    def update(self, net: nn.Module) -> None:
        """Take in the network's present weights."""
        self.updates += 1
        keep = min(self.decay, (self.updates + 1) / (self.updates + 10))
        for mine, new in zip(self.net.state_dict().values(), net.state_dict().values(), strict=True):
            if mine.is_floating_point() and not torch.equal(mine, new):  # a mean makes 0 of -0
                mine.lerp_(new, 1 - keep)
            else:
                mine.copy_(new)


def of_all_parts(net: PeopleNet) -> PeopleNet:
    """The network with channels for parts that were appended after it was trained; returns itself.

    Such a part begins as what it was taken for (`parts.UNDER`), `UNLIKELY` as likely in logits.
    """
    old = net.to_parts
    if old.out_channels < len(PARTS):
        begun = [INDEX[UNDER[name]] for name in PARTS[old.out_channels :]]
        net.to_parts = nn.Conv2d(old.in_channels, len(PARTS), 1)
        assert old.bias is not None and net.to_parts.bias is not None
        net.to_parts.weight.data = torch.cat([old.weight.data, old.weight.data[begun]])
        net.to_parts.bias.data = torch.cat([old.bias.data, old.bias.data[begun] + UNLIKELY])
    return net


def of_first_parts(net: PeopleNet, count: int) -> PeopleNet:
    """The network with channels for the first *count* parts alone; returns itself."""
    old = net.to_parts
    if old.out_channels > count:
        assert old.bias is not None
        net.to_parts = nn.Conv2d(old.in_channels, count, 1)
        net.to_parts.weight.data, net.to_parts.bias.data = old.weight.data[:count], old.bias.data[:count]
    return net


def blended(old: dict[str, Tensor], new: dict[str, Tensor], share: float) -> dict[str, Tensor]:
    """The mean of two states of one network, of which the *new* one counts by its *share* in 0..1.

    A network that was taught further on drawn people knows these better and real ones partly worse; between
    both states it keeps more of each (M. Wortsman et al., Robust fine-tuning of zero-shot models, CVPR 2022).

    Raises:
        ValueError: the states are of different networks, or the share is none.
    """
    if not 0 <= share <= 1:
        raise ValueError(f"{share} is no share: give one from 0, the old weights, to 1, the new ones")
    if {k: v.shape for k, v in old.items()} != {k: v.shape for k, v in new.items()}:
        raise ValueError("the weights are of two different networks: only states of one can be blended")
    return {k: old[k].lerp(new[k], share) if new[k].is_floating_point() else new[k] for k in new}


def pick_device(name: str) -> str:
    """`auto` is CUDA when there is one, else the CPU."""
    return ("cuda" if torch.cuda.is_available() else "cpu") if name == "auto" else name


def long_side(side: int) -> int:
    """The longest side at which a network trained on about `side` x `side` pixels should look at plates."""
    return round(side * 1.4 / STRIDE) * STRIDE


def rate(share: float, step: int, fall: float, warmup: int) -> float:
    """Factor of the learning rate when `share` of the run has gone by and `step` steps were made."""
    return min(1.0, (step + 1) / warmup) * min(1.0, max(0.01, (1 - share) / max(fall, 1e-6)))


def loader(bank: Path, plan: Plan, steps_done: int) -> Iterable[Batch]:
    """Endless batches from a bank; a resumed run draws others than before."""
    stream = Stream(bank, plan.side, plan.count, plan.seed + steps_done, kinds=plan.kinds)
    return DataLoader(
        stream, batch_size=None, num_workers=plan.workers, prefetch_factor=4 if plan.workers else None
    )


class Trainer:
    """Trains a PeopleNet after a Plan.

    Raises:
        SetupError: the checkpoint's weights are missing, damaged or of another network.
    """

    def __init__(self, plan: Plan, shape: Shape | None = None) -> None:
        self.plan = plan
        self.device = pick_device(plan.device)
        self.half = native_bfloat16(self.device)
        torch.manual_seed(plan.seed)
        if self.device == "cpu":
            torch.set_num_threads(plan.threads)
        else:
            torch.backends.cudnn.benchmark = True
        self.totals: dict[str, float] = {"steps": 0, "samples": 0, "minutes": 0.0}
        net = (
            PeopleNet(shape)
            if plan.resume is None
            else of_all_parts(load_trainable(plan.weights or plan.resume / WEIGHTS))
        )
        self.net = net.to(self.device, memory_format=torch.channels_last)  # type: ignore[call-overload]
        if plan.resume is None:
            nn.init.constant_(self.net.to_people.bias[:1], -3.0)
            if plan.trunk is not None:
                load_into(self._published(), plan.trunk)
        if plan.trunk is not None:
            hold(self._published())
        self.mean = Mean(self.net)
        self.optimisers = optimisers(self.net, plan.lr, plan.muon)
        if plan.resume is not None:
            self._resume(plan.resume)
        plan.run.mkdir(parents=True, exist_ok=True)
        self.weights = class_weights().to(self.device)

    def _published(self) -> PoseTrunk:
        trunk = self.net.trunk
        if not isinstance(trunk, PoseTrunk):
            raise ValueError("this checkpoint's trunk is of our own: train it without published weights")
        return trunk

    def _resume(self, folder: Path) -> None:
        if (folder / STATE).exists():
            self.totals.update(json.loads((folder / STATE).read_text())["totals"])
        if (folder / FULL).exists():
            full: dict[str, Any] = torch.load(folder / FULL, map_location=self.device, weights_only=True)
            self.net.load_state_dict(full["net"])
            self.mean.net.load_state_dict(full["mean"])
            self.mean.updates = full["updates"]
            if len(full["optimisers"]) == len(self.optimisers):
                for optimiser, state in zip(self.optimisers, full["optimisers"], strict=True):
                    optimiser.load_state_dict(state)

    def save(self, scores: dict[str, Any]) -> None:
        """Write the checkpoint to the run folder; each file whole or not at all."""
        run = self.plan.run
        note = {"samples": str(int(self.totals["samples"])), "long_side": str(long_side(self.plan.side))}
        save(self.mean.net.state_dict(), self.net.shape, run / f".{WEIGHTS}", note)
        plan = {k: v for k, v in asdict(self.plan).items() if not isinstance(v, Path)}
        (run / f".{STATE}").write_text(
            json.dumps({"totals": self.totals, "plan": plan, "validation": scores}, indent=1)
        )
        full = {
            "net": self.net.state_dict(),
            "mean": self.mean.net.state_dict(),
            "updates": self.mean.updates,
            "optimisers": [o.state_dict() for o in self.optimisers],
        }
        torch.save(full, run / f".{FULL}")
        for name in (WEIGHTS, STATE, FULL):
            os.replace(run / f".{name}", run / name)

    def step(self, batch: Batch) -> dict[str, float]:
        """One step on one batch; returns the losses."""
        self.net.train()
        moved = Batch(*(t.to(self.device, non_blocking=True) for t in batch))
        picture = moved.picture.contiguous(memory_format=torch.channels_last)
        with torch.autocast(self.device, torch.bfloat16, enabled=self.half):
            out = self.net(picture)
        parts = losses(out, moved, self.weights)
        total = torch.stack(list(parts.values())).sum()
        for optimiser in self.optimisers:
            optimiser.zero_grad()
        total.backward()
        nn.utils.clip_grad_norm_(self.net.parameters(), 4.0)
        for optimiser in self.optimisers:
            optimiser.step()
        self.mean.update(self.net)
        return {k: float(v.detach()) for k, v in parts.items()}

    def run(self, batches: Iterable[Batch], samples: list[Sample]) -> dict[str, Any]:
        """Train on `batches` for the planned minutes, validate on `samples`; returns the last scores."""
        plan = self.plan
        start = last = time.monotonic()
        shown: dict[str, float] = {}
        scores: dict[str, Any] = {}
        steps = 0
        for batch in batches:
            share = (time.monotonic() - start) / 60 / plan.minutes
            if share >= 1:
                break
            for optimiser in self.optimisers:
                for group in optimiser.param_groups:
                    group["lr"] = plan.lr * rate(share, steps, plan.fall, plan.warmup)
            for k, v in self.step(batch).items():
                shown[k] = v if k not in shown else 0.98 * shown[k] + 0.02 * v
            steps += 1
            self.totals["steps"] += 1
            self.totals["samples"] += plan.count
            if time.monotonic() - last > plan.validate_minutes * 60:
                scores = self._report(samples, shown, start, last)
                last = time.monotonic()
        return self._report(samples, shown, start, last) if steps else scores

    def _report(
        self, samples: list[Sample], shown: dict[str, float], start: float, last: float
    ) -> dict[str, Any]:
        now = time.monotonic()
        self.totals["minutes"] += (now - last) / 60
        scores = measure(self.mean.net, samples, self.device)
        self.save(scores)
        run = self.plan.run
        row: dict[str, Any] = {
            "minute": round((now - start) / 60, 1),
            **{k: int(self.totals[k]) for k in ("steps", "samples")},
        }
        row |= {f"loss_{k}": round(v, 4) for k, v in shown.items()}
        row |= {k: round(v, 4) for k, v in scores.items() if isinstance(v, float)}
        row |= {f"iou_{k}": round(v, 3) for k, v in scores["part_iou"].items()}
        curves = run / "curves.csv"
        fresh = not curves.exists()
        with curves.open("a", newline="") as file:
            writer = csv.DictWriter(file, list(row))
            if fresh:
                writer.writeheader()
            writer.writerow(row)
        sheet(self.mean.net, samples[:20], run / "sheet.png", self.device)
        print(json.dumps({k: v for k, v in row.items() if not k.startswith("iou_")}), flush=True)
        return scores
