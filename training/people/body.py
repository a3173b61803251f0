"""The body: a MakeHuman mesh with sampled identities, skinning, and fields that clothes are cut by.

`body.npz` (made once by `training/bodypack.py`) holds the template, the blend shapes of body
shape, 3000 sampled identities and the skinning weights; `base.obj` holds which triangles are
skin, eyes and the helper shells for tights and skirts.
"""

from __future__ import annotations

import re
from pathlib import Path

import numpy as np
import scipy.sparse as sp
from numpy.typing import NDArray
from scipy.sparse.csgraph import connected_components

from anatomatte.parts import INDEX

from .geometry import Array, unit
from .meshio import BODY_POINTS, read_mhclo, read_obj

EYES = ("helper-l-eye", "helper-r-eye")


def _to_makehuman(v: NDArray[np.floating]) -> Array:
    """From z-up metres to y-up decimetres."""
    return np.asarray(np.stack([v[..., 0], v[..., 2], -v[..., 1]], -1) * 10, np.float32)


def part_of_bone(bone: str) -> int:
    """The part that bare skin over a bone has."""
    stem, _, side = bone.partition(".")
    own = "left_" if side == "L" else "right_"
    if re.match("spine|breast|clavicle|pelvis|root", stem):
        return INDEX["torso_skin"]
    if stem.startswith("neck"):
        return INDEX["neck"]
    if re.match("shoulder|upperarm|lowerarm", stem):
        return INDEX[own + "arm"]
    if re.match("wrist|metacarpal|finger", stem):
        return INDEX[own + "hand"]
    if re.match("upperleg|lowerleg|foot|toe", stem):
        return INDEX[own + "leg"]
    return INDEX["face"]


class Body:
    """Template, identities, skinning weights and fields of the base mesh.

    Fields are per body point, float32: `arm_t` 0 at the shoulder to 1 at the wrist (below 0 off
    the arm), `leg_t` 0 at the hip to 1 at the ankle, `scalp` above 0 where hair grows, `lips`
    and `beard` 0-1, `eye_angle` radians from the pupil.

    Raises:
        FileNotFoundError: the assets are not in `folder`.
    """

    def __init__(self, folder: Path) -> None:
        for need in ("body.npz", "base.obj"):
            if not (folder / need).exists():
                raise FileNotFoundError(
                    f"{folder} has no {need}; run: python -m training assets --assets {folder}"
                )
        pack = np.load(folder / "body.npz")
        self.bones = [str(b) for b in pack["bones"]]
        self.bone = {name: k for k, name in enumerate(self.bones)}
        self.parents = pack["parents"]
        self.identities = pack["coef"].astype(np.float32)
        self.gender, self.age = pack["gender"], pack["age"]
        self.template = _to_makehuman(pack["template_vertices"])
        self.shapes = _to_makehuman(pack["blendshapes"].astype(np.float32)).reshape(
            len(pack["blendshapes"]), -1
        )
        self.joints0 = _to_makehuman(pack["template_bone_heads"])
        self.joint_shapes = _to_makehuman(pack["bone_heads_blendshapes"])
        weights, where = pack["vertex_bone_weights"], pack["vertex_bone_indices"]
        rows = np.repeat(np.arange(BODY_POINTS), weights.shape[1])
        self.weights = sp.csr_matrix(
            (weights.ravel(), (rows, where.ravel())), shape=(BODY_POINTS, len(self.bones))
        ).astype(np.float32)
        self.faces = read_obj(folder / "base.obj")[1]
        mean = self.identities.mean(0)
        self.mean_rest = self.template + (mean @ self.shapes).reshape(-1, 3)
        self.mean_joints = self.joints0 + np.tensordot(mean, self.joint_shapes, 1)
        self.parts = self.part_shares(self.weights).argmax(1)
        self._fields()

    def part_shares(self, weights: sp.csr_matrix) -> NDArray[np.float32]:
        """Share of each part at points with bone weights `weights` (N, bones)."""
        table = np.zeros((len(self.bones), len(INDEX)), np.float32)
        for k, name in enumerate(self.bones):
            table[k, part_of_bone(name)] = 1
        return np.asarray(weights @ table)

    def _share(self, pattern: str) -> Array:
        chosen = [k for k, name in enumerate(self.bones) if re.search(pattern, name)]
        return np.asarray(self.weights[:, chosen].sum(1), np.float32).ravel()

    def _fields(self) -> None:
        rest = self.mean_rest

        def joint(name: str) -> Array:
            return self.mean_joints[self.bone[name]]

        def along(points: Array, start: Array, end: Array) -> Array:
            axis = end - start
            return (points - start) @ axis / (axis @ axis)

        self.arm_t = np.full(BODY_POINTS, -1.0, np.float32)
        self.leg_t = np.full(BODY_POINTS, -1.0, np.float32)
        arm = self._share("arm|shoulder|wrist|finger|metac")
        for side, sign in (("L", 1), ("R", -1)):
            mine = rest[:, 0] * sign > 0
            t = along(rest[mine], joint("upperarm01." + side), joint("wrist." + side))
            self.arm_t[mine] = np.where(arm[mine] > 0.3, t, -0.2)
            self.leg_t[mine] = along(rest[mine], joint("upperleg01." + side), joint("foot." + side))
        face = self.parts == INDEX["face"]
        self.eye_y, eye_z = float(joint("eye.L")[1]), float(joint("eye.L")[2])
        centre = np.array([0, self.eye_y + 0.25, (eye_z + joint("head")[2]) / 2 - 0.2])
        off = rest - centre
        self.azimuth = np.degrees(np.abs(np.arctan2(off[:, 0], off[:, 2]))).astype(np.float32)
        hairline = np.interp(
            self.azimuth,
            [0, 35, 55, 68, 78, 112, 122, 180],
            [0.62, 0.58, 0.45, 0.1, 0.22, 0.22, -0.6, -0.85],
        )
        self.scalp = np.where(face, rest[:, 1] - self.eye_y - hairline, -1).astype(np.float32)
        self.lips = self._share("^oris")
        self.beard = (face & (rest[:, 1] < self.eye_y - 0.35) & (rest[:, 2] > centre[2] - 0.1)).astype(
            np.float32
        )
        self.eye_angle = np.zeros(BODY_POINTS, np.float32)
        for group in EYES:
            points = np.unique(self.faces[group])
            forward = unit(rest[points] - rest[points].mean(0))[:, 2]
            self.eye_angle[points] = np.arccos(np.clip(forward, -1, 1))

    def shape(self, identity: int) -> tuple[Array, Array]:
        """Points (N, 3) and joints (bones, 3) of one sampled identity, at rest."""
        c = self.identities[identity]
        rest = self.template + (c @ self.shapes).reshape(-1, 3)
        return rest, (self.joints0 + np.tensordot(c, self.joint_shapes, 1)).astype(np.float32)

    def pose(self, joints: Array, turns: dict[int, Array]) -> tuple[Array, Array, Array]:
        """Bone transforms of a pose.

        Args:
            joints: rest joints (bones, 3).
            turns: rotation (3, 3) of a bone relative to its parent, in world axes.

        Returns:
            Skinning rows (bones, 12), bone rotations (bones, 3, 3), posed joints (bones, 3).
        """
        count = len(self.bones)
        turn = np.zeros((count, 3, 3), np.float32)
        place = np.zeros((count, 3), np.float32)
        for b in range(count):
            p, own = self.parents[b], turns.get(b)
            if p < 0:
                turn[b] = np.eye(3) if own is None else own
                place[b] = joints[b]
            else:
                turn[b] = turn[p] if own is None else turn[p] @ own
                place[b] = place[p] + turn[p] @ (joints[b] - joints[p])
        shift = place - np.einsum("bij,bj->bi", turn, joints)
        return np.concatenate([turn.reshape(count, 9), shift], 1).astype(np.float32), turn, place


def skin(weights: sp.csr_matrix, points: Array, rows: Array) -> Array:
    """Linear blend skinning of `points` (N, 3) by bone `weights` (N, bones) and skinning `rows`."""
    mixed = weights @ rows
    turned = np.einsum("vij,vj->vi", mixed[:, :9].reshape(-1, 3, 3), points)
    return (turned + mixed[:, 9:]).astype(np.float32)


class Garment:
    """A fitted mesh (clothes, shoes, hair, brows) bound to a body by its .mhclo file."""

    def __init__(self, body: Body, path: Path) -> None:
        spec = read_mhclo(path)
        points, groups = read_obj(spec.obj)
        count = len(spec.anchors)
        if len(points) != count:
            raise ValueError(
                f"{spec.obj} has {len(points)} points, {path.name} speaks of {count}; fetch the assets again"
            )
        self.name, self.hidden = spec.name, spec.hidden
        self._offsets, self._scales = spec.offsets, spec.scales
        rows = np.repeat(np.arange(count), 3)
        self._bind = sp.csr_matrix(
            (spec.weights.ravel(), (rows, spec.anchors.ravel())), shape=(count, BODY_POINTS)
        )
        self.weights = (self._bind @ body.weights).tocsr()
        self.faces = np.concatenate(list(groups.values()))
        links = np.concatenate([self.faces[:, :2], self.faces[:, 1:]])
        graph = sp.coo_matrix((np.ones(len(links)), (links[:, 0], links[:, 1])), shape=(count, count))
        self.components, self.component = connected_components(graph, directed=False)
        self.body_parts = body.part_shares(self.weights).argmax(1)
        self.mean_rest = self.fit(body.mean_rest)

    def fit(self, rest: Array) -> Array:
        """The garment's points on a body at rest `rest`."""
        scale = np.ones(3, np.float32)
        for axis, a, b, distance in self._scales:
            scale[axis] = abs(rest[a, axis] - rest[b, axis]) / distance
        return (self._bind @ rest + self._offsets * scale).astype(np.float32)
