"""What leaves the node: mattes and foreground packed into the channels that the host asked for."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from .. import buffers
from ..frame import Frame, Pixels, strips, to_view, unheard
from ..ops import loops
from ..settings import Settings
from . import paint, stages, views
from .mattes import Mattes

_ROWS = 16
"""Rows that are put side by side together: as many as stay near the processor."""


def _one(pixels: Pixels) -> Pixels:
    return pixels[..., None]


def _side_by_side(planes: Sequence[Pixels]) -> Pixels:
    """Planes H×W as the channels of one picture."""
    out = buffers.empty((*planes[0].shape, len(planes)))
    for y in range(0, len(out), _ROWS):
        _beside(planes, slice(y, y + _ROWS), out[y : y + _ROWS])
    return out


def packed(mattes: Mattes, settings: Settings, channels: int) -> tuple[Pixels, ...]:
    """The mattes H×W that the controls put into the channels; of one channel the one in Alpha."""
    names = (settings.pack_r, settings.pack_g, settings.pack_b, settings.pack_a)
    wanted = names[-1:] if channels == 1 else names[:channels]
    return tuple(mattes.planes(wanted, settings.parts_of))


def written(
    made: Pixels | Sequence[Pixels],
    view: npt.NDArray[Any],
    wrote: Callable[[int], None] = unheard,
    lies: Callable[[list[Pixels]], bool] | None = None,
) -> None:
    """Write a picture, or planes H×W side by side, into a host's *view*, some rows at a time.

    Args:
        wrote: told how many rows from the top are written, again and again.
        lies: told where the picture's channels lie, if they do in memory that is shared; False where that
            will not do.  Then nothing is written, or a plane that several channels show once.
    """
    if lies is not None and view.dtype == np.float32 and _lent(made, view, lies):
        return
    if isinstance(made, np.ndarray):
        to_view(made, view, wrote)
        return
    if view.dtype == np.float32:
        for strip in strips(view):
            loops.beside([plane[strip] for plane in made], view[strip])
            wrote(strip.stop)
        return
    part = np.empty((_ROWS, *made[0].shape[1:], len(made)), np.float32)
    for strip in strips(view):
        for y in range(strip.start, strip.stop, _ROWS):
            rows = slice(y, min(y + _ROWS, strip.stop))
            beside = part[: rows.stop - y]
            _beside(made, rows, beside)
            to_view(beside, view[rows])
        wrote(strip.stop)


def _lent(
    made: Pixels | Sequence[Pixels], view: npt.NDArray[Any], lies: Callable[[list[Pixels]], bool]
) -> bool:
    """Have the picture taken from where it lies, or from *view*'s memory by planes where those are less."""
    planes = [made[..., c] for c in range(made.shape[2])] if isinstance(made, np.ndarray) else list(made)
    if lies(planes):
        return True
    apart = {(plane.ctypes.data, plane.strides): plane for plane in planes}
    if len(apart) == len(planes) or not view.flags.c_contiguous:
        return False
    room = view.reshape(len(planes), *view.shape[:2])  # the same memory
    for there, plane in zip(room, apart.values(), strict=False):
        np.copyto(there, plane)
    at = dict(zip(apart, room, strict=False))
    return lies([at[plane.ctypes.data, plane.strides] for plane in planes])


def _beside(planes: Sequence[Pixels], rows: slice, out: Pixels) -> None:
    """Some rows of planes, as the channels of *out*."""
    loops.beside([plane[rows] for plane in planes], out)


def picture(mattes: Mattes, settings: Settings, background: Frame | None = None) -> Pixels:
    """H×W×4 float32 as the Output control says.

    Premultiplying multiplies the encoded colour: a host composites what it gets.  *background* has
    the plate's place; without one, Comp gives the foreground over nothing.
    """
    alpha = mattes.alpha
    if settings.output == "matte":
        return np.broadcast_to(_one(alpha), (*alpha.shape, 4))  # no copy: it is written once more anyway
    if settings.output in (*views.VIEWS, *stages.VIEWS):
        return _view(mattes, settings.output)
    if settings.output in FACES:
        return _face(mattes, settings.output)
    if settings.output == "packed":
        return _side_by_side(packed(mattes, settings, 4))
    if settings.output in ("people", "parts"):
        return paint.people(mattes) if settings.output == "people" else paint.parts(mattes)
    if settings.output == "unpremultiplied":
        return np.concatenate([mattes.foreground, _one(alpha)], 2)
    over = np.concatenate([mattes.foreground * _one(alpha), _one(alpha)], 2)
    if settings.output == "comp" and background is not None:
        over += (1 - _one(alpha)) * backdrop(background)
    return over


FACES = ("face_plate", "face_patch")
"""Outputs that show a replaced face."""


def _face(mattes: Mattes, output: str) -> Pixels:
    assert mattes.face_plate is not None and mattes.face_light is not None and mattes.face_patch is not None
    if output == "face_plate":
        return np.concatenate([mattes.face_plate, np.ones_like(mattes.face_plate[..., :1])], 2)
    return np.concatenate([mattes.face_light, _one(mattes.face_patch)], 2)


def _view(mattes: Mattes, view: str) -> Pixels:
    if view == "edge":
        return views.edge(mattes)
    shown = views.status(mattes) if view == "status" else mattes.surface
    if shown is None:
        shown = np.repeat(_one(mattes.spill), 3, 2)
    return np.concatenate([shown, np.ones_like(shown[..., :1])], 2)


def backdrop(background: Frame) -> Pixels:
    """What lies behind the subject as H×W×4, premultiplied and finite."""
    pixels = np.nan_to_num(background.pixels, nan=0.0, posinf=0.0, neginf=0.0)
    if background.channels == 1:
        return np.repeat(pixels, 4, 2)
    if background.channels == 3 or background.premult == "opaque":
        return np.concatenate([pixels[..., :3], np.ones_like(pixels[..., :1])], 2)
    if background.premult == "unpremultiplied":
        return np.concatenate([pixels[..., :3] * pixels[..., 3:], pixels[..., 3:]], 2)
    return pixels


def components(rgba: Pixels, channels: int, settings: Settings) -> Pixels:
    """*rgba* as 4, 3 or 1 channels; one channel is the alpha, or the red of views that are opaque."""
    if channels == 4:
        return rgba
    if channels == 3:
        return rgba[..., :3]
    return (
        rgba[..., :1]
        if settings.output in ("spill", "screen", "cleanplate", "face_plate", *stages.VIEWS)
        else rgba[..., 3:]
    )
