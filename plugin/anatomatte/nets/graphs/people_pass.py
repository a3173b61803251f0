"""One people network, and one pass of it: what it says of a picture."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray
from safetensors import SafetensorError

from ...errors import SetupError
from ...ops import loops
from ...parts import INDEX, KNOWN, UNDER
from ..runtime.devices import CPU
from .files import FILES
from .graph import Graph
from .heads import Heads

Plane = NDArray[np.float32]


class Made(NamedTuple):
    """`nets.own.people_net.PeopleOutputs` of one picture; parts and centre as shares, offset in pixels.

    `pose_mask` is (H, W); it, `fine` and `coarse` are None from a trunk of our own and where not wanted.
    """

    parts: Plane
    alpha: Plane
    centre: Plane
    offset: Plane
    pose_mask: Plane | None = None
    fine: Plane | None = None
    coarse: Plane | None = None


class PeoplePass:
    """A people network: on a processor, loops compute its layers at the picture's full size (`heads`).

    Args:
        name: ``people`` or ``people_plain``.
        device: as of `Graph`.

    Raises:
        SetupError: weights or graphs are missing or damaged.
    """

    def __init__(self, name: str, device: str = CPU) -> None:
        self._heads: Heads | None = None
        if device != CPU or not loops.FUSES:
            self._graph = Graph(name, device)
            return
        self._graph = Graph(f"{name}_halves", device)
        path = FILES[name][0]
        try:
            self._heads = Heads(path)
        except (KeyError, OSError, SafetensorError, ValueError) as cause:
            raise SetupError(
                f"the weights {path} cannot be read ({cause}); install the package again"
            ) from cause

    def __call__(self, picture: Plane, more: bool = True) -> Made:
        """What the network says of a picture (1, 3, H, W), H and W multiples of 32.

        Args:
            more: whether the published segmentation and what the outfit head reads are wanted.

        Raises:
            MemoryError: it does not fit.
        """
        if self._heads is None:
            parts, alpha, centre, offset, *beside = self._graph(picture)
            if not (more and beside):
                return Made(parts, alpha, centre, offset)
            pose_mask, fine, coarse = beside
            return Made(parts, alpha, centre, offset, pose_mask[0], fine, coarse)
        logits, fine, coarse, centre, offset, *beside = self._graph(picture)
        alpha = self._heads.mattes(picture[0], fine, coarse)
        if not (more and beside):
            return Made(loops.softmax(logits), alpha, centre, offset)
        soft, quarter, deep = beside
        parts, pooled = loops.softmax_pooled(logits)
        seen = np.concatenate([quarter, _first(pooled)])
        return Made(parts, alpha, centre, offset, self._heads.figure(soft), seen, deep)


def _first(parts: Plane) -> Plane:
    """`nets.own.people_net.first` of one picture."""
    if len(parts) <= KNOWN:
        return parts
    known = parts[:KNOWN].copy()
    for name, under in UNDER.items():
        if INDEX[name] < len(parts):
            known[INDEX[under]] += parts[INDEX[name]]
    return known
