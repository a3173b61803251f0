"""Eyebrows: short strands along an arch above each eye, part `face`."""

from __future__ import annotations

import numpy as np

from anatomatte.parts import INDEX

from .body import skin
from .geometry import Array, unit
from .material import STRAND, Material
from .render import Strands
from .wearer import Wearer

_INNER, _OUTER = 0.11, 0.6
"""Where a brow begins and ends beside the middle of the face, in decimetres on the mean body."""
_TRIES = 4000
_STEPS = 3


def brows(w: Wearer, colour: Array) -> None:
    """Grow eyebrows of hair `colour` (linear), thin to bushy, faint to dense."""
    rng, body = w.rng, w.body
    thick, count = rng.uniform(0.6, 1.8), int(rng.uniform(120, 420))
    triangle, share, home = _places(w, thick, count)
    used, inverse = np.unique(triangle, return_inverse=True)
    lifted = w.rest[used] + 0.012 * w.normals[used]
    corners = skin(body.weights[used], lifted, w.rows)[inverse.reshape(-1, 3)]
    root = (corners * share[..., None]).sum(1)
    side, along = np.sign(home[:, :1]), _along(home)[:, None]
    rise = 0.75 - 1.1 * along + rng.normal(0, 0.25, (len(root), 1))  # upright at the nose, down at the temple
    heading = np.concatenate([side, rise, np.full_like(side, -0.25)], 1)
    heading = unit(heading @ w.turns[body.bone["head"]].T)
    length = rng.uniform(0.05, 0.11, (len(root), 1))
    path = [root + heading * length * t / (_STEPS - 1) for t in range(_STEPS)]
    material = Material(STRAND, a=colour * 0.45, b=colour * 0.9, gloss=0.02, sharpness=8.0)
    shade = rng.random((len(root), 2)).astype(np.float32)
    w.scene.append(
        Strands(
            np.stack(path, 1).astype(np.float32), rng.uniform(0.005, 0.011), shade, material, INDEX["face"]
        )
    )


def _along(home: Array) -> Array:
    """How far along the brow, 0 at the nose to 1 at the temple, of places (N, 3) on the mean body."""
    return np.clip((np.abs(home[:, 0]) - _INNER) / (_OUTER - _INNER), 0, 1)


def _places(w: Wearer, thick: float, count: int) -> tuple[Array, Array, Array]:
    """Roots within the arches: triangles (N, 3), shares of their corners (N, 3), places on the mean body."""
    body, rng = w.body, w.rng
    faces = body.faces["body"]
    middle = body.mean_rest[faces].mean(1)
    above = middle[:, 1] - body.eye_y
    near = (middle[:, 2] > 0.8) & (np.abs(middle[:, 0]) < _OUTER + 0.1) & (above > 0.05) & (above < 0.45)
    chosen = faces[near]
    corners = body.mean_rest[chosen]
    area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
    triangle = chosen[rng.choice(len(chosen), _TRIES, p=area / area.sum())]
    share = rng.dirichlet([1, 1, 1], _TRIES).astype(np.float32)
    home = (body.mean_rest[triangle] * share[..., None]).sum(1)
    along, across = _along(home), np.abs(home[:, 0])
    arch = body.eye_y + 0.19 + 0.07 * np.sin(np.pi * np.clip(0.15 + 0.75 * along, 0, 1))
    half = thick * (0.055 - 0.035 * along)
    kept = np.flatnonzero(
        (across > _INNER) & (across < _OUTER) & (np.abs(home[:, 1] - arch) < half) & (home[:, 2] > 0.8)
    )[:count]
    return triangle[kept], share[kept], home[kept]
