"""The list of pictures, and how one is drawn and taken."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Iterator

import numpy as np
import numpy.typing as npt

from . import awful, clothes, indoors, outdoors, screens, sport, studio, things
from .camera import shoot
from .canvas import Canvas, Pixels, Point


def _empty(canvas: Canvas) -> None:
    """A place of another kind, with nobody in it."""
    places = (indoors.painted_wall, outdoors.sea), (sport.hall, outdoors.pool)
    canvas.empty = True
    places[canvas.split][canvas.number](canvas)


TRAPS: dict[str, Callable[[Canvas], None]] = {
    **outdoors.KINDS, **sport.KINDS, **indoors.KINDS, **things.KINDS, **clothes.KINDS,
    "empty place": _empty,
}  # fmt: skip
SCREENS: dict[str, Callable[[Canvas], None]] = {**screens.KINDS, **awful.KINDS, **studio.KINDS}
KINDS = {**TRAPS, **SCREENS}

EACH = 2
"""Pictures of each kind in a split."""

SIZES = (640, 360), (768, 432), (704, 480), (640, 400), (960, 540)
TALL = {"clear sky", "coat", "jeans", "portrait", "bare wall"}
"""Kinds of which some are in portrait format."""

HELD_ONLY = {"container", "hall", "stage light", "vinyl", "shadowed"}
"""Kinds that nobody can tune on."""

LETTERED = {"banner", "hoardings", "pitch", "court", "chalkboard", "bus", "container"}
"""Kinds with letters, which cannot be mirrored."""


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
    kinds = [kind for kind in KINDS if split == "held" or kind not in HELD_ONLY]
    return [(kind, number) for kind in kinds for number in range(EACH)]


def draw(
    split: str, kind: str, number: int, scale: float = 1.0, moved: Point = (0.0, 0.0), take: int = 0
) -> Picture:
    """One picture of a split (`dev` or `held`); another *scale* is for whoever has no time.

    Args:
        moved: how far the people have gone, for shots: shares of the picture's width and height.
        take: number of the photograph: each has a grain of its own.
    """
    wide, high = SIZES[(len(kind) + 2 * number + (split == "held")) % len(SIZES)]
    if kind in TALL and (kind == "portrait" or number % 2 == 1):
        wide, high = (432, 640) if split == "dev" else (480, 720)
    canvas = Canvas(split, kind, number, (round(wide * scale), round(high * scale)))
    settings = canvas.camera
    settings.blur, settings.grain = canvas.uniform(0.4, 0.9), canvas.uniform(0.006, 0.016)
    settings.quality = int(canvas.rng.integers(60, 92)) if (len(kind) + number) % 2 else 0
    settings.tint = 1 + canvas.rng.uniform(-0.04, 0.04, 3)
    canvas.moved = moved
    KINDS[kind](canvas)
    if kind not in LETTERED and canvas.rng.random() < 0.5:
        canvas.mirror()
    if take:
        canvas.rng = np.random.default_rng([take, *canvas.rng.integers(0, 2**31, 2)])
    mask = (canvas.screen >= 0.5) & (canvas.alpha < 0.5)
    return Picture(
        f"{kind} {number + 1}", kind, shoot(canvas), kind in SCREENS, mask, np.clip(canvas.alpha, 0, 1)
    )


def pictures(split: str, only: Collection[str] | None = None) -> Iterator[Picture]:
    """All pictures of a split (`dev` or `held`), or those of some kinds, traps first; always the same."""
    for kind, number in names(split):
        if only is None or kind in only:
            yield draw(split, kind, number)
