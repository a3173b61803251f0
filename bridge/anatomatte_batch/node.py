"""The narrow border to the node: everything above it renders through :class:`Node`."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Protocol

from anatomatte.settings import Value

from .picture import Floats, Picture, Window

CLIPS = ("Source", "InM", "OutM", "CleanPlate", "Hint", "Bg")
Pictures = Callable[[int], Picture]


@dataclass(frozen=True, eq=False)
class Rendered:
    """H×W×4 float32, top row first, the bounds (y upwards) that it covers, and what the node has to say of
    the frame, a sentence each."""

    pixels: Floats
    bounds: Window
    told: tuple[str, ...] = ()


class Node(Protocol):
    """A node whose clips are connected."""

    @property
    def identity(self) -> Mapping[str, str]:
        """version, table (digest), engine, precision: what decides pixels besides the settings."""

    def render(self, frame: int, values: Mapping[str, Value]) -> Rendered:
        """One render at a frame with these values of the controls.

        Raises:
            AnatomatteError: in the class of the error table.
        """


Connect = Callable[[Mapping[str, Pictures]], Node]
"""Makes a node from its connected clips, by name; ``Source`` is always there."""
