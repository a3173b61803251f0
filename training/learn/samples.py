"""Batches for the trainer: composed pictures, mirrored at random, with the targets that the network needs."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

import cv2
import numpy as np
import torch
from numpy.typing import NDArray
from torch import Tensor
from torch.utils.data import IterableDataset, get_worker_info

from anatomatte.nets.own.people_net import HEAD_STRIDE, OFFSET_UNIT, STRIDE
from anatomatte.parts import MIRROR

from ..bank import Bank
from ..scene.compose import Composer, Sample

MIN_PIXELS = 24
"""A person with fewer visible pixels has no heat in the head map."""

RARE_SHARE = 0.35
"""Share of the people in training pictures who are chosen for a part that few show."""


class Batch(NamedTuple):
    """Targets of N pictures of H x W: see the fields' shapes.

    `picture` (N, 3, H, W) float 0-1; `alpha` (N, 2, H, W) float 0-1; `parts` (N, H/2, W/2) int64;
    `centre` (N, 1, H/4, W/4) float 0-1; `offset` (N, 2, H/4, W/4) in `OFFSET_UNIT` pixels and
    `someone` (N, 1, H/4, W/4) 1 where it counts.
    """

    picture: Tensor
    alpha: Tensor
    parts: Tensor
    centre: Tensor
    offset: Tensor
    someone: Tensor


def mirrored(sample: Sample) -> Sample:
    """The sample as a mirror shows it: left and right parts change places."""
    heads = sample.heads.copy()
    heads[:, 0] = sample.picture.shape[1] - 1 - heads[:, 0]
    table = np.array(MIRROR, np.uint8)
    return Sample(
        sample.picture[:, ::-1],
        sample.alpha[:, ::-1],
        table[sample.label[:, ::-1]],
        sample.instance[:, ::-1],
        heads,
    )


def head_targets(sample: Sample) -> tuple[NDArray[np.float32], NDArray[np.float32], NDArray[np.float32]]:
    """Heat of heads (h, w), offsets to one's head (2, h, w) and where they count (h, w), on the head grid.

    A person whose head is outside the picture is centred on what is seen of them.
    """
    height, width = sample.label.shape
    h, w = height // HEAD_STRIDE, width // HEAD_STRIDE
    half = HEAD_STRIDE // 2
    who = sample.instance[half::HEAD_STRIDE, half::HEAD_STRIDE][:h, :w]
    y, x = np.mgrid[0:h, 0:w].astype(np.float32)
    heat = np.zeros((h, w), np.float32)
    offset = np.zeros((2, h, w), np.float32)
    counts = np.bincount(sample.instance.ravel(), minlength=len(sample.heads) + 1)
    for k, (head_x, head_y) in enumerate(sample.heads, 1):
        if counts[k] < MIN_PIXELS:
            continue
        mine = who == k
        cx, cy = head_x / HEAD_STRIDE - 0.5, head_y / HEAD_STRIDE - 0.5
        if not (0 <= head_x < width and 0 <= head_y < height):
            if not mine.any():
                continue
            cx, cy = float(x[mine].mean()), float(y[mine].mean())
        sigma = float(np.clip(0.1 * np.sqrt(counts[k]) / HEAD_STRIDE, 0.8, 3.0))
        heat = np.maximum(heat, np.exp(-((x - round(cx)) ** 2 + (y - round(cy)) ** 2) / (2 * sigma**2)))
        offset[0][mine] = (cx - x[mine]) * (HEAD_STRIDE / OFFSET_UNIT)
        offset[1][mine] = (cy - y[mine]) * (HEAD_STRIDE / OFFSET_UNIT)
    return heat, offset, (who > 0).astype(np.float32)


def collate(samples: list[Sample]) -> Batch:
    """Stack samples of one size to a Batch."""
    targets = [head_targets(s) for s in samples]
    picture = np.stack([np.ascontiguousarray(s.picture.transpose(2, 0, 1)) for s in samples])
    alpha = np.stack([np.ascontiguousarray(s.alpha.transpose(2, 0, 1)) for s in samples])
    parts = np.stack([s.label[::2, ::2] for s in samples])
    return Batch(
        torch.from_numpy(picture).float().div_(255),
        torch.from_numpy(alpha).float().div_(255),
        torch.from_numpy(parts.astype(np.int64)),
        torch.from_numpy(np.stack([t[0] for t in targets]))[:, None],
        torch.from_numpy(np.stack([t[1] for t in targets])),
        torch.from_numpy(np.stack([t[2] for t in targets]))[:, None],
    )


def sizes(side: int) -> tuple[tuple[int, int], ...]:
    """Heights and widths of about side² pixels: square, upright, wide; multiples of `STRIDE`."""
    long, short = round(side * 1.25 / STRIDE) * STRIDE, max(STRIDE, round(side * 0.8 / STRIDE) * STRIDE)
    return ((side, side), (side, side), (long, short), (short, long))


@dataclass
class Stream(IterableDataset[Batch]):
    """Endless batches composed on the fly; each worker draws its own from `seed`.

    Raises:
        ValueError: `side` is not a multiple of the network's stride.
    """

    bank: Path
    side: int
    count: int
    seed: int
    limit: int | None = None
    rare: float = RARE_SHARE
    kinds: tuple[str, ...] = ("people",)
    """Kinds of shards that people come from."""

    def __post_init__(self) -> None:
        if self.side % STRIDE:
            near = self.side // STRIDE * STRIDE
            raise ValueError(f"training size {self.side} is not a multiple of {STRIDE}; choose {near}")

    def __iter__(self) -> Iterator[Batch]:
        info = get_worker_info()
        cv2.setNumThreads(1)
        rng = np.random.default_rng([self.seed, 0 if info is None else info.id])
        people = Bank(self.bank, self.kinds, "train", self.limit)
        places = Bank(self.bank, "places", "train", self.limit)
        composer = Composer(people, places, rng, self.rare)
        drawn = 0
        while True:
            height, width = sizes(self.side)[int(rng.integers(4))]
            samples = []
            for _ in range(self.count):
                sample = composer.draw(height, width)
                samples.append(mirrored(sample) if rng.random() < 0.5 else sample)
            yield collate(samples)
            drawn += 1
            if drawn % 50 == 0:
                people.refresh()
                places.refresh()
