"""A clip of two blocks that walk over a patterned ground, what a network says of it, and a host for it."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager

import cv2
import numpy as np
import numpy.typing as npt
import pytest

from anatomatte import settings as table
from anatomatte.engine import Around, Mattes, key_frame, subject, work_for
from anatomatte.errors import PlateError
from anatomatte.frame import Frame, from_view
from anatomatte.nets.external.protocols import PeopleGiven
from anatomatte.parts import INDEX, PARTS
from anatomatte.people import selection
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.people.parts.everyone import Details
from anatomatte.settings import Settings

SIZE = (96, 160)
COUNT = 7
Pixels = npt.NDArray[np.float32]
ALONE = Settings(screen="none", input_colour="linear", who="everyone", steady=0.0)
STEADY = ALONE.replace(steady=1.0, window=2)

_rng = np.random.default_rng(3)
_ground = cv2.GaussianBlur(_rng.random((SIZE[0], SIZE[1], 3), np.float32), (0, 0), 2) * 0.8 - 0.25
_cloth = cv2.GaussianBlur(_rng.random((70, 30, 3), np.float32), (0, 0), 1.5) * 1.5 - 0.4


def places(number: int) -> tuple[slice, slice]:
    """The columns of the two blocks."""
    x = 20 + 3 * number
    return slice(x, x + 30), slice(110 - number, 140 - number)


def plate(number: int) -> Frame:
    """Scene-linear; the number lies in the first four pixels."""
    made = np.clip(_ground, 0.01, 1).copy()
    for columns, tint in zip(places(number), (1.0, 0.5), strict=True):
        made[26:, columns] = np.clip(_cloth, 0.02, 1) * np.float32(tint)
    made[:2, :2] = number / 100
    return from_view(made, (0, 0, SIZE[1], SIZE[0]), "opaque", 1.0)


def said(number: int, kept: tuple[int, ...] = (0, 1), top: str = "upper_clothes") -> PeopleEvidence:
    """What a network says: the blocks that are *kept*, hair above face above *top*."""
    alpha = np.zeros(SIZE, np.float32)
    parts = np.zeros((len(PARTS), *SIZE), np.float32)
    mine = np.zeros((len(kept), *SIZE), np.float32)
    heads = []
    for row, k in zip(mine, kept, strict=True):
        columns = places(number)[k]
        alpha[26:, columns] = 1
        parts[INDEX["hair"], 26:36, columns] = 1
        parts[INDEX["face"], 36:50, columns] = 1
        parts[INDEX[top], 50:, columns] = 1
        row[26:, columns] = 1
        heads.append([(columns.start + 15) / SIZE[1], 0.4, 0.9])
    parts[0] = 1 - parts.sum(0)
    rest = 1 - mine.sum(0)
    mine += rest / max(len(mine), 1)
    return PeopleEvidence(
        alpha, np.zeros(SIZE, np.float32), parts, mine, np.array(heads, np.float32).reshape(-1, 3),
        main=np.ones(len(kept), np.bool_),
    )  # fmt: skip


@contextmanager
def told(answer: Callable[[int], PeopleEvidence] = said) -> Iterator[list[int]]:
    """Every look at a plate of the clip answers *answer* of its number; the list holds the numbers."""
    looks: list[int] = []

    def look(task: object) -> PeopleGiven:
        number = round(float(task.plate.frame.pixels[0, 0, 0]) * 100)  # type: ignore[attr-defined]
        looks.append(number)
        return PeopleGiven(selection.ordered(answer(number)))

    with pytest.MonkeyPatch.context() as scene:
        scene.setattr(subject, "people", look)
        scene.setattr(subject, "details", lambda *_: Details())
        yield looks


@dataclasses.dataclass
class Clip:
    """A host that has the frames 0 to `COUNT` - 1, without those that are *gone*."""

    gone: tuple[int, ...] = ()
    broken: tuple[int, ...] = ()
    other_frames: bool = True
    plates: Mapping[int, Frame] = dataclasses.field(
        default_factory=lambda: {n: plate(n) for n in range(COUNT)}
    )
    controls: Mapping[int, Settings] = dataclasses.field(default_factory=dict)
    last: int = COUNT - 1
    trust: object = None

    def fetch(self, name: str, when: float) -> Frame | None:
        number = int(when)
        if number in self.broken:
            raise PlateError("It cannot be read.")
        return None if name != "Source" or number in self.gone else self.plates[number]

    def frame(self, number: int, chosen: Settings = STEADY, draft: bool = False) -> Mattes:
        """A frame as the node makes it."""
        clips = {"Source": self.plates[number]}
        fetch = self.fetch if self.other_frames else None
        around = Around(
            number, clips, chosen, 0, self.last, fetch, lambda n: self.controls.get(n, chosen), self.trust
        )
        return key_frame(clips, chosen, work_for(chosen), draft, keep=True, around=around)


def known(**values: object) -> Settings:
    """`STEADY` with other values."""
    return table.from_mapping(
        {name: getattr(STEADY, name) for name in ("screen", "steady", "window")} | values
    )
