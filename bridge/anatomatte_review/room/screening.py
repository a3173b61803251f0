"""What is looked at of a shot: a frame rendered by the node as a batch renders it, then made a picture.

The node, its controls, the shot's scenes and the frames around are those of `anatomatte render --shot`; only
the render scale may be smaller, as a host's proxy is.  All of it runs in the engine's thread.
"""

from __future__ import annotations

import dataclasses
import json
import math
import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from anatomatte.engine.paint import region_colour
from anatomatte.errors import SettingsError
from anatomatte.faces import swap_pictures
from anatomatte.file_names import meant
from anatomatte.menus import FACE_MENU
from anatomatte.ops.colour import srgb_encode
from anatomatte.settings import Value, from_mapping
from anatomatte.shot.schema import Shot
from anatomatte.timing import temporal_window
from anatomatte_batch import face_marks
from anatomatte_batch.cutout.encode import picture_bytes
from anatomatte_batch.cutout.ground import displayed
from anatomatte_batch.job import Job
from anatomatte_batch.layers import parse_layers, passes
from anatomatte_batch.node import Account
from anatomatte_batch.ofx_node import OfxNode
from anatomatte_batch.picture import Floats, Picture, placed
from anatomatte_batch.presets import Preset
from anatomatte_batch.renders import default_values, render_layers
from anatomatte_batch.sheet import srgb
from anatomatte_batch.sidecar import scenes_of
from anatomatte_batch.sinks import backing
from anatomatte_batch.source import Source

Bytes = npt.NDArray[np.uint8]

VIEWS: Mapping[str, str] = {
    "people": "people",
    "parts": "parts",
    "evidence": "hard_parts",
    "band": "band",
}
"""Views that are a picture of the node's own → the value of its control ``output``."""

KINDS = ("plate", "matte", "overlay", "comp", *VIEWS, "regions", "replaced")
"""All views."""

_QUALITY = 88
_WIDE = 2560
_KEPT = 192_000_000
"""Bytes of renders that are kept."""
_DIMMED = 0.22
"""How much of the plate an overlay shows outside of the matte."""
_REGIONS = 0.6
"""How much regions cover of the plate."""
_TINT = np.array([0.85, 0.1, 0.1], np.float32)


@dataclass(frozen=True)
class Asked:
    """A picture of a frame that is asked for.

    Attributes:
        frame: its number.
        view: of `KINDS`.
        width: in pixels at most.
        layer: of the matte alone: person_01, person_01.face, coat …; empty for the alpha.
        before: without any correction.
        full: rendered at the plate's own size, however wide it is.
        source: of `replaced`: pictures of the face that is put in; empty takes what the preset says.
    """

    frame: int
    view: str = "matte"
    width: int = 1280
    layer: str = ""
    before: bool = False
    full: bool = False
    source: str = ""


@dataclass(frozen=True, eq=False)
class Shown:
    """A picture of a frame: how it is encoded, its bytes, what the node has to say, what the checks say of
    the frame as it is now, and the seconds that it took."""

    extension: str
    content: bytes
    told: tuple[str, ...] = ()
    checks: Mapping[str, float] = dataclasses.field(default_factory=dict)
    seconds: float = 0.0


@dataclass(frozen=True, eq=False)
class _Made:
    """A picture, and what there is to say of it: H×W×4 float32 as it was rendered, or H×W×3 as a screen shows
    it, the node's sentences, the checks, and the marks of a face that was replaced."""

    pixels: Floats
    told: tuple[str, ...] = ()
    checks: Mapping[str, float] = dataclasses.field(default_factory=dict)
    marks: Mapping[str, str] = dataclasses.field(default_factory=dict)

    def shown(self, pixels: Floats) -> _Made:
        """The same of other pixels that were made of it."""
        return dataclasses.replace(self, pixels=pixels)


class Screening:
    """The node of one shot, and the renders that were just made.

    Args:
        source: the plate.
        preset: what the shot wants of the controls, without a sidecar.
        stop: asked while a frame is rendered; True ends it.
    """

    def __init__(self, source: Source, preset: Preset, stop: Callable[[], bool]) -> None:
        self.source, self._preset, self._stop = source, preset, stop
        self._node: OfxNode | None = None
        self._kept: OrderedDict[tuple[Any, ...], _Made] = OrderedDict()

    def close(self) -> None:
        """Gives the node's instance back."""
        self._kept.clear()
        if self._node is not None:
            self._node.close()
            self._node = None

    def look(self, shot: Shot, sidecar: Path, asked: Asked) -> Shown:
        """A picture of a frame as a shot with its *sidecar* makes it.

        Raises:
            AnatomatteError: as a frame of a batch.
        """
        began = time.monotonic()
        picture = self.source.read(asked.frame)
        made = self._view(shot, sidecar, asked, picture)
        pixels = _bytes(_narrowed(made.pixels, asked.width))
        content = picture_bytes(pixels, "jpeg", _QUALITY, marks=made.marks, held=False)
        return Shown(".jpg", content, made.told, made.checks, time.monotonic() - began)

    def at(self, shot: Shot, sidecar: Path, frame: int, x: float, y: float) -> list[tuple[str, float]]:
        """The layers that hold something at a place, in shares of the picture, y down: (name, value), the
        alpha first, then people, then their parts."""
        job = self._job(shot, sidecar)
        scale = scale_of(self.source.read(frame).size[0], 0)
        people = parse_layers("alpha,people", people=int(str(job.values(frame)["people"])))
        found = self._values_at(job, frame, people, scale, x, y)
        mine = [name for name, value in found if name != "alpha" and value > 0.02]
        wanted = tuple(name for one in mine for name in parse_layers(f"{one}.parts"))
        return found + (self._values_at(job, frame, wanted, scale, x, y) if wanted else [])

    def node(self) -> OfxNode:
        """The node, started once."""
        if self._node is None:
            self._node = OfxNode({"Source": self.source.read}, self._stop, self.source.span())
        return self._node

    def window(self, shot: Shot, sidecar: Path, frame: int) -> int:
        """How many frames to each side a frame depends on."""
        return temporal_window(from_mapping(self._job(shot, sidecar).values(frame)))

    def _values_at(
        self, job: Job, frame: int, layers: tuple[str, ...], scale: float, x: float, y: float
    ) -> list[tuple[str, float]]:
        found = []
        for step in passes(layers):
            made = self._render(job, frame, step.values, scale)
            height, width = made.pixels.shape[:2]
            row, column = min(int(y * height), height - 1), min(int(x * width), width - 1)
            values = made.pixels[row, column]
            found += [(name, float(values[n])) for n, name in enumerate(step.layers)]
        return [(name, round(value, 4)) for name, value in found if value > 0 or name == "alpha"]

    def _view(self, shot: Shot, sidecar: Path, asked: Asked, picture: Picture) -> _Made:
        """A view as a screen shows it: H×W×3, sRGB."""
        job = self._job(shot, sidecar)
        if asked.view == "plate":
            return _Made(displayed(picture, str(job.values(asked.frame)["input_colour"])))
        scale = 1.0 if asked.full else scale_of(picture.size[0], asked.width)
        if asked.view in VIEWS:
            made = self._render(job, asked.frame, {"output": VIEWS[asked.view]}, scale)
            return made.shown(srgb_encode(np.clip(made.pixels[..., :3], 0, 1)))
        if asked.view == "replaced":
            new = {"swap": "pictures", "swap_source": asked.source} if asked.source else {}
            made = self._render(job, asked.frame, {**new, "output": "face_plate"}, scale)
            return made.shown(srgb_encode(np.clip(made.pixels[..., :3], 0, 1)))
        if asked.view == "regions":
            shown, told = self._regions(job, asked.frame, scale)
            plate = displayed(picture, str(job.values(asked.frame)["input_colour"]))
            return _Made(_tinted(_fitted(plate, shown[..., 0]), shown), told)
        if asked.layer and asked.view == "matte":
            matte, told = self._layer(job, asked.frame, asked.layer, scale)
            return _Made(_grey(matte), told)
        made = self._render(job, asked.frame, {}, scale)
        alpha = made.pixels[..., 3]
        if asked.view == "matte":
            return dataclasses.replace(made, pixels=_grey(alpha), marks={})
        if asked.view == "comp":
            behind = backing(alpha.shape[1], alpha.shape[0], "checker")
            return made.shown(srgb(made.pixels[..., :3] + (1 - alpha[..., None]) * behind))
        plate = displayed(picture, str(job.values(asked.frame)["input_colour"]))
        return dataclasses.replace(made, pixels=_overlay(_fitted(plate, alpha), alpha), marks={})

    def _layer(self, job: Job, frame: int, name: str, scale: float) -> tuple[Floats, tuple[str, ...]]:
        layers = parse_layers(name)
        if len(layers) != 1 or layers[0] in ("rgba", "cleanplate"):
            raise SettingsError(f"{name} is no single matte; ask for one, like person_01.face.")
        (step,) = passes(layers)
        made = self._render(job, frame, step.values, scale)
        return made.pixels[..., 0], made.told

    def _regions(self, job: Job, frame: int, scale: float) -> tuple[Floats, tuple[str, ...]]:
        """Regions of everybody's face in their colours: premultiplied, the face for an alpha, H×W×4."""
        made: Floats | None = None
        told: tuple[str, ...] = ()
        for step in passes(tuple(FACE_MENU)):
            found = self._render(job, frame, step.values, scale)
            told += found.told
            made = np.zeros_like(found.pixels) if made is None else made
            for at, name in enumerate(step.layers):
                made += found.pixels[..., at, None] * np.array([*region_colour(name), 1], np.float32)
        assert made is not None
        return made, tuple(dict.fromkeys(told))

    def _job(self, shot: Shot, sidecar: Path) -> Job:
        preset = self._preset.override({"shot_file": str(sidecar)})
        filled = default_values(True, None)
        return Job(self.source, self.source.frames(), preset, filled, ("rgba",), "", scenes=scenes_of(shot))

    def _render(self, job: Job, frame: int, extra: Mapping[str, Value], scale: float) -> _Made:
        """A render of the node at a scale, on the canvas of the plate's display window."""
        values = {**job.values(frame), "output": "premultiplied", "output_colour": "linear", **extra}
        shot_file = str(values["shot_file"])
        state = meant(shot_file).stat()
        others = job.others(frame, values)
        key = (
            frame,
            scale,
            self.source.state(frame),
            state.st_mtime_ns,
            state.st_ino,
            *map(str, values.items()),
        )
        if key in self._kept:
            self._kept.move_to_end(key)
            return self._kept[key]
        picture = self.source.read(frame)
        node = self.node()
        node.scale = scale
        told: list[str] = []
        accounts: list[Account] = []
        try:
            beside = {number: {**one, **dict(extra)} for number, one in others.items()}
            found, where = render_layers(
                node, frame, values, ("rgba",), picture, told.extend, accounts.append, beside
            )
        finally:
            node.scale = 1.0
        width, height = (math.ceil(side * scale) for side in picture.size)
        pixels = placed(found["rgba"], where.bounds, (0, 0, width, height))
        made = _Made(
            pixels,
            tuple(dict.fromkeys(told)),
            accounts[-1].checks if accounts else {},
            face_marks.of(accounts),
        )
        self._keep(key, made)
        return made

    def _keep(self, key: tuple[Any, ...], made: _Made) -> None:
        self._kept[key] = made
        while len(self._kept) > 1 and sum(one.pixels.nbytes for one in self._kept.values()) > _KEPT:
            self._kept.popitem(last=False)


def scale_of(width: int, wanted: int) -> float:
    """The render scale at which a plate is looked at: 1, a half or a quarter.

    Args:
        width: of the plate.
        wanted: pixels of the picture that is asked for; 0 takes 1280. As many are rendered at least; of a
            plate wider than 2560 three quarters of them, so that 4K is looked at in a quarter.
    """
    least = (wanted or 1280) * (0.75 if width > _WIDE else 1)
    return next((scale for scale in (0.25, 0.5) if width * scale >= least), 1.0)


def thumb(picture: Picture, encoding: str, width: int) -> bytes:
    """A small picture of a plate, as JPEG."""
    return picture_bytes(_bytes(_narrowed(displayed(picture, encoding), width)), "jpeg", 80, held=False)


def source_thumb(path: Path, width: int) -> bytes:
    """A small picture of a face that is put in, as JPEG.

    Raises:
        SettingsError: it cannot be read.
    """
    light = swap_pictures.light_of(path, "Face source")
    return picture_bytes(_bytes(_narrowed(srgb_encode(np.clip(light, 0, 1)), width)), "jpeg", 85, held=False)


def header(checks: Mapping[str, float]) -> str:
    """Scores of checks as JSON for a header."""
    return json.dumps({code: round(score, 3) for code, score in checks.items()}, separators=(",", ":"))


def _overlay(plate: Floats, alpha: Floats) -> Floats:
    """The plate inside of the matte, dimmed and tinted outside, both sRGB."""
    grey = plate.mean(axis=2, keepdims=True)
    outside = _DIMMED * grey + (0.12 * _TINT)
    made: Floats = alpha[..., None] * plate + (1 - alpha[..., None]) * outside
    return made


def _tinted(plate: Floats, colour: Floats) -> Floats:
    """The plate, sRGB, its faces in the colours of their regions and still to be seen."""
    alpha = np.clip(colour[..., 3:], 0, 1)
    made: Floats = plate * (1 - _REGIONS * alpha) + _REGIONS * srgb_encode(np.clip(colour[..., :3], 0, 1))
    return made


def _grey(matte: Floats) -> Floats:
    return np.repeat(np.clip(matte, 0, 1)[..., None], 3, axis=2)


def _fitted(plate: Floats, matte: Floats) -> Floats:
    """The plate in the size of a matte."""
    import cv2

    if plate.shape[:2] == matte.shape:
        return plate
    size = matte.shape[1], matte.shape[0]
    return np.asarray(cv2.resize(plate, size, interpolation=cv2.INTER_AREA), np.float32)


def _narrowed(shown: Floats, width: int) -> Floats:
    """A picture of at most *width* pixels."""
    import cv2

    tall, wide = shown.shape[:2]
    if wide <= width:
        return shown
    size = width, max(1, round(tall * width / wide))
    return np.asarray(cv2.resize(shown, size, interpolation=cv2.INTER_AREA), np.float32)


def _bytes(shown: Floats) -> Bytes:
    return np.rint(np.clip(shown, 0, 1) * 255).astype(np.uint8)
