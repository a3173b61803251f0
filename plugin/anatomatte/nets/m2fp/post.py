"""Postprocessing of M2FP's masks and classes: soft class maps, instances, and the parts of each.

The network draws a hundred masks and gives each a chance for every class. What is kept follows
Mask2Former's instance inference (Cheng et al., CVPR 2022) and M2FP's parsing: a pair of mask and class
scores its chance times the mean of the mask inside its outline. People are painted over each
other, weakest first, so that the best keeps what several claim; here with soft edges.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import torch
import torch.nn.functional as F
from numpy.typing import NDArray
from torch import Tensor

from .net import Raw

LEAST_SCORE = 0.1
"""Pairs that score less are not listed."""

EVIDENCE_SCORE = 0.3
"""Pairs that score less do not count as evidence for a soft map (the published threshold)."""

MOST_PAIRS = 100
"""Pairs of mask and class that are considered, most probable first."""

_FAINT = -7.0
"""Logit under which a mask is taken for nothing (a thousandth)."""

_MARGIN = 0.8
"""A pair whose score on the coarse mask is under this share of the least is dropped unseen."""

_OWN_SHARE = 0.2
"""A person of whom less than this is not covered by others is one of them, seen twice."""

_NO_CHANCE = 1e-4
"""A mask whose classes together have no better chance adds nothing to the class maps."""

_TOGETHER = 16
"""Masks drawn at once for class maps."""

LEAST_PERSON = 0.002
"""Share of the picture that must be person before there is somebody."""

Box = tuple[int, int, int, int]
"""Top, left, bottom, right."""


@dataclass(frozen=True)
class Placement:
    """How the network's picture lies in the plate.

    `padded` is the network's input (height, width); `real` the picture in its upper left corner;
    `crop` top, left, height, width of the plate inside `real`; `size` what is wanted.
    """

    padded: tuple[int, int]
    real: tuple[int, int]
    crop: tuple[int, int, int, int]
    size: tuple[int, int]


@dataclass(frozen=True)
class Instance:
    """One listed pair: class number, score, box (top, left, bottom, right) and mask inside it."""

    label: int
    score: float
    box: Box
    mask: NDArray[np.bool_]

    def full(self, size: tuple[int, int]) -> NDArray[np.bool_]:
        """The mask in a picture of `size`."""
        out = np.zeros(size, np.bool_)
        top, left, bottom, right = self.box
        out[top:bottom, left:right] = self.mask
        return out


@dataclass(frozen=True)
class Decoded:
    """`classes` (C, h, w) soft maps; `people` (K, h, w) coverage, best first, summing to 1 at most.

    `scores` (K,) of the people, `class_scores` (C,), `instances`: parts first, then people, as the
    published list is ordered.
    """

    classes: NDArray[np.float32]
    people: NDArray[np.float32]
    scores: NDArray[np.float32]
    class_scores: NDArray[np.float32]
    instances: tuple[Instance, ...]


@lru_cache(maxsize=16)
def _scaling(cells: int, padded: int, real: int, size: int) -> Tensor:
    """(size, cells): the published steps along one side as one matrix.

    Mask cells to the padded size, cut to the real picture, then to the wanted size, bilinear both
    times and without antialiasing.
    """
    unit = torch.eye(cells)[:, None, :]
    full = F.interpolate(unit, padded, mode="linear", align_corners=False)[..., :real]
    out = F.interpolate(full, size, mode="linear", align_corners=False)
    return out[:, 0].t().contiguous()


class Drawer:
    """Draws masks of all of the real picture at the wanted size, each only where it is more than nothing.

    Args:
        masks: (queries, H/4, W/4) logits.
        place: of the network's picture.
    """

    def __init__(self, masks: Tensor, place: Placement) -> None:
        self.masks = masks
        (ph, pw), (rh, rw), (h, w) = place.padded, place.real, place.size
        self.rows = _scaling(masks.shape[1], ph, rh, h)
        self.columns = _scaling(masks.shape[2], pw, rw, w)

    def draw(self, query: int) -> tuple[Tensor, Box]:
        """Logits of one mask inside the box where it is more than nothing, and the box."""
        lit = self.masks[query] > _FAINT
        top, bottom, low, high = _reach(self.rows, lit.any(1))
        left, right, near, far = _reach(self.columns, lit.any(0))
        part = self.masks[query, low:high, near:far]
        drawn = self.rows[top:bottom, low:high] @ (part @ self.columns[left:right, near:far].t())
        return drawn, (top, left, bottom, right)


def _reach(scaling: Tensor, lit: Tensor) -> tuple[int, int, int, int]:
    """First and end of the targets that lit cells (cells,) reach, and of the cells that those are made of."""
    cells = lit.nonzero()[:, 0]
    if not len(cells):
        return 0, 0, 0, 0
    touched = scaling[:, int(cells[0]) : int(cells[-1]) + 1].any(1).nonzero()[:, 0]
    if not len(touched):
        return 0, 0, 0, 0
    first, end = int(touched[0]), int(touched[-1]) + 1
    used = scaling[first:end].any(0).nonzero()[:, 0]
    return first, end, int(used[0]), int(used[-1]) + 1


def hopeful(raw: Raw) -> list[tuple[int, list[tuple[int, float]]]]:
    """Masks that may be listed, each with its classes and their chances; background is none of them.

    A score is a chance times a mean of at most 1, so a chance under the least score is hopeless,
    and so is one that misses it by far on the coarse mask.
    """
    chances = raw.logits.softmax(-1)[:, :-1]
    classes = chances.shape[1]
    best, index = chances.flatten().topk(min(MOST_PAIRS, chances.numel()))
    kept = (best >= LEAST_SCORE) & (index % classes != 0)
    by_query: dict[int, list[tuple[int, float]]] = {}
    for chance, pair in zip(best[kept].tolist(), index[kept].tolist(), strict=True):
        by_query.setdefault(pair // classes, []).append((pair % classes, chance))
    found = []
    for query, pairs in by_query.items():
        coarse = raw.masks[query]
        inside = coarse[coarse > 0]
        if not len(inside):
            continue
        quality = float(inside.sigmoid().mean())
        hope = [(label, chance) for label, chance in pairs if chance * quality >= LEAST_SCORE * _MARGIN]
        if hope:
            found.append((query, hope))
    return found


@contextmanager
def _one_thread() -> Iterator[None]:
    """Hundreds of small sums: threads would wait for each other longer than they work."""
    before = torch.get_num_threads()
    torch.set_num_threads(1)
    try:
        yield
    finally:
        torch.set_num_threads(before)


@dataclass(frozen=True)
class _Person:
    score: float
    soft: Tensor
    box: Box


@_one_thread()
def find_many(raw: Raw, place: Placement, most: int) -> Decoded:
    """People and parts where the network's last class is a whole person.

    Args:
        raw: of the network.
        place: of the network's picture; its size is that of the result.
        most: instances at most.
    """
    classes, (height, width) = raw.logits.shape[1] - 2, place.size
    drawer = Drawer(raw.masks, place)
    maps = torch.zeros(classes, height, width)
    best = np.zeros(classes, np.float32)
    parts, humans, people = [], [], []
    for query, pairs in hopeful(raw):
        logits, box = drawer.draw(query)
        inside = logits > 0
        area = int(inside.sum())
        soft = logits.sigmoid_()
        quality = float(soft[inside].sum()) / (area + 1e-6)
        for label, chance in pairs:
            score = chance * quality
            if score < LEAST_SCORE:
                continue
            instance = Instance(label, score, box, inside.numpy())
            if label == classes:
                humans.append(instance)
                people.append(_Person(score, soft, box))
                continue
            parts.append(instance)
            best[label] = max(best[label], score)
            if score >= EVIDENCE_SCORE:
                here = maps[label, box[0] : box[2], box[1] : box[3]]
                torch.maximum(here, soft * score, out=here)
    cover, scores = paint(people, place.size, most)
    listed = (*_by_score(parts), *_by_score(humans))
    return Decoded(maps.numpy(), cover, scores, best, listed)


def _by_score(instances: list[Instance]) -> list[Instance]:
    return sorted(instances, key=lambda one: -one.score)


def paint(
    people: list[_Person], size: tuple[int, int], most: int
) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """People over each other, the best in front: (K, h, w) coverage and (K,) scores.

    Somebody of whom nearly all is inside those in front is the same person seen twice.
    """
    free = torch.ones(size)
    cover: list[Tensor] = []
    scores: list[float] = []
    for person in sorted(people, key=lambda one: -one.score):
        if person.score < EVIDENCE_SCORE or len(cover) == most:
            break
        top, left, bottom, right = person.box
        here = free[top:bottom, left:right]
        inside = person.soft > 0.5
        if float(here[inside].sum()) < _OWN_SHARE * int(inside.sum()):
            continue
        mine = torch.zeros(size)
        mine[top:bottom, left:right] = person.soft * here
        here.mul_(1 - person.soft)
        cover.append(mine)
        scores.append(person.score)
    stack = torch.stack(cover) if cover else torch.zeros(0, *size)
    return stack.numpy(), np.asarray(scores, np.float32)


@_one_thread()
def find_one(raw: Raw, place: Placement) -> Decoded:
    """One person's parts, where the network's classes start with the background and hold no whole person.

    The class maps are the sums of masks times chances (Mask2Former's semantic inference). The list
    has one mask per class that wins anywhere, the background too; its score is the published one,
    the mean of the sigmoid of the class map over the mask.
    """
    chances = raw.logits.softmax(-1)[:, :-1]
    kept = (chances.sum(1) > _NO_CHANCE).nonzero()[:, 0]
    (rh, rw), (top, left, high, wide) = place.real, place.crop
    maps = torch.zeros(chances.shape[1], high, wide)
    for some in torch.split(kept, _TOGETHER):
        full = F.interpolate(raw.masks[some][None], place.padded, mode="bilinear", align_corners=False)[0]
        soft = full[:, :rh, :rw][:, top : top + high, left : left + wide].sigmoid()
        maps += torch.einsum("qc,qhw->chw", chances[some], soft)
    maps = F.interpolate(maps[None], place.size, mode="bilinear", align_corners=False)[0]
    listed, best = _winners(maps)
    total = maps.sum(0)
    person = (1 - maps[0] / total.clamp(min=1e-6)) * (total > 1e-3)
    inside = person > 0.5
    there = float(inside.float().mean()) > LEAST_PERSON
    cover = person.clamp_(0, 1)[None] if there else person.new_zeros(0, *place.size)
    scores = person[inside].mean()[None] if there else person.new_zeros(0)
    return Decoded(maps.clamp_(0, 1).numpy(), cover.numpy(), scores.numpy(), best, listed)


def _winners(maps: Tensor) -> tuple[tuple[Instance, ...], NDArray[np.float32]]:
    """The published list of a single person, and (classes,) its scores."""
    winner = maps.argmax(0)
    best = np.zeros(len(maps), np.float32)
    listed = []
    for label in np.unique(winner.numpy()).tolist():
        mask = winner == label
        best[label] = float(maps[label][mask].sigmoid().sum() / (int(mask.sum()) + 1))
        rows, columns = mask.any(1).nonzero()[:, 0], mask.any(0).nonzero()[:, 0]
        box = (int(rows[0]), int(columns[0]), int(rows[-1]) + 1, int(columns[-1]) + 1)
        inside = mask[box[0] : box[2], box[1] : box[3]].numpy()
        listed.append(Instance(label, float(best[label]), box, inside))
    return tuple(listed), best
