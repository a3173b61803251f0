"""The canonical face seen from a side, and a plate in which it stands."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from anatomatte.faces.canonical import canonical
from anatomatte.faces.mesh import Face
from anatomatte.faces.pose import pose_of
from anatomatte.faces.visible import surface
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence

SKIN, HAIR, SHIRT = (0.55, 0.34, 0.26), (0.05, 0.04, 0.03), (0.1, 0.15, 0.5)


def turned(
    yaw: float = 0,
    pitch: float = 0,
    roll: float = 0,
    scale: float = 9.0,
    at: tuple[float, float] = (200, 150),
) -> NDArray[np.float64]:
    """(478, 3) the canonical face turned to the right, lifted, tilted clockwise as one sees it, in pixels."""
    y, p, r = np.radians([-yaw, -pitch, roll])
    about = (
        np.array([[np.cos(r), -np.sin(r), 0], [np.sin(r), np.cos(r), 0], [0, 0, 1]]),
        np.array([[np.cos(y), 0, np.sin(y)], [0, 1, 0], [-np.sin(y), 0, np.cos(y)]]),
        np.array([[1, 0, 0], [0, np.cos(p), -np.sin(p)], [0, np.sin(p), np.cos(p)]]),
    )
    mesh = canonical().points
    eyes = [mesh[[33, 133]].mean(0), mesh[[362, 263]].mean(0)]
    shifts = np.array([[0, 0, 0], [0.6, 0, 0], [0, -0.6, 0], [-0.6, 0, 0], [0, 0.6, 0]])
    whole = np.concatenate([mesh, *(eye + shifts for eye in eyes)])
    return np.asarray(whole @ (about[0] @ about[1] @ about[2]).T * scale + [*at, 0])


def face(points: NDArray[np.float64]) -> Face:
    """A face that is believed."""
    own = points.astype(np.float32)
    return Face(own, surface(own), 1.0, pose_of(own))


def plate(
    beard: Sequence[float] | None = None, light: str = "even", fringe: bool = False
) -> NDArray[np.float32]:
    """(300, 400, 3) scene-linear: a head of skin with dark brows and red lips at (200, 150), under hair.

    Args:
        beard: its colour.
        light: even, from "above" or from a "side".
        fringe: hair lies on the forehead.
    """
    points = turned()
    y, x = np.mgrid[:300, :400] + 0.5
    made = np.full((300, 400, 3), 0.3, np.float32)
    made[y > 250] = SHIRT
    made[np.hypot((x - 200) / 85, (y - 150) / 100) < 1] = HAIR
    head = np.hypot((x - 200) / 76, (y - 155) / 92) < 1
    made[head] = SKIN
    if beard is not None:
        made[head & (y > points[2, 1])] = beard
    if fringe:
        made[head & (y < points[66, 1])] = HAIR
    for at, wide, high, colour in (
        (63, 16, 3, HAIR),
        (293, 16, 3, HAIR),
        (468, 5, 5, HAIR),
        (473, 5, 5, HAIR),
        (13, 24, 8, (0.5, 0.12, 0.12)),
    ):
        made[np.hypot((x - points[at, 0]) / wide, (y - points[at, 1]) / high) < 1] = colour
    if light == "above":
        made *= np.exp(np.minimum(150 - y[..., None], 0) / 110).astype(np.float32)
    if light == "side":
        made *= np.exp((200 - x[..., None]) / 60).astype(np.float32)
    return made


def evidence(hand: bool = False) -> PeopleEvidence:
    """Who is in that plate: a head whose face is a part, hair around it; *hand*: one lies over the mouth."""
    y, x = (np.mgrid[:75, :100] + 0.5) * 4
    face_there = np.hypot((x - 200) / 76, (y - 155) / 92) < 1
    hair = (np.hypot((x - 200) / 85, (y - 150) / 100) < 1) & ~face_there
    shirt = (y > 250) & ~hair & ~face_there
    parts = np.zeros((len(PARTS), 75, 100), np.float32)
    parts[INDEX["face"]], parts[INDEX["hair"]], parts[INDEX["upper_clothes"]] = face_there, hair, shirt
    if hand:
        over = (np.abs(x - 200) < 40) & (y > turned()[2, 1]) & (y < 240)
        parts[:, over] = 0
        parts[INDEX["left_hand"]][over] = 1
    alpha = parts.sum(0)
    parts[0] = 1 - alpha
    heads = np.array([[0.5, 0.5, 0.9]], np.float32)
    return PeopleEvidence(alpha, np.zeros_like(alpha), parts, np.ones((1, 75, 100), np.float32), heads)
