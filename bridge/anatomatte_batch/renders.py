"""The renders of the node that bring a frame's layers, and what they are made into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np

from anatomatte.settings import Value

from .cryptomatte import Cryptomatte, Ranks
from .layers import CLEAN, ordered, passes
from .node import ALONE, Account, Node
from .picture import Floats, Picture, Window, placed

_ROWS = 32


def render_layers(
    node: Node,
    frame: int,
    values: Mapping[str, Value],
    layers: tuple[str, ...],
    picture: Picture,
    tell: Callable[[tuple[str, ...]], object] = lambda _: None,
    account: Callable[[Account], object] = lambda _: None,
    others: Mapping[int, Mapping[str, Value]] = ALONE,
    cryptomattes: Collection[Cryptomatte] = (),
) -> tuple[dict[str, Floats], Picture]:
    """The layers of a frame, and the plate with the bounds that they cover; *tell* takes what the node has
    to say, *account* what made each of its renders, *others* are the controls around it, and *cryptomattes*
    those among the layers."""
    found: dict[str, Floats] = {}
    bounds: Window | None = None
    coded = [Ranks(one) for one in cryptomattes]
    for step in passes(ordered({*layers, *(name for one in cryptomattes for name in one.names)})):
        beside = {number: {**told, **step.values} for number, told in others.items()}
        rendered = node.render(frame, {**values, **step.values}, beside)
        tell(rendered.told)
        account(rendered.account)
        bounds = bounds or rendered.bounds
        pixels = placed(rendered.pixels, rendered.bounds, bounds)
        if step.layers == ("rgba",):
            found["rgba"] = pixels
        elif step.layers == (CLEAN,):
            found[CLEAN] = pixels[..., :3]
        else:
            mattes = dict(zip(step.layers, _apart(pixels, len(step.layers)), strict=True))
            found |= {name: matte for name, matte in mattes.items() if name in layers}
            for one in coded:
                for name, matte in mattes.items():
                    one.add(name, matte)
    for one in coded:
        found[one.what.layer] = one.channels()
        tell(one.told)
    return found, replace(picture, bounds=bounds or picture.bounds)


def _apart(pixels: Floats, count: int) -> list[Floats]:
    """The first *count* mattes of a render, each H×W×1; one that is 0 everywhere takes no memory."""
    import cv2  # not before the engine has looked whether there is room for it

    none = np.broadcast_to(np.zeros((), np.float32), (*pixels.shape[:2], 1))
    planes = [none] * count
    for y in range(0, len(pixels), _ROWS):  # a strip at a time stays near the processor
        strip = pixels[y : y + _ROWS]
        for n in range(count) if strip.any() else ():
            matte = cv2.extractChannel(strip, n)
            if matte.any():
                planes[n] = np.zeros(none.shape, np.float32) if planes[n] is none else planes[n]
                planes[n][y : y + _ROWS, :, 0] = matte
    return planes


def default_values(linear: bool, video_over: str | None) -> dict[str, Value]:
    """Controls that follow the kind of file unless the user sets them.

    EXR and float TIFF hold premultiplied scene-linear light, PNG and integer TIFF unpremultiplied
    sRGB; a preview video is laid over its backing in scene-linear light, ProRes 4444 keeps
    unpremultiplied Rec.709.
    """
    if video_over == "none":
        return {"output": "unpremultiplied", "output_colour": "rec709"}
    if linear or video_over is not None:
        return {"output": "premultiplied", "output_colour": "linear"}
    return {"output": "unpremultiplied", "output_colour": "srgb"}
