"""The face mesh with attention: 468 landmarks of one face with exact lips and eyes, and 5 of each iris.

Google published network and weights under Apache-2.0 (Grishchenko et al., "Attention Mesh: High-fidelity
Face Mesh Prediction in Real-time", 2020); `training.landmarks` reads them once out of the published file.
The trunk and the branch for all landmarks are those of `face_mesh`; lips and eyes are then looked at
again, in a square of a finer map that is laid upright over the landmarks found so far.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

import torch
import torch.nn.functional as F
from torch import Tensor, nn

from .face_mesh import SIDE, Branch, Residual, level
from .portrait_net import Filter
from .weights_file import ready

__all__ = ["EYES", "LANDMARKS", "LIPS", "NET", "SIDE", "FaceAttention", "Found", "load"]

MESH = 468
LANDMARKS = MESH + 10
"""Landmarks of a face: the mesh, then five of the iris left in the picture, then five of the other."""

NET = "face_attention_1"
"""What the header of a weights file calls this network."""

LIPS = (
    *(61, 146, 91, 181, 84, 17, 314, 405, 321, 375, 291, 185, 40, 39, 37, 0, 267, 269, 270, 409),
    *(78, 95, 88, 178, 87, 14, 317, 402, 318, 324, 308, 191, 80, 81, 82, 13, 312, 311, 310, 415),
    *(76, 77, 90, 180, 85, 16, 315, 404, 320, 307, 306, 184, 74, 73, 72, 11, 302, 303, 304, 408),
    *(62, 96, 89, 179, 86, 15, 316, 403, 319, 325, 292, 183, 42, 41, 38, 12, 268, 271, 272, 407),
)
"""The landmarks of the lips, in the order in which they are told."""

EYES = (
    (
        *(33, 7, 163, 144, 145, 153, 154, 155, 133, 246, 161, 160, 159, 158, 157, 173),
        *(130, 25, 110, 24, 23, 22, 26, 112, 243, 247, 30, 29, 27, 28, 56, 190, 226, 31, 228, 229),
        *(230, 231, 232, 233, 244, 113, 225, 224, 223, 222, 221, 189, 35, 124, 46, 53, 52, 65, 143),
        *(111, 117, 118, 119, 120, 121, 128, 245, 156, 70, 63, 105, 66, 107, 55, 193),
    ),
    (
        *(263, 249, 390, 373, 374, 380, 381, 382, 362, 466, 388, 387, 386, 385, 384, 398),
        *(359, 255, 339, 254, 253, 252, 256, 341, 463, 467, 260, 259, 257, 258, 286, 414, 446, 261),
        *(448, 449, 450, 451, 452, 453, 464, 342, 445, 444, 443, 442, 441, 413, 265, 353, 276, 283),
        *(282, 295, 372, 340, 346, 347, 348, 349, 350, 357, 465, 383, 300, 293, 334, 296, 336, 285, 417),
    ),
)
"""The landmarks of each eye and its brow, left in the picture first; the first 16 are its rim."""

_RIM = 16
_LEVELS = (61, 291), (33, 133), (362, 263)
"""The landmarks that lie level in the square of lips and eyes."""

_MAP, _CELLS, _ROOM = 48, 16, 1.5
_FINER = SIDE / _MAP


class Found(NamedTuple):
    """Results for N pictures: `points` (N, `LANDMARKS`, 3) x, y, z in pixels of the input, z towards the
    camera negative; `present` (N,) in 0-1."""

    points: Tensor
    present: Tensor


class Head(nn.Module):
    """Landmarks of a square in which lips or an eye lie upright, (N, count, 2) in quarters of its cells."""

    def __init__(self, count: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(Residual(128, 128), Residual(128, 128), Residual(128, 128, 2)),
            *(Residual(128, 128), Residual(128, 128)),
        )
        self.reduce = nn.Conv2d(128, 32, 1)
        self.act = nn.PReLU(32)
        self.last = Residual(32, 32)
        self.out = nn.Conv2d(32, 2 * count, 2)

    def forward(self, x: Tensor) -> Tensor:
        found: Tensor = self.out(self.last(self.act(self.reduce(self.blocks(x)))))
        return found.reshape(len(x), -1, 2)


class Part(nn.Module):
    """Lips or an eye: what all heads of it share."""

    def __init__(self, *counts: int) -> None:
        super().__init__()
        self.blocks = nn.Sequential(
            *(Residual(32, 32), Residual(32, 32), Residual(32, 64, 2)),
            *(Residual(64, 64), Residual(64, 64), Residual(64, 128, 2)),
        )
        self.heads = nn.ModuleList(Head(count) for count in counts)

    def forward(self, square: Tensor, matrix: Tensor) -> list[Tensor]:
        shared = self.blocks(square)
        return [_placed(head(shared), matrix) for head in self.heads]


class FaceAttention(nn.Module):
    """Call it with (N, 3, `SIDE`, `SIDE`) display-referred RGB in 0-1 of one face; `Found` comes out."""

    def __init__(self) -> None:
        super().__init__()
        self.stem = Filter(3, 16, 3, 2)
        self.act = nn.PReLU(16)
        self.halved = nn.Sequential(Residual(16, 16), Residual(16, 16))
        self.levels = nn.Sequential(level(16, 32), level(32, 64), level(64, 128), level(128, 128))
        self.points = Branch(MESH * 3, 3)
        self.present = nn.Conv2d(32, 1, 3)
        self.parts = nn.ModuleList([Part(len(LIPS)), Part(len(EYES[0]), 5), Part(len(EYES[1]), 5)])

    def forward(self, picture: Tensor) -> Found:
        first = self.levels[0]
        assert isinstance(first, nn.Sequential)
        fine: Tensor = first[0](self.halved(self.act(self.stem(picture))))
        deep = self.levels[1:](first[1:](fine))
        features = self.points.features(deep)
        mesh = self.points.out(features).reshape(len(picture), MESH, 3)
        present = torch.sigmoid(self.present(features)).reshape(-1)
        exact: list[Tensor] = []
        for part, subset, ends in zip(self.parts, (LIPS, *EYES), _LEVELS, strict=True):
            matrix = _square(mesh[..., :2] / _FINER, subset, ends)
            exact += part(_sampled(fine, matrix), matrix)
        return Found(_together(mesh, exact), present)


def _square(points: Tensor, subset: tuple[int, ...], ends: tuple[int, int]) -> Tensor:
    """(N, 2, 3) from pixels of an upright square of `_CELLS` to the map's, over the box of some landmarks."""
    across = points[:, ends[1]] - points[:, ends[0]]
    unit = across / across.norm(dim=1, keepdim=True).clamp_min(1e-9)
    cos, sin = unit[:, :1], unit[:, 1:]
    some = points[:, list(subset)]
    own = torch.stack([(some * unit[:, None]).sum(2), some[..., 1] * cos - some[..., 0] * sin], 2)
    low, high = own.amin(1), own.amax(1)
    middle, size = (low + high) / 2, (high - low) * (_ROOM / _CELLS)
    right = torch.cat([cos, sin], 1)
    down = torch.cat([-sin, cos], 1)
    at = right * middle[:, :1] + down * middle[:, 1:]
    right, down = right * size[:, :1], down * size[:, 1:]
    return torch.stack([right, down, at - (right + down) * (_CELLS / 2)], 2)


def _sampled(fine: Tensor, matrix: Tensor) -> Tensor:
    """The square of a map that a matrix lays; 0 beyond the middles of the map's outer pixels."""
    cells = torch.arange(_CELLS, dtype=matrix.dtype, device=matrix.device) + 0.5
    down, across = torch.meshgrid(cells, cells, indexing="ij")
    grid = torch.stack([across.reshape(-1), down.reshape(-1), torch.ones_like(down).reshape(-1)])
    at = (matrix @ grid).transpose(1, 2).reshape(-1, _CELLS, _CELLS, 2)
    inside = ((at >= 0.5) & (at <= _MAP - 0.5)).all(3)[:, None]
    taken = F.grid_sample(fine, (at * (2 / _MAP) - 1).to(fine.dtype), align_corners=False)
    return taken * inside.to(taken.dtype)


def _placed(points: Tensor, matrix: Tensor) -> Tensor:
    """Landmarks (N, n, 2) of a square in pixels of the input."""
    return points @ matrix[:, :, :2].transpose(1, 2) + matrix[:, None, :, 2] * _FINER


def _together(mesh: Tensor, exact: list[Tensor]) -> Tensor:
    """The mesh with the exact lips and eyes in their places, then the irises, as deep as their rims."""
    places = torch.cat([mesh[..., :2], *exact], 1)
    depth = mesh[..., 2]
    rims = [depth[:, list(eye[:_RIM])].mean(1, keepdim=True).expand(-1, 5) for eye in EYES]
    return torch.cat([places[:, _order()], torch.cat([depth, *rims], 1)[..., None]], 2)


def _order() -> list[int]:
    """Where each landmark stands in the mesh followed by lips, an eye, its iris, an eye, its iris."""
    order = list(range(LANDMARKS))
    first = MESH
    for subset in (LIPS, EYES[0], range(MESH, MESH + 5), EYES[1], range(MESH + 5, LANDMARKS)):
        for k, landmark in enumerate(subset):
            order[landmark] = first + k
        first += len(subset)
    return order


def load(path: Path, device: str = "cpu", dtype: torch.dtype = torch.float32) -> FaceAttention:
    """The network of a weights file, as `weights_file.ready` gives it."""
    return ready(FaceAttention, NET, "the face mesh with attention", path, device, dtype)
