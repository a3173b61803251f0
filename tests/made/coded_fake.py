"""A stand-in for the node that knows people: soft shares of the plate, and of each a few parts."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from anatomatte.settings import Value
from anatomatte_batch.node import Pictures, Rendered
from anatomatte_batch.picture import Floats
from made.cli_fake import FakeConnect, FakeNode

SIZE = (9, 16)


class People(FakeNode):
    """Two people in soft shares of the plate, each of them in soft shares of a few parts."""

    parts: tuple[str, ...] = ("hair", "face", "coat")

    def whole(self, frame: int, values: Mapping[str, Value]) -> Rendered:
        if values["output"] != "packed":
            return super().whole(frame, values)
        self.before(frame)
        self.calls.append((frame, dict(values)))
        planes = [self.matte(frame, str(values[f"pack_{c}"]), str(values["parts_of"])) for c in "rgba"]
        plate = self.clips["Source"](frame)
        return Rendered(np.stack(planes, axis=2), plate.bounds, account=self.account(frame))

    def matte(self, frame: int, layer: str, whose: str) -> Floats:
        persons = dict(zip(("person_01", "person_02"), self._shares(frame, 2), strict=True))
        if layer in persons:
            share: Floats = persons[layer]
            return share
        if layer not in self.parts:
            return np.zeros(SIZE, np.float32)
        part = dict(zip(self.parts, self._shares(frame + 7, len(self.parts)), strict=True))[layer]
        own = sum(persons.values()) if whose == "everyone" else persons.get(whose, np.zeros(SIZE))
        found: Floats = np.asarray(own * part, np.float32)
        return found

    @staticmethod
    def _shares(seed: int, count: int) -> Floats:
        """Shares that sum to at most 1; some are exactly 0, some equal."""
        drawn = np.random.default_rng(seed).random((count, *SIZE))
        drawn[:, :2] = 1.0
        drawn[0, :, :3] = 0.0
        found: Floats = (drawn / max(1.0, float(drawn.sum(axis=0).max()))).astype(np.float32)
        return found


class Connect(FakeConnect):
    def __init__(self, parts: tuple[str, ...] = People.parts) -> None:
        super().__init__()
        self.parts = parts

    def __call__(self, clips: Mapping[str, Pictures]) -> People:
        self.node = made = People(clips, self.before, self.checks)
        made.parts = self.parts
        return made
