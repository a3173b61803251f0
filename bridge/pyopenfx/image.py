"""Pictures as hosts describe them: pixels with bounds, premultiplication, aspect, field and scale."""

from __future__ import annotations

import itertools
import math
from dataclasses import dataclass, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from . import _host
from ._words import BY_CHANNELS, BY_DTYPE, CHANNELS, COMPONENTS, DEPTHS, DTYPES, FIELDS, PREMULTS
from .errors import ClipError
from .pixels import convert_components, convert_depth, resample

Array = npt.NDArray[Any]
Bounds = tuple[int, int, int, int]
Rect = tuple[float, float, float, float]

_serial = itertools.count(1)


@dataclass(frozen=True)
class Layout:
    """How pixels lie in the memory that a plug-in sees.

    `row_order`: "auto" lends arrays as they are, without a copy (top row first becomes negative
    row bytes); "positive" and "negative" force the sign of the row bytes.  `padding`: bytes
    between rows.  `fill`: the value that the output holds before a render; None leaves what was
    there.  `output`: "window" gives an output as large as the render window where the plug-in
    takes tiles, "rod" always the whole region of definition.
    """

    row_order: Literal["auto", "positive", "negative"] = "auto"
    padding: int = 0
    fill: float | None = None
    output: Literal["window", "rod"] = "window"


@dataclass(frozen=True)
class Image:
    """Pixels for a clip.

    `pixels`: H×W or H×W×C (C = 1 alpha, 3 RGB, 4 RGBA), top row first, uint8, uint16, float16 or
    float32.  `bounds`: (x1, y1, x2, y2) in pixels at `scale`, y up; from the origin by default.
    `premult`: "opaque", "premultiplied" or "unpremultiplied"; by default premultiplied where there
    is an alpha.  `pixel_aspect`: width of a pixel / its height.  `field`: "none", "lower",
    "upper", "both".  `scale`: (x, y) render scale at which the pixels are, 1 = full resolution.
    `region`: the clip's region of definition in canonical coordinates (x1, y1, x2, y2) where the
    pixels are only a part of it.
    Raises ClipError for what is no picture.
    """

    pixels: Array
    bounds: Bounds | None = None
    premult: str | None = None
    pixel_aspect: float = 1.0
    field: str = "none"
    scale: tuple[float, float] = (1.0, 1.0)
    region: Rect | None = None

    def __post_init__(self) -> None:
        pixels = np.asarray(self.pixels)
        object.__setattr__(self, "pixels", pixels)
        if pixels.ndim not in (2, 3) or (pixels.ndim == 3 and pixels.shape[2] not in BY_CHANNELS):
            raise ClipError(f"A picture is H×W or H×W×1, 3 or 4; this array is {_shape(pixels)}.")
        if pixels.dtype not in BY_DTYPE:
            raise ClipError(
                f"A picture is uint8, uint16, float16 or float32; this array is {pixels.dtype}. "
                "Convert it first."
            )
        if self.premult is not None and self.premult not in PREMULTS:
            raise ClipError(f"premult is one of {', '.join(PREMULTS)}, not {self.premult!r}.")
        if self.field not in FIELDS:
            raise ClipError(f"field is one of {', '.join(FIELDS)}, not {self.field!r}.")
        if not (self.pixel_aspect > 0 and math.isfinite(self.pixel_aspect)):
            raise ClipError(f"pixel_aspect is above 0, not {self.pixel_aspect}.")
        h, w = pixels.shape[:2]
        if not h or not w:
            raise ClipError(f"The picture is empty: {_shape(pixels)}.")
        if self.bounds is not None:
            x1, y1, x2, y2 = self.bounds
            if (x2 - x1, y2 - y1) != (w, h):
                raise ClipError(f"The bounds {self.bounds} do not fit the {_shape(pixels)} array.")

    @property
    def components(self) -> str:
        return BY_CHANNELS[1 if self.pixels.ndim == 2 else self.pixels.shape[2]]

    @property
    def depth(self) -> str:
        return BY_DTYPE[self.pixels.dtype]

    @property
    def premultiplication(self) -> str:
        """`premult`, or its default: RGB is opaque, an alpha is premultiplied."""
        return self.premult or ("opaque" if self.components == "rgb" else "premultiplied")

    @property
    def pixel_bounds(self) -> Bounds:
        """(x1, y1, x2, y2) in pixels at `scale`."""
        h, w = self.pixels.shape[:2]
        return self.bounds or (0, 0, w, h)

    @property
    def region_of_definition(self) -> Rect:
        """In canonical coordinates; the bounds unless `region` says otherwise."""
        return self.region or self.canonical

    @property
    def canonical(self) -> Rect:
        """The bounds in canonical coordinates: full resolution, square pixels."""
        x1, y1, x2, y2 = self.pixel_bounds
        sx, sy = self.scale
        par = self.pixel_aspect
        return (x1 * par / sx, y1 / sy, x2 * par / sx, y2 / sy)


def as_image(source: Image | npt.ArrayLike) -> Image:
    """An Image of an array, or the Image itself."""
    return source if isinstance(source, Image) else Image(np.asarray(source))


def pixel_rect(rect: Rect, scale: tuple[float, float], pixel_aspect: float) -> Bounds:
    """The smallest rectangle of whole pixels around a canonical rectangle (x1, y1, x2, y2)."""
    sx, sy = scale[0] / pixel_aspect, scale[1]
    x1, y1, x2, y2 = rect
    tiny = 1e-6  # of a pixel: what floating point adds to a whole number
    return (
        math.floor(x1 * sx + tiny),
        math.floor(y1 * sy + tiny),
        math.ceil(x2 * sx - tiny),
        math.ceil(y2 * sy - tiny),
    )


def at_scale(image: Image, scale: tuple[float, float], pixel_aspect: float) -> Image:
    """The picture at a render scale, of pixels of an aspect; filtered by area where it is not so yet."""
    across = image.pixel_aspect / pixel_aspect
    if np.allclose((*image.scale, across), (*scale, 1), rtol=1e-9):
        return image
    bounds = pixel_rect(image.canonical, scale, pixel_aspect)
    ratio = (scale[0] / image.scale[0] * across, scale[1] / image.scale[1])
    pixels = resample(image.pixels, image.pixel_bounds, bounds, ratio)
    return replace(image, pixels=pixels, bounds=bounds, scale=scale, pixel_aspect=pixel_aspect)


def placed(image: Image, bounds: Bounds) -> Image:
    """The picture on a canvas of *bounds* (x1, y1, x2, y2 in its pixels), nothing where it has none."""
    if image.pixel_bounds == bounds:
        return image
    x1, y1, x2, y2 = bounds
    left, low, right, high = image.pixel_bounds
    out = np.zeros((y2 - y1, x2 - x1, *image.pixels.shape[2:]), image.pixels.dtype)
    inner = max(x1, left), max(y1, low), min(x2, right), min(y2, high)
    if inner[0] < inner[2] and inner[1] < inner[3]:
        there = image.pixels[high - inner[3] : high - inner[1], inner[0] - left : inner[2] - left]
        out[y2 - inner[3] : y2 - inner[1], inner[0] - x1 : inner[2] - x1] = there
    return replace(image, pixels=out, bounds=bounds)


def laid_out(pixels: Array, layout: Layout) -> Array:
    """The array itself where it lies as asked, else a copy that does."""
    pixels = pixels if pixels.ndim == 3 else pixels[:, :, None]
    h, w, c = pixels.shape
    item = pixels.itemsize
    dense = (pixels.strides[2] == item or c == 1) and (pixels.strides[1] == c * item or w == 1)
    down = pixels.strides[0]
    apart = h == 1 or abs(down) >= w * c * item  # a broadcast array repeats one row
    signed = h == 1 or layout.row_order == "auto" or (down > 0) == (layout.row_order == "negative")
    if dense and apart and signed and layout.padding == 0 and pixels.flags.aligned:
        return pixels
    copy = new_array((h, w, c), pixels.dtype, layout)
    copy[...] = pixels
    return copy


def new_array(shape: tuple[int, int, int], dtype: np.dtype[Any], layout: Layout) -> Array:
    """H×W×C, top row first as seen; in memory as the layout says, out of the pool of blocks."""
    h, w, c = shape
    row = w * c * dtype.itemsize
    pad = -(-layout.padding // dtype.itemsize) * dtype.itemsize
    block = _host.block(max(1, h * (row + pad)))
    rows = block[: h * (row + pad)].reshape(h, row + pad)[:, :row].view(dtype)
    pixels = np.lib.stride_tricks.as_strided(rows, (h, w, c), (row + pad, c * dtype.itemsize, dtype.itemsize))
    if layout.fill is not None:
        pixels[...] = layout.fill
    return pixels[::-1] if layout.row_order == "positive" else pixels


def converted(
    image: Image, depth: str, components: str, scale: tuple[float, float], pixel_aspect: float
) -> Image:
    """The picture in another depth, with other components, at a render scale, of pixels of an aspect."""
    premult = image.premultiplication
    image = at_scale(image, scale, pixel_aspect)
    pixels = convert_depth(convert_components(image.pixels, components), DTYPES[depth])
    return replace(image, pixels=pixels, premult=premult)


def pixels_premult(image: Image, components: str) -> str:
    """The premultiplication once the components have become others."""
    if components == "rgb":
        return "opaque"
    return image.premultiplication


def lend(
    pixels: Array,
    image: Image,
    premult: str,
    *,
    writable: bool,
    rod: Bounds | None = None,
    components: str | None = None,
) -> _host.ImageBuffer:
    """A buffer over the memory of `pixels`, described by the rest of `image`; `components` in the
    standard's words where they are not what the channels say."""
    told = components or COMPONENTS[BY_CHANNELS[pixels.shape[2]]]
    facts = {
        "bounds": image.pixel_bounds,
        "rod": rod or pixel_rect(image.region_of_definition, image.scale, image.pixel_aspect),
        "components": told,
        "depth": DEPTHS[BY_DTYPE[pixels.dtype]],
        "premult": PREMULTS[premult],
        "field": FIELDS[image.field],
        "identifier": f"pyopenfx:{next(_serial)}",
        "pixel_aspect": float(image.pixel_aspect),
        "scale": (float(image.scale[0]), float(image.scale[1])),
    }
    return _host.ImageBuffer(pixels, facts, writable)


def empty_output(bounds: Bounds, components: str, depth: str, layout: Layout) -> Array:
    """An output for a plug-in to write: H×W×C of the bounds (x1, y1, x2, y2)."""
    x1, y1, x2, y2 = bounds
    return new_array((y2 - y1, x2 - x1, CHANNELS[components]), DTYPES[depth], layout)


def _shape(pixels: Array) -> str:
    return "×".join(map(str, pixels.shape)) or "a single number"
