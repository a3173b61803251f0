"""The actor, in units of about a head: y up, z towards the camera, the head's centre near 0."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from .fields import Field, Points, capsule, carve, ellipsoid, ripple, sphere, torus, turn, union, vec

SKIN, EYE, SHIRT, JACKET, SCARF, SCALP, LIP, HAND = range(8)
PIVOT = vec(0, -0.45, -0.1)
SKULL = (vec(0, 0.1, -0.04), vec(0.37, 0.47, 0.45))


@dataclass(frozen=True)
class Pose:
    """Where the actor is at a time: head turned by a matrix about PIVOT, body swayed, a forearm waving."""

    head: Points
    sway: float
    wave: float
    breath: float

    def to_head(self, p: Points) -> Points:
        return (p - vec(self.sway, 0, 0) - PIVOT) @ self.head + PIVOT

    def from_head(self, p: Points) -> Points:
        return (p - PIVOT) @ self.head.T + PIVOT + vec(self.sway, 0, 0)

    def hand(self) -> tuple[Points, Points, Points]:
        """Elbow, wrist and the direction of the raised forearm."""
        elbow = vec(-1.3 + self.sway, -1.78, 0.3)
        direction = vec(np.sin(self.wave), np.cos(self.wave), 0.22)
        direction = direction / np.linalg.norm(direction)
        return elbow, elbow + direction * np.float32(0.98), direction


def pose(t: float) -> Pose:
    """The actor's movement; *t* in frames from the start of the shot."""
    yaw = -0.42 + 0.85 * _ease(t / 11.0)
    nod = 0.05 * np.sin(t * 0.55) - 0.03
    return Pose(
        turn(yaw, nod, 0.06 * np.sin(t * 0.4 + 1.0)),
        0.10 * np.sin(t * 0.28),
        0.10 + 0.30 * np.sin(t * 0.8 + 0.5),
        0.01 * np.sin(t * 0.35),
    )


def _ease(x: float) -> float:
    x = min(max(x, -0.2), 1.2)
    return x * x * (3.0 - 2.0 * x)


def _head(p: Points) -> list[tuple[int, Field]]:
    d = ellipsoid(p, *SKULL)
    d = union(d, ellipsoid(p, vec(0, -0.2, 0.06), vec(0.265, 0.31, 0.31)), 0.16)
    side = np.abs(p) * vec(1, 0, 0) + p * vec(0, 1, 1)
    d = union(d, ellipsoid(side, vec(0.18, -0.09, 0.25), vec(0.12, 0.13, 0.12)), 0.10)
    d = carve(d, sphere(side, vec(0.15, 0.05, 0.475), 0.085), 0.09)
    d = union(d, capsule(side, vec(0.07, 0.135, 0.385), vec(0.22, 0.135, 0.33), 0.022, 0.016), 0.07)
    d = union(d, capsule(p, vec(0, 0.08, 0.40), vec(0, -0.085, 0.475), 0.028, 0.05), 0.05)
    d = union(d, sphere(side, vec(0.045, -0.1, 0.435), 0.033), 0.03)
    d = union(d, ellipsoid(p, vec(0, -0.44, 0.22), vec(0.1, 0.075, 0.1)), 0.12)
    d = union(d, capsule(p, vec(0, -0.25, -0.1), vec(0, -0.85, -0.14), 0.19, 0.21), 0.08)
    d = union(d, ellipsoid(side, vec(0.375, -0.03, -0.02), vec(0.04, 0.11, 0.07)), 0.04)
    lips = union(
        ellipsoid(side, vec(0.035, -0.232, 0.372), vec(0.075, 0.022, 0.045)),
        ellipsoid(p, vec(0, -0.272, 0.36), vec(0.085, 0.028, 0.05)),
        0.012,
    )
    eye = sphere(side, vec(0.15, 0.045, 0.335), 0.078)
    lid = np.maximum(sphere(side, vec(0.15, 0.045, 0.335), 0.087), 0.055 - p[:, 1])
    scalp = np.maximum(
        ellipsoid(p, SKULL[0] + vec(0, 0.02, -0.02), SKULL[1] + vec(0.03, 0.03, 0.03)), _hairline(p)
    )
    return [(SKIN, union(d, lid, 0.02)), (LIP, lips), (EYE, eye), (SCALP, scalp)]


def _hairline(p: Points) -> Field:
    """Negative where hair grows: above the brow, behind the temples."""
    front = 0.30 - p[:, 1] + 0.35 * np.square(p[:, 0])
    temples = p[:, 2] - 0.10 + 0.4 * (p[:, 1] < 0.1) * (0.1 - p[:, 1])
    return np.minimum(front, temples).astype(np.float32) * np.float32(0.7)


def _torso(p: Points, at: Pose) -> list[tuple[int, Field]]:
    breath = at.breath
    chest = ellipsoid(p, vec(0, -1.62, -0.1), vec(0.68, 0.86, 0.40 + breath))
    chest = union(chest, capsule(p, vec(-0.5, -1.05, -0.14), vec(0.5, -1.05, -0.14), 0.23, 0.23), 0.25)
    chest = union(chest, ellipsoid(p, vec(0, -2.75, -0.08), vec(0.6, 1.0, 0.38)), 0.3)
    folds = 0.018 * ripple(p * vec(5, 2.2, 4), 3, 2)
    open_front = 0.17 + 0.10 * np.clip(-1.0 - p[:, 1], 0, 2)
    gap = np.maximum(open_front - np.abs(p[:, 0]), -p[:, 2])
    jacket = np.maximum(chest - 0.045 - folds, np.minimum(gap, 0.08) * 0.6)
    lapel = capsule(
        np.abs(p) * vec(1, 0, 0) + p * vec(0, 1, 1), vec(0.2, -0.98, 0.2), vec(0.36, -2.6, 0.3), 0.07, 0.05
    )
    jacket = union(jacket, lapel + 0.4 * folds, 0.05)
    down = union(
        capsule(p, vec(0.72, -1.08, -0.14), vec(0.98, -1.95, -0.05), 0.225, 0.185),
        capsule(p, vec(0.98, -1.95, -0.05), vec(0.72, -2.9, 0.35), 0.185, 0.15),
        0.06,
    )
    elbow, wrist, _ = at.hand()
    elbow, wrist = elbow - vec(at.sway, 0, 0), wrist - vec(at.sway, 0, 0)
    cuff = elbow + (wrist - elbow) * np.float32(0.72)
    up = union(
        capsule(p, vec(-0.72, -1.08, -0.14), elbow, 0.225, 0.185),
        capsule(p, elbow, cuff, 0.185, 0.155),
        0.06,
    )
    sleeves = np.minimum(down, up) - folds
    scarf = torus(p, vec(0, -0.74, -0.1), 0.235, 0.105, 0.95) - 0.02 * ripple(p * vec(9, 16, 9), 5, 1)
    tail = capsule(p, vec(0.14, -0.8, 0.18), vec(0.2, -1.55, 0.36), 0.075, 0.095)
    scarf = union(scarf, tail - 0.012 * ripple(p * vec(22, 3, 6), 6, 1), 0.05)
    return [(SHIRT, chest), (JACKET, union(jacket, sleeves, 0.12)), (SCARF, scarf)]


def _hand(p: Points, at: Pose) -> Field:
    _, wrist, along = at.hand()
    across = np.cross(along, vec(0, 0, 1)).astype(np.float32)
    across /= np.linalg.norm(across)
    out = np.cross(across, along).astype(np.float32)
    q = np.stack([(p - wrist) @ across, (p - wrist) @ along, (p - wrist) @ out], axis=1)
    d = capsule(q, vec(0, -0.4, 0), vec(0, 0.02, 0), 0.10, 0.075)
    d = union(d, ellipsoid(q, vec(0, 0.17, 0), vec(0.125, 0.16, 0.06)), 0.07)
    for i, (length, lean) in enumerate(((0.20, -0.20), (0.235, -0.06), (0.22, 0.06), (0.175, 0.2))):
        root = vec(-0.09 + 0.06 * i, 0.29 - 0.012 * abs(i - 1.4), 0)
        tip = root + vec(np.sin(lean) * length, np.cos(lean) * length, 0.03)
        d = union(d, capsule(q, root, tip, 0.034, 0.026), 0.022)
    return union(d, capsule(q, vec(-0.08, 0.1, 0.01), vec(-0.215, 0.24, 0.05), 0.045, 0.03), 0.04)


def parts(p: Points, at: Pose) -> list[tuple[int, Field]]:
    """Every material's distance at the points."""
    body = p - vec(at.sway, 0, 0)
    return [*_head(at.to_head(p)), *_torso(body, at), (HAND, _hand(p, at))]


def distance(p: Points, at: Pose) -> Field:
    return np.minimum.reduce([d for _, d in parts(p, at)])


def material(p: Points, at: Pose) -> np.ndarray:
    found = parts(p, at)
    nearest = np.argmin(np.stack([d for _, d in found]), axis=0)
    return np.array([kind for kind, _ in found])[nearest]
