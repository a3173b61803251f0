"""The numbers of `anatomatte.people.parts.sight`: what is said of a whole person who is partly in sight.

Held-out figures again, and others whom the frame cuts off, who are near, or who are seen from above. None of
them is in the sets that `benchmarks/odd.py` scores.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from anatomatte.nets.own.outfit_head import SIGNS
from anatomatte.people.outfits import share
from anatomatte.people.parts.cloth import cloths
from anatomatte.people.parts.labels import AT, LOWER
from anatomatte.people.parts.likelihood import likely
from anatomatte.people.parts.outfit import coat_by_mass
from anatomatte.people.parts.sight import COAT, OUTFIT, Hearsay, in_sight, weighed

from ..people.brief import FIGURES
from .crops import KIND, UNKNOWN, Shown, Wearers
from .likelihood import SIZES, evidence_of

BRIEFS = {
    "cut": replace(FIGURES, framings={"half": 0.6, "three-quarter": 0.4}),
    "above": replace(FIGURES, framings={"full": 0.7, "half": 0.3}, pitch=(40, 80)),
    "near": replace(FIGURES, framings={"portrait": 0.6, "face": 0.4}),
}
"""Who is in the shards of these kinds."""

SHARDS = 3

_RIDGE = 3.0
"""How strongly both powers are drawn to a half."""

Rows = NDArray[np.float32]


@dataclass
class Said:
    """What is said of N people: by the whole and by the pixels (N, k), the truth (N,), the sight (N,).

    With k of 3 the truth is a place in `LOWER`; with k of 1 it is whether there is a coat.
    """

    whole: Rows
    pixels: Rows
    truth: NDArray[np.int64]
    sight: Rows

    def surprise(self, of: Hearsay) -> Rows:
        """Nats of surprise (N,) at the truth."""
        rows = zip(self.whole, self.pixels, self.sight, strict=True)
        made = np.stack([weighed(whole, pixels, float(sight), of) for whole, pixels, sight in rows])
        if made.shape[1] == 1:
            made = np.concatenate([np.zeros_like(made), made], 1)
        found = np.logaddexp.reduce(made, 1) - made[np.arange(len(made)), self.truth]
        return np.asarray(found, np.float32)


def gathered(people: Iterator[Shown], count: int) -> tuple[Said, Said]:
    """What is said of the first *count* people: of their outfits, and of their coats."""
    outfits, coats = [], []
    for _, shown in zip(range(count), people, strict=False):
        found = evidence_of(shown)
        if found is None or found[1].body is None:
            continue
        said, seen = found
        body = found[1].body
        sight = in_sight(body)
        if shown.outfit != UNKNOWN:
            odds = np.array([*likely(said, cloths(seen, body)).values()])
            mass = seen.shares.mean(1)[[AT[name] for name in LOWER]]
            outfits.append((odds, share(mass), shown.outfit, sight))
        coat = shown.signs[SIGNS.index("coat")]
        if coat != UNKNOWN:
            coats.append((said[3:4], np.array([coat_by_mass(seen)]), int(coat), sight))
    return _stacked(outfits), _stacked(coats)


def _stacked(rows: list[tuple[Rows, Rows, int, float]]) -> Said:
    whole, pixels, truth, sight = zip(*rows, strict=True)
    return Said(np.array(whole, np.float32), np.array(pixels, np.float32), np.array(truth), np.array(sight))


def joined(some: list[Said]) -> Said:
    """All people of several lots."""
    fields = ("whole", "pixels", "truth", "sight")
    return Said(*(np.concatenate([getattr(one, name) for one in some]) for name in fields))


def fitted(said: Said) -> Hearsay:
    """The most likely powers where nothing is in sight; where all is, what is said of the whole stands."""

    def cost(powers: NDArray[np.float64]) -> float:
        pull = _RIDGE * float(np.square(powers - 0.5).sum())
        return float(said.surprise(Hearsay(*powers)).sum()) + pull

    return Hearsay(*(float(power) for power in minimize(cost, [0.5, 0.5], method="Nelder-Mead").x))


def run(bank: Path, count: int, seed: int = 1) -> dict[str, object]:
    """Look at *count* people of each kind, fit, and print what belongs into `people.parts.sight`."""
    lots = [
        gathered(iter(Wearers(bank, "validation", seed, SIZES, kind=kind)), count) for kind in (KIND, *BRIEFS)
    ]
    report: dict[str, object] = {}
    for k, (name, shipped) in enumerate((("OUTFIT", OUTFIT), ("COAT", COAT))):
        said = joined([lot[k] for lot in lots])
        found = fitted(said)
        told = {"whole": Hearsay(1, 0), "found": found, "those in the package": shipped}
        scores = {who: round(float(said.surprise(of).mean()), 3) for who, of in told.items()}
        report[name] = {"people": len(said.truth), "powers": np.round(found, 2).tolist(), "surprise": scores}
    print(json.dumps(report, indent=1), flush=True)
    return report
