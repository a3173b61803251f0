"""Distance fields: signed distance to simple bodies, and ways to join them (all arrays N×3 → N)."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

Points = npt.NDArray[np.float32]
Field = npt.NDArray[np.float32]


def vec(*numbers: float) -> Points:
    return np.array(numbers, np.float32)


def sphere(p: Points, centre: Points, radius: float) -> Field:
    return np.linalg.norm(p - centre, axis=1) - np.float32(radius)


def ellipsoid(p: Points, centre: Points, radii: Points) -> Field:
    """First-order distance to an ellipsoid: exact on it, good near it."""
    q = (p - centre) / radii
    k0 = np.linalg.norm(q, axis=1)
    k1 = np.linalg.norm(q / radii, axis=1)
    return k0 * (k0 - 1.0) / np.maximum(k1, 1e-6)


def capsule(p: Points, a: Points, b: Points, ra: float, rb: float) -> Field:
    """A rod whose radius goes from *ra* at *a* to *rb* at *b*."""
    along = b - a
    h = np.clip((p - a) @ along / np.float32(along @ along), 0.0, 1.0)
    return np.linalg.norm(p - a - h[:, None] * along, axis=1) - (ra + (rb - ra) * h)


def torus(p: Points, centre: Points, ring: float, tube: float, squash: float = 1.0) -> Field:
    """A ring around the y axis, its z squashed."""
    q = p - centre
    around = np.hypot(q[:, 0], q[:, 2] / squash) - np.float32(ring)
    return np.hypot(around, q[:, 1]) - np.float32(tube)


def union(a: Field, b: Field, k: float) -> Field:
    """The smooth union (polynomial, of width *k*)."""
    h = np.maximum(k - np.abs(a - b), 0.0) / k
    return np.minimum(a, b) - h * h * np.float32(k * 0.25)


def carve(a: Field, b: Field, k: float) -> Field:
    """*a* without *b*, smoothly."""
    return -union(-a, b, k)


def turn(yaw: float, pitch: float = 0.0, roll: float = 0.0) -> Points:
    """The rotation matrix of a head: about y, then x, then z (radians)."""
    cy, sy, cp, sp, cr, sr = (f(a) for a in (yaw, pitch, roll) for f in (np.cos, np.sin))
    about_y = np.array([[cy, 0, sy], [0, 1, 0], [-sy, 0, cy]])
    about_x = np.array([[1, 0, 0], [0, cp, -sp], [0, sp, cp]])
    about_z = np.array([[cr, -sr, 0], [sr, cr, 0], [0, 0, 1]])
    return (about_z @ about_x @ about_y).astype(np.float32)


def ripple(p: Points, seed: int, octaves: int = 3) -> Field:
    """Smooth noise of about ±1: sums of sines in random directions."""
    rng = np.random.default_rng(seed)
    total = np.zeros(len(p), np.float32)
    for octave in range(octaves):
        for _ in range(4):
            direction = rng.normal(size=3).astype(np.float32) * np.float32(1.9**octave)
            total += np.sin(p @ direction + np.float32(rng.uniform(0, 6.28))) * np.float32(0.35 / 1.7**octave)
    return total
