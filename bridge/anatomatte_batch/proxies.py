"""Proxies: the same frames again at a half, a quarter or an eighth of the size, for reviews and slow disks.

A pixel is the mean of those that it stands for: mattes as they are, colours premultiplied and in scene-linear
light, whatever the files hold; of a Cryptomatte the mean of each id's coverage.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import cv2
import numpy as np

from anatomatte.ops import colour
from anatomatte.settings import ASSOCIATED, COLOURED

from .cryptomatte import Cryptomatte
from .layers import CLEAN
from .picture import Floats, Picture, Window, placed
from .provenance import Provenance
from .sinks import Sink, State

SCALES = (2, 4, 8)
_GRAVEST: tuple[State, ...] = ("other", "stale", "missing", "same")
_STRIP = 32
"""Rows of a proxy whose ids are counted together."""


class ProxySink:
    """Two sinks: frames as they are, and the same smaller; a frame is there when both files are."""

    all_or_nothing = False

    def __init__(self, whole: Sink, small: Sink, scale: int, coded: tuple[Cryptomatte, ...]) -> None:
        self._whole, self._small, self._scale = whole, small, scale
        self._coded = {one.layer for one in coded}

    def _own(self, record: Provenance) -> Provenance:
        """What a proxy says that it was made of: another scale is another file, and whole frames stay."""
        return replace(record, output=f"{record.output} 1/{self._scale}")

    def path(self, frame: int) -> Path:
        return self._whole.path(frame)

    def paths(self, frame: int) -> tuple[Path, ...]:
        return (*self._whole.paths(frame), *self._small.paths(frame))

    def judge(self, records: Mapping[int, Provenance]) -> dict[int, tuple[State, str]]:
        own = {frame: self._own(record) for frame, record in records.items()}
        whole, small = self._whole.judge(records), self._small.judge(own)
        return {frame: self._graver(frame, whole[frame], small[frame]) for frame in records}

    def _graver(self, frame: int, whole: tuple[State, str], small: tuple[State, str]) -> tuple[State, str]:
        if _GRAVEST.index(whole[0]) <= _GRAVEST.index(small[0]):
            return whole
        state, why = small
        return state, f"{why} ({self._small.path(frame)})" if why else why

    def sound(self, frame: int) -> bool:
        return self._whole.sound(frame) and self._small.sound(frame)

    def checks(self, frame: int) -> Mapping[str, float]:
        return self._whole.checks(frame)

    def pixels(self, frame: int) -> Mapping[str, str]:
        return self._whole.pixels(frame)

    def write(self, frame: int, layers: Mapping[str, Floats], picture: Picture, record: Provenance) -> None:
        self._whole.write(frame, layers, picture, record)
        made, less = smaller(layers, picture, record.settings, self._scale, self._coded)
        self._small.write(frame, made, less, self._own(record))

    def finish(self) -> None:
        self._whole.finish()
        self._small.finish()

    def abandon(self) -> None:
        self._whole.abandon()
        self._small.abandon()


def smaller(
    layers: Mapping[str, Floats],
    picture: Picture,
    settings: Mapping[str, object],
    scale: int,
    coded: set[str] | frozenset[str] = frozenset(),
) -> tuple[dict[str, Floats], Picture]:
    """Layers (H×W×C, covering ``picture.bounds``) and their plate at a fraction of the size.

    Args:
        settings: the controls ``output``, ``output_colour`` and ``input_colour`` of the layers.
        scale: how many pixels of a row become one.
        coded: the Cryptomattes among the layers.
    """
    x1, y1, x2, y2 = picture.bounds
    bounds = x1 // scale, y1 // scale, -(-x2 // scale), -(-y2 // scale)
    wide: Window = tuple(side * scale for side in bounds)  # type: ignore[assignment]
    output, code = str(settings["output"]), str(settings["output_colour"])
    code = str(settings["input_colour"]) if code == "input" else code
    made: dict[str, Floats] = {}
    for name, pixels in layers.items():
        canvas = placed(pixels, picture.bounds, wide)
        if name in coded:
            made[name] = _ids(canvas, scale)
        elif name == "rgba" and output in COLOURED:
            made[name] = _light(canvas, code, scale, output in ASSOCIATED)
        elif name == CLEAN:
            made[name] = colour.encode(code, _mean(colour.decode(code, canvas), scale))
        else:
            made[name] = _mean(canvas, scale)
    x, y, width, height = picture.display
    display = x // scale, y // scale, -(-width // scale), -(-height // scale)
    return made, replace(picture, bounds=bounds, display=display)


def _mean(pixels: Floats, scale: int) -> Floats:
    height, width, channels = pixels.shape
    if not pixels.any():
        return np.broadcast_to(np.zeros((), np.float32), (height // scale, width // scale, channels))
    size = width // scale, height // scale
    found = cv2.resize(np.ascontiguousarray(pixels), size, interpolation=cv2.INTER_AREA)
    return np.asarray(found, np.float32).reshape(size[1], size[0], channels)


def _light(rgba: Floats, code: str, scale: int, associated: bool) -> Floats:
    """The mean of colours with an alpha: of light, each pixel by its alpha."""
    alpha = rgba[..., 3:]
    if associated and code == "linear":
        return _mean(rgba, scale)
    straight = _divided(rgba[..., :3], alpha) if associated else rgba[..., :3]
    light = _mean(np.concatenate([colour.decode(code, straight) * alpha, alpha], 2), scale)
    covered = light[..., 3:]
    found = colour.encode(code, _divided(light[..., :3], covered))
    found = np.where(covered > 0, found, 0)
    return np.concatenate([found * covered if associated else found, covered], 2).astype(np.float32)


def _divided(colours: Floats, alpha: Floats) -> Floats:
    return np.where(alpha > 0, colours / np.maximum(alpha, np.float32(1e-6)), colours).astype(np.float32)


def _ids(pixels: Floats, scale: int) -> Floats:
    """The ranks of a Cryptomatte (H×W×2·ranks: id and coverage by turns): each id's mean coverage, the
    largest first."""
    ranks = pixels.shape[2] // 2
    ids = np.ascontiguousarray(pixels[..., 0::2]).view(np.uint32)
    cover = np.ascontiguousarray(pixels[..., 1::2])
    known, place = np.unique(ids, return_inverse=True)
    place = place.reshape(ids.shape)
    height, width = ids.shape[0] // scale, ids.shape[1] // scale
    out = np.zeros((height, width, 2 * ranks), np.float32)
    column = (np.arange(ids.shape[1]) // scale)[None, :, None]
    for top in range(0, height, _STRIP):
        rows = min(_STRIP, height - top)
        part = slice(top * scale, (top + rows) * scale)
        row = (np.arange(rows * scale) // scale)[:, None, None]
        cell = (row * width + column) * len(known) + place[part]
        total = np.bincount(cell.ravel(), cover[part].ravel(), rows * width * len(known))
        share = total.reshape(rows, width, len(known)).astype(np.float32) / np.float32(scale * scale)
        first = np.argsort(-share, axis=2, kind="stable")[..., :ranks]
        most = np.take_along_axis(share, first, 2)
        out[top : top + rows, :, 1 : 2 * most.shape[2] : 2] = most
        named = np.where(most > 0, known[first], np.uint32(0)).astype(np.uint32)
        out[top : top + rows, :, 0 : 2 * most.shape[2] : 2] = named.view(np.float32)
    return out
