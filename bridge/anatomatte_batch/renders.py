"""The renders of the node that bring a frame's layers, and what they are made into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace

import numpy as np

from anatomatte.menus import PERSON_MENU
from anatomatte.settings import Value

from .cryptomatte import Cryptomatte, Ranks
from .layers import CLEAN, divided, ordered, passes
from .node import ALONE, Account, Node, Rendered
from .picture import Floats, Picture, Window, placed
from .still_rows import Spans, filled

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
    asked = {*layers, *(name for one in cryptomattes for name in one.names)}
    where: dict[str, Window] = {}
    absent: set[str] = set()
    made: set[tuple[Value, ...]] = set()

    def take(mattes: Mapping[str, Floats]) -> None:
        assert bounds is not None
        people = {name: matte for name, matte in mattes.items() if name in PERSON_MENU}
        absent.update(name for name, matte in people.items() if not any(matte.strides))
        where.update((name, _box(matte, bounds)) for name, matte in people.items())
        found.update((name, matte) for name, matte in mattes.items() if name in layers)
        for one in coded:
            for name, matte in mattes.items():
                one.add(name, matte)

    for step in passes(ordered(asked | divided(asked))):
        kinds = tuple(value for name, value in step.values.items() if name != "parts_of")
        if bounds is not None and kinds in made and step.values["parts_of"] in absent:
            take(dict.fromkeys(step.layers, _nothing(bounds)))  # nor does such a render tell anything new
            continue
        made.add(kinds)
        beside = {number: {**told, **step.values} for number, told in others.items()}
        window = where.get(str(step.values.get("parts_of")))
        rendered = node.render(frame, {**values, **step.values}, beside, window)
        tell(rendered.told)
        account(rendered.account)
        bounds = bounds or rendered.bounds
        if step.layers == ("rgba",):
            found["rgba"] = placed(rendered.pixels, rendered.bounds, bounds)
        elif step.layers == (CLEAN,):
            found[CLEAN] = placed(rendered.pixels, rendered.bounds, bounds)[..., :3]
        else:
            take(dict(zip(step.layers, _apart(rendered, bounds, len(step.layers)), strict=True)))
    for one in coded:
        found[one.what.layer] = one.channels()
        tell(one.told)
    return found, replace(picture, bounds=bounds or picture.bounds)


def _apart(rendered: Rendered, bounds: Window, count: int) -> list[Floats]:
    """The first *count* mattes of a render, each H×W×1 of *bounds*; one that is 0 everywhere takes no
    memory."""
    import cv2  # not before the engine has looked whether there is room for it

    pixels, at = rendered.pixels, rendered.bounds
    if not _holds(bounds, at):
        pixels, at = placed(pixels, at, bounds), bounds
    none = _nothing(bounds)
    size = none.shape
    planes = [none] * count
    top, x = bounds[3] - at[3], slice(at[0] - bounds[0], at[2] - bounds[0])
    for y in range(0, len(pixels), _ROWS):  # a strip at a time stays near the processor
        strip = pixels[y : y + _ROWS]
        for n in range(count) if strip.any() else ():
            matte = cv2.extractChannel(strip, n)
            if matte.any():
                planes[n] = np.zeros(size, np.float32) if planes[n] is none else planes[n]
                planes[n][top + y : top + y + len(strip), x, 0] = matte
    return planes


def _nothing(bounds: Window) -> Floats:
    """A matte of *bounds* that is 0 everywhere and takes no memory."""
    size = (bounds[3] - bounds[1], bounds[2] - bounds[0], 1)
    return np.broadcast_to(np.zeros((), np.float32), size)


def _holds(bounds: Window, inner: Window) -> bool:
    """Whether a window lies within *bounds*."""
    x1, y1, x2, y2 = bounds
    return x1 <= inner[0] and y1 <= inner[1] and inner[2] <= x2 and inner[3] <= y2


def _box(matte: Floats, bounds: Window) -> Window:
    """The window of *bounds* outside of which a matte is 0; a pixel where there is none."""
    if not any(matte.strides):
        return bounds[0], bounds[1], bounds[0] + 1, bounds[1] + 1
    rows, columns = filled([matte[..., 0]], Spans.of([matte[..., 0]]))
    left, top = bounds[0], bounds[3]
    return left + columns.start, top - rows.stop, left + columns.stop, top - rows.start


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
