"""People as no network has seen them: right in form, nasty in content."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import numpy as np
import numpy.typing as npt
import pytest

from anatomatte.engine import faces as engine_faces
from anatomatte.engine import subject
from anatomatte.faces.mesh import Face
from anatomatte.nets.external.protocols import PeopleGiven
from anatomatte.parts import INDEX, PARTS
from anatomatte.people import selection
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.people.parts.everyone import Details

Plane = npt.NDArray[np.float32]
KINDS = ("nobody", "noise", "blocks", "sure", "unsure", "all", "crowd", "held", "ground", "none")


def seen(kind: str, seed: int = 0, size: tuple[int, int] = (24, 32), people: int = 3) -> PeopleEvidence:
    """A look of a kind: noise, hard blocks, everything sure or nothing, people who are nobody, …"""
    rng = np.random.default_rng(seed)
    height, width = size

    def noise(*shape: int) -> Plane:
        return rng.random(shape, np.float32)

    alpha, held = noise(height, width), 0.2 * noise(height, width)
    parts = noise(len(PARTS), height, width) ** 8 + np.float32(1e-7)
    mine = noise(people, height, width) ** 4 + np.float32(1e-7)
    if kind == "blocks":
        alpha, held = np.float32(alpha > 0.5), np.float32(held > 0.19) * np.float32(alpha <= 0.5)
        parts = np.float32(parts == parts.max(0)) + np.float32(0)
        mine = np.float32(mine == mine.max(0)) + np.float32(0)
    elif kind in ("sure", "all"):
        alpha, held = np.ones_like(alpha), np.zeros_like(held)
        parts[:] = 0
        parts[INDEX["face"], :, ::2] = parts[INDEX["coat"], :, 1::2] = 1
    elif kind == "unsure":
        alpha[:], held[:], parts[:], mine[:] = 0.5, 0.5, 1, 1
    elif kind == "held":
        held, alpha = alpha, np.zeros_like(alpha)
        parts[INDEX["held"]] = 50
    elif kind == "ground":  # the parts say background where alpha says person
        parts[:] = 0
        parts[0] = 1
    elif kind == "none":
        alpha[:], held[:] = 0, 0
    parts /= parts.sum(0)
    mine /= mine.sum(0)
    if kind == "crowd":  # some of them are beyond the number that was asked for
        mine *= noise(height, width)
    count = 0 if kind == "nobody" else people
    heads = np.column_stack([noise(count), noise(count), noise(count)]).astype(np.float32)
    return PeopleEvidence(
        alpha.astype(np.float32), np.minimum(held, 1 - alpha).astype(np.float32),
        parts.astype(np.float32), mine[:count].astype(np.float32), heads.reshape(count, 3),
    )  # fmt: skip


def two_people(size: tuple[int, int] = (48, 64)) -> PeopleEvidence:
    """Two blocks: the left one a third wide, the right one smaller; heads, bodies and a held thing."""
    height, width = size
    alpha, held = np.zeros(size, np.float32), np.zeros(size, np.float32)
    parts = np.zeros((len(PARTS), height, width), np.float32)
    left, right = (slice(width // 8, width // 2 - 4), slice(width // 2 + 4, 7 * width // 8 - 6))
    for columns, top in ((left, height // 6), (right, height // 3)):
        alpha[top:, columns] = 1
        parts[INDEX["hair"], top : top + 4, columns] = 1
        parts[INDEX["face"], top + 4 : top + 10, columns] = 1
        parts[INDEX["upper_clothes"], top + 10 :, columns] = 1
    held[height // 2 : height // 2 + 6, right.stop : right.stop + 6] = 1
    parts[0] = 1 - parts.sum(0)
    across = np.linspace(0, 1, width, dtype=np.float32)
    mine = np.stack([np.broadcast_to(across > 0.5, size), np.broadcast_to(across <= 0.5, size)])
    heads = np.array([[0.7, 0.4, 0.9], [0.25, 0.2, 0.8]], np.float32)  # the strongest stands right
    return PeopleEvidence(alpha, held, parts, mine.astype(np.float32), heads)


def row_of_people(count: int, size: tuple[int, int] = (48, 120), coat: float = 0.0) -> PeopleEvidence:
    """*count* people side by side, hair above face above a top; *coat* is the share of coat in the top."""
    height, width = size
    alpha, parts = np.zeros(size, np.float32), np.zeros((len(PARTS), height, width), np.float32)
    mine = np.zeros((count, height, width), np.float32)
    step = width // count
    for k in range(count):
        columns = slice(k * step + step // 4, (k + 1) * step - step // 4)
        alpha[8:, columns] = 1
        parts[INDEX["hair"], 8:16, columns] = 1
        parts[INDEX["face"], 16:28, columns] = 1
        parts[INDEX["coat"], 28:, columns] = coat
        parts[INDEX["upper_clothes"], 28:, columns] = 1 - coat
        mine[k, :, k * step : (k + 1) * step if k + 1 < count else width] = 1
    parts[0] = 1 - parts.sum(0)
    heads = np.array([[(k + 0.5) / count, 0.25, 0.9] for k in range(count)], np.float32)
    return PeopleEvidence(alpha, np.zeros(size, np.float32), parts, mine, heads)


@contextmanager
def looking(
    answer: PeopleEvidence, details: Details | None = None, faces: tuple[Face | None, ...] = ()
) -> Iterator[list[int]]:
    """Every look at a plate answers *answer*; the list that is handed out grows by one with each.

    Args:
        details: what is said of these people for their parts; None: no landmarks, no further look.
        faces: of these people, from left to right; none is seen where it is empty.
    """
    looks: list[int] = []

    def look(*_: object) -> PeopleGiven:
        looks.append(1)
        return PeopleGiven(selection.ordered(answer))

    with pytest.MonkeyPatch.context() as scene:
        scene.setattr(subject, "people", look)
        scene.setattr(subject, "details", lambda *_: details or Details())
        scene.setattr(engine_faces, "faces_of", lambda _task, them: faces or (None,) * len(them.people))
        yield looks
