"""The people in the pictures: cut-outs with exact alpha, lit, dressed and put into their places.

`benchmarks/traps_people/NAME.jpg` holds the colour, `NAME.png` alpha (first plane) and what is clothing
(second plane: 1 upper body, 2 legs); its README says where they come from.
"""

from __future__ import annotations

import dataclasses
import functools
from pathlib import Path

import cv2
import numpy as np
from keyer import linear

from .canvas import Canvas, Colour, Pixels

FOLDER = Path(__file__).resolve().parent.parent / "traps_people"


@dataclasses.dataclass(frozen=True)
class Sprite:
    """Somebody cut out: scene-linear colour, alpha, and 1 or 2 where there are clothes."""

    colour: Pixels
    alpha: Pixels
    clothes: Pixels


@functools.cache
def sprite(name: str) -> Sprite:
    """Read somebody.

    Raises:
        FileNotFoundError: the project's own file is not there.
    """
    colour = cv2.imread(str(FOLDER / f"{name}.jpg"), cv2.IMREAD_COLOR)
    planes = cv2.imread(str(FOLDER / f"{name}.png"), cv2.IMREAD_COLOR)
    if colour is None or planes is None:
        raise FileNotFoundError(f"{FOLDER / name}.jpg or .png cannot be read; the repository is not whole")
    light = linear(np.ascontiguousarray(colour[..., ::-1], np.uint8))
    return Sprite(light, planes[..., 0].astype(np.float32) / 255, planes[..., 1].astype(np.float32))


@dataclasses.dataclass(frozen=True)
class Pose:
    """How somebody stands in a picture.

    Attributes:
        who: place in the split's list of full figures, or of upper bodies, after the picture's first.
        x: the middle.
        size: height of the cut-out as a share of the picture's.
        foot: the cut-out's lower edge; an upper body stands at 1 or below.
        flip: mirrored.
        level: how much light falls on them.
        tint: its colour.
        upper, legs: the clothes' colour, None as they were.
        blur: out of focus, a share of the height.
        smear: motion blur, a share of the width.
        spill: how much light of the screen falls on them.
        shadow: how dark their shadow on what is behind or below is.
    """

    who: int
    x: float
    size: float
    foot: float = 0.97
    flip: bool = False
    level: float = 1.0
    tint: Colour = (1.0, 1.0, 1.0)
    upper: Colour | None = None
    legs: Colour | None = None
    blur: float = 0.0
    smear: float = 0.0
    spill: float = 0.0
    shadow: float = 0.35


FULL = tuple(tuple(f"full{k}" for k in some) for some in (range(5), range(5, 10)))
HALF = tuple(tuple(f"half{k}" for k in some) for some in (range(3), range(3, 6)))
"""The people of each split."""


def stand(canvas: Canvas, pose: Pose) -> None:
    """Put a full figure in, with a shadow on the floor."""
    names = FULL[canvas.split]
    _put(canvas, sprite(names[(canvas.cast + pose.who) % len(names)]), pose, floor=True)


def bust(canvas: Canvas, pose: Pose) -> None:
    """Put an upper body in, cut by the lower edge of the picture, with a shadow on what is behind."""
    names = HALF[canvas.split]
    cut = dataclasses.replace(pose, foot=max(pose.foot, 1.01))
    _put(canvas, sprite(names[(canvas.cast + pose.who) % len(names)]), cut, floor=False)


def dyed(light: Pixels, mask: Pixels, colour: Colour | None) -> Pixels:
    """*light* with its clothes in another *colour*: their folds and shade stay."""
    if colour is None or not mask.any():
        return light
    grey = light.mean(2)
    usual = max(float(np.median(grey[mask > 0.5])), 1e-3)
    folds = np.clip(0.25 + 0.75 * grey / usual, 0, 2.2) if usual > 0.02 else 0.7 + 0.3 * grey / usual
    cover = cv2.GaussianBlur(mask, (0, 0), 0.7)[..., None]
    return np.asarray(
        light * (1 - cover) + folds[..., None] * np.asarray(colour, np.float32) * cover, np.float32
    )


def _put(canvas: Canvas, someone: Sprite, pose: Pose, floor: bool) -> None:
    if canvas.empty:
        return
    pose = dataclasses.replace(pose, x=pose.x + canvas.moved[0], foot=pose.foot + canvas.moved[1])
    light = dyed(someone.colour, (someone.clothes == 1).astype(np.float32), pose.upper)
    light = dyed(light, (someone.clothes == 2).astype(np.float32), pose.legs)
    tall, wide = someone.alpha.shape
    scale = pose.size * canvas.height / tall
    mixed = np.dstack([light * someone.alpha[..., None], someone.alpha])
    if scale < 0.8:
        mixed = cv2.GaussianBlur(mixed, (0, 0), 0.42 / scale)
    sign = -scale if pose.flip else scale
    left = pose.x * canvas.width - sign * wide / 2
    move = np.array([[sign, 0, left], [0, scale, pose.foot * canvas.height - scale * tall]], np.float32)
    seen = cv2.warpAffine(mixed, move, (canvas.width, canvas.height), flags=cv2.INTER_LINEAR)
    seen = _unsharp(canvas, seen, pose)
    cover = seen[..., 3]
    lit = seen[..., :3] * np.float32(pose.level) * np.asarray(pose.tint, np.float32)
    if pose.spill:
        behind = canvas.light[canvas.screen > 0.5]
        glow = behind.mean(0) if len(behind) else canvas.light.mean((0, 1))
        rim = np.clip(2.2 * (1 - canvas.soft(cover, 0.03)) + 0.25, 0, 1)
        lit = lit * (1 + 0.2 * pose.spill) + (cover * rim * np.float32(0.4 * pose.spill))[..., None] * glow
    _shadow(canvas, cover, pose, floor)
    canvas.light = canvas.light * (1 - cover[..., None]) + lit
    canvas.screen = canvas.screen * (1 - cover)
    canvas.alpha = canvas.alpha * (1 - cover) + cover


def _unsharp(canvas: Canvas, seen: Pixels, pose: Pose) -> Pixels:
    if pose.blur:
        seen = cv2.GaussianBlur(seen, (0, 0), pose.blur * canvas.height)
    if pose.smear:
        length = max(3, round(pose.smear * canvas.width))
        kernel = np.zeros((length, length), np.float32)
        cv2.line(kernel, (0, length * 2 // 5), (length - 1, length * 3 // 5), 1.0)
        seen = cv2.filter2D(seen, -1, kernel / kernel.sum())
    return np.asarray(seen, np.float32)


def _shadow(canvas: Canvas, cover: Pixels, pose: Pose, floor: bool) -> None:
    if not pose.shadow:
        return
    if floor:
        foot = pose.foot * canvas.height
        lean, squash = 0.9, 0.16
        move = np.array([[1, lean, -lean * foot], [0, squash, foot * (1 - squash)]], np.float32)
    else:
        move = np.array([[1.05, 0, 0.02 * canvas.width], [0, 1.05, 0.02 * canvas.height]], np.float32)
    cast = cv2.warpAffine(cover, move, (canvas.width, canvas.height))
    cast = canvas.soft(cast, 0.008 if floor else 0.05)
    if floor:  # and where the shoes stand
        cast = np.maximum(
            cast, canvas.soft(canvas.disc(pose.x, pose.foot - 0.012, 0.09 * pose.size, 0.014), 0.008)
        )
    canvas.shade(1 - np.float32(pose.shadow) * np.clip(cast, 0, 1))
