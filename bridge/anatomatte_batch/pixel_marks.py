"""Which pixels a file was given: a mark of each layer in its header, which a check holds against the pixels
that are there.

The mark of a channel is a sum over its pixels that are not 0, each with its value and its place, so that it
stays what it is when a program packs the same pixels otherwise: another compression, tiles, other parts, a
data window that is cropped or larger, halves kept as floats.  The mark of a layer is the sum of those of its
channels, each times an odd number that stands for the channel's name.  It tells mistakes, not forgery.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Any

import numpy as np
import numpy.typing as npt
import xxhash

from .face_marks import PREFIX
from .picture import Floats
from .still_rows import ROWS, Spans

NAME = PREFIX + "pixels"
"""The attribute of a header: JSON, layer → sixteen hex digits, or 0 of one that is 0 everywhere."""
_MODULO = 1 << 64
_SHORT = {"red": "R", "green": "G", "blue": "B", "alpha": "A"}
"""Names of channels that hosts write out, and those that they have in our files."""
_PICTURE = "rgba"
"""What the channels without a layer are called."""


class Marks:
    """The marks of a file's layers, of channels that come in any order and in any pieces.

    Args:
        layer: that all channels are of and count by their places in, as in files of one layer; None where
            they count by their names.
    """

    def __init__(self, layer: str | None = None) -> None:
        self._layer = layer
        self._sums: dict[str, int] = {}

    def add(self, channel: str, place: int, mark: int) -> None:
        """Add the mark of a channel, or of a piece of it."""
        layer, _, label = channel.rpartition(".")
        layer, label = (layer or _PICTURE, label) if self._layer is None else (self._layer, str(place))
        self._sums[layer] = (self._sums.get(layer, 0) + _weight(label) * mark) % _MODULO

    def pixels(self, spec: Any, pixels: npt.NDArray[Any], top: int) -> None:
        """Add rows of an open file as its library reads them (H×W×C), the first being row *top*."""
        from anatomatte.ops.loops import marks

        parted = spec.get_int_attribute("oiio:subimages") > 1
        part = str(spec.get_string_attribute("oiio:subimagename")) if parted else ""
        found = marks(np.asarray(pixels).reshape(-1, spec.width, spec.nchannels), top, spec.x)
        for n, mark in enumerate(found):
            name = str(spec.channelnames[n])
            self.add(f"{part}.{name}" if part and "." not in name else name, n, mark)

    def planes(
        self,
        names: Sequence[str],
        planes: Sequence[Floats],
        spans: Spans,
        depths: Sequence[str],
        y: int,
        x: int,
    ) -> None:
        """Add channels that are written as halves or floats (H×W each), the first pixel at *x*, *y*."""
        from anatomatte.ops.loops import mark_planes

        there = spans.there
        columns = np.stack([spans.columns(n) for n in there]) if there else np.zeros((0, 0, 2), np.int32)
        rounded = [depths[n] == "half" for n in there]
        found = mark_planes([planes[n] for n in there], columns, ROWS, rounded, y, x)
        marks = dict(zip(there, found, strict=True))
        for n, name in enumerate(names):
            self.add(name, n, marks.get(n, 0))

    def text(self, wide: bool = False) -> str:
        """As `NAME` holds them; *wide*: as long as they can become, for a place to be kept for them."""
        told = {layer: f"{mark:016x}" if mark or wide else "0" for layer, mark in self._sums.items()}
        return json.dumps(told, sort_keys=True)

    def total(self) -> int:
        """The mark of a file of one layer, whatever that is called."""
        return sum(self._sums.values()) % _MODULO

    def differing(self, kept: Mapping[str, str]) -> list[str]:
        """The layers whose pixels are not those of the marks that a file keeps (`kept_by`), or are gone."""
        own = self._sums
        if self._layer is not None:  # however it is called
            own = dict.fromkeys(kept, self.total())
        return [layer for layer, mark in kept.items() if own.get(layer, 0) != int(mark, 16)]


def kept_by(attributes: Mapping[str, str]) -> dict[str, str]:
    """Layer → mark, by the attributes of a file; empty where there are none, as of older versions."""
    try:
        found = json.loads(attributes.get(NAME, "{}"))
        return {str(layer): str(mark) for layer, mark in found.items() if int(mark, 16) < _MODULO}
    except (ValueError, TypeError, AttributeError):
        return {}


@lru_cache(maxsize=4096)
def _weight(label: str) -> int:
    return xxhash.xxh3_64_intdigest(_SHORT.get(label.lower(), label).encode()) | 1
