"""Places without people, built in 3-D: rooms, streets, nature and clutter; and the camera that sees them.

Lengths are decimetres as in `people`, so a person is about 17 high.
"""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..people.geometry import (
    DEGREE,
    Array,
    box,
    grid_faces,
    lathe,
    look_at,
    perspective,
    rot_axis,
    rot_x,
    rot_y,
    tube,
    vertex_normals,
)
from ..people.material import PLAIN, TEXTURES, Material, any_colour, linear, spectral_noise
from ..people.render import Camera, Piece, Renderer, Strands
from ..people.studio import draw_light
from .textures import natural_colour, place_texture

PLACE = 320
"""Side of a rendered place in pixels."""

_SKIN_LIKE = np.array([[0.93, 0.74, 0.62], [0.74, 0.50, 0.36], [0.40, 0.25, 0.17]])


class PlaceBuilder:
    """Collects the pieces of one place."""

    def __init__(self, rng: np.random.Generator) -> None:
        self.rng = rng
        self.scene: list[Piece | Strands] = []

    def material(self, textured: float = 0.7, bright: float = 1.0) -> Material:
        """Any surface; `textured` is the chance of a texture."""
        rng = self.rng
        colour = natural_colour(rng) if rng.random() < 0.75 else any_colour(rng)
        strength = rng.uniform(0.6, 1.0) if rng.random() < textured else 0.0
        return Material(
            PLAIN,
            a=linear(colour) * bright,
            pattern=(0.0, float(np.exp(rng.uniform(np.log(0.015), np.log(0.3)))), 0.0, strength),
            print_=(float(rng.integers(TEXTURES)), 0.0, 0.0, 0.0),
            gloss=float(rng.choice([0, 0.1, 0.5], p=[0.6, 0.3, 0.1])),
            sharpness=rng.uniform(5, 60),
            seed=float(rng.integers(100)),
        )

    def add(
        self, points: Array, faces: NDArray[np.integer], material: Material, uv: Array | None = None
    ) -> None:
        """Add a mesh; `uv` (N, 3) are texture places in decimetres."""
        points = points.astype(np.float32)
        aux = np.zeros((len(points), 4), np.float32)
        aux[:, 0], aux[:, 3] = 1, 1
        rest = points if uv is None else uv.astype(np.float32)
        self.scene.append(Piece(points, vertex_normals(points, faces), rest, aux, faces, material))

    def block(
        self, centre: Array, half: Array, material: Material | None = None, turn: Array | None = None
    ) -> None:
        """A box with textures laid flat on each side."""
        points, faces = box(-np.asarray(half, float), np.asarray(half, float))
        normals = np.repeat(np.arange(6) // 2, 4)
        across, along = (np.array([2, 0, 0])[normals], np.array([1, 2, 1])[normals])
        rows = np.arange(len(points))
        uv = np.stack([points[rows, across], points[rows, along], 0 * rows], 1)
        turned = points if turn is None else points @ turn.T
        self.add(turned + centre, faces, material or self.material(), uv)

    def post(self, foot: Array, high: float, radius: float, material: Material | None = None) -> None:
        """An upright cylinder."""
        points, faces = lathe(np.array([radius, radius, 0.0]), np.array([0.0, high, high]), 12)
        self.add(points + foot, faces, material or self.material())

    def ball(self, centre: Array, half: Array, material: Material | None = None, rough: float = 0.0) -> None:
        """An ellipsoid, lumpy when `rough` is above 0."""
        a = np.linspace(-np.pi / 2, np.pi / 2, 12)
        points, faces = lathe(np.cos(a), np.sin(a), 18)
        if rough:
            k = self.rng.normal(size=(3, 3)) * 2
            points = points * (1 + rough * np.sin(points @ k.T).mean(1, keepdims=True))
        self.add(points * half + centre, faces, material or self.material())

    def foliage(self, centre: Array, half: Array, count: int, leaf: float) -> None:
        """A cloud of leaf triangles."""
        rng = self.rng
        spread = rng.normal(size=(count, 3))
        spread *= (rng.uniform(0.3, 1, (count, 1)) ** 0.5) / np.linalg.norm(spread, axis=1, keepdims=True)
        middle = centre + spread * half
        corners = middle[:, None] + rng.normal(0, leaf, (count, 3, 3))
        faces = np.arange(count * 3).reshape(-1, 3).astype(np.int32)
        green = (
            np.array([0.22, 0.36, 0.12]) * rng.uniform(0.5, 1.7)
            if rng.random() < 0.8
            else natural_colour(rng)
        )
        material = Material(PLAIN, a=linear(np.clip(green, 0, 1)), seed=float(rng.integers(100)))
        self.add(corners.reshape(-1, 3), faces, material)

    def shelf(self, centre: Array, wide: float, high: float, turn: Array) -> None:
        """A shelf with things or books on it."""
        rng, frame = self.rng, self.material(0.4)
        rows = int(rng.integers(2, 6))
        for k in range(rows + 1):
            y = -high + 2 * high * k / rows
            self.block(centre + turn @ np.array([0, y, 0]), np.array([wide, 0.15, 1.4]), frame, turn)
            x = -wide
            while k < rows and x < wide:
                w = rng.uniform(0.1, 1.2)
                h = rng.uniform(0.3, 0.9) * high / rows
                if rng.random() < 0.8:
                    place = centre + turn @ np.array([x + w, y + h, 0.2])
                    self.block(place, np.array([w * 0.9, h, rng.uniform(0.5, 1.2)]), self.material(0.4), turn)
                x += 2 * w

    def table(self, foot: Array, turn: Array) -> None:
        """A table, bench or chair."""
        rng, m = self.rng, self.material(0.5)
        wide, deep, high = rng.uniform(2, 10), rng.uniform(2, 5), rng.uniform(3.5, 9)
        self.block(foot + np.array([0, high, 0]), np.array([wide, 0.25, deep]), m, turn)
        for sx in (-1, 1):
            for sz in (-1, 1):
                leg = foot + turn @ np.array([sx * wide * 0.9, 0, sz * deep * 0.9])
                self.block(leg + np.array([0, high / 2, 0]), np.array([0.25, high / 2, 0.25]), m)
        if rng.random() < 0.5:
            self.block(foot + turn @ np.array([0, high + 3, -deep]), np.array([wide, 3, 0.25]), m, turn)
        for _ in range(int(rng.integers(0, 5))):
            place = foot + turn @ np.array([rng.uniform(-wide, wide), high + 0.8, rng.uniform(-deep, deep)])
            self.block(place, np.exp(rng.normal(-0.4, 0.5, 3)), None, rot_y(rng.uniform(0, 3)))

    def decoy(self, foot: Array) -> None:
        """Skin- or cloth-coloured lumps about as high as a person: what must not become a person."""
        rng = self.rng
        colour = (
            _SKIN_LIKE[rng.integers(3)] * rng.uniform(0.8, 1.2) if rng.random() < 0.6 else any_colour(rng)
        )
        m = Material(PLAIN, a=linear(np.clip(colour, 0, 1)), seed=float(rng.integers(100)))
        kind = rng.integers(3)
        if kind == 0:
            self.post(foot, rng.uniform(3, 18), rng.uniform(0.5, 3), m)
        elif kind == 1:
            self.ball(foot + np.array([0, rng.uniform(1, 16), 0]), np.exp(rng.normal(0.5, 0.5, 3)), m, 0.3)
        else:  # cloth on a stand
            top = rng.uniform(9, 16)
            points = np.stack(np.meshgrid(np.linspace(-1, 1, 14), np.linspace(0, 1, 10)), -1).reshape(-1, 2)
            wide, long = rng.uniform(1, 3), rng.uniform(4, 11)
            z = 0.5 * np.sin(points[:, 0] * rng.uniform(4, 14) + rng.uniform(0, 6))
            mesh = np.stack([points[:, 0] * wide * (1 + 0.3 * points[:, 1]), top - points[:, 1] * long, z], 1)
            self.add(mesh @ rot_y(rng.uniform(0, 6)).T + foot, grid_faces(10, 14), self.material(0.6))

    def things(self, count: int, spread: float) -> None:
        """Blocks, balls, posts and tables strewn over the ground."""
        rng = self.rng
        for _ in range(count):
            foot = np.array([rng.normal(0, spread), 0, rng.uniform(-spread * 1.6, spread * 0.4)])
            size = np.exp(rng.normal(0.6, 0.7, 3))
            turn = rot_y(rng.uniform(0, 6.3))
            pick = rng.random()
            if pick < 0.35:
                self.block(foot + np.array([0, size[1], 0]), size, None, turn)
            elif pick < 0.5:
                self.ball(foot + np.array([0, size[1], 0]), size, None, 0.2)
            elif pick < 0.62:
                self.post(foot, rng.uniform(2, 40), rng.uniform(0.1, 1.2))
            elif pick < 0.8:
                self.table(foot, turn)
            elif pick < 0.9:
                self.decoy(foot)
            else:
                self.foliage(foot + np.array([0, size[1] * 2, 0]), size * 2, 400, 0.5)

    def room(self) -> None:
        """Floor, walls, ceiling, windows, pictures, shelves, curtains, furniture."""
        rng = self.rng
        wide, deep, high = rng.uniform(15, 60), rng.uniform(15, 80), rng.uniform(22, 45)
        wall = self.material(0.6)
        self.block(np.array([0, -0.5, 0]), np.array([wide, 0.5, deep]))
        self.block(np.array([0, high, 0]), np.array([wide, 0.5, deep]), self.material(0.3, 1.3))
        for centre, half in (
            ([0, high / 2, -deep], [wide, high / 2, 0.4]),
            ([-wide, high / 2, 0], [0.4, high / 2, deep]),
            ([wide, high / 2, 0], [0.4, high / 2, deep]),
        ):
            self.block(np.array(centre), np.array(half), wall if rng.random() < 0.7 else None)
        for _ in range(int(rng.integers(1, 9))):
            self._on_wall(wide, deep, high)
        for _ in range(int(rng.integers(0, 4))):
            side = rng.choice([-1, 0, 1])
            turn = rot_y(-side * np.pi / 2)
            place = np.array(
                [
                    side * (wide - 1.8),
                    rng.uniform(5, 12),
                    -deep + 1.8 if side == 0 else rng.uniform(-deep, deep),
                ]
            )
            if side == 0:
                place[0] = rng.uniform(-wide, wide)
            self.shelf(place, rng.uniform(3, 12), rng.uniform(4, 10), turn)
        self.things(int(rng.integers(2, 14)), wide * 0.6)

    def _on_wall(self, wide: float, deep: float, high: float) -> None:
        rng = self.rng
        side = rng.choice([-1, 0, 1])
        half_w, half_h = rng.uniform(1.5, 9), rng.uniform(1.5, 9)
        y = rng.uniform(4, high - 2)
        turn = rot_y(-side * np.pi / 2)
        place = (
            np.array([side * (wide - 0.6), y, rng.uniform(-deep, deep)])
            if side
            else np.array([rng.uniform(-wide, wide), y, -deep + 0.6])
        )
        bright = rng.uniform(2, 8) if rng.random() < 0.4 else 1.0
        self.block(place, np.array([half_w, half_h, 0.2]), self.material(0.7, bright), turn)
        frame = self.material(0.2)
        for k in (-1, 0, 1) if bright > 1 else (-1, 1):
            self.block(
                place + turn @ np.array([k * half_w, 0, 0.2]), np.array([0.25, half_h, 0.3]), frame, turn
            )
            self.block(
                place + turn @ np.array([0, k * half_h, 0.2]), np.array([half_w, 0.25, 0.3]), frame, turn
            )

    def street(self) -> None:
        """Ground, house fronts, poles, cars, trees."""
        rng = self.rng
        self.block(np.array([0, -0.5, 0]), np.array([400.0, 0.5, 400]))
        for side in (-1, 1):
            z = rng.uniform(-20, 20)
            while z > -250:
                half = np.array([rng.uniform(20, 60), rng.uniform(20, 120), rng.uniform(15, 60)])
                place = np.array([side * (half[0] + rng.uniform(15, 70)), half[1], z - half[2]])
                self.block(place, half)
                z -= 2 * half[2] + rng.uniform(0, 25)
        if rng.random() < 0.6:
            self.block(
                np.array([rng.normal(0, 60), 40.0, -rng.uniform(80, 300)]),
                np.array([rng.uniform(40, 150), rng.uniform(20, 100), 10]),
            )
        for _ in range(int(rng.integers(0, 8))):
            self.post(
                np.array([rng.normal(0, 40), 0, -rng.uniform(0, 150)]),
                rng.uniform(8, 80),
                rng.uniform(0.3, 1.2),
            )
        for _ in range(int(rng.integers(0, 5))):
            self.car(
                np.array([rng.normal(0, 35), 0, -rng.uniform(5, 120)]),
                rot_y(rng.choice([0, 1.57]) + rng.normal(0, 0.2)),
            )
        for _ in range(int(rng.integers(0, 5))):
            self.tree(np.array([rng.normal(0, 50), 0, -rng.uniform(10, 160)]))
        self.things(int(rng.integers(0, 7)), 30)

    def car(self, foot: Array, turn: Array) -> None:
        """A car of boxes and wheels."""
        rng = self.rng
        paint, glass = self.material(0.0), self.material(0.0, 0.2)
        long, wide = rng.uniform(17, 24), rng.uniform(8, 10)
        self.block(foot + np.array([0, 5, 0]), np.array([long, 2.8, wide]), paint, turn)
        self.block(foot + np.array([0, 10, 0]), np.array([long * 0.55, 2.6, wide * 0.9]), glass, turn)
        self.block(foot + np.array([0, 12.8, 0]), np.array([long * 0.5, 0.3, wide * 0.85]), paint, turn)
        for sx in (-0.65, 0.65):
            for sz in (-1, 1):
                self.ball(
                    foot + turn @ np.array([sx * long, 3, sz * wide]),
                    np.array([3, 3, 1.0]),
                    Material(PLAIN, a=np.full(3, 0.02)),
                )

    def tree(self, foot: Array) -> None:
        """Trunk and crown."""
        rng = self.rng
        high = rng.uniform(20, 90)
        path = np.linspace(foot, foot + np.array([rng.normal(0, 3), high * 0.7, 0]), 6).astype(np.float32)
        points, faces = tube(path, np.linspace(high * 0.04, high * 0.015, 6))
        self.add(points, faces, Material(PLAIN, a=linear([0.3, 0.22, 0.15])))
        crown = np.array([0.35, 0.35, 0.35]) * high * rng.uniform(0.6, 1.2)
        self.foliage(foot + np.array([0, high * 0.75, 0]), crown, 1500, high * 0.03)

    def nature(self) -> None:
        """Rolling ground, trees, bushes, rocks."""
        rng = self.rng
        n = 40
        height = spectral_noise(rng, n, 2.2)
        height = cv2.GaussianBlur(height, (0, 0), 1.5) * rng.uniform(0, 60)
        x, z = np.meshgrid(np.linspace(-250, 250, n), np.linspace(-420, 80, n))
        flat = np.exp(-(x**2 + z**2) / 60**2)
        y = (height - height[n // 2, -8]) * (1 - flat) - 1
        mesh = np.stack([x, y, z], -1).reshape(-1, 3)
        uv = np.stack([mesh[:, 0], mesh[:, 2], 0 * mesh[:, 0]], 1)
        self.add(mesh, grid_faces(n, n), self.material(1.0), uv)
        for _ in range(int(rng.integers(2, 14))):
            self.tree(np.array([rng.normal(0, 80), -2, -rng.uniform(20, 250)]))
        for _ in range(int(rng.integers(0, 10))):
            size = np.exp(rng.normal(1.2, 0.6, 3))
            foot = np.array([rng.normal(0, 40), 0, -rng.uniform(0, 120)])
            if rng.random() < 0.5:
                self.foliage(foot + np.array([0, size[1], 0]), size * 1.5, 700, 0.8)
            else:
                self.ball(foot, size, self.material(1.0), 0.5)

    def clutter(self) -> None:
        """Things hanging anywhere, near and far: no order at all."""
        rng = self.rng
        if rng.random() < 0.7:
            self.block(
                np.array([0, 10, -rng.uniform(15, 60)]),
                np.array([100.0, 100, 0.5]),
                None,
                rot_y(rng.normal(0, 0.4)),
            )
        for _ in range(int(rng.integers(6, 40))):
            place = np.array([rng.normal(0, 14), rng.uniform(-4, 26), -rng.uniform(0, 30)])
            turn = rot_axis(rng.normal(size=3), rng.uniform(0, 3)) if rng.random() < 0.5 else rot_x(0.0)
            size = np.exp(rng.normal(0.6, 0.8, 3))
            if rng.random() < 0.6:
                self.block(place, size, None, turn)
            else:
                self.ball(place, size, None, rng.uniform(0, 0.5))


def sky(rng: np.random.Generator, size: int) -> NDArray[np.float32]:
    """A sky or a plain far background, (size, size, 3) in 0-255."""
    low, high = (
        np.array([0.85, 0.88, 0.92]) * rng.uniform(0.4, 1.1),
        np.array([0.35, 0.55, 0.85]) * rng.uniform(0.2, 1.1),
    )
    if rng.random() < 0.4:
        low, high = any_colour(rng), any_colour(rng)
    t = np.linspace(0, 1, size)[:, None, None]
    picture = np.broadcast_to(high * (1 - t) + low * t, (size, size, 3)).copy()
    if rng.random() < 0.5:
        cloud = np.clip(spectral_noise(rng, size, 1.6) * 2 - rng.uniform(0.6, 1.2), 0, 1)[..., None]
        picture = picture * (1 - cloud) + rng.uniform(0.6, 1.0) * cloud
    return np.clip(picture * 255, 0, 255).astype(np.float32)


def draw_place(renderer: Renderer, rng: np.random.Generator) -> tuple[NDArray[np.uint8], str]:
    """Build a random place and photograph it: (PLACE, PLACE, 3) uint8 and its kind."""
    if rng.random() < 0.2:
        renderer.new_textures(rng, place_texture)
    builder = PlaceBuilder(rng)
    kind = str(rng.choice(["room", "street", "nature", "clutter"], p=[0.4, 0.27, 0.13, 0.2]))
    getattr(builder, kind)()
    yaw, pitch = rng.normal(0, 30) * DEGREE, rng.normal(3, 9) * DEGREE
    eye = np.array([rng.normal(0, 6), rng.uniform(6, 19), rng.uniform(8, 30)])
    heading = np.array([np.sin(yaw) * np.cos(pitch), -np.sin(pitch), -np.cos(yaw) * np.cos(pitch)])
    fov = rng.uniform(25, 75) * DEGREE
    target = eye + heading * 25
    roll = rng.normal(0, 3) * DEGREE
    view = look_at(eye, target, np.array([np.sin(roll), np.cos(roll), 0]))
    matrix = (perspective(fov, 1.0, 1.0, 900.0) @ view).astype(np.float32)
    camera = Camera(eye.astype(np.float32), target.astype(np.float32), matrix)
    light = draw_light(rng)
    colour, _ = renderer.draw(builder.scene, camera, light, PLACE, PLACE, 55.0)
    side = renderer.samples * PLACE
    filled = (colour[..., 3] > 0).astype(np.float32)[..., None]
    sharp = cv2.resize(colour[..., :3] * filled, (PLACE, PLACE), interpolation=cv2.INTER_AREA)
    cover = cv2.resize(filled, (PLACE, PLACE), interpolation=cv2.INTER_AREA)[..., None]
    picture = sharp + (1 - cover) * sky(rng, PLACE)
    if side and rng.random() < 0.35:
        picture = cv2.GaussianBlur(picture, (0, 0), rng.uniform(0.5, 3))
    return np.clip(picture + 0.5, 0, 255).astype(np.uint8), kind
