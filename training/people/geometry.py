"""Small geometry: rotations, cameras, normals and smooth noise.

Lengths are decimetres (the MakeHuman unit), y is up, z points out of the chest and x to the
person's own left. Matrices act on column vectors; points are rows, float32.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]
DEGREE = np.pi / 180.0


def rot_x(angle: float) -> Array:
    """Rotation about x by `angle` radians, 3x3."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[1, 0, 0], [0, c, -s], [0, s, c]], np.float32)


def rot_y(angle: float) -> Array:
    """Rotation about y by `angle` radians, 3x3."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, 0, s], [0, 1, 0], [-s, 0, c]], np.float32)


def rot_z(angle: float) -> Array:
    """Rotation about z by `angle` radians, 3x3."""
    c, s = np.cos(angle), np.sin(angle)
    return np.array([[c, -s, 0], [s, c, 0], [0, 0, 1]], np.float32)


def rot_axis(axis: NDArray[np.floating], angle: float) -> Array:
    """Rotation by `angle` radians about `axis` (any length), 3x3; Rodrigues' formula."""
    k = np.asarray(axis, np.float64)
    k = k / (np.linalg.norm(k) + 1e-9)
    cross = np.array([[0, -k[2], k[1]], [k[2], 0, -k[0]], [-k[1], k[0], 0]])
    return (np.eye(3) + np.sin(angle) * cross + (1 - np.cos(angle)) * cross @ cross).astype(np.float32)


def unit(v: NDArray[np.floating]) -> NDArray[np.floating]:
    """Vectors of the last axis scaled to length 1 (zero stays zero)."""
    return v / (np.linalg.norm(v, axis=-1, keepdims=True) + 1e-9)


def vertex_normals(points: Array, faces: NDArray[np.integer]) -> Array:
    """Area-weighted vertex normals, (N, 3), of a triangle mesh with `faces` (M, 3)."""
    edge1 = points[faces[:, 1]] - points[faces[:, 0]]
    edge2 = points[faces[:, 2]] - points[faces[:, 0]]
    normal = np.cross(edge1, edge2)
    out = np.zeros((len(points), 3), np.float64)
    for corner in range(3):
        for axis in range(3):
            out[:, axis] += np.bincount(faces[:, corner], normal[:, axis], len(points))
    return unit(out).astype(np.float32)


def wave_noise(points: Array, rng: np.random.Generator, frequency: float, waves: int = 4) -> Array:
    """Smooth noise in about [-1, 1] at `points` (N, 3): a mean of random plane waves."""
    total = np.zeros(len(points), np.float32)
    for _ in range(waves):
        k = (rng.normal(size=3) * frequency).astype(np.float32)
        total += np.sin(points @ k + np.float32(rng.uniform(0, 2 * np.pi)))
    return total / waves


def perspective(fov: float, aspect: float, near: float, far: float) -> Array:
    """OpenGL projection, 4x4; `fov` is vertical in radians, `aspect` is width / height."""
    t = 1 / np.tan(fov / 2)
    return np.array(
        [
            [t / aspect, 0, 0, 0],
            [0, t, 0, 0],
            [0, 0, (far + near) / (near - far), 2 * far * near / (near - far)],
            [0, 0, -1, 0],
        ],
        np.float32,
    )


def look_at(eye: NDArray[np.floating], target: NDArray[np.floating], up: NDArray[np.floating]) -> Array:
    """View matrix, 4x4, of a camera at `eye` that looks at `target`."""
    back = unit(np.asarray(eye, float) - target)
    right = unit(np.cross(up, back))
    matrix = np.eye(4, dtype=np.float32)
    matrix[0, :3], matrix[1, :3], matrix[2, :3] = right, np.cross(back, right), back
    matrix[:3, 3] = -matrix[:3, :3] @ np.asarray(eye, np.float32)
    return matrix


def box(lo: NDArray[np.floating], hi: NDArray[np.floating]) -> tuple[Array, NDArray[np.int32]]:
    """An axis-aligned box from corner `lo` to corner `hi`: 24 points (own corners per side), 12 faces."""
    points: list[list[float]] = []
    faces: list[list[int]] = []
    for axis in range(3):
        for sign in (0, 1):
            first = len(points)
            for a, b in ((0, 0), (1, 0), (1, 1), (0, 1)):
                p = [0.0, 0.0, 0.0]
                p[axis], p[(axis + 1) % 3], p[(axis + 2) % 3] = sign, a, b
                points.append(p)
            quad = [first, first + 1, first + 2, first + 3]
            if not sign:
                quad.reverse()
            faces += [[quad[0], quad[1], quad[2]], [quad[0], quad[2], quad[3]]]
    unit_box = np.array(points, np.float32)
    return (lo + unit_box * (np.asarray(hi) - lo)).astype(np.float32), np.array(faces, np.int32)


def lathe(
    radius: NDArray[np.floating], height: NDArray[np.floating], sides: int = 20
) -> tuple[Array, NDArray[np.int32]]:
    """A surface of revolution about y through the profile (`radius`, `height`), each (K,)."""
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.stack([np.sin(turn), np.zeros_like(turn), np.cos(turn)], 1)
    points = (
        ring[None] * np.asarray(radius)[:, None, None]
        + np.array([0, 1.0, 0]) * np.asarray(height)[:, None, None]
    )
    return points.reshape(-1, 3).astype(np.float32), grid_faces(len(radius), sides + 1)


def grid_faces(rows: int, columns: int) -> NDArray[np.int32]:
    """Triangles of a `rows` x `columns` grid of points stored row by row."""
    r, c = np.mgrid[0 : rows - 1, 0 : columns - 1]
    a = (r * columns + c).ravel()
    return (
        np.stack([a, a + 1, a + columns, a + 1, a + columns + 1, a + columns], 1)
        .reshape(-1, 3)
        .astype(np.int32)
    )


def tube(
    path: Array, radius: NDArray[np.floating], sides: int = 8, flat: float = 1.0
) -> tuple[Array, NDArray[np.int32]]:
    """A tube along `path` (K, 3) with `radius` (K,); `flat` scales its second cross axis (a strap: 0.2)."""
    tangent = unit(np.gradient(path, axis=0))
    helper = np.where(np.abs(tangent[:, 1:2]) < 0.9, np.array([[0, 1.0, 0]]), np.array([[1.0, 0, 0]]))
    side = unit(np.cross(tangent, helper))
    up = np.cross(side, tangent)
    turn = np.linspace(0, 2 * np.pi, sides + 1)
    ring = np.cos(turn)[None, :, None] * side[:, None] + flat * np.sin(turn)[None, :, None] * up[:, None]
    points = path[:, None] + ring * np.asarray(radius)[:, None, None]
    return points.reshape(-1, 3).astype(np.float32), grid_faces(len(path), sides + 1)
