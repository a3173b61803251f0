"""A picture with everything that its pixels mean.

OFX counts rows upwards and lets bounds lie anywhere; here the top row comes first and the bounds
travel with the pixels.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import buffers
from .cache import content_key
from .errors import PlateError

Pixels = npt.NDArray[np.float32]
Bounds = tuple[int, int, int, int]
Premult = Literal["opaque", "premultiplied", "unpremultiplied"]


SQUEEZED, NONSENSE = 1.02, 4.0
"""Pixels that are wider than high, or higher than wide, by less than the first are square; no lens makes them
more so than the second, and half of the lines."""


@dataclass(frozen=True, slots=True, eq=False)
class Frame:
    """One picture of one clip.

    Attributes:
        pixels: float32, H×W×C with C in 1, 3, 4; top row first; never clamped.
        bounds: x1, y1, x2, y2 in pixels at the render scale, OFX orientation (y upwards).
        premult: the state of the colour channels.
        aspect: width of a pixel divided by its height.
        integer: the host's pixels were 8- or 16-bit integers (0 to 1 after conversion).
        brief: it was made for one render, which may let go of its pixels.
    """

    pixels: Pixels
    bounds: Bounds
    premult: Premult = "unpremultiplied"
    aspect: float = 1.0
    integer: bool = False
    brief: bool = False
    _told: str = field(default="", init=False, repr=False)

    def __post_init__(self) -> None:
        x1, y1, x2, y2 = self.bounds
        shape = self.pixels.shape
        if self.pixels.ndim != 3 or shape[2] not in (1, 3, 4):
            raise PlateError(f"A picture of shape {shape} is not rows × columns × (1, 3 or 4) channels.")
        if shape[:2] != (y2 - y1, x2 - x1):
            raise PlateError(
                f"A picture of {shape[1]}×{shape[0]} pixels does not fill its bounds {self.bounds}."
            )

    @property
    def width(self) -> int:
        return int(self.pixels.shape[1])

    @property
    def height(self) -> int:
        return int(self.pixels.shape[0])

    @property
    def channels(self) -> int:
        return int(self.pixels.shape[2])

    @property
    def digest(self) -> str:
        """What tells it from every other frame of this process; taken once."""
        if not self._told:
            facts = (self.bounds, self.premult, self.aspect, self.integer)
            object.__setattr__(self, "_told", content_key(self.pixels, *facts))
        return self._told

    @property
    def gone(self) -> bool:
        """Whether its pixels were let go of: `pixels` is NaN all over and takes no memory."""
        return self.pixels.size > 1 and not any(self.pixels.strides)

    def let_go(self) -> None:
        """Give the memory of a `brief` frame back, once its plate is made; place, size and digest stay.

        A UHD plate takes 133 MB.
        """
        if self.brief and self.digest:
            object.__setattr__(self, "pixels", np.broadcast_to(np.float32(np.nan), self.pixels.shape))

    def with_pixels(self, pixels: Pixels, **facts: Any) -> Frame:
        """The same place with other pixels."""
        return replace(self, pixels=pixels, **facts)


_FULL: dict[str, float] = {"u1": 255.0, "u2": 65535.0}
_STRIP = 4_000_000


def from_view(
    view: npt.NDArray[Any],
    bounds: Bounds,
    premult: Premult = "unpremultiplied",
    aspect: float = 1.0,
    kept: bool = False,
) -> Frame:
    """The one copy of a host's pixels: uint8, uint16, float16 or float32 to float32.

    Args:
        view: H×W×C with the top row first; it may be strided in any way and read-only.
        kept: its memory stays as it is for as long as the array is there, so that float32 needs no copy.
    """
    kind = view.dtype.str[1:]
    if kind in _FULL:
        pixels = buffers.empty(view.shape)
        np.multiply(view, np.float32(1.0 / _FULL[kind]), dtype=np.float32, out=pixels)
        return Frame(pixels, bounds, premult, aspect, integer=True)
    if kind not in ("f2", "f4"):
        raise PlateError(f"Pixels of type {view.dtype} are not byte, short, half or float.")
    if kept and kind == "f4" and view.flags.c_contiguous:
        return Frame(view, bounds, premult, aspect)
    pixels = buffers.empty(view.shape)
    np.copyto(pixels, view)
    return Frame(pixels, bounds, premult, aspect)


def strips(view: npt.NDArray[Any]) -> Iterator[slice]:
    """The rows of a host's picture some megabytes at a time: what reads them next finds them near."""
    rows = max(1, _STRIP // max(1, view[:1].nbytes))
    for y in range(0, len(view), rows):
        yield slice(y, min(y + rows, len(view)))


def unheard(_: int) -> None:
    """For `to_view`, where nobody waits for rows."""


def to_view(pixels: Pixels, view: npt.NDArray[Any], wrote: Callable[[int], None] = unheard) -> None:
    """Write float32 *pixels* into a host's *view* of the same shape, rounding and clipping integers.

    Args:
        wrote: told how many rows from the top are written, again and again.
    """
    full = _FULL.get(view.dtype.str[1:])
    for rows in strips(view):
        if full is None:
            np.copyto(view[rows], pixels[rows], casting="same_kind")
        else:
            # NaN has no place among the integers: it becomes 0
            made = np.clip(pixels[rows], 0.0, 1.0) * np.float32(full) + np.float32(0.5)
            np.copyto(view[rows], np.nan_to_num(made), casting="unsafe")
        wrote(rows.stop)
