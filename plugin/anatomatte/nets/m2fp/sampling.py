"""Deformable sampling: each query gathers a few weighted points from maps of several sizes.

Method: Zhu et al., "Deformable DETR", ICLR 2021, equation 3. Two ways to the same sum: `by_grid`
step by step with `grid_sample`, and `by_bags`, which reads each point's four corners as rows of a
table and adds them up in one pass; the second is what a CPU does well. Also the sine positions
that go with it (Carion et al., DETR, 2020).
"""

from __future__ import annotations

import itertools
import math

import torch
import torch.nn.functional as F
from torch import Tensor

Sizes = tuple[tuple[int, int], ...]
"""(height, width) of each map, in the order in which their cells are strung together."""

_TEMPERATURE = 10000.0


def sine_positions(height: int, width: int, channels: int, like: Tensor) -> Tensor:
    """(channels, height, width): sines and cosines of the row, then of the column, over the map's size."""
    half = channels // 2
    step = torch.arange(half, dtype=like.dtype, device=like.device)
    period = _TEMPERATURE ** (2 * torch.div(step, 2, rounding_mode="floor") / half)

    def waves(count: int) -> Tensor:
        place = torch.arange(1, count + 1, dtype=like.dtype, device=like.device)
        phase = (place / (count + 1e-6) * (2 * math.pi))[:, None] / period
        return torch.stack((phase[:, 0::2].sin(), phase[:, 1::2].cos()), 2).flatten(1)

    rows = waves(height).t()[:, :, None].expand(half, height, width)
    columns = waves(width).t()[:, None, :].expand(half, height, width)
    return torch.cat((rows, columns))


def cell_centres(sizes: Sizes, like: Tensor) -> Tensor:
    """(cells, 2): x and y of every cell's centre as shares of its own map's width and height."""
    found = []
    for height, width in sizes:
        y = (torch.arange(height, dtype=like.dtype, device=like.device) + 0.5) / height
        x = (torch.arange(width, dtype=like.dtype, device=like.device) + 0.5) / width
        found.append(torch.stack((x.repeat(height), y.repeat_interleave(width)), 1))
    return torch.cat(found)


def _maps(strung: Tensor, sizes: Sizes) -> tuple[Tensor, ...]:
    """The maps' cells, map by map."""
    return torch.split(strung, [h * w for h, w in sizes])


def by_grid(value: Tensor, sizes: Sizes, places: Tensor, weights: Tensor) -> Tensor:
    """Sum of the samples, map by map.

    Args:
        value: (cells, heads, d), the maps' cells strung together.
        sizes: of the maps.
        places: (queries, heads, maps, points, 2), x and y as shares of width and height.
        weights: (queries, heads, maps, points), summing to 1 over maps and points.

    Returns:
        (queries, heads * d). Outside a map there is nothing.
    """
    _, heads, depth = value.shape
    queries, _, maps, points, _ = places.shape
    grid = (2 * places - 1).permute(2, 1, 0, 3, 4)
    samples = []
    for level, part in enumerate(_maps(value, sizes)):
        picture = part.permute(1, 2, 0).reshape(heads, depth, *sizes[level])
        samples.append(F.grid_sample(picture, grid[level], "bilinear", "zeros", align_corners=False))
    share = weights.transpose(0, 1).reshape(heads, 1, queries, maps * points)
    total = (torch.stack(samples, -2).flatten(-2) * share).sum(-1)
    return total.reshape(heads * depth, queries).t()


def by_bags(value: Tensor, sizes: Sizes, places: Tensor, weights: Tensor) -> Tensor:
    """As `by_grid`: four corners of each point, weighed by nearness, are rows summed in one bag.

    Every map stands in the table with a border of nothing, so that a corner needs no test.
    """
    cells, heads, depth = value.shape
    queries, _, maps, points, _ = places.shape
    side = places.new_tensor([(w, h) for h, w in sizes])[:, None]
    # what is no number reads nothing; values that are none show it further on
    at = (places * side).sub_(0.5).nan_to_num_(nan=-1.0)
    at = torch.minimum(at.clamp_(min=-1.0), side)
    low = torch.minimum(at.floor(), side - 1)
    (fx, fy), (x, y) = at.sub_(low).unbind(-1), low.unbind(-1)
    line = side[..., 0] + 2
    starts = [0, *itertools.accumulate((h + 2) * (w + 2) for h, w in sizes)]
    first = places.new_tensor(starts[:-1])[:, None] + line + 1
    head = torch.arange(heads, dtype=places.dtype, device=places.device)[:, None, None]
    row = ((y * line + x + first) * heads + head).int()
    step = torch.stack((torch.zeros_like(line), torch.ones_like(line), line, line + 1), -1).int() * heads
    share = places.new_empty(*row.shape, 4)
    below = weights * fy
    above = weights - below
    share[..., 1], share[..., 3] = above * fx, below * fx
    share[..., 0], share[..., 2] = above - share[..., 1], below - share[..., 3]
    bag = (queries * heads, maps * points * 4)
    total = F.embedding_bag(
        (row[..., None] + step).view(bag),
        _bordered(value.view(cells, heads * depth), sizes).view(starts[-1] * heads, depth),
        mode="sum",
        per_sample_weights=share.view(bag),
    )
    return total.view(queries, heads * depth)


def _bordered(value: Tensor, sizes: Sizes) -> Tensor:
    """Every map with a border of zeros, one cell wide, strung together again: (cells, n) to (more, n)."""
    parts = zip(_maps(value, sizes), sizes, strict=True)
    return torch.cat([F.pad(part.view(*size, -1), (0, 0, 1, 1, 1, 1)).flatten(0, 1) for part, size in parts])
