"""Odd sets: people as they are seldom seen, a set of a kind, with exact labels and mattes.

Half bodies, seated, close-ups, backs of heads, children, lying, from above. Each picture shows one person
before a place, plainly: no occluder, no camouflage, little grain. No network is trained on them;
`benchmarks/odd.py` scores them. A set is a function of the generator's version and its kind.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX

from .bank import Bank, Item, shard_rng
from .people.brief import Brief
from .scene.backdrop import crop_place
from .scene.labels import mended

_UPRIGHT = (0.5, 0.25, 0.0, 0.0, 0.15, 0.1, 0.0, 0.0, 0.0)
"""Shares of poses: stand, walk, raise, reach."""

KINDS = {
    "half": Brief({"half": 0.7, "three-quarter": 0.3}, _UPRIGHT, yaw=(0, 40)),
    "seated": Brief(
        {"full": 0.6, "three-quarter": 0.4}, (0, 0, 0, 1, 0, 0, 0, 0, 0), yaw=(0, 45), pitch=(-5, 20)
    ),
    "close": Brief({"face": 0.6, "portrait": 0.4}, _UPRIGHT, ages=(0.4, 1), yaw=(0, 28), pitch=(-10, 15)),
    "back": Brief({"portrait": 0.6, "half": 0.4}, _UPRIGHT, yaw=(180, 25), pitch=(-10, 20)),
    "child": Brief({"full": 0.7, "three-quarter": 0.3}, ages=(0, 0.45), yaw=(0, 45), pitch=(-5, 25)),
    "lying": Brief(
        {"full": 0.8, "half": 0.2}, (0, 0, 0, 0, 0, 0, 0, 0, 1), yaw=(0, 25), pitch=(10, 75)
    ),
    "above": Brief({"full": 0.7, "half": 0.3}, _UPRIGHT, yaw=(0, 90), pitch=(45, 80)),
}  # fmt: skip
"""Who is in each set."""

COUNT = 24
"""People of a set."""

TILE = 512
"""Longest side of a person in pixels."""

_MARGIN = (0.06, 0.3)
"""Room beside a person where the frame does not cut them, as a share of their longer side."""


_HIDDEN = 0.5
"""Share of somebody's pixels that held things may cover."""


def shards(kind: str) -> str:
    """The bank's name for the people of a set."""
    return f"odd_{kind}"


@dataclass
class Odd:
    """One picture of one person.

    `picture` (H, W, 3) uint8; `alpha` (H, W) float32 of the person without held things; `label` (H, W)
    uint8 their main part; `facts` as the bank has them.
    """

    picture: NDArray[np.uint8]
    alpha: NDArray[np.float32]
    label: NDArray[np.uint8]
    facts: dict[str, Any]


def pictures(bank: Path, kind: str, count: int | None = None) -> Iterator[Odd]:
    """The pictures of the set *kind*, the first *count* of them; who is hidden by what they hold is left out.

    Raises:
        FileNotFoundError: the bank lacks the set, or places.
    """
    rng = shard_rng(f"{shards(kind)}-scenes", "validation", 0)
    people, places = Bank(bank, shards(kind), "validation"), Bank(bank, "places", "validation")
    every = (_composed(mended(item), places, rng) for item in people)
    yield from islice((one for one in every if not _hidden(one)), count)


def _hidden(one: Odd) -> bool:
    """Whether somebody stands behind an umbrella that they hold."""
    return float((one.label == INDEX["held"]).mean()) >= _HIDDEN * float((one.label > 0).mean())


def _composed(item: Item, places: Bank, rng: np.random.Generator) -> Odd:
    """Somebody before a place; where the frame cut them, the picture ends too."""
    high, wide = item.picture.shape[:2]
    room = [0 if cut else int(rng.uniform(*_MARGIN) * max(high, wide)) for cut in item.facts["cut"]]
    left, top, right, bottom = room
    size = high + top + bottom, wide + left + right

    def placed(plane: NDArray[np.uint8]) -> NDArray[np.uint8]:
        made = cv2.copyMakeBorder(plane, top, bottom, left, right, cv2.BORDER_CONSTANT, value=0)
        return np.asarray(made, np.uint8)

    figure = placed(np.ascontiguousarray(item.picture)).astype(np.float32)
    cover = figure[..., 3:] / 255
    ground = crop_place(places, rng, *size)
    ground = cv2.GaussianBlur(ground, (0, 0), rng.uniform(0.3, 0.012 * max(size)))
    mixed = ground * (1 - cover) + figure[..., :3]
    mixed = 255 * (mixed / 255) ** np.float32(np.exp(rng.normal(0, 0.12)))
    mixed = mixed + rng.normal(0, rng.uniform(0.5, 3), mixed.shape).astype(np.float32)
    return Odd(
        np.asarray(np.clip(mixed + 0.5, 0, 255), np.uint8),
        placed(np.ascontiguousarray(item.planes[..., 0])).astype(np.float32) / 255,
        placed(np.ascontiguousarray(item.planes[..., 2])),
        item.facts,
    )


def render(assets: Path, bank: Path) -> None:
    """Render what the bank lacks of the sets and of the places behind them."""
    from .render import render_people, render_places

    render_places(assets, bank, "validation", range(2))
    for kind, brief in KINDS.items():
        render_people(
            assets, bank, "validation", range(1), 3, shards(kind), brief=brief, count=COUNT, tile=TILE
        )
