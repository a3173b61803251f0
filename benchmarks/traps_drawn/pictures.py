"""The list of pictures, and how one is drawn and taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

from . import indoors, outdoors, screens, sport, studio
from .camera import shoot
from .canvas import Canvas, Pixels

TRAPS: dict[str, Callable[[Canvas], None]] = {**outdoors.KINDS, **sport.KINDS, **indoors.KINDS}
SCREENS: dict[str, Callable[[Canvas], None]] = {**screens.KINDS, **studio.KINDS}
KINDS = {**TRAPS, **SCREENS}

EACH = 2
"""Pictures of each kind in a split."""

SIZES = (640, 360), (768, 432), (704, 480), (640, 400), (960, 540)
TALL = {"clear sky", "coat", "jeans", "portrait", "bare wall"}
"""Kinds of which some are in portrait format."""


@dataclasses.dataclass(frozen=True, eq=False)
class Picture:
    """A picture and the truth about it.

    Attributes:
        name: its kind and number.
        kind: what it shows.
        rgb: H×W×3 of 8-bit sRGB.
        screen: whether a studio's screen is in it.
        mask: where that screen is seen; nowhere in a trap.
        alpha: H×W, the people in 0..1.
    """

    name: str
    kind: str
    rgb: npt.NDArray[np.uint8]
    screen: bool
    mask: npt.NDArray[np.bool_]
    alpha: Pixels


def names(split: str) -> list[tuple[str, int]]:
    """Kind and number of every picture of a split."""
    return [(kind, number) for kind in KINDS for number in range(EACH)]


def draw(split: str, kind: str, number: int) -> Picture:
    """One picture of a split (`dev` or `held`)."""
    place = list(KINDS).index(kind)
    wide, high = SIZES[(3 * place + 2 * number + (split == "held")) % len(SIZES)]
    if kind in TALL and (kind == "portrait" or number % 2 == 1):
        wide, high = (432, 640) if split == "dev" else (480, 720)
    canvas = Canvas(split, place, number, (wide, high))
    settings = canvas.camera
    settings.blur, settings.grain = canvas.uniform(0.4, 0.9), canvas.uniform(0.006, 0.016)
    settings.quality = int(canvas.rng.integers(60, 92)) if (place + number) % 2 else 0
    settings.tint = 1 + canvas.rng.uniform(-0.04, 0.04, 3)
    KINDS[kind](canvas)
    mask = (canvas.screen >= 0.5) & (canvas.alpha < 0.5)
    return Picture(f"{kind} {number + 1}", kind, shoot(canvas), kind in SCREENS, mask, np.clip(canvas.alpha, 0, 1))


def pictures(split: str) -> Iterator[Picture]:
    """All pictures of a split (`dev` or `held`), traps first; always the same."""
    for kind, number in names(split):
        yield draw(split, kind, number)
