"""Clips of one render share an encoding: a clean plate or a background in another is converted."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping

import numpy as np

from anatomatte.ops import colour
from anatomatte.settings import Value

from .node import Pictures
from .picture import Picture
from .source import Source

COLOURED = ("CleanPlate", "Bg")


def alike(side: Source, plate: Source, values: Callable[[int], Mapping[str, Value]]) -> Pictures:
    """A side clip's pictures in the encoding that the plate is handed over in.

    Files of the plate's own kind are taken to be encoded as it is, whatever ``input_colour`` says;
    others are decoded by their own kind.
    """

    def picture_at(frame: int) -> Picture:
        picture = side.read(frame)
        if side.colour(frame) == plate.colour(frame):
            return picture
        return converted(picture, side.colour(frame), str(values(frame)["input_colour"]))

    return picture_at


def converted(picture: Picture, source: str, target: str) -> Picture:
    """The picture in another encoding, unpremultiplied where it has an alpha."""
    if source == target or picture.pixels.shape[2] == 1:
        return picture
    pixels = picture.pixels.copy()
    premult = picture.premult
    if premult == "premultiplied" and pixels.shape[2] == 4:
        pixels[..., :3] /= np.maximum(pixels[..., 3:], 1e-6)
        premult = "unpremultiplied"
    pixels[..., :3] = colour.encode(target, colour.decode(source, pixels[..., :3]))
    return dataclasses.replace(picture, pixels=pixels, premult=premult)
