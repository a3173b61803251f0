"""Preprocessing: a picture as the network's input tensor, trimap or hint, and the manifest's other inputs."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import SettingsError
from ...models.manifest import Extra, Input, Manifest
from ...ops import colour
from .sizes import Geometry, Plane, padded, resized

Array = NDArray[Any]

KNOWN = 0.05
"""An alpha within this of 0 or 1 is known; the rest is the unknown band of a trimap."""


def encoded(picture: Plane, manifest: Manifest, geometry: Geometry) -> Plane:
    """The picture (H, W, 3), sRGB 0-1, as the network's numbers (h, w, 3) with its padding."""
    how, size = manifest.input, manifest.size
    inner = np.clip(resized(picture, geometry.inner, size.filter, size.antialias), 0, 1)
    if how.transfer == "linear":
        inner = colour.decode("srgb", inner)
    low, high = how.range
    inner = np.asarray(low + inner * np.float32(high - low), np.float32)
    if how.colour == "bgr":
        inner = np.ascontiguousarray(inner[..., ::-1])
    outer = padded(inner, geometry, manifest.pad.mode, manifest.pad.value)
    mean, std = np.array(how.mean, np.float32), np.array(how.std, np.float32)
    return np.asarray((outer - mean) / std, np.float32)


def hint_of(rough: Plane, extra: Extra, manifest: Manifest, geometry: Geometry) -> Plane:
    """The rough alpha (H, W) as a hint or a trimap of the network's size (h, w)."""
    inner = np.clip(resized(rough, geometry.inner, "bilinear"), 0, 1)
    made = _trimap(inner, extra) if extra.what == "trimap" else _hint(inner, extra)
    outside = extra.levels[0] if extra.what == "trimap" else 0.0
    outer = padded(made, geometry, manifest.pad.mode, outside)
    return np.asarray((outer - np.float32(extra.mean)) / np.float32(extra.std), np.float32)


def _hint(rough: Plane, extra: Extra) -> Plane:
    """Drawn in and softened, in the network's pixels."""
    if extra.erode:
        rough = np.asarray(cv2.erode(rough, _disc(extra.erode)), np.float32)
    if extra.blur:
        rough = np.asarray(cv2.GaussianBlur(rough, (0, 0), extra.blur), np.float32)
    return rough


def _trimap(rough: Plane, extra: Extra) -> Plane:
    """Known foreground, known background, and an unknown band between."""
    disc = _disc(extra.band)
    inside, outside = _deep(rough >= 1 - KNOWN, disc), _deep(rough <= KNOWN, disc)
    background, unknown, foreground = (np.float32(level) for level in extra.levels)
    return np.where(inside, foreground, np.where(outside, background, unknown)).astype(np.float32)


def _deep(known: NDArray[np.bool_], disc: NDArray[np.uint8]) -> NDArray[np.bool_]:
    """What is a disc's radius away from anything else; beyond the picture's border it goes on as it is."""
    rim = disc.shape[0] // 2
    height, width = known.shape
    grown = cv2.copyMakeBorder(known.astype(np.uint8), rim, rim, rim, rim, cv2.BORDER_REPLICATE)
    return np.asarray(cv2.erode(grown, disc)[rim : rim + height, rim : rim + width]) > 0


def _disc(radius: float) -> NDArray[np.uint8]:
    reach = int(np.floor(radius))
    y, x = np.mgrid[-reach : reach + 1, -reach : reach + 1]
    return np.asarray(x * x + y * y <= radius * radius, np.uint8)


def laid_out(planes: Plane, layout: str) -> Array:
    """A picture (h, w, C) or plane (h, w) in a file's layout."""
    picture = planes[..., None] if planes.ndim == 2 else planes
    if layout in ("HW", "NHW"):
        turned = picture[..., 0]
    elif "CHW" in layout:
        turned = picture.transpose(2, 0, 1)
    else:
        turned = picture
    return np.ascontiguousarray(turned[None] if layout.startswith("N") else turned)


def feeds(
    picture: Plane,
    manifest: Manifest,
    geometry: Geometry,
    floats: Any,
    *,
    hint: Plane | None = None,
    states: Mapping[str, Array] | None = None,
) -> dict[str, Array]:
    """Everything that the network is fed, by input name; the picture's may be "" for the first.

    Args:
        picture: (H, W, 3), sRGB 0-1.
        floats: the type of the file's floating point inputs.
        hint: the rough alpha (H, W) that is known so far, for networks that want one.
        states: what the last frame's run gave, by the names of its inputs; None at the beginning.

    Raises:
        SettingsError: the network wants a rough alpha and there is none.
    """
    main = encoded(picture, manifest, geometry)
    given: dict[str, Array] = {}
    for extra in manifest.extras:
        if extra.what in ("hint", "trimap"):
            if hint is None:
                raise SettingsError(
                    f"{manifest.title} refines a rough matte and there is none: choose it as Edge model, "
                    "or choose another model."
                )
            plane = hint_of(hint, extra, manifest, geometry)
            if extra.join == "channel":
                main = np.concatenate([main, plane[..., None]], 2)
                continue
            given[extra.name] = laid_out(plane, extra.layout).astype(_type(extra.dtype, floats))
        elif extra.what == "state":
            before = None if states is None else states[extra.name]
            zeros = np.zeros(extra.shape, _type(extra.dtype, floats))
            given[extra.name] = zeros if before is None else before.astype(zeros.dtype, copy=False)
        elif extra.what == "ratio":
            share = min(1.0, extra.side / max(geometry.outer))
            given[extra.name] = np.full(extra.shape or (1,), share, _type(extra.dtype, np.float32))
        elif extra.join == "channel":
            main = np.concatenate(
                [main, np.full_like(main[..., :1], (extra.value - extra.mean) / extra.std)], 2
            )
        else:
            given[extra.name] = np.full(extra.shape or (1,), extra.value, _type(extra.dtype, floats))
    given[manifest.input.name] = _whole(laid_out(main, manifest.input.layout), manifest.input, floats)
    return given


def _whole(numbers: Array, how: Input, floats: Any) -> Array:
    if how.dtype == "uint8":
        return np.clip(np.rint(numbers), 0, 255).astype(np.uint8)
    return numbers.astype(floats, copy=False)


def _type(word: str, floats: Any) -> Any:
    return floats if word == "float" else np.dtype(word)
