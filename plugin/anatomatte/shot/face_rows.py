"""Faces in a sidecar: whose, how far believed, where the head looks, its landmarks and which are in sight."""

from __future__ import annotations

import base64
import binascii
import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from ..faces.mesh import POINTS, Face
from ..faces.visible import covered
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
        seen: how far each of them is in sight, in 255ths, a byte each, in base64; empty where that is not
            known (schema 5).
    """

    at: int
    score: float
    yaw: float
    pitch: float
    roll: float
    places: str
    seen: str = ""

    def points(self, width: float = 1.0, height: float = 1.0) -> Pixels:
        """(478, 2) the landmarks in a picture of that size."""
        raw = np.frombuffer(base64.b64decode(self.places), "<i2").reshape(POINTS, 2)
        return np.asarray(raw * (np.array([width, height]) / _UNIT), np.float32)

    def sight(self) -> Pixels | None:
        """(478,) how far each landmark is in sight, in 0-1: behind neither the head itself nor what else is
        the person's, on the person's matte and on nobody else's; None where that is not known."""
        raw = np.frombuffer(base64.b64decode(self.seen), np.uint8)
        return raw.astype(np.float32) / np.float32(255) if self.seen else None

    def row(self) -> list[Any]:
        """As a sidecar holds it."""
        angles = (round(angle, 1) for angle in (self.yaw, self.pitch, self.roll))
        return [self.at, round(self.score, 3), *angles, self.places, self.seen]


def rows_of(
    faces: Sequence[Face | None], width: int, height: int, parts: Pixels | None = None
) -> tuple[FaceRow, ...]:
    """The faces of a frame's people, in their order, in a picture of *width* x *height* pixels.

    Args:
        parts: shares (labels, h, w) of everyone's parts, which may be before a face; None: nothing is.
    """
    made = []
    for at, face in enumerate(faces):
        if face is None:
            continue
        shares = face.points[:, :2] / np.array([width, height], np.float32) * _UNIT
        places = np.clip(np.rint(shares), -32768, 32767).astype("<i2").tobytes()
        yaw, pitch, roll = (round(angle, 1) for angle in face.pose.degrees)
        clear = 1 if parts is None else 1 - covered(face.points, parts, (width, height))
        seen = np.rint(np.clip(face.seen * clear, 0, 1) * 255).astype(np.uint8).tobytes()
        made.append(FaceRow(at, round(face.score, 3), yaw, pitch, roll, _text(places), _text(seen)))
    return tuple(made)


def _text(raw: bytes) -> str:
    return base64.b64encode(raw).decode("ascii")


def read_row(row: Any, people: int) -> FaceRow:
    """A face as a sidecar holds it, in a frame of so many *people*.

    Raises:
        ValueError, TypeError: it is damaged.
    """
    at, score, yaw, pitch, roll, places, seen = row
    found = FaceRow(at, float(score), float(yaw), float(pitch), float(roll), places, seen)
    angles = found.yaw, found.pitch, found.roll
    if not isinstance(at, int) or not 0 <= at < people or not all(map(math.isfinite, angles)):
        raise ValueError(row)
    try:
        raw, sight = (base64.b64decode(text, validate=True) for text in (places, seen))
    except binascii.Error as why:
        raise ValueError(row) from why
    if len(raw) != POINTS * 4 or len(sight) not in (0, POINTS) or not 0 <= found.score <= 1:
        raise ValueError(row)
    return found
