"""Fills the bank: renders shards of people and backgrounds, each from its own seed."""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from .bank import Item, shard_rng, write_shard
from .people.brief import ANYBODY, FIGURES, Brief
from .people.render import Renderer
from .people.studio import TILE, Studio, Tile
from .scene.hdri import read_panoramas, view
from .scene.places import PLACE, draw_place
from .scene.textures import place_texture

SHARD = 64
"""Items in a shard."""

BRIEFS = {"people": ANYBODY, "figures": FIGURES}
"""Kinds of shards of people, and who is in them."""


def tile_item(tile: Tile) -> Item:
    """A studio tile as a bank item."""
    layer = tile.layer
    cover = layer.cover[..., None]
    mixed = (layer.rgb.astype(np.uint16) * cover + 127) // 255
    facts = {
        "cut": tile.cut,
        "head": tile.head,
        "feet": tile.feet,
        "framing": tile.framing,
        "pose": tile.pose,
        "outfit": tile.worn.outfit,
        "coat": tile.worn.coat,
        "legwear": tile.worn.legs,
        "skin": tile.skin_depth,
        "view": tile.view,
        "backlit": tile.backlit,
        "fabric": tile.fabric,
    }
    picture = np.concatenate([mixed.astype(np.uint8), cover], 2)
    return Item(picture, np.stack([layer.person, layer.held, layer.label], 2), facts)


def render_people(
    assets: Path,
    bank: Path,
    split: str,
    numbers: range,
    samples: int = 3,
    kind: str = "people",
    *,
    brief: Brief | None = None,
    count: int = SHARD,
    tile: int = TILE,
) -> None:
    """Render shards `numbers` of people that `bank` does not have yet; prints the speed.

    Args:
        kind: what the shards are called: a key of `BRIEFS`, or another name with its *brief*.
        brief: who is in them.
        count: people in a shard.
        tile: longest side of a person in pixels.
    """
    studio: Studio | None = None
    for number in numbers:
        if (bank / f"{kind}-{split}-{number:06d}.json").exists():
            continue
        rng = shard_rng(kind, split, number)
        if studio is None:
            studio = Studio(assets, rng, samples, split == "validation", brief or BRIEFS[kind], tile)
        studio.rng = rng
        studio.renderer.new_textures(rng)
        start = time.perf_counter()
        items: list[Item] = []
        while len(items) < count:
            try:
                items.append(tile_item(studio.draw()))
            except ValueError:
                continue  # the camera saw nobody: draw another
        write_shard(bank, kind, split, number, items)
        print(f"{kind} {split} {number}: {(time.perf_counter() - start) / count:.3f} s each", flush=True)


def render_places(assets: Path, bank: Path, split: str, numbers: range) -> None:
    """Render shards `numbers` of backgrounds: about one in seven is a view of an HDRI, the rest are built.

    Every fifth panorama is kept for validation.
    """
    renderer: Renderer | None = None
    panoramas = read_panoramas(assets)
    mine = [p for k, p in enumerate(panoramas) if (k % 5 == 4) == (split == "validation")]
    empty = np.zeros((0, 0, 0), np.uint8)
    for number in numbers:
        if (bank / f"places-{split}-{number:06d}.json").exists():
            continue
        rng = shard_rng("places", split, number)
        renderer = renderer or Renderer(PLACE, 2, rng)
        renderer.new_textures(rng, place_texture)
        start = time.perf_counter()
        items: list[Item] = []
        for _ in range(SHARD):
            if mine and rng.random() < 0.15:
                picture, kind = view(mine[rng.integers(len(mine))], rng, PLACE), "hdri"
            else:
                picture, kind = draw_place(renderer, rng)
            items.append(Item(picture, empty, {"kind": kind}))
        write_shard(bank, "places", split, number, items)
        print(f"places {split} {number}: {(time.perf_counter() - start) / SHARD:.3f} s each", flush=True)
