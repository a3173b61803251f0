"""What is behind a cutout: nothing, a colour, or a picture that covers the frame."""

from __future__ import annotations

from collections.abc import Callable
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

from anatomatte.ops.strips import each, never

from ..picture import Floats, Picture, placed
from .options import CutoutOptions, colour_of

if TYPE_CHECKING:
    from .cut import Cut

_TINY = np.float32(1e-6)
NO_ALPHA = ("jpeg",)
"""Formats that know no transparency."""


def displayed(picture: Picture, encoding: str) -> Floats:
    """A picture as a screen shows it: H×W×3, sRGB, in [0, 1], on the canvas of its display window."""
    from anatomatte.ops import colour

    shown: Floats = np.clip(colour.encode("srgb", light_of(picture, encoding)), 0, 1)
    return shown


def light_of(picture: Picture, encoding: str) -> Floats:
    """A picture's scene-linear light, H×W×3, on the canvas of its display window."""
    from anatomatte.ops import colour

    pixels = placed(picture.pixels[..., :3], picture.bounds, (0, 0, *picture.size))
    pixels = np.repeat(pixels, 3, axis=2) if pixels.shape[2] == 1 else pixels
    return np.asarray(colour.decode(encoding, np.ascontiguousarray(pixels)), np.float32)


def over(cut: Cut) -> Floats:
    """H×W×4, not premultiplied, over the background of its options, blended in scene-linear light.

    For EXR it stays scene-linear; for other formats it is sRGB in [0, 1].
    """
    return _over(cut.light, _behind(cut), cut.options.format)


def over_coded(cut: Cut, coded: Callable[[Floats], npt.NDArray[Any]]) -> npt.NDArray[Any]:
    """`over` as whole numbers, by strips: floats of the whole picture are several times as large.

    Args:
        coded: makes whole numbers of a strip's [0, 1].
    """
    height, width = cut.light.shape[:2]
    behind = _behind(cut)
    made = np.empty((height, width, 4), coded(np.zeros(1, np.float32)).dtype)

    def strip(first: int, last: int) -> None:
        some = None if behind is None else behind[first:last]
        made[first:last] = coded(_over(cut.light[first:last], some, cut.options.format))

    each(height, strip, 1, never)
    return made


def _behind(cut: Cut) -> Floats | None:
    """What is behind a cutout, as large as it; None where nothing is."""
    behind = ground(cut.options)
    height, width = cut.light.shape[:2]
    return None if behind is None else covering(behind, width, height)


def _over(light: Floats, behind: Floats | None, kind: str) -> Floats:
    from anatomatte.ops import colour

    alpha = light[..., 3:]
    if behind is None:
        straight: Floats = np.where(alpha > 0, light[..., :3] / np.maximum(alpha, _TINY), np.float32(0))
    else:
        straight = light[..., :3] + (1 - alpha) * behind
        alpha = np.ones_like(alpha)
    if kind != "exr":
        straight = np.clip(colour.encode("srgb", straight), 0, 1)
    return np.concatenate([straight, alpha], axis=2).astype(np.float32)


def ground(options: CutoutOptions) -> Floats | None:
    """The background in scene-linear light: 1×1×3 of a colour, H×W×3 of a picture; None of transparency.

    Raises:
        PlateError: the picture cannot be read.
    """
    from anatomatte.ops import colour

    wanted = options.background
    if wanted is None and options.format in NO_ALPHA:
        wanted = "white"
    if wanted is None:
        return None
    if isinstance(wanted, Path):
        return _picture(wanted, wanted.stat().st_mtime_ns if wanted.is_file() else 0)
    return np.asarray(colour.decode("srgb", np.array([[colour_of(wanted)]], np.float32)), np.float32)


@lru_cache(maxsize=2)
def _picture(path: Path, _changed: int) -> Floats:
    """A background from a file; kept, as all pictures of a run share it."""
    from ..images import read_image

    picture = read_image(path)
    light = light_of(picture, picture.colour)
    light.setflags(write=False)
    return light


def covering(light: Floats, width: int, height: int) -> Floats:
    """A background H×W×3 scaled to cover width × height, its middle kept."""
    import cv2

    rows, columns = light.shape[:2]
    if (rows, columns) == (1, 1):
        return np.broadcast_to(light, (height, width, 3))
    if (rows, columns) == (height, width):
        return light
    scale = max(width / columns, height / rows)
    size = max(width, round(columns * scale)), max(height, round(rows * scale))
    how = cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    large = np.asarray(cv2.resize(light, size, interpolation=how), np.float32)
    left, top = (size[0] - width) // 2, (size[1] - height) // 2
    return large[top : top + height, left : left + width]
