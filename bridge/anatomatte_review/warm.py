"""One warm node for stills of any size, and what it tells of each: colour, matte, people and parts."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np

from anatomatte.menus import MOST_PEOPLE, PART_MENU
from anatomatte.settings import Value
from anatomatte_batch.job import render_layers
from anatomatte_batch.ofx_node import OfxNode, connect
from anatomatte_batch.picture import Floats, Picture, placed
from anatomatte_batch.presets import Preset

_FRAME = 1
_SEEN = 0.5
"""A person or part that covers less than this many pixels is not there."""


@dataclass(frozen=True, eq=False)
class Cut:
    """What was found in a still.

    Attributes:
        light: H×W×4 float32, premultiplied, scene-linear, top row first.
        plate: H×W×3 float32, sRGB, as it was seen.
        people: ``person_01`` … → its matte, H×W in [0, 1].
        parts: ``person_01.face`` … → its matte.
        told: what the node has to say of the frame, a sentence each.
    """

    light: Floats
    plate: Floats
    people: Mapping[str, Floats] = field(default_factory=dict)
    parts: Mapping[str, Floats] = field(default_factory=dict)
    told: tuple[str, ...] = ()

    @property
    def alpha(self) -> Floats:
        """The matte, H×W."""
        return self.light[..., 3]

    @cached_property
    def legend(self) -> dict[str, str]:
        """Part → its colour as ``#rrggbb``, in the table's order."""
        from anatomatte.engine.paint import part_colour

        there = {layer.partition(".")[2] for layer in self.parts}
        return {part: _hex(part_colour(part)) for part in PART_MENU if part in there}

    def parts_map(self) -> Floats:
        """H×W×3 in [0, 1], sRGB: each pixel in the colours of its parts, black where there is nobody."""
        from anatomatte.engine.paint import part_colour

        shown: Floats = np.zeros((*self.alpha.shape, 3), np.float32)
        for layer, matte in self.parts.items():
            shown += matte[..., None] * np.asarray(part_colour(layer.partition(".")[2]), np.float32)
        return np.clip(shown, 0, 1, out=shown)

    def labels(self) -> dict[str, Any]:
        """Each person and part: area (share of the picture), box (x, y, width, height in pixels from the top
        left), score (mean of its matte where it is seen), colour."""
        people: dict[str, Any] = {}
        for name, matte in self.people.items():
            parts = {
                layer.partition(".")[2]: _measured(part) | {"colour": self.legend[layer.partition(".")[2]]}
                for layer, part in self.parts.items()
                if layer.startswith(f"{name}.")
            }
            people[name] = {**_measured(matte), "parts": parts}
        height, width = self.alpha.shape
        return {"width": width, "height": height, "people": people, "legend": dict(self.legend)}


class Cutter:
    """The node of every batch, kept warm; its networks stay loaded between pictures.

    Args:
        stop: asked while a frame is made; True ends it with Cancelled.
    """

    def __init__(self, stop: Callable[[], bool]) -> None:
        self._stop = stop
        self._picture: Picture | None = None
        self._node: OfxNode | None = None
        self._size: tuple[int, int, float] | None = None

    def cut(self, picture: Picture, values: Mapping[str, Value], parts: bool) -> Cut:
        """A still, cut.

        Args:
            values: controls that are not at their defaults.
            parts: whether people and parts are told apart.

        Raises:
            AnatomatteError: as a batch's frame.
        """
        self._picture = picture
        controls = (
            Preset().override(values).at(_FRAME, {"output": "premultiplied", "output_colour": "linear"})
        )
        if controls["input_colour"] == "auto":
            controls["input_colour"] = picture.colour
        told: list[str] = []

        def layers(names: tuple[str, ...]) -> dict[str, Floats]:
            made, where = render_layers(self._of(picture), _FRAME, controls, names, picture, told.extend)
            display = (0, 0, *picture.size)
            return {name: placed(pixels, where.bounds, display) for name, pixels in made.items()}

        try:
            light = layers(("rgba",))["rgba"]
            people = (
                self._there(layers, tuple(f"person_{n:02d}" for n in range(1, MOST_PEOPLE + 1)))
                if parts
                else {}
            )
            wanted = tuple(f"{one}.{part}" for one in people for part in PART_MENU)
            found = self._there(layers, wanted) if wanted else {}
        finally:
            self._picture = None
        seen = displayed(picture, str(controls["input_colour"]))
        return Cut(light, seen, people, found, tuple(dict.fromkeys(told)))

    def close(self) -> None:
        """Gives the node back."""
        if self._node is not None:
            self._node.close()
            self._node = None

    @staticmethod
    def _there(
        layers: Callable[[tuple[str, ...]], dict[str, Floats]], names: tuple[str, ...]
    ) -> dict[str, Floats]:
        made = layers(names)
        return {name: made[name][..., 0] for name in names if float(made[name].sum()) > _SEEN}

    def _of(self, picture: Picture) -> OfxNode:
        """The node, made anew for a picture of another size: a project has one."""
        size = (*picture.size, picture.aspect)
        if self._node is None or size != self._size:
            self.close()
            self._node, self._size = connect({"Source": self._source}, self._stop), size
        return self._node

    def _source(self, _frame: int) -> Picture:
        assert self._picture is not None
        return self._picture


def displayed(picture: Picture, encoding: str) -> Floats:
    """A picture as a screen shows it: H×W×3, sRGB, in [0, 1], on the canvas of its display window."""
    from anatomatte.ops import colour

    pixels = placed(picture.pixels[..., :3], picture.bounds, (0, 0, *picture.size))
    pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    plate = dataclasses.replace(picture, pixels=pixels).pixels
    shown: Floats = np.clip(colour.encode("srgb", colour.decode(encoding, plate)), 0, 1)
    return shown


def _measured(matte: Floats) -> dict[str, Any]:
    rows, columns = np.flatnonzero(matte.max(axis=1) > 0.5), np.flatnonzero(matte.max(axis=0) > 0.5)
    box = [0, 0, 0, 0]
    if rows.size and columns.size:
        box = [int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)]
    inside = matte[matte > 0.1]
    score = float(inside.mean()) if inside.size else 0.0
    return {"area": round(float(matte.mean()), 6), "box": box, "score": round(score, 4)}


def _hex(colour: tuple[float, float, float]) -> str:
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in colour)
