"""A small shot with a sidecar in a folder of its own: two people in a room, as a review has it."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import cv2
import numpy as np

from anatomatte.shot.reading import read_shot
from anatomatte.shot.writing import write_shot
from anatomatte_batch.analyse import AnalyseRequest

from .face_pictures import ANNA, BERT, smaller

ROOM = Path(__file__).resolve().parents[2] / "samples" / "room"
FIRST, COUNT = 1003, 4


def room(folder: Path, width: int = 320) -> Path:
    """Frames 1003 to 1006 of the sample room, small, and their sidecar ``plate.shot.json``; frame 1004 is
    doubtful."""
    folder.mkdir(parents=True, exist_ok=True)
    for n in range(FIRST, FIRST + COUNT):
        picture = cv2.imread(str(ROOM / f"plate.{n}.jpg"))
        assert picture is not None
        size = width, width * picture.shape[0] // picture.shape[1]
        small = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        cv2.imwrite(str(folder / f"plate.{n}.png"), small)
    made = AnalyseRequest(source=str(folder / "plate.####.png")).run()
    assert made.exit_code == 0, made.sentence
    shot = read_shot(made.sidecar)
    checks = {n: {**one.qc, "hole": 0.9 if n == 1004 else 0.0} for n, one in shot.moments.items()}
    quiet = {n: {**dict.fromkeys(one, 0.0), "hole": one["hole"]} for n, one in checks.items()}
    moments = {n: dataclasses.replace(one, qc=quiet[n]) for n, one in shot.moments.items()}
    write_shot(dataclasses.replace(shot, moments=moments), made.sidecar)
    return made.sidecar


def couple(folder: Path) -> Path:
    """Two frames of two drawn people beside each other, Anna left, their sidecar ``plate.shot.json``, and
    ``bert.png``, a picture of the one on the right."""
    folder.mkdir(parents=True, exist_ok=True)
    both = [smaller(path, 0.6) for path in (ANNA, BERT)]
    tall = min(one.shape[0] for one in both)
    plate = np.hstack([one[:tall] for one in both])
    for n in (1, 2):
        cv2.imwrite(str(folder / f"plate.{n:04d}.png"), np.roll(plate, n, 1))
    cv2.imwrite(str(folder / "bert.png"), smaller(BERT, 1))
    made = AnalyseRequest(source=str(folder / "plate.####.png")).run()
    assert made.exit_code == 0, made.sentence
    return made.sidecar
