"""All clips of one frame, brought to the plate's place and light."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any

import numpy as np

from . import buffers
from .cache import content_key
from .errors import PlateError
from .frame import Bounds, Frame, Pixels
from .ops import colour, loops
from .ops.strips import each
from .settings import Settings

_ROWS = 8


@dataclass(frozen=True, slots=True, eq=False)
class Plate:
    """All clips of one frame in one place: same size, scene-linear light, mattes as one channel.

    Attributes:
        frame: the plate as it came (float32, NaN and Inf replaced by 0).
        light: H×W×3 scene-linear; the plate's own pixels where the curve is linear.
        alpha: the plate's alpha, H×W, or None.
        curve: name of the plate's transfer curve.
        inm, outm, hint: H×W in 0..1, or None.
        clean: H×W×3 scene-linear clean plate, or None; ``clean_known`` is 1 inside its bounds.
        behind: H×W×3 scene-linear background, black where it has no pixels, or None.
        doubts: sentences for the status.
        content: what tells the frame's pixels from every other plate's.
    """

    frame: Frame
    light: Pixels
    curve: str
    alpha: Pixels | None = None
    inm: Pixels | None = None
    outm: Pixels | None = None
    hint: Pixels | None = None
    clean: Pixels | None = None
    clean_known: Pixels | None = None
    behind: Pixels | None = None
    doubts: tuple[str, ...] = ()
    content: str = ""


def prepare(clips: dict[str, Frame], settings: Settings, threads: int = 1) -> Plate:
    """Bring all clips to the plate's place and light; *threads* change nothing.

    Raises:
        PlateError: the Source has no colour channels.
    """
    source = clips["Source"]
    if source.channels == 1:
        raise PlateError(
            "Source has only an alpha channel: there is no colour to key; connect a picture with RGB."
        )
    content = content_key(source.digest, settings.source_alpha != "ignore")
    source, doubts, rgb, alpha = _apart(source, settings.source_alpha != "ignore")
    curve = colour.resolve(settings.input_colour, source.integer)
    whole = source.integer
    if alpha is not None and source.premult == "premultiplied":
        cover = alpha[..., None]
        rgb, whole = np.where(cover > 0, rgb / np.maximum(cover, np.float32(1e-6)), rgb), False
    rgb = np.ascontiguousarray(rgb)
    light = decoded(curve, rgb, whole, threads)
    frame = source.with_pixels(rgb, premult="unpremultiplied")
    plate = Plate(frame, light, curve, alpha, content=content)
    facts: dict[str, Any] = {}
    for field_, clip in (("inm", "InM"), ("outm", "OutM"), ("hint", "Hint")):
        if clip in clips:
            facts[field_], told = _matte_of(clips[clip], source, clip)
            doubts += told
    if "CleanPlate" in clips:
        facts["clean"], facts["clean_known"], told = _clean_of(clips["CleanPlate"], source, settings)
        doubts += told
    if settings.despill_replace == "bg" and "Bg" in clips:
        facts["behind"], told = _behind(clips["Bg"], source, settings)
        doubts += told
    return dataclasses.replace(plate, doubts=doubts, **facts)


def decoded(curve: str, pixels: Pixels, whole: bool, threads: int = 1) -> Pixels:
    """Code values H×W×C to scene-linear light, in strips; ``linear`` hands back *pixels* themselves.

    Args:
        whole: the values were 8- or 16-bit integers: each is a 65535th and its light is looked up.
    """
    if curve == "linear":
        return pixels
    table = colour.decode(curve, np.arange(65536, dtype=np.float32) / np.float32(65535)) if whole else None
    out = buffers.empty(pixels.shape)

    def strip(y1: int, y2: int) -> None:
        if table is not None:
            loops.look_up(np.ascontiguousarray(pixels[y1:y2]), table, 65535.0, out[y1:y2])
            return
        for y in range(y1, y2, _ROWS):  # so that what lies between stays near the processor
            rows = slice(y, min(y + _ROWS, y2))
            out[rows] = colour.decode(curve, pixels[rows])

    each(len(pixels), strip, threads, lambda: None)
    return out


def _apart(source: Frame, asked: bool) -> tuple[Frame, tuple[str, ...], Pixels, Pixels | None]:
    """The frame with finite pixels, what is told of others, its colours, its alpha if that is *asked* for."""
    pixels, shape = source.pixels, source.pixels.shape
    asked = asked and source.channels == 4 and source.premult != "opaque"
    if source.channels == 4 and pixels.flags.c_contiguous:
        rgb, alpha = buffers.empty((*shape[:2], 3)), buffers.empty(shape[:2]) if asked else None
        if loops.take_apart(pixels, rgb, alpha):
            return source, (), rgb, alpha
    source, doubts = _finite(source)
    clear = np.clip(source.pixels[..., 3], 0, 1) if asked else None
    return source, doubts, np.ascontiguousarray(source.pixels[..., :3]), clear


def _finite(frame: Frame, clip: str = "Source", counts: str = "black") -> tuple[Frame, tuple[str, ...]]:
    """The frame with 0 for what is no number, and what is told of it: that it counts as *counts*."""
    with np.errstate(over="ignore", invalid="ignore"):
        if np.isfinite(frame.pixels.sum()):  # cheaper than to look at each
            return frame, ()
    bad = ~np.isfinite(frame.pixels)
    count = int(np.count_nonzero(bad.any(2))) if bad.any() else 0
    if not count:
        return frame, ()
    clean = np.where(bad, np.float32(0), frame.pixels)
    return frame.with_pixels(clean), (f"{count} pixels of {clip} are NaN or infinite and count as {counts}.",)


def _placed(pixels: Pixels, bounds: Bounds, at: Bounds) -> tuple[Pixels, Pixels]:
    """*pixels* with *bounds* seen through the window *at* (zero outside), and where they are known."""
    height, width = at[3] - at[1], at[2] - at[0]
    if bounds == at:
        return pixels, np.ones((height, width), np.float32)
    out = np.zeros((height, width, pixels.shape[2]), np.float32)
    known = np.zeros((height, width), np.float32)
    x1, x2 = max(bounds[0], at[0]), min(bounds[2], at[2])
    y1, y2 = max(bounds[1], at[1]), min(bounds[3], at[3])
    if x1 < x2 and y1 < y2:
        rows = slice(at[3] - y2, at[3] - y1)
        columns = slice(x1 - at[0], x2 - at[0])
        out[rows, columns] = pixels[bounds[3] - y2 : bounds[3] - y1, x1 - bounds[0] : x2 - bounds[0]]
        known[rows, columns] = 1
    return out, known


def laid(clip: Frame, at: Bounds) -> Frame:
    """*clip* with its own channels seen through the window *at*; zero where it has no pixels."""
    return (
        clip if clip.bounds == at else clip.with_pixels(_placed(clip.pixels, clip.bounds, at)[0], bounds=at)
    )


def moved(clip: Frame, at: Bounds) -> Frame:
    """*clip* seen through the window *at*; zero where it has no pixels."""
    placed, known = _placed(clip.pixels, clip.bounds, at)
    if clip.premult == "opaque" and clip.channels == 4:
        placed = np.concatenate([placed[..., :3], known[..., None]], 2)
        return Frame(placed, at, "premultiplied", clip.aspect, clip.integer)
    if clip.channels == 3:
        return Frame(
            np.concatenate([placed, known[..., None]], 2), at, "premultiplied", clip.aspect, clip.integer
        )
    return Frame(placed, at, clip.premult, clip.aspect, clip.integer)


def _matte_of(clip: Frame, source: Frame, name: str) -> tuple[Pixels, tuple[str, ...]]:
    """A clip as a matte, its alpha, its only channel or the mean of its colours; what is told of it."""
    clip, told = _finite(clip, name, "0")
    chosen = clip.pixels.mean(2, keepdims=True) if clip.channels == 3 else clip.pixels[..., -1:]
    placed, _ = _placed(chosen, clip.bounds, source.bounds)
    return np.clip(placed[..., 0], 0, 1), told


def _behind(clip: Frame, source: Frame, settings: Settings) -> tuple[Pixels | None, tuple[str, ...]]:
    """The background's light in the plate's place, a matte has none; what is told of it."""
    if clip.channels == 1:
        return None, ()
    clip, told = _finite(clip, "Bg")
    curve = colour.resolve(settings.input_colour, clip.integer)
    placed, _ = _placed(clip.pixels[..., :3], clip.bounds, source.bounds)
    return colour.decode(curve, np.ascontiguousarray(placed)), told


def _clean_of(clip: Frame, source: Frame, settings: Settings) -> tuple[Pixels, Pixels, tuple[str, ...]]:
    """The clean plate's light in the plate's place, where it is known, and what is told of it."""
    if clip.channels == 1:
        raise PlateError("CleanPlate has only an alpha channel: it needs RGB, a picture of the empty screen.")
    whole = clip.pixels[..., :3]
    clip, told = _finite(clip, "CleanPlate", "unknown")
    curve = colour.resolve(settings.input_colour, clip.integer)
    placed, known = _placed(clip.pixels[..., :3], clip.bounds, source.bounds)
    if told:
        bad = np.logical_not(np.isfinite(whole)).max(2, keepdims=True).astype(np.float32)
        known[_placed(bad, clip.bounds, source.bounds)[0][..., 0] > 0] = 0
    return colour.decode(curve, np.ascontiguousarray(placed)), known, told
