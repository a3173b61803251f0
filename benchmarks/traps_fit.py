"""Fits the tables by which figures of an area speak for a screen (`keyer.voices`), and prints them.

    python benchmarks/traps_fit.py [--numbers 1 2 3 4]

Pictures are those of traps_drawn, split dev, of these numbers.  A generalized additive model with monotone,
piecewise linear tables (Hastie and Tibshirani, 1986): logistic loss, both answers weighing alike, and a
quadratic pull towards what was guessed before, which keeps figures that drawn pictures do not vary from
falling silent.  No photo is looked at.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import torch
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).resolve().parent))
import itertools

from traps_drawn import Picture, draw, names

from anatomatte.engine import Task, observe, prepare, work_for
from anatomatte.frame import from_view
from anatomatte.keyer import backing, decide
from anatomatte.keyer.screen import find
from anatomatte.settings import Settings

Knots = tuple[float, ...]
KNOTS: dict[str, tuple[Knots, float]] = {
    "vivid": ((0.3, 0.45, 0.6, 0.75, 0.9), 6),
    "usual": ((0, 0.3, 0.6, 1), 5),
    "paint": ((0, 0.5, 1), 6),
    "smooth": ((0, 0.4, 0.8, 1), 8),
    "lines": ((0.1, 0.05, 0.02, 0.005), 4),
    "rough": ((0.08, 0.04, 0.02), 1),
    "sides": ((0, 0.4, 0.7, 0.9, 1), 2.5),
    "area": ((0.05, 0.2, 0.4), 3),
    "low": ((-0.8, -0.3, 0), 1),
}
"""Values of each figure, from those against a screen to those for one; the guess for their span."""

BEFORE = KNOTS | {
    "clutter": ((0.3, 0.15, 0.06, 0.01), 6),
    "worn": ((0.6, 0.3, 0.1), 6),
    "tinted": ((0.95, 0.7, 0.4), 6),
    "upper": ((0.4, 0.7, 0.9, 0.98, 1), 7),
    "ring": ((0.2, 0.5, 0.8, 1), 3),
}
PULL = 1e-3
GUESS = 6.0
"""Log odds that are guessed for an area of which every figure says screen."""

Row = tuple[str, bool, dict[str, float]]


def row(picture: Picture) -> Row | None:
    """Name, truth and the figures; None where no area or nobody is found."""
    height, width = picture.rgb.shape[:2]
    settings = Settings(screen="none")
    plate = prepare({"Source": from_view(picture.rgb, (0, 0, width, height))}, settings)
    found = find(plate.light, "auto", (0.0, 0.0, 0.0), True)
    if found is None:
        return None
    seen = observe(Task(plate, settings, work_for(settings), (0.5, 0.5))).people
    assert seen is not None
    cover = np.clip(seen.alpha + seen.held, 0, 1) if len(seen.people) else np.zeros_like(seen.alpha)
    behind = backing.behind(found.seen, decide.mask_of(cover, found.seen.like))
    return (
        None if behind is None else (picture.name, picture.screen, decide.figures_of(found.figures, behind))
    )


def ramps(figures: dict[str, float], table: dict[str, tuple[Knots, float]]) -> list[float]:
    """How far each figure is along each piece of its table, 0 to 1."""
    out = []
    for name, (knots, _) in table.items():
        for low, high in itertools.pairwise(knots):
            out.append(min(max((figures[name] - low) / (high - low), 0.0), 1.0))
    return out


def fitted(
    rows: Iterable[tuple[bool, dict[str, float]]], table: dict[str, tuple[Knots, float]]
) -> tuple[float, NDArray[np.float64]]:
    """The bias and the span of each piece."""
    rows = list(rows)
    ramp = torch.tensor([ramps(figures, table) for _, figures in rows], dtype=torch.float64)
    truth = torch.tensor([float(screen) for screen, _ in rows], dtype=torch.float64)
    pieces = [(span / (len(knots) - 1), len(knots) - 1) for knots, span in table.values()]
    guess = torch.tensor([each for each, count in pieces for _ in range(count)], dtype=torch.float64)
    spans = guess.clone().requires_grad_(True)
    bias = torch.tensor(GUESS - float(guess.sum()), requires_grad=True, dtype=torch.float64)
    share = float(truth.mean())
    weight = torch.where(truth > 0, 1 / share, 1 / (1 - share)) / 2
    optimizer = torch.optim.Adam([spans, bias], lr=0.03)
    for _ in range(3000):
        optimizer.zero_grad()
        odds = ramp @ spans.abs() + bias
        loss = torch.nn.functional.binary_cross_entropy_with_logits(odds, truth, reduction="none")
        ((weight * loss).mean() + PULL * torch.square(spans - guess).sum()).backward()
        optimizer.step()
    return float(bias.detach()), spans.detach().abs().numpy()


def written(name: str, table: dict[str, tuple[Knots, float]], made: tuple[float, NDArray[np.float64]]) -> str:
    """A fitted table as `voices` holds it."""
    bias, spans = made
    lines, at = [], 0
    for figure, (knots, _) in table.items():
        own = spans[at : at + len(knots) - 1]
        at += len(own)
        odds = np.round(np.cumsum([0.0, *own]) - own.sum(), 1) + 0.0
        pairs = sorted(zip(knots, odds.tolist(), strict=True))
        lines.append(f'        "{figure}": ({tuple(k for k, _ in pairs)}, {tuple(o for _, o in pairs)}),')
    return "\n".join(
        [f"{name} = Table(", f"    best={bias + spans.sum():.1f},", "    odds={", *lines, "    },\n)"]
    )


def main() -> int:
    """Draw, fit and print the table."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--numbers", type=int, nargs="+", default=[1, 2], help="pictures of each kind")
    args = parser.parse_args()
    kinds = dict.fromkeys(kind for kind, _ in names("dev"))
    rows = []
    for number in args.numbers:
        for kind in kinds:
            if kind == "empty place" and number > 2:  # there are two
                continue
            rows.append(row(draw("dev", kind, number)))
    there = [one for one in rows if one is not None]
    print(written("BEFORE", BEFORE, fitted([(s, f) for _, s, f in there], BEFORE)))
    return 0


if __name__ == "__main__":
    sys.exit(main())
