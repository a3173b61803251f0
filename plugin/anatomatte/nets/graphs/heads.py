"""The layers of the people network at the size of the picture, computed by loops of our own.

They have so few channels that ONNX Runtime, which lays planes out by sixteens and doubles them one by one,
takes more than half of a pass for them.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray
from safetensors import safe_open

from ...ops import loops

Plane = NDArray[np.float32]

_NORM_EPS = 1e-5
"""What `torch.nn.BatchNorm2d` adds to a variance."""

_TOGETHER = 4
"""Channels that a loop makes at a time."""


class Heads:
    """The mattes' head of a people network, and the published segmentation's where its trunk has one.

    Args:
        path: the network's weights, a .safetensors file of `nets.own.people_net`.

    Raises:
        KeyError, safetensors.SafetensorError, OSError: the file is of another network, or damaged.
    """

    def __init__(self, path: Path) -> None:
        with safe_open(str(path), "np") as file:
            names = set(file.keys())

            def get(name: str) -> Plane:
                return np.asarray(file.get_tensor(name), np.float32)

            gain = get("fine.norm.weight") / np.sqrt(get("fine.norm.running_var") + np.float32(_NORM_EPS))
            bias = get("fine.norm.bias") - get("fine.norm.running_mean") * gain
            first = get("fine.conv.weight") * gain[:, None, None, None]
            last = get("to_alpha.weight")
            self._mattes = (
                _by_fours(first.reshape(*first.shape[:2], 9)),
                bias,
                np.ascontiguousarray(last.reshape(*last.shape[:2], 9).transpose(1, 2, 0)),
                get("to_alpha.bias"),
            )
            self._figure: tuple[Plane, ...] | None = None
            if "trunk.figure.2.conv.weight" not in names:
                return
            blocks = [f"trunk.figure.{k}" for k in range(2)]

            def both(name: str) -> Plane:
                return np.stack([get(f"{block}.{name}") for block in blocks])

            self._figure = (
                both("filter.conv.weight").reshape(2, -1, 9),
                both("filter.conv.bias"),
                np.stack([_by_fours(one[:, :, 0, 0]) for one in both("mix.conv.weight")]),
                both("mix.conv.bias"),
                get("trunk.figure.2.conv.weight")[0].reshape(-1, 9),
                get("trunk.figure.2.conv.bias"),
            )

    def mattes(self, picture: Plane, fine: Plane, coarse: Plane) -> Plane:
        """Logits (2, H, W) of people and of what they hold; *picture* (3, H, W) as the network got it."""
        return loops.mattes(picture, fine, coarse, *self._mattes)

    def figure(self, soft: Plane) -> Plane | None:
        """Logits (H, W) of the published segmentation by its features (8, H/2, W/2); None: there is none."""
        return None if self._figure is None else loops.figure(soft, *self._figure)


def _by_fours(weights: NDArray[Any]) -> Plane:
    """Weights (outputs, ...) as (outputs/4, ..., 4)."""
    grouped = weights.reshape(-1, _TOGETHER, *weights.shape[1:])
    return np.ascontiguousarray(np.moveaxis(grouped, 1, -1), np.float32)
