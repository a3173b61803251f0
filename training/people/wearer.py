"""One person in the making: a shaped and posed body that clothes, hair and things are put on."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from .body import EYES, Body, Garment, skin
from .geometry import Array, vertex_normals, wave_noise
from .material import Material
from .meshio import BODY_POINTS
from .pose import Poser
from .render import Piece, Strands, piece

FAR = 9.0
"""Field value of points that no cut reaches."""


class Wearer:
    """A shaped, posed body and the scene pieces put on it so far.

    `hide` is a field over body points: above 0 where clothes cover the skin.
    """

    def __init__(
        self,
        body: Body,
        identity: int,
        pose_kind: str,
        rng: np.random.Generator,
        turns: dict[int, Array] | None = None,
    ) -> None:
        """Args:
        turns: the rotations of the bones; None draws those of a pose of *pose_kind*.
        """
        self.body, self.rng = body, rng
        self.female = bool(body.gender[identity] < 0.5)
        self.old = bool(body.age[identity] > 0.85)
        self.rest, self.rest_joints = body.shape(identity)
        if turns is None:
            turns = Poser(body, self.rest_joints, rng).draw(pose_kind)
        self.rows, self.turns, self.joints = body.pose(self.rest_joints, turns)
        shells = ["body", "helper-tights", "helper-skirt", *EYES]
        self.normals = vertex_normals(self.rest, np.concatenate([body.faces[g] for g in shells]))
        self.hide = np.full(BODY_POINTS, -FAR, np.float32)
        self.removed = np.zeros(BODY_POINTS, bool)
        self.scene: list[Piece | Strands] = []

    def joint(self, name: str) -> Array:
        """Posed place of a bone's head."""
        return self.joints[self.body.bone[name]]

    def posed(self, points: Array, indices: NDArray[np.integer]) -> Array:
        """Skin rest points that belong to body points `indices`."""
        return skin(self.body.weights[indices], points.astype(np.float32), self.rows)

    def follow(self, points: Array, bone: str) -> Array:
        """Move rest points rigidly with a bone."""
        b = self.body.bone[bone]
        return ((points - self.rest_joints[b]) @ self.turns[b].T + self.joints[b]).astype(np.float32)

    def add_rigid(
        self, points: Array, faces: NDArray[np.integer], part: int, material: Material, bone: str = "head"
    ) -> None:
        """Put on a mesh given at rest that moves rigidly with `bone`."""
        self.scene.append(piece(self.follow(points, bone), faces, part, material, points.astype(np.float32)))

    def add_shell(
        self,
        faces: NDArray[np.integer],
        offset: Array | float,
        part: int,
        material: Material,
        *,
        cut: Array | None = None,
        p: Array | None = None,
        q: Array | None = None,
        parts: NDArray[np.integer] | None = None,
        moved: Array | None = None,
    ) -> None:
        """Put on a shell of the body's own triangles, `offset` decimetres off the skin.

        Args:
            cut: field over body points; the shell ends where it falls below 0.
            p, q: colour blends over body points.
            parts: parts over body points instead of one `part`.
            moved: rest points over body points instead of the body's own.
        """
        body = self.body
        if cut is not None:
            faces = faces[(cut[faces] > -0.6).any(1)]
        if not len(faces):
            return
        where, inverse = np.unique(faces, return_inverse=True)
        local = inverse.reshape(-1, 3)
        rest = (self.rest if moved is None else moved)[where]
        lift = offset[where] if isinstance(offset, np.ndarray) else np.full(len(where), offset, np.float32)
        points = self.posed(rest + self.normals[where] * lift[:, None], where)
        aux = np.zeros((len(where), 4), np.float32)
        aux[:, 0] = part if parts is None else parts[where]
        for column, values in ((1, p), (2, q)):
            if values is not None:
                aux[:, column] = values[where]
        aux[:, 3] = 1 if cut is None else cut[where]
        normals = vertex_normals(points, local)
        self.scene.append(Piece(points, normals, body.mean_rest[where], aux, local, material))

    def add_garment(
        self,
        garment: Garment,
        part: int | NDArray[np.integer],
        material: Material,
        faces: NDArray[np.integer] | None = None,
        q: float = 0.0,
        cut: Array | None = None,
    ) -> None:
        """Put on a fitted mesh; `part` may be one per point."""
        points = skin(garment.weights, garment.fit(self.rest), self.rows)
        aux = np.zeros((len(points), 4), np.float32)
        aux[:, 0], aux[:, 2] = part, q
        aux[:, 3] = 1 if cut is None else cut
        chosen = garment.faces if faces is None else faces
        self.scene.append(
            Piece(points, vertex_normals(points, chosen), garment.mean_rest, aux, chosen, material)
        )

    def ripple(self, frequency: float) -> Array:
        """Smooth noise over all body points, in about [-1, 1]."""
        return wave_noise(self.body.mean_rest, self.rng, frequency)
