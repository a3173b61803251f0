"""The numbers of `anatomatte.people.parts.likelihood`: fitted to what the node knows of drawn people.

Held-out figures, whom the outfit head has not learned from, are looked at as the node looks at a plate: with
its own networks, mattes and landmarks. All figures of the bank take turns.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize

from anatomatte.engine import Task, prepare, subject, work_for
from anatomatte.frame import from_view
from anatomatte.people.parts import everyone, outfit
from anatomatte.people.parts.cloth import cloths
from anatomatte.people.parts.labels import LOWER
from anatomatte.people.parts.likelihood import HEARD, NUMBERS, known
from anatomatte.people.parts.seen import PersonEvidence
from anatomatte.settings import Settings

from .crops import UNKNOWN, Shown, Wearers

SIZES = ((420, 280), (384, 288), (480, 320))
"""Heights and widths of the pictures: a figure is as tall in them as it was drawn."""

_RIDGE = 3.0
"""How strongly the numbers are drawn to the head alone: a few hundred people are few."""

_FOLDS = 8
"""Parts of the people; each is scored by numbers that were fitted to the others."""

Rows = NDArray[np.float64]


@dataclass
class Known:
    """What is known of N people and what they wear: `said` (N, 3), `more` (N, numbers), `worn` (N,)."""

    said: Rows
    more: Rows
    worn: NDArray[np.int64]

    def only(self, which: NDArray[np.bool_]) -> Known:
        """Some of the people."""
        return Known(self.said[which], self.more[which], self.worn[which])


def evidence_of(shown: Shown) -> tuple[NDArray[np.float32], PersonEvidence] | None:
    """What the head says of the largest person, and what else is known; None where the head says nothing."""
    settings = Settings(subject="on", screen="none")
    picture = np.ascontiguousarray(shown.picture)
    height, width = picture.shape[:2]
    plates = {"Source": from_view(picture, (0, 0, width, height))}
    task = Task(prepare(plates, settings), settings, work_for(settings), (0.5, 0.5))
    seen = subject.own_people(task)
    if not len(seen.people) or seen.outfits is None:
        return None
    largest = int(np.argmax([float((seen.alpha * whose).sum()) for whose in seen.people]))
    found: list[PersonEvidence] = []

    def keep(one: PersonEvidence) -> dict[str, float]:
        found.append(one)
        return outfit.outfit_odds(one)

    alone = type(seen)(seen.alpha, seen.held, seen.parts, seen.people[[largest]], seen.heads[[largest]])
    details = subject.details(task, seen)
    details = everyone.Details(details.marks[largest : largest + 1], details.looks)
    everyone.parts_of(task.picture(), alone, details, 1.0, odds=keep)
    said = seen.outfits[largest]
    return None if not found or np.isnan(said).any() else (said, found[0])


def looked_at(shown: Shown) -> tuple[NDArray[np.float32], NDArray[np.float32]] | None:
    """What the head says of the largest person, and `known` of them; None where landmarks are missing."""
    found = evidence_of(shown)
    if found is None or found[1].body is None:
        return None
    said, seen = found
    return said, known(said, cloths(seen, found[1].body))


def gathered(people: Iterator[Shown], count: int) -> Known:
    """What is known of the first *count* people who wear one of the three."""
    rows: list[tuple[NDArray[np.float32], NDArray[np.float32], int]] = []
    for shown in people:
        if shown.outfit == UNKNOWN:
            continue
        look = looked_at(shown)
        if look is not None:
            rows.append((*look, shown.outfit))
        if len(rows) >= count:
            break
        if len(rows) % 50 == 0:
            print(f"{len(rows)} people looked at", flush=True)
    said, more, worn = zip(*rows, strict=True)
    return Known(np.array(said, float)[:, :3], np.array(more, float), np.array(worn))


def odds(numbers: Rows, people: Known) -> Rows:
    """Log odds (N, 3) but for a constant; `numbers` are the head's power, then two for each of `more`."""
    made = numbers[0] * people.said
    made[:, :2] += people.more @ numbers[1:].reshape(-1, 2)
    return np.asarray(made - np.logaddexp.reduce(made, 1, keepdims=True))


def fitted(people: Known) -> Rows:
    """The most likely numbers, drawn to 1 for the head and 0 for all else; the three outfits count alike."""
    counts = np.bincount(people.worn, minlength=len(LOWER))
    weight = (len(people.worn) / (len(LOWER) * np.maximum(counts, 1)))[people.worn]
    start = np.zeros(1 + 2 * people.more.shape[1])
    start[0] = 1

    def cost(numbers: Rows) -> float:
        miss = -odds(numbers, people)[np.arange(len(people.worn)), people.worn]
        return float((weight * miss).sum() + _RIDGE * np.square(numbers - start).sum())

    return np.asarray(minimize(cost, start).x)


def scores(numbers: Rows, people: Known) -> dict[str, float]:
    """Share of outfits that are right, mean of the three recalls, nats of surprise at what is worn."""
    made = odds(numbers, people)
    right = made.argmax(1) == people.worn
    recalls = [right[people.worn == k].mean() for k in range(len(LOWER)) if (people.worn == k).any()]
    surprise = -made[np.arange(len(people.worn)), people.worn].mean()
    found = {"right": right.mean(), "balanced": np.mean(recalls), "surprise": surprise}
    return {name: round(float(value), 3) for name, value in found.items()}


def held_out(people: Known) -> dict[str, float]:
    """Scores where no one is judged by numbers that were fitted to them."""
    fold = np.arange(len(people.worn)) * _FOLDS // max(len(people.worn), 1)
    made = [scores(fitted(people.only(fold != k)), people.only(fold == k)) for k in range(_FOLDS)]
    return {name: float(np.mean([one[name] for one in made])) for name in made[0]}


def run(bank: Path, count: int, seed: int = 1) -> dict[str, object]:
    """Look at people, fit, and print what belongs into `people.parts.likelihood`."""
    people = gathered(iter(Wearers(bank, "validation", seed, SIZES)), count)
    numbers = fitted(people)
    alone = np.zeros_like(numbers)
    alone[0] = 1
    table = numbers[1:].reshape(-1, 2).round(2).tolist()
    shipped = np.array([HEARD, *np.array(list(NUMBERS.values())).ravel()])
    report: dict[str, object] = {
        "people": len(people.worn),
        "HEARD": round(float(numbers[0]), 2),
        "NUMBERS": dict(zip(NUMBERS, table, strict=True)),
        "head alone": scores(alone, people),
        "held out": held_out(people),
        "those in the package": scores(shipped, people),
    }
    print(json.dumps(report, indent=1), flush=True)
    return report
