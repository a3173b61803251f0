"""Sidecars and looks that tests make: people as blocks with colours of their own."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import numpy as np

from anatomatte.shot import likeness
from anatomatte.shot.looks import GROUPS_SEEN, MASK, FrameLooks, Look
from anatomatte.shot.schema import Moment, Person, PlateFacts, Row, Scene, Shot
from anatomatte.shot.writing import write_shot

RED, BLUE, GREEN = (45.0, 60.0, 40.0), (35.0, 20.0, -60.0), (60.0, -50.0, 45.0)
Lab = tuple[float, float, float]
ASPECT = 16 / 9


def look(x: float, colour: Lab, tall: float = 0.7, alone: float = 1.0) -> Look:
    """Somebody who stands at *x*, a share of the width, in one colour."""
    wide = 0.25 * tall / ASPECT
    box = (max(x - wide / 2, 0.0), 0.95 - tall, min(x + wide / 2, 1.0), 0.95)
    rows, columns = round(MASK / ASPECT), MASK
    mask = np.zeros((rows, columns), np.uint8)
    mask[round(box[1] * rows) : round(box[3] * rows), round(box[0] * columns) : round(box[2] * columns)] = 255
    colours = np.tile(np.array(colour, np.float32), (len(GROUPS_SEEN), 1))
    weights = np.full(len(GROUPS_SEEN), 1 / len(GROUPS_SEEN), np.float32)
    area = (box[2] - box[0]) * tall
    return Look((x, 0.95 - 0.93 * tall), box, area, mask, colours, weights, alone)


def frames(people: Sequence[Sequence[Look]], **facts: dict[int, object]) -> list[FrameLooks]:
    """Frames with these people; *facts* by name and frame, as ``cut={5: True}``."""
    return [
        FrameLooks(n, ASPECT, tuple(looks), **{name: at[n] for name, at in facts.items() if n in at})  # type: ignore[arg-type]
        for n, looks in enumerate(people)
    ]


def shot(
    light: np.ndarray, rows: dict[int, tuple[Row, ...]], names: dict[int, str] | None = None, screen: str = ""
) -> Shot:
    """A sidecar of frames that all look like scene-linear *light*."""
    like = likeness.of(np.asarray(light, np.float32))
    moments = {n: Moment(like, 0.0, mine) for n, mine in rows.items()}
    numbers = sorted({row[0] for mine in rows.values() for row in mine if row[0]})
    people = tuple(Person(n, (names or {}).get(n, ""), min(rows), max(rows), len(rows)) for n in numbers)
    facts = PlateFacts("plate.####.exr", light.shape[1], light.shape[0], min(rows), max(rows))
    return Shot(facts, people, (Scene(min(rows), max(rows), screen),), moments, "0")


def written(made: Shot, folder: Path, name: str = "plate.shot.json") -> Path:
    """The sidecar in a folder."""
    write_shot(made, folder / name)
    return folder / name
