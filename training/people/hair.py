"""Hair: a cap on the scalp, fitted hair meshes, and strands that grow, fall and curl."""

from __future__ import annotations

from dataclasses import dataclass, replace

import numpy as np

from anatomatte.parts import INDEX

from .body import skin
from .geometry import Array, unit, wave_noise
from .material import HAIR_MESH, STRAND, Material
from .render import Strands
from .wardrobe import Wardrobe
from .wearer import Wearer


@dataclass(frozen=True)
class Style:
    """How strands grow; lengths in decimetres."""

    count: int
    steps: int
    length: tuple[float, float]
    gravity: float
    falls_on_shoulders: bool = False
    outward: float = 0.55


STYLES = {
    "short": Style(2800, 6, (0.2, 0.9), 0.12),
    "medium": Style(2800, 10, (1.0, 2.6), 0.33, True),
    "long": Style(3000, 14, (2.5, 6.5), 0.38, True),
    "afro": Style(3400, 11, (0.5, 1.9), 0.03, outward=1.0),
    "flyaway": Style(220, 8, (0.3, 1.4), 0.16, True, outward=0.35),
}

_COLLIDERS = (
    ("neck02", 0.55),
    ("spine01", 1.05),
    ("clavicle.L", 0.75),
    ("clavicle.R", 0.75),
    ("shoulder01.L", 0.65),
    ("shoulder01.R", 0.65),
    ("spine02", 1.25),
)


def hair_material(rng: np.random.Generator, colour: Array) -> Material:
    """Hair of about `colour` (linear)."""
    return Material(
        HAIR_MESH,
        a=colour * 0.7,
        b=colour * 1.25,
        gloss=rng.uniform(0.03, 0.16),
        sharpness=rng.uniform(8, 40),
        seed=float(rng.integers(100)),
    )


class Hairdresser:
    """Puts hair on one wearer."""

    def __init__(self, wearer: Wearer, wardrobe: Wardrobe, colour: Array, hat: str = "") -> None:
        self.w, self.wardrobe, self.rng, self.hat = wearer, wardrobe, wearer.rng, hat
        self.material = hair_material(self.rng, colour)
        receding = 0.0 if wearer.female or self.rng.random() < 0.7 else self.rng.uniform(0.1, 0.6)
        self.scalp = wearer.body.scalp - receding * (wearer.body.azimuth < 60)
        if hat and hat != "crown":  # nothing grows through a hat
            rim = wearer.body.eye_y + (0.1 if hat in ("hood", "scarf") else 0.4)
            self.scalp = np.where(wearer.body.mean_rest[:, 1] > rim, -1, self.scalp)

    def dress(self) -> None:
        """Draw a haircut and put it on; 2 % of women and 10 % of men are bald."""
        w, rng = self.w, self.rng
        if rng.random() < (0.02 if w.female else 0.1):
            return
        if self.hat in ("hood", "scarf") and rng.random() < 0.7:
            return
        under_hat = self.hat not in ("", "crown")
        mesh = rng.random() < 0.4 and not under_hat and bool(self.wardrobe.hair)
        self._cap(rng.uniform(0.02, 0.08) if mesh else rng.uniform(0.04, 0.3))
        if mesh:
            self._mesh()
        cropped = not w.female and rng.random() < 0.08
        if not mesh and not cropped:
            shares = [0.15, 0.28, 0.45, 0.12] if w.female else [0.68, 0.17, 0.07, 0.08]
            style = STYLES[str(rng.choice(["short", "medium", "long", "afro"], p=shares))]
            self._strands(replace(style, outward=0.2, count=style.count // 2) if under_hat else style)
        if rng.random() < 0.55 and not under_hat:
            self._strands(replace(STYLES["flyaway"], count=int(rng.integers(40, 320))), fine=True)

    def _cap(self, thickness: float) -> None:
        w = self.w
        body = w.body
        faces = body.faces["body"]
        faces = faces[(body.scalp[faces] > -0.12).all(1)]
        lift = thickness * np.clip(self.scalp * 2.5 + 0.1, 0, 1) * (1 + 0.3 * w.ripple(5.0))
        material = replace(self.material, thin=(0.0, 0.18))
        w.add_shell(
            faces, lift.astype(np.float32), INDEX["hair"], material, cut=self.scalp.astype(np.float32)
        )

    def _mesh(self) -> None:
        rng, meshes = self.rng, self.wardrobe.hair
        if self.w.female:
            names = [n for n in meshes if n not in ("short01", "short04")]
        else:
            names = [n for n in meshes if n.startswith("short") or n == "afro01" or rng.random() < 0.06]
        chosen = meshes[names[rng.integers(len(names))]]
        material = replace(self.material, thin=(rng.uniform(0.05, 0.4), 0.0))
        self.w.add_garment(chosen, INDEX["hair"], material, q=1.0)

    def _roots(self, count: int) -> tuple[Array, Array]:
        """Posed roots (N, 3) and their places on the mean body, spread evenly over the scalp."""
        body, rng = self.w.body, self.rng
        faces = body.faces["body"]
        faces = faces[(body.scalp[faces] > 0).all(1)]
        corners = body.mean_rest[faces]
        area = np.linalg.norm(np.cross(corners[:, 1] - corners[:, 0], corners[:, 2] - corners[:, 0]), axis=1)
        triangle = faces[rng.choice(len(faces), count, p=area / area.sum())]
        share = rng.dirichlet([1, 1, 1], count).astype(np.float32)
        keep = (self.scalp[triangle] * share).sum(1) > 0
        triangle, share = triangle[keep], share[keep]
        used, inverse = np.unique(triangle, return_inverse=True)
        posed = skin(body.weights[used], self.w.rest[used], self.w.rows)[inverse.reshape(-1, 3)]
        return (posed * share[..., None]).sum(1), (body.mean_rest[triangle] * share[..., None]).sum(1)

    def _strands(self, style: Style, fine: bool = False) -> None:
        w, rng = self.w, self.rng
        root, home = self._roots(style.count)
        count = len(root)
        if not count:
            return
        head = w.body.bone["head"]
        turn = w.turns[head]
        middle = np.array([0, w.body.eye_y + 0.15, 0.45], np.float32) - w.body.mean_joints[head]
        centre = w.joints[head] + turn @ middle
        out = unit(root - centre)
        side = np.sign(home[:, :1] - rng.uniform(-0.5, 0.5))
        if style.steps <= 6:
            comb = turn @ np.array([[0, 0.2, -1.0], [0, -0.3, 0.9], [0.6, 0.0, 0.5]][rng.integers(3)])
        else:
            comb = side * (turn @ np.array([1, 0, 0.0])) * 0.5 + turn @ np.array([0, 0.1, -0.35])
        heading = unit(out * style.outward + (0 if style.outward == 1 else comb))
        length = rng.uniform(*style.length) * rng.uniform(0.6, 1.1, (count, 1))
        if fine:
            length = length * rng.uniform(0.3, 1.2, (count, 1))
        gravity = style.gravity * rng.uniform(0.6, 1.3)
        wind = rng.normal(0, 0.12, 3) * (rng.random() < 0.25)
        curl = (
            0.7
            if style.outward == 1
            else float(rng.choice([0.05, 0.15, 0.35, 0.6], p=[0.35, 0.3, 0.22, 0.13]))
        )
        frizz = (
            rng.uniform(0.4, 1.0)
            if style.outward == 1
            else float(rng.choice([0, 0.25, 0.6], p=[0.6, 0.25, 0.15]))
        )
        phase = rng.uniform(0, 2 * np.pi, (count, 1))
        clump = wave_noise(home, rng, 3.0)[:, None] * 3
        point, path = root, [root]
        for t in range(style.steps):
            swirl = np.concatenate(
                [np.sin(phase + t * 1.3 + clump), np.cos(phase * 0.7 + t * 1.1), np.cos(phase + t * 1.5)], 1
            )
            jitter = rng.normal(0, 0.12 if fine else 0.05, (count, 3))
            coil = (
                0.9
                * frizz
                * np.concatenate(
                    [np.sin(phase * 3 + t * 2.2), np.cos(phase * 5 + t * 1.9), np.sin(phase + t * 2.6)], 1
                )
            )
            heading = unit(heading + np.array([0, -gravity, 0]) + wind + 0.3 * curl * swirl + coil + jitter)
            point = self._pushed_out(point + heading * length / style.steps, centre, turn, style)
            path.append(point)
        width = rng.uniform(0.005, 0.012) if fine else rng.uniform(0.012, 0.036)
        shade = rng.random((count, 2)).astype(np.float32)
        material = replace(self.material, kind=STRAND)
        w.scene.append(Strands(np.stack(path, 1).astype(np.float32), width, shade, material))

    def _pushed_out(self, point: Array, centre: Array, turn: Array, style: Style) -> Array:
        """Points moved out of the skull and, for hair that falls, out of neck and shoulders."""
        radius = np.array([0.80, 1.08, 1.0])
        local = (point - centre) @ turn
        depth = np.linalg.norm(local / radius, axis=1, keepdims=True)
        point = np.where(depth < 1.03, centre + (local / depth * 1.03) @ turn.T, point)
        if style.falls_on_shoulders:
            for bone, reach in _COLLIDERS:
                off = point - self.w.joint(bone)
                distance = np.linalg.norm(off, axis=1, keepdims=True)
                point = np.where(
                    distance < reach, self.w.joint(bone) + off / (distance + 1e-6) * reach, point
                )
        return point
