"""The renders of the node that bring a frame's layers, and what they are made into."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace

import numpy as np

from anatomatte.menus import PERSON_MENU
from anatomatte.settings import Value

from .boxed import placed_in
from .cryptomatte import Cryptomatte, Ranks
from .layers import CLEAN, divided, ordered, passes
from .node import ALONE, Account, Node, Rendered
from .picture import Floats, Picture, Window, placed


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

    def take(mattes: Mapping[str, Floats], boxes: Iterable[Window] = ()) -> None:
        people = {name: box for name, box in zip(mattes, boxes, strict=False) if name in PERSON_MENU}
        absent.update(name for name in people if not any(mattes[name].strides))
        where.update(people)
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
            planes, boxes = zip(*_apart(rendered, bounds, len(step.layers)), strict=True)
            take(dict(zip(step.layers, planes, strict=True)), boxes)
    for one in coded:
        found[one.what.layer] = one.channels()
        tell(one.told)
    return found, replace(picture, bounds=bounds or picture.bounds)


def _apart(rendered: Rendered, bounds: Window, count: int) -> list[tuple[Floats, Window]]:
    """The first *count* mattes of a render, each H×W×1 of *bounds*, and the window outside of which it is 0;
    one that is 0 everywhere takes no memory, and its window is a pixel."""
    from anatomatte.ops.loops import boxes

    pixels, at = rendered.pixels, rendered.bounds
    if not _holds(bounds, at):
        pixels, at = placed(pixels, at, bounds), bounds
    none = _nothing(bounds)
    made: list[tuple[Floats, Window]] = []
    down, across = bounds[3] - at[3], at[0] - bounds[0]
    for n, (top, bottom, left, right) in enumerate(boxes(pixels[..., :count]).tolist()):
        if not bottom:
            made.append((none, (bounds[0], bounds[1], bounds[0] + 1, bounds[1] + 1)))
            continue
        box = slice(down + top, down + bottom), slice(across + left, across + right)
        plane = placed_in((none.shape[0], none.shape[1]), box, pixels[top:bottom, left:right, n])
        made.append((plane, (at[0] + left, at[3] - bottom, at[0] + right, at[3] - top)))
    return made


def _nothing(bounds: Window) -> Floats:
    """A matte of *bounds* that is 0 everywhere and takes no memory."""
    size = (bounds[3] - bounds[1], bounds[2] - bounds[0], 1)
    return np.broadcast_to(np.zeros((), np.float32), size)


def _holds(bounds: Window, inner: Window) -> bool:
    """Whether a window lies within *bounds*."""
    x1, y1, x2, y2 = bounds
    return x1 <= inner[0] and y1 <= inner[1] and inner[2] <= x2 and inner[3] <= y2


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
