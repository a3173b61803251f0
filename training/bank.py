"""The bank: rendered people and rendered backgrounds on disk, in shards that are only ever added.

A shard is two files: `<kind>-<split>-<number>.bin` holds the planes of all its items one after
the other, uint8; the `.json` beside it holds where each begins and what it is. Shards are mapped,
not read, so that a bank may be larger than memory. A shard is a pure function of generator
version, kind, split and number.
"""

from __future__ import annotations

import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

GENERATOR_VERSION = 8
"""Raised whenever what a shard's seed draws changes; old shards stay usable."""

SPLITS = ("train", "validation")


@dataclass
class Item:
    """One thing from the bank.

    For people and figures `picture` is (H, W, 4) premultiplied RGB and coverage by anything, and `planes`
    (H, W, 3) is coverage by the person, coverage by held things, and the main part. For
    backgrounds `picture` is (H, W, 3) and `planes` is empty.
    """

    picture: NDArray[np.uint8]
    planes: NDArray[np.uint8]
    facts: dict[str, Any]


def shard_rng(kind: str, split: str, number: int) -> np.random.Generator:
    """The generator that draws shard `number`; the same for the same version, kind, split and number."""
    return np.random.default_rng([GENERATOR_VERSION, *kind.encode(), SPLITS.index(split), number])


def write_shard(folder: Path, kind: str, split: str, number: int, items: list[Item]) -> Path:
    """Write a shard whole or not at all; returns the path of its .json."""
    folder.mkdir(parents=True, exist_ok=True)
    stem = f"{kind}-{split}-{number:06d}"
    index, offset = [], 0
    partial = folder / f".{stem}.{os.getpid()}"
    with partial.open("wb") as out:
        for item in items:
            index.append(
                {"offset": offset, "picture": item.picture.shape, "planes": item.planes.shape, **item.facts}
            )
            for plane in (item.picture, item.planes):
                out.write(np.ascontiguousarray(plane).tobytes())
                offset += plane.size
    partial.replace(folder / f"{stem}.bin")
    note = folder / f"{stem}.json"
    text = json.dumps({"version": GENERATOR_VERSION, "items": index})
    draft = folder / f".{stem}.json.{os.getpid()}"
    draft.write_text(text, encoding="utf-8")
    draft.replace(note)
    return note


class Bank:
    """All shards of one split in a folder; `refresh` finds shards that were added since.

    Args:
        kinds: one kind of shard, or several whose items are taken as one lot.
        limit: so many shards of each kind at most.
        number: only the shard of that number.

    Raises:
        FileNotFoundError: the folder has no shard of one of the kinds.
    """

    def __init__(
        self,
        folder: Path,
        kinds: str | tuple[str, ...],
        split: str,
        limit: int | None = None,
        number: int | None = None,
    ) -> None:
        self.folder, self.split, self.limit = folder, split, limit
        self._which = "*" if number is None else f"{number:06d}"
        self.kinds = (kinds,) if isinstance(kinds, str) else kinds
        self._seen: set[str] = set()
        self._items: list[tuple[NDArray[np.uint8], dict[str, Any]]] = []
        self.refresh()
        for kind in self.kinds:
            if not any(name.startswith(f"{kind}-") for name in self._seen):
                raise FileNotFoundError(
                    f"{folder} has no {kind} for {split}; run: python -m training render --bank {folder}"
                )

    def refresh(self) -> int:
        """Add new shards; returns how many items there are."""
        for kind in self.kinds:
            notes = sorted(self.folder.glob(f"{kind}-{self.split}-{self._which}.json"))
            for note in notes[: self.limit]:
                if note.name not in self._seen:
                    self._seen.add(note.name)
                    self._add(note)
        return len(self._items)

    def _add(self, note: Path) -> None:
        data = np.memmap(note.with_suffix(".bin"), np.uint8, "r")
        for facts in json.loads(note.read_text(encoding="utf-8"))["items"]:
            self._items.append((data, facts))

    def __len__(self) -> int:
        return len(self._items)

    def __iter__(self) -> Iterator[Item]:
        return (self[k] for k in range(len(self)))

    def facts(self, k: int) -> dict[str, Any]:
        """What item `k` is, without touching its pixels."""
        return self._items[k][1]

    def __getitem__(self, k: int) -> Item:
        data, facts = self._items[k]
        start, shape, planes = facts["offset"], facts["picture"], facts["planes"]
        middle = start + int(np.prod(shape))
        end = middle + int(np.prod(planes))
        return Item(data[start:middle].reshape(shape), data[middle:end].reshape(planes), facts)
