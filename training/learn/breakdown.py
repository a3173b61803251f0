"""Scores per kind of picture on held-out synthetic people: what is hard, and for whom.

Every kind shows validation people on validation places, drawn with fixed seeds.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np

from anatomatte.nets.own.ensemble import PeopleModel
from anatomatte.nets.own.people_net import PeopleNet

from ..bank import Bank
from ..scene.compose import Composer, Sample
from .validate import SEED, SIDE, measure

Facts = dict[str, Any]
COUNT = 60

KINDS: dict[str, Callable[[Facts], bool]] = {
    "anybody alone": lambda f: True,
    "small": lambda f: f["framing"] == "full",
    "backlit": lambda f: bool(f.get("backlit")),
    "shiny cloth": lambda f: f.get("fabric") == "shiny",
    "sheer cloth": lambda f: f.get("fabric") == "sheer",
    "back view": lambda f: f.get("view") == "back",
    "overlap": lambda f: True,
    "half body": lambda f: f["framing"] in ("half", "three-quarter"),
    "close-up": lambda f: f["framing"] in ("portrait", "face"),
    "seated": lambda f: "sit" in f["pose"],
    "costume": lambda f: f["outfit"] == "costume",
    "lightest third of skin": lambda f: f["skin"] < 1 / 3,
    "middle third of skin": lambda f: 1 / 3 <= f["skin"] < 2 / 3,
    "darkest third of skin": lambda f: f["skin"] >= 2 / 3,
}
"""Which people a kind shows; `small` are a fifth of the picture high, `overlap` are two people."""


def pictures(bank: Path, kind: str, count: int = COUNT) -> list[Sample]:
    """Pictures of one kind; an empty list when the bank has nobody of that kind."""
    rng = np.random.default_rng([SEED, *kind.encode()])
    cv2.setNumThreads(1)
    people = Bank(bank, "people", "validation")
    fitting = [k for k in range(len(people)) if KINDS[kind](people.facts(k))]
    if not fitting:
        return []
    composer = Composer(people, Bank(bank, "places", "validation", 3), rng)
    samples = []
    for _ in range(count):
        cast = [people[int(k)] for k in rng.choice(fitting, 2 if kind == "overlap" else 1)]
        samples.append(composer.draw(SIDE, SIDE, cast, 0.2 if kind == "small" else 0.0))
    return samples


def breakdown(net: PeopleNet, bank: Path, device: str = "cpu") -> dict[str, dict[str, float]]:
    """Person IoU, alpha MAD and part mIoU per kind that the bank can show."""
    table = {}
    for kind in KINDS:
        samples = pictures(bank, kind)
        if samples:
            scores = measure(net, samples, device)
            table[kind] = {k: round(scores[k], 4) for k in ("person_iou", "alpha_mad", "part_miou")}
    return table


def looks(weights: Path, bank: Path, sides: tuple[int, ...], count: int = 60) -> dict[str, dict[str, float]]:
    """Person IoU and alpha MAD of the shipped call on validation pictures of 320 x 320, per way to look.

    The last way asks the published portrait network too, as the node does; the others our own alone.
    """
    rng = np.random.default_rng(SEED)
    composer = Composer(Bank(bank, "people", "validation", 5), Bank(bank, "places", "validation", 3), rng)
    samples = [composer.draw(320, 320) for _ in range(count)]
    truth = np.stack([s.alpha[..., 0] for s in samples]).astype(np.float32) / 255
    own, both = PeopleModel([weights], portrait=None), PeopleModel([weights])
    table = {}
    for side in sides:
        for name, model, scales, mirror in (
            ("one look", own, (), False),
            ("mirror", own, (), True),
            ("mirror, 0.7", own, (0.7,), True),
            ("one look and portraits", both, (), False),
        ):
            found = []
            for sample in samples:
                picture = sample.picture.astype(np.float32) / 255
                alpha = model.observe(picture, long_side=side, scales=scales, mirror=mirror).alpha
                found.append(cv2.resize(alpha, (320, 320), interpolation=cv2.INTER_LINEAR))
            mask, want = np.stack(found) > 0.5, truth > 0.5
            union = (mask | want).sum((1, 2))
            iou = np.where(union > 0, (mask & want).sum((1, 2)) / np.maximum(union, 1), 1.0)
            mad = float(np.abs(np.stack(found) - truth).mean())
            table[f"{side} {name}"] = {"person_iou": round(float(iou.mean()), 4), "alpha_mad": round(mad, 4)}
    return table
