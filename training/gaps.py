"""The numbers of `anatomatte.people.gap_colours`: fitted to drawn people, whose coverage is known exactly.

Pictures are looked at as the node looks at a plate, with its own networks. A region that may be a gap is one
by the share of background in it; large regions count more, by the root of their area.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from anatomatte.engine import Task, prepare, subject, work_for
from anatomatte.frame import from_view
from anatomatte.people import colours, gap_colours, gaps
from anatomatte.people.calibration import believed, decided
from anatomatte.settings import Settings

from .bank import Bank
from .scene.compose import Composer, Sample

SETTINGS = Settings(subject="on", screen="none")
SIZES = ((480, 360), (480, 320), (400, 600), (480, 640))
"""Heights and widths of the pictures: a figure is as tall in them as it was drawn."""

_RIDGE = 5.0
_FOLDS = 5

Rows = NDArray[np.float64]


@dataclass
class Regions:
    """N regions: what is known of each (N, names), the background in it, its area, its picture."""

    known: Rows
    open: Rows
    area: Rows
    picture: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_]) -> Regions:
        """Some of the regions."""
        return Regions(self.known[which], self.open[which], self.area[which], self.picture[which])


def looked_at(sample: Sample) -> list[tuple[Rows, float, float]]:
    """What is known of each region of a picture, the share of background in it, and its area in cells."""
    picture = np.ascontiguousarray(sample.picture)
    height, width = picture.shape[:2]
    plates = {"Source": from_view(picture, (0, 0, width, height))}
    task = Task(prepare(plates, SETTINGS), SETTINGS, work_for(SETTINGS), (0.5, 0.5))
    evidence = subject.own_people(task)
    if not len(evidence.people):
        return []
    probable = believed(np.clip(evidence.alpha + evidence.held, 0, 1))
    cells = colours.cells(task.plate.light)
    found = gaps.candidates(cells.light, cells.level, probable, decided(probable))
    if found is None:
        return []
    size = found.labels.shape[1], found.labels.shape[0]
    cover = np.clip(sample.alpha.astype(np.float32).sum(2) / 255, 0, 1)
    behind = 1 - cv2.resize(cover, size, interpolation=cv2.INTER_AREA)
    made = []
    for region, known in found.around.known(found.labels, found.boxes):
        there = found.labels == region
        made.append((known, float(behind[there].mean()), float(there.sum())))
    return made


def gathered(bank: Path, split: str, count: int, seed: int) -> Regions:
    """The regions of *count* pictures that are composed of a bank's figures and places."""
    rng = np.random.default_rng(seed)
    composer = Composer(Bank(bank, "figures", split), Bank(bank, "places", split), rng)
    rows: list[tuple[Rows, float, float, int]] = []
    for number in range(count):
        sample = composer.draw(*SIZES[int(rng.integers(len(SIZES)))])
        rows += [(*one, number) for one in looked_at(sample)]
        if number % 50 == 49:
            print(f"{number + 1} pictures, {len(rows)} regions", flush=True)
    known, behind, area, picture = zip(*rows, strict=True)
    return Regions(np.array(known), np.array(behind), np.array(area), np.array(picture))


def fitted(regions: Regions) -> Rows:
    """The most likely weights of what is known, drawn to 0, and the constant."""
    middle, spread = regions.known.mean(0), regions.known.std(0)
    scaled = np.c_[(regions.known - middle) / spread, np.ones(len(regions.open))]
    weight = np.sqrt(regions.area)

    def cost(numbers: Rows) -> tuple[float, Rows]:
        said = scaled @ numbers
        miss = weight * (np.logaddexp(0, said) - regions.open * said)
        slope = scaled.T @ (weight * (1 / (1 + np.exp(-said)) - regions.open))
        slope[:-1] += _RIDGE * numbers[:-1]
        return float(miss.sum() + _RIDGE * np.square(numbers[:-1]).sum() / 2), slope

    found = np.asarray(minimize(cost, np.zeros(scaled.shape[1]), jac=True).x)
    weights = found[:-1] / spread
    return np.append(weights, found[-1] - weights @ middle)


def scores(said: Rows, regions: Regions, threshold: float) -> dict[str, float]:
    """Of the area that is opened the share that is background, and of the background the share opened."""
    opened = said > threshold
    right = float((regions.area * regions.open)[opened].sum())
    return {
        "threshold": threshold,
        "precision": round(right / max(float(regions.area[opened].sum()), 1e-9), 3),
        "recall": round(right / float((regions.area * regions.open).sum()), 3),
    }


def held_out(regions: Regions) -> Rows:
    """What each region is told by numbers that were fitted to other pictures."""
    said = np.zeros(len(regions.open))
    for fold in range(_FOLDS):
        these = regions.picture % _FOLDS == fold
        numbers = fitted(regions.only(~these))
        said[these] = regions.known[these] @ numbers[:-1] + numbers[-1]
    return said


def run(bank: Path, count: int, seed: int = 1) -> dict[str, object]:
    """Look at pictures, fit, and print what belongs into `anatomatte.people.gap_colours`."""
    regions = gathered(bank, "train", count, seed)
    numbers, said = fitted(regions), held_out(regions)
    unseen = gathered(bank, "validation", count // 3, seed + 1)
    shipped = np.array(gap_colours.WEIGHTS)
    report: dict[str, object] = {
        "regions": len(regions.open),
        "WEIGHTS": numbers.round(2).tolist(),
        "held out": [scores(said, regions, one) for one in (-2.0, -1.0, -0.75, -0.5, 0.0)],
        "other figures and places": [
            scores(unseen.known @ numbers[:-1] + numbers[-1], unseen, one) for one in (-1.0, -0.75, -0.5, 0.0)
        ],
        "those in the package": scores(
            unseen.known @ shipped[:-1] + shipped[-1], unseen, gap_colours.THRESHOLD
        ),
    }
    print(json.dumps(report, indent=1), flush=True)
    return report
