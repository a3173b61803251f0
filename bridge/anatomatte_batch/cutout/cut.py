"""A picture that was cut: colour, matte, people, parts, and what there is to say of them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from anatomatte.menus import FACE_MENU, PART_MENU

from ..picture import Floats, Picture
from .options import CutoutOptions

SEEN = 0.5
"""A matte that covers less than this many pixels is nobody's."""

Pixels = npt.NDArray[np.uint8] | npt.NDArray[np.uint16] | Floats


@dataclass(frozen=True, eq=False)
class Cut:
    """What was made of a still.

    Attributes:
        light: H×W×4 float32, premultiplied, scene-linear, never clamped, top row first, on the canvas of the
            picture's display window.
        picture: the still.
        encoding: how its pixels were taken to be encoded, as a value of ``input_colour``.
        options: as it was asked for.
        people: ``person_01`` … from the left → its matte, H×W in [0, 1]; only who is there, and only where
            people were asked for.
        parts: ``person_01.face`` … → its matte; the parts of a person sum up to that person.
        regions: ``person_01.face_lips`` … → its matte, where regions were asked for; those of a person sum up
            to their face.
        told: what there is to say of it, a sentence each.
        checks: what the checks of the frame say: code → score (docs/qc.md).
        marks: of a picture with another face what its files say of it (`face_marks`).
    """

    light: Floats
    picture: Picture
    encoding: str
    options: CutoutOptions
    people: Mapping[str, Floats] = field(default_factory=dict)
    parts: Mapping[str, Floats] = field(default_factory=dict)
    told: tuple[str, ...] = ()
    checks: Mapping[str, float] = field(default_factory=dict)
    regions: Mapping[str, Floats] = field(default_factory=dict)
    marks: Mapping[str, str] = field(default_factory=dict)

    @property
    def alpha(self) -> Floats:
        """The matte, H×W."""
        return self.light[..., 3]

    @property
    def deep(self) -> bool:
        """Whether the still had more than 8 bits a sample, and so has what is made of it."""
        return self.picture.bits > 8

    @cached_property
    def rgba(self) -> Pixels:
        """H×W×4, not premultiplied: sRGB of 8 or 16 bits, as the still had; for EXR float32, scene-linear.

        Of a format without an alpha, or with a background, the picture over it, its alpha full.
        """
        from .ground import over, over_coded

        if self.options.format == "exr":
            return over(self)
        return over_coded(self, lambda some: coded(some, self.deep))

    @cached_property
    def plate(self) -> Floats:
        """The still as a screen shows it: H×W×3, sRGB, in [0, 1]."""
        from .ground import displayed

        return displayed(self.picture, self.encoding)

    @cached_property
    def legend(self) -> dict[str, str]:
        """Part that is there → its colour in the colour map as ``#rrggbb``, in the table's order."""
        from anatomatte.engine.paint import part_colour

        there = {name.partition(".")[2] for name in self.parts}
        return {part: hex_of(part_colour(part)) for part in PART_MENU if part in there}

    @cached_property
    def face_legend(self) -> dict[str, str]:
        """As `legend`, of the regions of faces."""
        from anatomatte.engine.paint import region_colour

        there = {name.partition(".")[2] for name in self.regions}
        return {region: hex_of(region_colour(region)) for region in FACE_MENU if region in there}

    def parts_map(self) -> Floats:
        """H×W×3 in [0, 1], sRGB: each pixel in the colour of its parts, black where there is nobody."""
        from anatomatte.engine.paint import part_colour

        return self._painted({name: part_colour(name.partition(".")[2]) for name in self.parts}, self.parts)

    def regions_map(self) -> Floats:
        """H×W×3 in [0, 1], sRGB: each pixel in the colour of its regions of faces, black elsewhere."""
        from anatomatte.engine.paint import region_colour

        return self._painted(
            {name: region_colour(name.partition(".")[2]) for name in self.regions}, self.regions
        )

    def people_map(self) -> Floats:
        """H×W×3 in [0, 1], sRGB: each person in a colour, what is nobody's but in the matte in white."""
        from anatomatte.engine.paint import person_colour

        colours = {name: person_colour(int(name[-2:]) - 1) for name in self.people}
        shown = self._painted(colours, self.people)
        rest = self.alpha - sum(self.people.values(), np.zeros_like(self.alpha))
        return np.asarray(np.clip(shown + np.maximum(rest, 0)[..., None], 0, 1), np.float32)

    def _painted(
        self, colours: Mapping[str, tuple[float, float, float]], mattes: Mapping[str, Floats]
    ) -> Floats:
        shown: Floats = np.zeros((*self.alpha.shape, 3), np.float32)
        for name, matte in mattes.items():
            shown += matte[..., None] * np.asarray(colours[name], np.float32)
        return np.clip(shown, 0, 1, out=shown)

    def labels(self) -> dict[str, Any]:
        """For JSON: each person and each of their parts.

        ``area`` is a share of the picture; ``box`` is x, y, width, height in pixels from the top left, of
        what is more than half theirs; ``score`` is the mean of the matte where it is above 0.1: 1 of what is
        solid, lower where it is soft or unsure; ``checks`` are those of the whole picture.
        """
        people = {}
        for name, matte in self.people.items():
            people[name] = {"label": name, **measured(matte), "parts": told(self.parts, name, self.legend)}
            if self.options.regions:
                people[name]["regions"] = told(self.regions, name, self.face_legend)
        height, width = self.alpha.shape
        return {
            "width": width,
            "height": height,
            "alpha": measured(self.alpha),
            "people": people,
            "legend": {**self.legend, **self.face_legend},
            "checks": dict(self.checks),
            "told": list(self.told),
            **({"marks": dict(self.marks)} if self.marks else {}),
        }


def told(mattes: Mapping[str, Floats], person: str, colours: Mapping[str, str]) -> dict[str, Any]:
    """The parts or regions of a person, as `Cut.labels` tells them."""
    mine = {key.partition(".")[2]: one for key, one in mattes.items() if owner(key) == person}
    return {name: {"label": name, **measured(one), "colour": colours[name]} for name, one in mine.items()}


def owner(name: str) -> str:
    """The person whose part it is."""
    return name.partition(".")[0]


def measured(matte: Floats) -> dict[str, Any]:
    """Area, box and score of a matte H×W, as `Cut.labels` tells them."""
    rows, columns = np.flatnonzero(matte.max(axis=1) > 0.5), np.flatnonzero(matte.max(axis=0) > 0.5)
    box = [0, 0, 0, 0]
    if rows.size and columns.size:
        box = [int(columns[0]), int(rows[0]), int(columns[-1] - columns[0] + 1), int(rows[-1] - rows[0] + 1)]
    inside = matte[matte > 0.1]
    score = float(inside.mean()) if inside.size else 0.0
    return {"area": round(float(matte.mean()), 6), "box": box, "score": round(score, 4)}


def coded(values: Floats, deep: bool) -> Pixels:
    """[0, 1] as whole numbers of 16 or 8 bits."""
    if deep:
        return np.rint(np.clip(values, 0, 1) * 65535).astype(np.uint16)
    return np.rint(np.clip(values, 0, 1) * 255).astype(np.uint8)


def hex_of(colour: tuple[float, float, float]) -> str:
    """``#rrggbb`` of red, green, blue in [0, 1]."""
    return "#" + "".join(f"{round(255 * min(1.0, max(0.0, channel))):02x}" for channel in colour)
