"""TorchScript programs of others: a harmless one, an endless one, and such as reach for files."""

from __future__ import annotations

import torch


class Soft(torch.nn.Module):
    """The logistic function of the first channel."""

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return torch.sigmoid(picture[:, :1])


class Endless(torch.nn.Module):
    """Goes on while its picture is made of numbers."""

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        while bool(picture.isfinite().all()):
            picture = picture * 0.5
        return picture


class Maps(torch.nn.Module):
    """Maps a file, which it makes where there is none."""

    def __init__(self, path: str) -> None:
        super().__init__()
        self.path = path

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return picture + torch.from_file(self.path, True, 4).sum()


class Saves(torch.nn.Module):
    """Writes what it is given."""

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        torch.save(picture, "a-plate")
        return picture


class OwnSave(torch.nn.Module):
    """Harmless: has a method of that name."""

    def save(self, picture: torch.Tensor) -> torch.Tensor:
        return picture

    def forward(self, picture: torch.Tensor) -> torch.Tensor:
        return self.save(picture)
