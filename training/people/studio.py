"""The studio: light, camera and framing of one person, and the finished tile for the bank."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import numpy as np

from .brief import ANYBODY, Brief
from .geometry import DEGREE, Array, box, look_at, perspective, rot_y
from .material import PLAIN, TEXTURES, Material, any_colour, linear
from .person import Casting, Person
from .render import FURNITURE, Camera, Layer, Light, Renderer, piece
from .wardrobe import Worn

TILE = 352
"""Longest side of a tile of the bank in pixels."""


@dataclass
class Tile:
    """A person cut out: the layer cropped to what is there, and facts for whoever places it.

    `cut` says which sides (left, top, right, bottom) the frame cut the person at; `head` is the
    head's place in the tile in pixels (x, y), possibly outside; `feet` the lowest foot's y.
    """

    layer: Layer
    cut: tuple[bool, bool, bool, bool]
    head: tuple[float, float]
    feet: float
    framing: str
    pose: str
    worn: Worn
    skin_depth: float
    view: str
    """`front`, `side` or `back`."""
    backlit: bool
    fabric: str
    """`sheer`, `shiny` or `plain`."""


def draw_light(rng: np.random.Generator) -> Light:
    """A random light: sky-like ambient, a key from anywhere (often behind), fill and rim."""
    level = rng.uniform(0.15, 0.9)
    sh = np.zeros((9, 3))
    sh[0] = level * (1 + rng.normal(0, 0.12, 3))
    sh[1] = level * rng.uniform(-0.1, 0.6) * (1 + rng.normal(0, 0.15, 3))
    for k in range(2, 9):
        sh[k] = level * rng.normal(0, 0.22 if k < 4 else 0.08) * (1 + rng.normal(0, 0.2, 3))
    directions, colours = [], []
    strengths = [rng.uniform(0, 2.2), rng.uniform(0, 0.7), rng.uniform(0, 0.9) * (rng.random() < 0.4)]
    for strength in strengths:
        d = rng.normal(size=3)
        if rng.random() < 0.85:
            d[1] = abs(d[1]) * 1.2 + 0.1
        directions.append(d / np.linalg.norm(d))
        colours.append(strength * (1 + rng.normal(0, 0.14, 3)))
    colour = np.clip(np.array(colours), 0, 5)
    total = level + 0.5 * colour.sum(0).mean()
    exposure = float(np.exp(rng.normal(0.1, 0.35)) / max(total, 0.3))
    return Light(sh.astype(np.float32), np.array(directions, np.float32), colour.astype(np.float32), exposure)


class Studio:
    """Photographs random people; `draw` gives a Tile."""

    def __init__(
        self,
        folder: Path,
        rng: np.random.Generator,
        samples: int = 3,
        validation: bool = False,
        brief: Brief = ANYBODY,
        tile: int = TILE,
    ) -> None:
        self.rng, self.validation, self.brief, self.tile = rng, validation, brief, tile
        self.casting = Casting(folder)
        self.renderer = Renderer(tile, samples, rng)

    def draw(self) -> Tile:
        """Draw one person, light them, frame them, photograph them."""
        rng = self.rng
        if rng.random() < 0.03:
            self.renderer.new_textures(rng)
        framings = self.brief.framings
        framing = str(rng.choice(list(framings), p=list(framings.values())))
        person = self.casting.draw(rng, framing in ("portrait", "face"), self.validation, self.brief)
        camera, width, height, reach = self._frame(person, framing)
        scene = list(person.scene)
        if person.pose == "sit" and rng.random() < 0.8:
            scene.append(self._seat(person))
        light = draw_light(rng)
        layer = self.renderer.layer(scene, camera, light, width, height, reach)
        return self._tile(layer, person, framing, camera, light, width, height)

    def _frame(self, person: Person, framing: str) -> tuple[Camera, int, int, float]:
        rng, joints = self.rng, person.joints
        everything = np.stack(list(joints.values()))
        head = joints["head"] + np.array([0, 0.6, 0])
        high = {"three-quarter": (10, 14), "half": (6.5, 10), "portrait": (3.8, 6.5), "face": (2.5, 3.8)}
        if framing == "full":
            centre, size = (everything.min(0) + everything.max(0)) / 2, 0.0
        else:
            low, top = high[framing]
            size = rng.uniform(low, top)
            mix = {
                "three-quarter": (joints["spine03"], joints["root"], 0.6),
                "half": (joints["spine01"], head, 0.6),
            }
            a, b, share = mix.get(framing, (head, joints["spine01"], 0.72 if framing == "portrait" else 1.0))
            centre = a * share + b * (1 - share) + rng.normal(0, 0.07, 3) * size * np.array([1, 0.7, 0])
        yaw, pitch = self._turned(framing)
        roll = rng.normal(0, 4) * DEGREE
        fov = rng.uniform(14, 60) * DEGREE
        back = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        up = np.array([np.sin(roll), np.cos(roll), 0])
        if framing == "full":
            width, height, fov, distance = self._around(everything, centre, back, up, fov)
            size = 2 * distance * np.tan(fov / 2)
        else:
            aspect = np.exp(rng.normal(-0.05, 0.2))
            height = self.tile if aspect <= 1 else int(self.tile / aspect)
            width = min(self.tile, int(height * aspect))
            distance = max(size / 2 / np.tan(fov / 2), 2.4)
        eye = (centre + distance * back).astype(np.float32)
        matrix = perspective(fov, width / height, 0.3, 400.0) @ look_at(eye, centre, up)
        reach = float(np.clip(size, 6, 18))
        return Camera(eye, centre.astype(np.float32), matrix.astype(np.float32)), width, height, reach

    def _turned(self, framing: str) -> tuple[float, float]:
        """How far somebody is turned from the camera, and from how high it looks down, in radians."""
        rng, brief = self.rng, self.brief
        pick = rng.random()
        behind = 0.06 if framing in ("portrait", "face") else 0.2
        if brief.yaw is not None:
            yaw = rng.normal(*brief.yaw) * DEGREE
        elif pick < 0.65:
            yaw = rng.normal(0, 35) * DEGREE
        elif pick < 0.65 + behind:
            yaw = rng.normal(180, 35) * DEGREE
        else:
            yaw = rng.uniform(0, 2 * np.pi) if framing != "face" else rng.uniform(-1.6, 1.6)
        if brief.pitch is not None:
            return yaw, rng.uniform(*brief.pitch) * DEGREE
        return yaw, (rng.normal(2, 9) if rng.random() < 0.85 else rng.uniform(-35, 45)) * DEGREE

    def _around(
        self, points: Array, centre: Array, back: Array, up: Array, fov: float
    ) -> tuple[int, int, float, float]:
        """Canvas (width, height), field of view and distance that take in all `points` with a margin."""
        radius = float(np.linalg.norm(points - centre, axis=1).max()) + 1.5
        distance = radius / np.sin(fov / 2)
        view = look_at(centre + distance * back, centre, up)
        seen = points @ view[:3, :3].T + view[:3, 3]
        half = np.abs(seen[:, :2] / -seen[:, 2:]).max(0) + 1.6 / distance
        height = self.tile if half[1] >= half[0] else max(48, int(self.tile * half[1] / half[0]))
        width = self.tile if half[0] >= half[1] else max(48, int(self.tile * half[0] / half[1]))
        return width, height, float(2 * np.arctan(half[1])), float(distance)

    def _seat(self, person: Person) -> object:
        """A box to sit on: neither person nor held."""
        rng, root = self.rng, person.joints["root"]
        half = np.array([rng.uniform(1.5, 5), 0.9 + rng.uniform(0, 1.2), rng.uniform(1.2, 2.6)])
        points, faces = box(-half, half)
        place = root + np.array([0, -1.4 - half[1], -0.3])
        texture = (0.0, rng.uniform(0.2, 1.0), 0.0, float(rng.choice([0, rng.uniform(0.5, 1)])))
        material = Material(
            PLAIN, a=linear(any_colour(rng)), pattern=texture, print_=(float(rng.integers(TEXTURES)), 0, 0, 0)
        )
        return piece(
            (points @ rot_y(rng.normal(0, 0.2)).T + place).astype(np.float32),
            faces,
            FURNITURE,
            material,
            points,
        )

    def _tile(
        self,
        layer: Layer,
        person: Person,
        framing: str,
        camera: Camera,
        light: Light,
        width: int,
        height: int,
    ) -> Tile:
        def place(joint: str, lift: float = 0.0) -> tuple[float, float]:
            p = camera.matrix @ np.append(person.joints[joint] + np.array([0, lift, 0]), 1)
            if p[3] <= 0:
                return -1e4, -1e4
            return float((p[0] / p[3] + 1) / 2 * width), float((1 - p[1] / p[3]) / 2 * height)

        rows, columns = layer.cover.max(1) > 0, layer.cover.max(0) > 0
        if not rows.any():
            raise ValueError("the camera saw nobody")
        top, bottom = int(rows.argmax()), int(height - rows[::-1].argmax())
        left, right = int(columns.argmax()), int(width - columns[::-1].argmax())
        crop = np.s_[top:bottom, left:right]
        towards = (camera.eye - camera.target) / np.linalg.norm(camera.eye - camera.target)
        key = light.colours[0].mean()
        small = Layer(
            *(
                np.ascontiguousarray(plane[crop])
                for plane in (layer.rgb, layer.cover, layer.person, layer.held, layer.label)
            )
        )
        head = place("head", 0.8)
        feet = max(place("foot.L")[1], place("foot.R")[1])
        return Tile(
            small,
            (left == 0, top == 0, right == width, bottom == height),
            (head[0] - left, head[1] - top),
            feet - top,
            framing,
            person.pose,
            person.worn,
            person.skin_depth,
            "front" if towards[2] > 0.4 else "back" if towards[2] < -0.4 else "side",
            bool(key > 2 * light.ambient[0].mean() and light.directions[0] @ towards < -0.3),
            person.fabric,
        )
