"""Faces of takes, cut as the node cuts them for a network: the same landmarks, template and light."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.engine import face_nets, face_views, work_for
from anatomatte.errors import SettingsError
from anatomatte.faces import swap_aligned, swap_pictures
from anatomatte.faces.canonical import Floats
from anatomatte.frame import Pixels
from anatomatte.settings import Settings

from .telling import say, told

FEWEST = 8
"""Pictures with a face that a take must have."""

Planes = NDArray[np.float32]


@dataclass(frozen=True, eq=False)
class Cut:
    """One face: `picture` (side, side, 3) display-referred, `matte` (side, side), `points` (468, 3)."""

    picture: Planes
    matte: Planes
    points: Floats


@dataclass(frozen=True, eq=False)
class Faces:
    """All faces of a take: (n, side, side, 3) and (n, side, side), float32 in 0..1."""

    pictures: Planes
    mattes: Planes

    def __len__(self) -> int:
        return len(self.pictures)


def cut(light: Pixels, side: int, matte: Pixels | None = None, where: str = "") -> Cut:
    """The face of a picture; its matte is the node's own where none is given.

    Raises:
        SettingsError: the picture shows no face, several, or one too small.
    """
    look = face_views.task_of(light, work_for(Settings(threads=1)))
    at, points, _ = face_views.one_face(look, where)
    if matte is None:
        matte = face_views.bare(look, at)[0]
    picture, _ = face_nets.shown(light, points, side)
    plane = swap_aligned.cut(matte[..., None], points, side).reshape(side, side)
    return Cut(np.asarray(picture, np.float32), np.clip(plane, 0, 1), points)


def of_pictures(named: Iterable[tuple[str, Pixels, Pixels | None]], side: int) -> Faces:
    """The faces of pictures with their names, and mattes where they are known; not of those without one."""
    made: list[Cut] = []
    for name, light, matte in named:
        try:
            made.append(cut(light, side, matte, name))
        except SettingsError as why:
            say(f"left out: {why}")
    planes = (side, side)
    if not made:
        return Faces(np.zeros((0, *planes, 3), np.float32), np.zeros((0, *planes), np.float32))
    return Faces(np.stack([one.picture for one in made]), np.stack([one.matte for one in made]))


def of_take(take: str, words: str, side: int, most: int = 2000) -> Faces:
    """The faces of a take of the user's own: a folder of pictures, or a sequence.

    Raises:
        SettingsError: there is no picture, one cannot be read, or too few show one face.
    """
    files = swap_pictures.files_of(take, words, most)
    found = of_pictures(_read(files, words), side)
    if len(found) < FEWEST:
        raise SettingsError(
            f"{words}: {len(found)} of its {len(files)} pictures show one face in full sight, and {FEWEST} "
            "are the fewest to learn from; bring a take in which the face turns, speaks and is seen."
        )
    return found


def _read(files: tuple[Path, ...], words: str) -> Iterator[tuple[str, Pixels, None]]:
    for path in told(files, words, len(files)):
        yield path.name, swap_pictures.light_of(path, words), None


def kept(path: Path, faces: Faces) -> None:
    """Write faces to a file, 8 bits a number."""
    path.parent.mkdir(parents=True, exist_ok=True)
    packed = [np.rint(one * 255).astype(np.uint8) for one in (faces.pictures, faces.mattes)]
    beside = path.with_suffix(".part.npz")
    np.savez_compressed(beside, pictures=packed[0], mattes=packed[1])
    beside.replace(path)


def read(path: Path) -> Faces:
    """The faces of a file that `kept` wrote."""
    with np.load(path) as file:
        pictures, mattes = (file[name].astype(np.float32) / 255 for name in ("pictures", "mattes"))
    return Faces(pictures, mattes)


def sheet(rows: Iterable[Iterable[Planes]], path: Path) -> None:
    """Write rows of pictures and mattes, of one size, as a PNG."""
    lines = [
        np.hstack([one if one.ndim == 3 else np.repeat(one[..., None], 3, 2) for one in row]) for row in rows
    ]
    whole = np.rint(np.clip(np.vstack(lines), 0, 1) * 255).astype(np.uint8)
    path.parent.mkdir(parents=True, exist_ok=True)
    cv2.imwrite(str(path), whole[..., ::-1])
