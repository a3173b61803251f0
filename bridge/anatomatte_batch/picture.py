"""A picture as it comes from a file, with what the file says of it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from .result import Message

Floats = npt.NDArray[np.float32]
Window = tuple[int, int, int, int]
Fact = tuple[str, Any]
"""An image attribute: the name of its type to the image library, and its value."""


@dataclass(frozen=True, eq=False)
class Picture:
    """Pixels and their place.

    Attributes:
        pixels: float32, H×W×C with C in 1, 3, 4; top row first; never clamped.
        bounds: x1, y1, x2, y2 of the data window, y upwards, from the lower left corner of the
            display window.
        display: x, y, width, height of the display window as the file counts, y downwards.
        aspect: width of a pixel divided by its height.
        premult: ``opaque``, ``premultiplied`` or ``unpremultiplied``.
        colour: how the pixels are encoded, as a value of the control ``input_colour``.
        facts: metadata worth keeping, by the image library's names.
        fps: frames per second, or None.
        name: the file's name without its folder.
        layer: the layer and part of the file that was read, and its channels; empty of a video.
        bits: of a sample in the file; 32 where that is not known.
        messages: what there is to say of the file.
    """

    pixels: Floats
    bounds: Window
    display: Window
    aspect: float = 1.0
    premult: str = "opaque"
    colour: str = "linear"
    facts: Mapping[str, Fact] = field(default_factory=dict)
    fps: float | None = None
    name: str = ""
    layer: str = ""
    bits: int = 32
    messages: tuple[Message, ...] = ()

    @property
    def size(self) -> tuple[int, int]:
        """Width and height of the display window: the project's size to the node."""
        return self.display[2], self.display[3]


def whole(pixels: Floats, **facts: Any) -> Picture:
    """A picture whose data window is its display window."""
    height, width = pixels.shape[:2]
    return Picture(pixels, (0, 0, width, height), (0, 0, width, height), **facts)


def placed(pixels: Floats, bounds: Window, target: Window) -> Floats:
    """Pixels of *bounds* on a canvas of *target*, nothing outside them: a comp is as large as its
    background, the mattes beside it as the plate."""
    if bounds == target:
        return pixels
    x1, y1, x2, y2 = target
    canvas = np.zeros((y2 - y1, x2 - x1, pixels.shape[2]), np.float32)
    left, right = max(x1, bounds[0]), min(x2, bounds[2])
    low, high = max(y1, bounds[1]), min(y2, bounds[3])
    if left < right and low < high:
        canvas[y2 - high : y2 - low, left - x1 : right - x1] = pixels[
            bounds[3] - high : bounds[3] - low, left - bounds[0] : right - bounds[0]
        ]
    return canvas
