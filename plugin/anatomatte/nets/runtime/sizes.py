"""Sizes: a picture is resized and padded to a network's input, and its outputs back to the picture.

The rules are those of `manifest_fields.Size`, `Pad` and `Back`.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

from ...errors import PlateError
from ...models.manifest_fields import Back, Pad, Size
from .resize import Kernel, resize

Plane = NDArray[np.float32]

MOST_PIXELS = 1 << 27
"""A network's picture may have this many pixels at most."""

_CV2 = {"nearest": cv2.INTER_NEAREST_EXACT, "bilinear": cv2.INTER_LINEAR, "area": cv2.INTER_AREA}
_CV2_CHANNELS = 4
_PADDED = {"constant": cv2.BORDER_CONSTANT, "edge": cv2.BORDER_REPLICATE, "reflect": cv2.BORDER_REFLECT_101}


@dataclass(frozen=True, slots=True)
class Geometry:
    """Where the picture lies in what the network sees.

    Attributes:
        picture: height and width of the picture.
        inner: height and width to which it is resized.
        outer: height and width with the padding.
        top, left: where the inner picture begins.
    """

    picture: tuple[int, int]
    inner: tuple[int, int]
    outer: tuple[int, int]
    top: int = 0
    left: int = 0


def _stepped(length: float, size: Size) -> int:
    """A side as a multiple, at least one of them."""
    steps = length / size.multiple
    # a side that floating point has put a hair beside a multiple is that multiple
    whole = round(steps)
    if abs(steps - whole) > 1e-6:
        whole = {"nearest": whole, "down": math.floor(steps), "up": math.ceil(steps)}[size.round]
    return max(1, whole) * size.multiple


def _scale(size: Size, height: int, width: int) -> float:
    """The factor on both sides that the rule asks for."""
    long, short = max(height, width), min(height, width)
    if size.rule == "any":
        return min(1.0, size.max_long / long) if size.max_long else 1.0
    side = long if size.rule == "long" else short
    scale = size.side / side
    left_alone = {
        "always": False,
        "larger": side <= size.side,
        "outside": short <= size.side <= long,
    }[size.when]
    scale = 1.0 if left_alone else scale
    return min(scale, size.max_long / long) if size.max_long else scale


def smaller(size: Size, side: int) -> Size:
    """The rule with another side (or height, where it is fixed); 0 leaves it as it is."""
    if not side:
        return size
    values = {field: getattr(size, field) for field in size.__dataclass_fields__}
    if size.rule == "fixed":
        values["width"] = max(1, round(size.width * side / size.height))
        values["height"] = side
    elif size.rule == "any":
        values["max_long"] = side
    else:
        values["side"] = side
        # a rule that leaves some pictures alone would leave them too large
        values["when"] = "always"
    return Size(**values)


def plan(size: Size, pad: Pad, height: int, width: int) -> Geometry:
    """The sizes for a picture of *height* × *width*.

    Raises:
        PlateError: the picture is empty, or so long that the network's picture would have more
            than `MOST_PIXELS`.
    """
    if height < 1 or width < 1:
        raise PlateError("The picture is empty: a network needs at least one pixel.")
    if size.rule == "fixed":
        inner = (size.height, size.width)
        if size.aspect == "keep":
            scale = min(size.height / height, size.width / width)
            inner = (
                min(size.height, max(1, round(height * scale))),
                min(size.width, max(1, round(width * scale))),
            )
        outer = (size.height, size.width)
    else:
        scale = _scale(size, height, width)
        inner = (_stepped(height * scale, size), _stepped(width * scale, size))
        outer = inner
    down, across = (-(-n // pad.multiple) * pad.multiple for n in outer)
    if down * across > MOST_PIXELS:
        raise PlateError(
            f"A picture of {width}×{height} would be {across}×{down} for this network: its shape is too "
            "extreme; crop the plate."
        )
    half = pad.where == "both"
    top = (down - inner[0]) // 2 if half else 0
    left = (across - inner[1]) // 2 if half else 0
    return Geometry((height, width), inner, (down, across), top, left)


def resized(picture: Plane, size: tuple[int, int], how: str, antialias: bool = True) -> Plane:
    """A picture (H, W) or (H, W, C) at `size` (height, width); pixel centres are at halves.

    A filter's name is one kernel, whatever computes it: those of `resize`; ``area`` is the mean of what a
    pixel covers, along a side that grows bilinear; ``nearest`` is the pixel under the centre.
    """
    height, width = size
    if picture.shape[:2] == (height, width):
        return picture
    down = (min(height, picture.shape[0]), min(width, picture.shape[1]))
    shrinks = down != picture.shape[:2]
    if how == "area":
        # the mean along what shrinks first: OpenCV would interpolate along both
        picture = _by_cv2(picture, down, how) if shrinks else picture
        return resized(picture, size, "bilinear", antialias)
    if how == "lanczos" or (how == "bicubic" and shrinks and not antialias):
        return _by_kernel(picture, size, Kernel(how, antialias))
    if how == "bicubic" or (how == "bilinear" and shrinks and antialias):
        return _by_torch(picture, size, how)
    return _by_cv2(picture, size, how)


def _by_kernel(picture: Plane, size: tuple[int, int], kernel: Kernel) -> Plane:
    flat = picture[..., None] if picture.ndim == 2 else picture
    made = resize(np.asarray(flat, np.float32), *size, kernel)
    return made[..., 0] if picture.ndim == 2 else made


def _by_cv2(picture: Plane, size: tuple[int, int], how: str) -> Plane:
    """By OpenCV, four channels at a time: it takes no more for some filters."""
    flat = picture[..., None] if picture.ndim == 2 else picture
    parts = [
        cv2.resize(
            np.ascontiguousarray(flat[..., c : c + _CV2_CHANNELS]), size[::-1], interpolation=_CV2[how]
        ).reshape(*size, -1)
        for c in range(0, flat.shape[2], _CV2_CHANNELS)
    ]
    made = np.concatenate(parts, 2) if len(parts) > 1 else parts[0]
    return np.asarray(made[..., 0] if picture.ndim == 2 else made, np.float32)


def _by_torch(picture: Plane, size: tuple[int, int], how: str) -> Plane:
    """By torch with antialiasing: then its cubic is Keys' with a = -0.5, else it is another."""
    import torch
    import torch.nn.functional as F

    flat = picture[..., None] if picture.ndim == 2 else picture
    planes = torch.from_numpy(np.ascontiguousarray(flat.transpose(2, 0, 1)))[None]
    made = F.interpolate(planes, size=size, mode=how, align_corners=False, antialias=True)[0]
    turned = np.asarray(made.permute(1, 2, 0).contiguous().numpy(), np.float32)
    return turned[..., 0] if picture.ndim == 2 else turned


def padded(picture: Plane, geometry: Geometry, mode: str, value: float) -> Plane:
    """The inner picture with its padding; reflection that is longer than the picture turns to `edge`."""
    height, width = picture.shape[:2]
    top, left = geometry.top, geometry.left
    bottom, right = geometry.outer[0] - height - top, geometry.outer[1] - width - left
    if not (top or left or bottom or right):
        return picture
    if mode == "reflect" and (max(top, bottom) >= height or max(left, right) >= width):
        mode = "edge"
    made = cv2.copyMakeBorder(
        np.ascontiguousarray(picture), top, bottom, left, right, _PADDED[mode], value=[value] * 4
    )
    return np.asarray(made, np.float32)


def brought_back(planes: Plane, geometry: Geometry, size: tuple[int, int], back: Back) -> Plane:
    """Planes (C, h, w) of the network's picture, at any scale of it, cut to the picture, at *size*."""
    rows = planes.shape[1] / geometry.outer[0]
    columns = planes.shape[2] / geometry.outer[1]
    top, left = round(geometry.top * rows), round(geometry.left * columns)
    height = max(1, round(geometry.inner[0] * rows))
    width = max(1, round(geometry.inner[1] * columns))
    inner = planes[:, top : top + height, left : left + width]
    if inner.shape[1:] == size:
        return np.ascontiguousarray(inner)
    if back.align_corners and back.filter in ("bilinear", "bicubic"):
        return _cornered(inner, size, back.filter)
    return np.ascontiguousarray(
        resized(np.ascontiguousarray(inner.transpose(1, 2, 0)), size, back.filter).transpose(2, 0, 1)
    )


def _cornered(planes: Plane, size: tuple[int, int], how: str) -> Plane:
    """A resize of (C, h, w) that keeps the corners' pixels in the corners."""
    kernel = Kernel(how, antialias=False, corners=True)
    return np.ascontiguousarray(
        resize(np.ascontiguousarray(planes.transpose(1, 2, 0)), *size, kernel).transpose(2, 0, 1)
    )
