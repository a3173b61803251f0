"""The outfit head: what a whole person wears, from features that the people network has computed anyway.

Pixel labels split a dress into top, skirt and coat; one decision a person does not. Features of a pass
are cut out around the person (as RoIAlign does, He et al., 2017) at two scales, and a small convolutional
head reads them from head to feet. Trained on drawn people alone (`training.outfits`).
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import numpy as np
import torch
import torch.nn.functional as F
from torch import Tensor, nn

from ..person_cells import COLUMNS, ROWS, WHOLE, Box, Plane, own_cells, within
from .weights_file import ready

OUTFITS = ("dress", "skirt", "trousers")
"""What covers the hips: parts of that name; shorts are trousers, what is worn under a dress is not asked."""

SIGNS = ("coat", "open_coat", "tights", "bare_legs")
"""What may be worn, or seen, beside: each by itself."""

CELLS: tuple[tuple[str, ...], ...] = (
    ("background", "held"),
    ("dress",),
    ("skirt",),
    ("trousers",),
    ("upper_clothes",),
    ("coat",),
    ("left_tights", "right_tights"),
    ("left_leg", "right_leg"),
    ("left_shoe", "right_shoe"),
    (),
)
"""What a cell of a person can be, as parts; the last one is everything else."""

NET = "outfit_head_1"
"""What the header of a weights file calls this network."""


class Seen(NamedTuple):
    """Features of a pass of the people network, (channels, h, w) each, and the window that it looked at."""

    fine: Tensor
    """At 1/8 of the pass's picture."""
    coarse: Tensor
    """At 1/16 of it."""
    window: Box = WHOLE


def cut(planes: Tensor, box: Box, rows: int, columns: int) -> Tensor:
    """Planes (N, C, h, w) averaged over `rows` x `columns` cells of a box, 0 beyond the planes."""
    top, bottom, left, right = box
    y = torch.linspace(0.5, 2 * rows - 0.5, 2 * rows) / (2 * rows) * (bottom - top) + top
    x = torch.linspace(0.5, 2 * columns - 0.5, 2 * columns) / (2 * columns) * (right - left) + left
    grid = torch.stack([(2 * x - 1).expand(2 * rows, -1), (2 * y - 1)[:, None].expand(-1, 2 * columns)], -1)
    found = F.grid_sample(planes, grid[None].to(planes), "bilinear", "zeros", align_corners=False)
    return F.avg_pool2d(found, 2)


def around(seen: Seen, picture: Plane, matte: Plane) -> tuple[Tensor, Tensor] | None:
    """What the head reads of a person: (1, C, 2 ROWS, 2 COLUMNS) and (1, C, ROWS, COLUMNS); None of nobody.

    Args:
        seen: features of a pass that shows the person.
        picture: (H, W, 3) display-referred RGB in 0-1, whole, of any size.
        matte: (h, w) the person's own coverage, of any size.
    """
    found = own_cells(picture, matte)
    if found is None:
        return None
    box, small, inner = found
    cells = 2 * ROWS, 2 * COLUMNS
    own = cut(torch.from_numpy(small).permute(2, 0, 1)[None], inner, *cells)
    there = within(box, seen.window)
    fine = cut(seen.fine[None].float(), there, *cells)
    coarse = cut(seen.coarse[None].float(), there, ROWS, COLUMNS)
    return torch.cat([fine, own], 1), coarse


class _Mixed(nn.Module):
    """Each channel filtered by itself, then mixed; what came in is added."""

    def __init__(self, wide: int) -> None:
        super().__init__()
        self.filter = nn.Conv2d(wide, wide, 5, 1, 2, groups=wide)
        self.mix = nn.Conv2d(wide, wide, 1)

    def forward(self, x: Tensor) -> Tensor:
        return x + F.relu(self.mix(self.filter(x)))


class Found(NamedTuple):
    """Logits of N people: `outfit` (N, 3) of `OUTFITS`, `signs` (N, 4) of `SIGNS`, `cells` (N, 10, h, w)."""

    outfit: Tensor
    signs: Tensor
    cells: Tensor


class OutfitHead(nn.Module):
    """Call it with what `around` gives, N of each.

    It says of each cell which of `CELLS` it is, knowing the whole person, and decides by how much of
    each there is.
    """

    middle: Tensor
    spread: Tensor

    def __init__(self, fine: int = 76, coarse: int = 216, wide: int = 48) -> None:
        super().__init__()
        self.register_buffer("middle", torch.zeros(fine + coarse))
        self.register_buffer("spread", torch.ones(fine + coarse))
        self.drop = nn.Dropout2d(0.1)
        self.of_fine, self.of_coarse = nn.Conv2d(fine, wide, 1), nn.Conv2d(coarse, wide, 1)
        self.first, self.second = _Mixed(wide), _Mixed(wide)
        self.rows = nn.Conv1d(wide, wide, 9, 1, 4)
        self.whole = nn.Linear(wide, wide)
        self.to_cells = nn.Conv2d(wide, len(CELLS), 1)
        self.last = nn.Linear(len(CELLS), len(OUTFITS) + len(SIGNS))
        with torch.no_grad():
            self.last.weight.mul_(0.1)
            for k in range(len(OUTFITS)):
                self.last.weight[k, k + 1] = 1

    def forward(self, fine: Tensor, coarse: Tensor) -> Found:
        share, first = fine[:, -1:], fine.shape[1]
        middle, spread = self.middle[:, None, None], self.spread[:, None, None]
        fine = (fine - middle[:first]) / spread[:first]
        coarse = (coarse - middle[first:]) / spread[first:]
        below = F.interpolate(self.of_coarse(self.drop(coarse)), scale_factor=2, mode="nearest")
        y = self.first(F.relu(self.of_fine(self.drop(fine)) + below))
        row = (y * share).sum(3) / share.sum(3).clamp(min=1)
        body = (y * share).sum((2, 3)) / share.sum((2, 3)).clamp(min=1)
        y = F.relu(y + self.rows(row)[..., None] + self.whole(body)[..., None, None])
        cells = self.to_cells(self.second(y))
        amount = (cells.softmax(1) * share).sum((2, 3)) / share.sum((2, 3)).clamp(min=1)
        found = self.last((amount + 0.005).log())
        return Found(found[:, : len(OUTFITS)], found[:, len(OUTFITS) :], cells)


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> OutfitHead:
    """The head of a weights file, as `weights_file.ready` gives it."""
    return ready(OutfitHead, NET, "the outfit head", path, device, dtype)


def outfit_odds(head: OutfitHead, seen: Seen, picture: Plane, matte: Plane) -> Plane | None:
    """What somebody may wear; None where nobody is.

    Args:
        head: from `load`.
        seen: features of a pass that shows the person.
        picture: (H, W, 3) display-referred RGB in 0-1, whole, of any size.
        matte: (h, w) the person's own coverage in 0-1, of any size.

    Returns:
        (7,) log probabilities of `OUTFITS`, which exclude each other, then log odds of each of `SIGNS`.
    """
    with torch.inference_mode():
        read_off = around(seen, picture, matte)
        if read_off is None:
            return None
        found = head(*read_off)
        return np.asarray(torch.cat([found.outfit[0].log_softmax(0), found.signs[0]]).numpy(), np.float32)
