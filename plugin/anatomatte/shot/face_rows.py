"""Faces in a sidecar: whose, how far believed, where the head looks, and where its landmarks lie."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..faces.mesh import POINTS, Face
from ..frame import Pixels

_UNIT = 16384
"""Steps in the picture's width and in its height; places reach as far as one picture beyond each side."""


@dataclass(frozen=True, slots=True)
class FaceRow:
    """A face in a frame.

    Attributes:
        at: whose: the place among the frame's people (`Moment.people`), from 0.
        score: how far it is believed, in 0-1.
        yaw, pitch, roll: degrees by which the head is turned to the right of the picture, lifted, and tilted
            clockwise, as one sees it.
        places: x and y of the 478 landmarks, y down: shares of the picture's width and height in 16384ths,
            whole numbers of 16 bits, low byte first, in base64.
    """

    at: int
    score: float
    yaw: float
    pitch: float
    roll: float
    places: str

    def points(self, width: float = 1.0, height: float = 1.0) -> Pixels:
        """(478, 2) the landmarks in a picture of that size."""
        raw = np.frombuffer(base64.b64decode(self.places), "<i2").reshape(POINTS, 2)
        return np.asarray(raw * (np.array([width, height]) / _UNIT), np.float32)

    def row(self) -> list[Any]:
        """As a sidecar holds it."""
        angles = (round(angle, 1) for angle in (self.yaw, self.pitch, self.roll))
        return [self.at, round(self.score, 3), *angles, self.places]


def rows_of(faces: Sequence[Face | None], width: int, height: int) -> tuple[FaceRow, ...]:
    """The faces of a frame's people, in their order, in a picture of *width* x *height* pixels."""
    made = []
    for at, face in enumerate(faces):
        if face is None:
            continue
        shares = face.points[:, :2] / np.array([width, height], np.float32) * _UNIT
        places = np.clip(np.rint(shares), -32768, 32767).astype("<i2").tobytes()
        yaw, pitch, roll = (round(angle, 1) for angle in face.pose.degrees)
        text = base64.b64encode(places).decode("ascii")
        made.append(FaceRow(at, round(face.score, 3), yaw, pitch, roll, text))
    return tuple(made)


def read_row(row: Any, people: int) -> FaceRow:
    """A face as a sidecar holds it, in a frame of so many *people*.

    Raises:
        ValueError, TypeError: it is damaged.
    """
    at, score, yaw, pitch, roll, places = row
    found = FaceRow(at, float(score), float(yaw), float(pitch), float(roll), places)
    angles = found.yaw, found.pitch, found.roll
    if not isinstance(at, int) or not 0 <= at < people or not all(map(math.isfinite, angles)):
        raise ValueError(row)
    try:
        raw = base64.b64decode(places, validate=True)
    except binascii.Error as why:
        raise ValueError(row) from why
    if len(raw) != POINTS * 4 or not 0 <= found.score <= 1:
        raise ValueError(row)
    return found
