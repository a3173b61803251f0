"""The run: seeded, resumable to the same numbers, with a curve and a sheet.

Every step draws its faces from the seed and its own number, so that a run that was broken off goes on as if
it had not been; the same seed, threads and machine give the same numbers.
"""

from __future__ import annotations

import csv
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch

from . import cuts, who
from .bent import pair, planes
from .cuts import Faces
from .losses import WEIGHTS, Judge, Seen, losses, weighed
from .net import PEOPLE, PutIn, Shape, TwoFaces
from .telling import bar

FULL, PLAN, CURVE = "full.pt", "plan.json", "curve.csv"
"""Files of a run: everything to go on from, what it was begun with, the losses."""


@dataclass(frozen=True)
class Plan:
    """Settings of one run."""

    run: Path
    steps: int = 1200
    batch: int = 4
    lr: float = 8e-4
    seed: int = 1
    threads: int = 1
    who_steps: int = 500
    every: int = 100
    """Steps between checkpoints and rows of the curve."""
    shape: Shape = field(default_factory=Shape)
    weights: Mapping[str, float] = field(default_factory=lambda: dict(WEIGHTS))

    @property
    def facts(self) -> dict[str, Any]:
        """What must be the same for a run to go on; it may be made longer, and is another then."""
        free = ("run", "threads", "every", "steps")
        return json.loads(json.dumps({k: v for k, v in asdict(self).items() if k not in free}))


@dataclass(frozen=True, eq=False)
class People:
    """Whose faces there are: the source's and the target's, and those of others for who is who."""

    source: Faces
    target: Faces
    others: tuple[Faces, ...] = ()

    def of(self, name: str) -> Faces:
        """The faces of one of the two."""
        return self.source if name == "source" else self.target


class Fit:
    """One run on two people's faces.

    Raises:
        ValueError: the run's folder holds one that was begun otherwise.
    """

    def __init__(self, plan: Plan, people: People) -> None:
        self.plan, self.people = plan, people
        torch.set_num_threads(plan.threads)
        torch.use_deterministic_algorithms(True)
        _same(plan)
        self.judge = self._judge()
        torch.manual_seed(plan.seed)
        self.net = TwoFaces(plan.shape)
        self.optimiser = torch.optim.Adam(self.net.parameters(), plan.lr, betas=(0.5, 0.999))
        self.done = 0
        self.rows: list[dict[str, float]] = []
        if (plan.run / FULL).exists():
            full: dict[str, Any] = torch.load(plan.run / FULL, weights_only=True)
            self.net.load_state_dict(full["net"])
            self.optimiser.load_state_dict(full["optimiser"])
            self.done, self.rows = int(full["done"]), full["rows"]

    def _judge(self) -> Judge:
        told = self.plan.run / "who.pt"
        if told.exists():
            net = who.Embedding()
            net.load_state_dict(torch.load(told, weights_only=True))
            net.eval().requires_grad_(False)
        else:
            everyone = [self.people.source, self.people.target, *self.people.others]
            net = who.learned(everyone, self.plan.who_steps, self.plan.seed)
            self.plan.run.mkdir(parents=True, exist_ok=True)
            torch.save(net.state_dict(), told)
        return Judge(Seen(), net, {name: who.middle(net, self.people.of(name)) for name in PEOPLE})

    def run(self) -> TwoFaces:
        """Make the steps that are left; a checkpoint stands after each `every` of them."""
        plan = self.plan
        with bar("two faces", plan.steps, self.done) as shown:
            since: list[dict[str, float]] = []
            while self.done < plan.steps:
                since.append(self.step())
                told = None
                if self.done % plan.every == 0 or self.done == plan.steps:
                    means = {name: float(np.mean([one[name] for one in since])) for name in WEIGHTS}
                    self.rows.append({"step": float(self.done)} | means)
                    told = ", ".join(f"{name} {value:.4f}" for name, value in means.items())
                    self.save()
                    since = []
                shown.one(told)
        return self.net

    def step(self) -> dict[str, float]:
        """One step; returns the losses before their weights."""
        plan = self.plan
        rng = np.random.default_rng([plan.seed, 2, self.done])
        pairs = {name: pair(self.people.of(name), rng, plan.batch) for name in PEOPLE}
        for group in self.optimiser.param_groups:
            group["lr"] = plan.lr * _rate(self.done / plan.steps)
        found = losses(self.net, pairs, self.judge)
        self.optimiser.zero_grad()
        weighed(found, dict(plan.weights)).backward()
        self.optimiser.step()
        self.done += 1
        return {name: float(value.detach()) for name, value in found.items()}

    def save(self) -> None:
        """Write the checkpoint, whole or not at all, the curve and the sheet."""
        run = self.plan.run
        full = {"net": self.net.state_dict(), "optimiser": self.optimiser.state_dict()}
        torch.save(full | {"done": self.done, "rows": self.rows}, run / f".{FULL}")
        (run / f".{FULL}").replace(run / FULL)
        with (run / CURVE).open("w", newline="") as file:
            writer = csv.DictWriter(file, list(self.rows[0]))
            writer.writeheader()
            writer.writerows([{name: round(value, 5) for name, value in row.items()} for row in self.rows])
        _drawn_curve(self.rows, run / "curve.png")
        sheet(self.net, self.people.target, run / "sheet.png")


@torch.no_grad()
def sheet(net: TwoFaces, target: Faces, path: Path, count: int = 12, truth: Faces | None = None) -> None:
    """Rows of a target's face, what is put in and its matte; with the truth and its matte where there is."""
    at = np.linspace(0, len(target) - 1, min(count, len(target))).astype(int)
    face, matte = PutIn(net)(planes(target.pictures[at]))
    made = zip(face.permute(0, 2, 3, 1).numpy(), matte[:, 0].numpy(), strict=True)
    rows = []
    for k, (colours, cover) in zip(at, made, strict=True):
        row = [target.pictures[k], colours, cover]
        over = target.pictures[k] + cover[..., None] * (colours - target.pictures[k])
        rows.append([*row, over, *([] if truth is None else [truth.pictures[k], truth.mattes[k]])])
    half = (len(rows) + 1) // 2
    blank = [np.zeros_like(one) for one in rows[0]]
    beside = [*rows[half:], blank] if len(rows) % 2 else rows[half:]
    cuts.sheet([a + b for a, b in zip(rows[:half], beside, strict=True)], path)


def _rate(share: float) -> float:
    """The rate's factor: whole for two thirds of a run, then down to a twentieth."""
    return 1.0 if share < 2 / 3 else max(0.05, 3 * (1 - share))


def _same(plan: Plan) -> None:
    path = plan.run / PLAN
    if path.exists() and json.loads(path.read_text()) != plan.facts:
        raise ValueError(
            f"{plan.run} holds a run that was begun with other settings; name another folder (--run), or "
            f"give the settings in its {PLAN}"
        )
    plan.run.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(plan.facts, indent=1) + "\n")


def _drawn_curve(rows: list[dict[str, float]], path: Path) -> None:
    """Each loss beside its first row, on a scale of logarithms from 1 down to a thirtieth."""
    colours = dict(zip(WEIGHTS, ((60, 60, 230), (60, 180, 60), (230, 120, 40), (180, 60, 180)), strict=True))
    made = np.full((300, 600, 3), 255, np.uint8)
    for at, (name, colour) in enumerate(colours.items()):
        values = np.array([row[name] for row in rows]) / max(rows[0][name], 1e-9)
        y = 10 - np.log(np.clip(values, 1 / 30, 1)) / np.log(30) * 280
        x = np.linspace(10, 590, len(values))
        line = np.rint(np.column_stack([x, y])).astype(np.int32)
        cv2.polylines(made, [line], False, colour, 2, cv2.LINE_AA)
        cv2.putText(made, name, (440, 30 + 22 * at), cv2.FONT_HERSHEY_SIMPLEX, 0.6, colour, 1, cv2.LINE_AA)
    cv2.imwrite(str(path), made)
