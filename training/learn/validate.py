"""Validation on held-out synthetic pictures: other identities, other tiles, other places, fixed seeds."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import torch
from numpy.typing import NDArray

from anatomatte.nets.own.people_net import PeopleNet
from anatomatte.parts import GROUPS, PARTS, channels

from ..bank import Bank
from ..scene.compose import Composer, Sample
from .samples import collate

SIDE = 192
COUNT = 160
SEED = 20_260_001


def held_out(bank: Path, count: int = COUNT, rare: float = 0.0) -> list[Sample]:
    """The fixed validation pictures, SIDE x SIDE, from the bank's first validation shards.

    With `rare` 1 everybody shows one of the parts that few show: the plain set has three pictures
    with a skirt, too few to measure skirts by.
    """
    rng = np.random.default_rng(SEED)
    cv2.setNumThreads(1)
    people, places = Bank(bank, "people", "validation", 5), Bank(bank, "places", "validation", 3)
    composer = Composer(people, places, rng, rare)
    return [composer.draw(SIDE, SIDE) for _ in range(count)]


def predict(
    net: PeopleNet, samples: list[Sample], device: str
) -> tuple[NDArray[np.float32], NDArray[np.uint8]]:
    """Person alpha (N, H, W) and main parts (N, H/2, W/2) of samples of one size."""
    net.eval()
    alphas, parts = [], []
    with torch.inference_mode():
        for k in range(0, len(samples), 20):
            batch = collate(samples[k : k + 20])
            picture = batch.picture.to(device).contiguous(memory_format=torch.channels_last)
            out = net(picture)
            alphas.append(torch.sigmoid(out.alpha[:, 0]).float().cpu().numpy())
            parts.append(out.parts.argmax(1).byte().cpu().numpy())
    return np.concatenate(alphas), np.concatenate(parts)


def confusion(found: NDArray[np.uint8], label: NDArray[np.uint8]) -> NDArray[np.int64]:
    """How many pixels of each true part (rows) were called what (columns), (parts, parts)."""
    pairs = label.astype(np.int64) * len(PARTS) + found
    return np.bincount(pairs.ravel(), minlength=len(PARTS) ** 2).reshape(len(PARTS), len(PARTS))


def overlap(table: NDArray[np.int64], names: str | tuple[str, ...]) -> float:
    """IoU of a part, or of several taken as one, from a table of `confusion`; 0 where there is none."""
    chosen = list(channels(names))
    both = table[np.ix_(chosen, chosen)].sum()
    return float(both / max(int(table[chosen].sum() + table[:, chosen].sum() - both), 1))


def mistakes(table: NDArray[np.int64]) -> dict[str, str]:
    """Per part that is there: what its pixels are mostly taken for instead, and how large a share of them."""
    told = {}
    for k, row in enumerate(table):
        if row.sum():
            wrong = int(np.where(np.arange(len(row)) == k, -1, row).argmax())
            told[PARTS[k]] = f"{PARTS[wrong]} {row[wrong] / row.sum():.2f}"
    return told


def measure(net: PeopleNet, samples: list[Sample], device: str = "cpu") -> dict[str, Any]:
    """Person IoU, alpha MAD, mean IoU over parts (background left out), IoU per part and group, mistakes."""
    alpha, parts = predict(net, samples, device)
    truth = np.stack([s.alpha[..., 0] for s in samples]).astype(np.float32) / 255
    table = confusion(parts, np.stack([s.label[::2, ::2] for s in samples]))
    a, b = alpha > 0.5, truth > 0.5
    union = (a | b).sum((1, 2))
    iou = np.where(union > 0, (a & b).sum((1, 2)) / np.maximum(union, 1), 1.0)
    per_part = {name: overlap(table, name) for name in PARTS}
    edge = (truth > 0.02) & (truth < 0.98)
    return {
        "person_iou": float(iou.mean()),
        "alpha_mad": float(np.abs(alpha - truth).mean()),
        "edge_mad": float(np.abs(alpha - truth)[edge].mean()),
        "part_miou": float(np.mean([v for n, v in per_part.items() if n != "background"])),
        "part_iou": per_part,
        "group_iou": {name: overlap(table, name) for name in GROUPS},
        "taken_for": mistakes(table),
    }
