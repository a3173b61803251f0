"""Pictures in guarded memory: a pattern tells what a plug-in wrote, where it should and where not."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from ._words import CHANNELS, DTYPES
from .image import Bounds, Image, Layout

Array = npt.NDArray[Any]
_BAND = 4  # rows before the first and behind the last
_SIDE = 64  # bytes before and behind each row


def _pattern(count: int, flip: bool) -> npt.NDArray[np.uint8]:
    """Bytes that no picture holds by chance; flipped, each of them is another one."""
    noise = np.random.default_rng(0x0FFC).integers(0, 256, count, np.uint8)
    return noise ^ np.uint8(0xFF) if flip else noise


@dataclass
class Guarded:
    """Pixels (H×W×C, top row first as seen) inside a larger block of a known pattern."""

    pixels: Array
    block: npt.NDArray[np.uint8]
    flip: bool
    positive: bool

    @classmethod
    def new(cls, shape: tuple[int, int, int], dtype: np.dtype[Any], layout: Layout, flip: bool) -> Guarded:
        """Memory for a picture, filled with the pattern."""
        h, w, c = shape
        row = w * c * dtype.itemsize + 2 * _SIDE
        row += -row % 64
        block = _pattern((h + 2 * _BAND) * row, flip).reshape(h + 2 * _BAND, row)
        inner = block[_BAND : _BAND + h, _SIDE : _SIDE + w * c * dtype.itemsize].view(dtype)
        item = dtype.itemsize
        pixels = np.lib.stride_tricks.as_strided(inner, (h, w, c), (row, c * item, item))
        positive = layout.row_order == "positive"
        return cls(pixels[::-1] if positive else pixels, block, flip, positive)

    def untouched(self) -> Array:
        """H×W: True where every byte of a pixel is still the pattern's."""
        h, w, c = self.pixels.shape
        size = w * c * self.pixels.itemsize
        inner = self._same()[_BAND : _BAND + h, _SIDE : _SIDE + size]
        same = np.all(inner.reshape(h, w, size // w), axis=2)
        return np.flipud(same) if self.positive else same

    def overrun(self) -> bool:
        """Whether anything around the pixels was written."""
        same = self._same()
        h, w, c = self.pixels.shape
        same[_BAND : _BAND + h, _SIDE : _SIDE + w * c * self.pixels.itemsize] = True
        return not same.all()

    def _same(self) -> npt.NDArray[np.bool_]:
        pattern = _pattern(self.block.size, self.flip)
        return np.equal(self.block, pattern.reshape(self.block.shape))


def guarded_output(bounds: Bounds, components: str, depth: str, layout: Layout, flip: bool) -> Guarded:
    """An output for a plug-in to write, of the bounds (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = bounds
    return Guarded.new((y2 - y1, x2 - x1, CHANNELS[components]), DTYPES[depth], layout, flip)


def outside(bounds: Bounds, window: Bounds) -> npt.NDArray[np.bool_]:
    """H×W of the bounds: True outside the window."""
    x1, y1, x2, y2 = window
    mask = np.ones((bounds[3] - bounds[1], bounds[2] - bounds[0]), np.bool_)
    mask[bounds[3] - y2 : bounds[3] - y1, x1 - bounds[0] : x2 - bounds[0]] = False
    return mask


class Copies:
    """Copies of inputs that a plug-in is given in place of the caller's arrays."""

    def __init__(self) -> None:
        self._lent: list[tuple[str, Guarded, Array]] = []

    def of(self, clip: str, image: Image, layout: Layout) -> Image:
        """The image with its pixels in guarded memory."""
        pixels = image.pixels if image.pixels.ndim == 3 else image.pixels[:, :, None]
        h, w, c = pixels.shape
        held = Guarded.new((h, w, c), pixels.dtype, layout, False)
        held.pixels[...] = pixels
        self._lent.append((clip, held, pixels))
        return replace(image, pixels=held.pixels)

    def take_changed(self) -> list[str]:
        """Clips whose pixels or surroundings were written; the copies are forgotten."""
        lent, self._lent = self._lent, []
        return [
            clip
            for clip, held, was in lent
            if held.overrun() or held.pixels.tobytes() != np.ascontiguousarray(was).tobytes()
        ]
