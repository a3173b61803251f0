"""The faces of a run of heads that are drawn; made once and kept."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from anatomatte.frame import Pixels
from anatomatte.ops import colour

from . import cuts
from .cuts import Faces
from .fit import People
from .heads import Atelier, Who, moment
from .telling import told

SOURCE, TARGET = Who(160, 2), Who(40, 8)
"""Whose faces are drawn: the one that is put in, and the one that is there."""

_FIRST_OTHER = 300
_HELD_OUT = 1000
"""Added to the seed of the takes for the moments that training never sees."""


@dataclass(frozen=True)
class Drawing:
    """How much is drawn."""

    frames: int = 240
    """Moments of each take."""
    held_out: int = 24
    others: int = 16
    """Other people, so that who is who is learned among several."""
    each: int = 12
    """Moments of each of them."""
    side: int = 384
    """Of the pictures in pixels."""


def drawn(assets: Path, run: Path, side: int, seed: int, how: Drawing) -> People:
    """Two drawn heads and others; what the run's folder has already is not drawn again."""
    atelier = None

    def take(name: str, who: Who, numbers: range, from_seed: int) -> Faces:
        nonlocal atelier
        path = run / "faces" / f"{name}.npz"
        if not path.exists():
            atelier = atelier or Atelier(assets, how.side)
            cuts.kept(path, cuts.of_pictures(_pictures(atelier, name, who, numbers, from_seed), side))
        return cuts.read(path)

    source = take("source", SOURCE, range(how.frames), seed)
    target = take("target", TARGET, range(how.frames, 2 * how.frames), seed)
    others = [
        take(f"other{k:02d}", Who(_FIRST_OTHER + 37 * k, 100 + k), range(how.each), seed + 1 + k)
        for k in range(how.others)
    ]
    return People(source, target, tuple(one for one in others if len(one) > 1))


def _pictures(
    atelier: Atelier, name: str, who: Who, numbers: range, seed: int
) -> Iterator[tuple[str, Pixels, Pixels]]:
    for number in told(numbers, f"drawing {name}", len(numbers)):
        yield f"{name} {number}", *picture(atelier, who, number, seed)


def picture(atelier: Atelier, who: Who, number: int, seed: int) -> Drawn:
    """Scene-linear light and the matte of bare face."""
    shown, matte = atelier.draw(who, moment(atelier.casting, seed, number))
    light = colour.srgb_decode(shown.astype(np.float32) / np.float32(255))
    return light, matte.astype(np.float32) / np.float32(255)


Drawn = tuple[Pixels, Pixels]
"""A picture, scene-linear, and its matte of bare face."""


def held_out(atelier: Atelier, seed: int, count: int) -> Iterator[tuple[Drawn, Drawn]]:
    """Moments that training never saw: the target, and the source doing the same in the same light."""
    for number in range(count):
        target, source = (picture(atelier, who, number, seed + _HELD_OUT) for who in (TARGET, SOURCE))
        yield target, source
