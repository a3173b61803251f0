"""What the outfit head reads of drawn people: the people network's features, kept shard by shard."""

from __future__ import annotations

import os
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from anatomatte.nets.own.outfit_head import CELLS, Seen, around
from anatomatte.nets.own.people_net import PeopleNet
from anatomatte.nets.person_cells import COLUMNS, ROWS, person_box
from anatomatte.parts import PARTS

from .crops import KIND, Shown, Wearers

CELL_OF = np.array(
    [
        0
        if name in ("background", "held")
        else max((k for k, parts in enumerate(CELLS) if name in parts), default=len(CELLS) - 1)
        for name in PARTS
    ]
)
"""Which of `CELLS` each part is."""

_LOOKS = ((0.8, 0.05), (1.2, -0.04))
"""Scales of further looks at a picture, and how far they are moved, as a share of it."""


@dataclass
class Set:
    """Features and truth of N crops."""

    fine: Tensor
    coarse: Tensor
    cells: Tensor
    """(N, 2 ROWS, 2 COLUMNS) uint8, which of `CELLS` is there."""
    outfit: Tensor
    signs: Tensor

    def __len__(self) -> int:
        return len(self.outfit)

    def parts(self) -> tuple[Tensor, ...]:
        """Everything, in the order of the fields."""
        return self.fine, self.coarse, self.cells, self.outfit, self.signs

    def only(self, which: Tensor | slice) -> Set:
        """Some of the crops."""
        return Set(*(part[which] for part in self.parts()))


def joined(sets: list[Set]) -> Set:
    """All crops of several sets."""
    return Set(*(torch.cat(parts) for parts in zip(*(one.parts() for one in sets), strict=True)))


def seen_by(net: PeopleNet, shown: Shown) -> tuple[Tensor, Tensor] | None:
    """What the head reads of a person, from a pass of the people network."""
    picture = np.ascontiguousarray(shown.picture).astype(np.float32) / 255
    batch = torch.from_numpy(picture).permute(2, 0, 1)[None].contiguous(memory_format=torch.channels_last)
    with torch.inference_mode():
        out = net(batch)
        return around(Seen(out.fine[0], out.coarse[0]), picture, shown.matte)


def drawn(net: PeopleNet, wearers: Wearers, count: int) -> Set:
    """Features and truth of `count` drawn people, features in 16 bit."""
    fine, coarse, cells, outfit, signs = [], [], [], [], []
    for shown in wearers:
        found = seen_by(net, shown)
        if found is None:
            continue
        fine.append(found[0].half())
        coarse.append(found[1].half())
        cells.append(labelled(shown))
        outfit.append(shown.outfit)
        signs.append(torch.from_numpy(shown.signs))
        if len(outfit) == count:
            break
    return Set(
        torch.cat(fine), torch.cat(coarse), torch.stack(cells), torch.tensor(outfit), torch.stack(signs)
    )


def kept(net: PeopleNet, bank: Path, split: str, folder: Path) -> Set:
    """Features of all figures of a split, in files of *folder*; what is there is read."""
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for note in sorted(bank.glob(f"{KIND}-{split}-*.json")):
        number = int(note.stem.rsplit("-", 1)[1])
        path = folder / f"{split}-{number:04d}.pt"
        if not path.exists():
            wearers = Wearers(bank, split, number, shard=number)
            torch.save(drawn(net, wearers, len(wearers.figures)).parts(), path.with_suffix(".part"))
            os.replace(path.with_suffix(".part"), path)
            print(f"{path.name} written", flush=True)
        made.append(Set(*torch.load(path)))
    return joined(made)


def labelled(shown: Shown) -> Tensor:
    """Which of `CELLS` lies in the middle of each of a person's fine cells, (2 ROWS, 2 COLUMNS) uint8."""
    box = person_box(shown.matte)
    assert box is not None
    high, wide = shown.label.shape
    y = (box[0] + (np.arange(2 * ROWS) + 0.5) / (2 * ROWS) * (box[1] - box[0])) * high
    x = (box[2] + (np.arange(2 * COLUMNS) + 0.5) / (2 * COLUMNS) * (box[3] - box[2])) * wide
    inside = ((y >= 0) & (y < high))[:, None] & ((x >= 0) & (x < wide))
    rows, columns = (np.clip(at.astype(int), 0, side - 1) for at, side in ((y, high), (x, wide)))
    found = CELL_OF[shown.label[np.ix_(rows, columns)]]
    return torch.from_numpy(np.where(inside, found, 0).astype(np.uint8))


@dataclass
class Wander:
    """How far looks at one figure at other crops and scales differ, as a spread of each channel (C, 1, 1).

    `whole`: of what a look adds to all cells of a person alike; `cells`: of each cell beside that. The
    matte, which is the last of the fine channels, does not wander.
    """

    fine: tuple[Tensor, Tensor]
    coarse: tuple[Tensor, Tensor]


def wander(net: PeopleNet, wearers: Wearers, count: int) -> Wander:
    """Measured on `count` drawn people, each looked at three times."""
    gathered: list[list[tuple[Tensor, Tensor]]] = [[], []]
    for shown in islice(wearers, count):
        looks = [seen_by(net, one) for one in (shown, *(_moved(shown, *look) for look in _LOOKS))]
        found = [one for one in looks if one is not None]
        for k in range(2):
            some = torch.stack([one[k][0].float() for one in found])
            off = (some - some.mean(0)) * (len(found) / max(len(found) - 1, 1)) ** 0.5
            whole = off.mean((2, 3), keepdim=True)
            gathered[k].append(
                (whole.square().mean(0), (off - whole).square().mean((0, 2, 3))[:, None, None])
            )
    fine, coarse = (
        tuple(torch.stack(each).mean(0).sqrt() for each in zip(*rows, strict=True)) for rows in gathered
    )
    for spread in fine:
        spread[-1] = 0
    return Wander((fine[0], fine[1]), (coarse[0], coarse[1]))


def _moved(shown: Shown, scale: float, shift: float) -> Shown:
    """The same picture, larger or smaller and moved in its frame; its border is carried on."""
    high, wide = shown.picture.shape[:2]
    move = np.array([[scale, 0, ((1 - scale) / 2 + shift) * wide], [0, scale, ((1 - scale) / 2) * high]])

    def placed(plane: np.ndarray, border: int) -> np.ndarray:
        flat = np.ascontiguousarray(plane, np.float32)
        return cv2.warpAffine(flat, move, (wide, high), flags=cv2.INTER_LINEAR, borderMode=border)

    matte = cv2.resize(np.ascontiguousarray(shown.matte), (wide, high), interpolation=cv2.INTER_LINEAR)
    picture = placed(shown.picture, cv2.BORDER_REFLECT)
    return Shown(
        np.asarray(np.clip(picture + 0.5, 0, 255), np.uint8),
        np.asarray(placed(matte, cv2.BORDER_CONSTANT), np.float32),
        shown.truth, shown.label, shown.outfit, shown.signs,
    )  # fmt: skip
