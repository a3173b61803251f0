"""Takes of drawn heads: one person in many poses, expressions and lights, before many places.

A take is a folder of pictures; beside each stands how far its pixels are bare face, to the last sample.
Two people in the same frame number of the same *seed* do the same in the same light: the one is the truth
of what the other becomes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX

from ..people.geometry import DEGREE, Array, box, look_at, perspective, rot_x, rot_y, rot_z
from ..people.hair import Hairdresser
from ..people.material import PLAIN, Material, hair_colour, linear, skin_tone
from ..people.person import Casting
from ..people.pose import Poser
from ..people.render import Camera, Piece, Renderer, Strands
from ..people.studio import draw_light
from ..people.wearer import Wearer
from ..scene.places import sky
from ..scene.textures import place_texture

SIDE = 384
"""Pixels of a picture's sides."""

MATTES = "mattes"
"""The folder in a take in which its mattes are, named as the pictures."""

_MOUTH = ("oris05", "oris01", "oris03.L", "oris03.R")
"""Bones around the mouth, behind which the body model has nothing."""

_SHIRTS = {"trousers": 1.0}
_NECK = (("neck01", 0.2), ("neck02", 0.2), ("neck03", 0.2), ("head", 0.4))
_FACE = ("oris", "levator", "oculi", "temporalis", "risorius")


@dataclass(frozen=True)
class Who:
    """Somebody who is drawn: a shape of the body model, and a seed of all that is put on it."""

    identity: int
    looks: int


@dataclass(frozen=True, eq=False)
class Moment:
    """What happens in one frame: the bones' turns, the camera's place and size, the light, the place."""

    turns: dict[int, Array]
    yaw: float
    pitch: float
    size: float
    off: tuple[float, float]
    seed: int


def moment(casting: Casting, seed: int, number: int) -> Moment:
    """Frame *number* of the takes of *seed*: the same for everybody."""
    rng = np.random.default_rng([seed, number])
    body = casting.body
    poser = Poser(body, body.mean_joints, rng)
    poser.arm("L", -0.8, 0.1, 0.1, 0.2)
    poser.arm("R", -0.8, 0.1, 0.1, 0.2)
    turns = poser.turns
    nod, turn, tilt = rng.normal(0, [6, 14, 5]) * DEGREE
    for name, share in _NECK:
        turns[body.bone[name]] = rot_z(tilt * share) @ rot_y(turn * share) @ rot_x(nod * share)
    turns |= _expression(casting, rng)
    yaw, pitch = rng.normal(0, 10) * DEGREE, rng.normal(1, 5) * DEGREE
    off = (float(rng.normal(0, 0.15)), float(rng.normal(0, 0.1)))
    return Moment(turns, yaw, pitch, float(rng.uniform(3.6, 4.8)), off, int(rng.integers(2**31)))


def _expression(casting: Casting, rng: np.random.Generator) -> dict[int, Array]:
    """Jaw, eyes, and the muscles of both sides alike but for a little."""
    bone, turns = casting.body.bone, {}
    if rng.random() < 0.6:
        turns[bone["jaw"]] = rot_x(rng.uniform(0, 16) * DEGREE)
    look = rot_y(rng.normal(0, 10) * DEGREE) @ rot_x(rng.normal(0, 6) * DEGREE)
    turns |= {bone[f"eye.{side}"]: look for side in "LR"}
    if rng.random() < 0.25:
        shut = rot_x(rng.uniform(5, 28) * DEGREE)
        turns |= {bone[f"orbicularis03.{side}"]: shut for side in "LR"}
    for name in sorted(bone):
        if name.startswith(_FACE) and not name.endswith(".R"):
            x, y, z = rng.normal(0, 5, 3) * DEGREE
            turns[bone[name]] = rot_z(z) @ rot_y(y) @ rot_x(x)
            other = name[:-1] + "R"
            if name.endswith(".L") and other in bone:
                turns[bone[other]] = rot_z(-z) @ rot_y(-y) @ rot_x(x)
    return turns


def _dressed(casting: Casting, who: Who, turns: dict[int, Array]) -> Wearer:
    """Somebody with skin, hair and clothes of their own, in any pose the same."""

    def own(step: int) -> np.random.Generator:
        return np.random.default_rng([who.looks, step])

    w = Wearer(casting.body, who.identity, "stand", own(0), turns)
    casting.wardrobe.dress(w, _SHIRTS)
    rng = w.rng = own(1)
    colour, _ = skin_tone(rng)
    hair = hair_colour(rng, w.old)
    casting.skin(w, colour, hair)
    _mouth(w)
    w.rng = own(2)
    Hairdresser(w, casting.wardrobe, hair).dress()
    return w


def _mouth(w: Wearer) -> None:
    """The dark behind the lips, so that one does not look through an open mouth."""
    middle = np.mean([w.rest_joints[w.body.bone[name]] for name in _MOUTH], 0) + np.array([0, -0.05, -0.22])
    half = np.array([0.24, 0.24, 0.04])
    points, faces = box(middle - half, middle + half)
    w.add_rigid(points, faces, INDEX["face"], Material(PLAIN, a=linear([0.1, 0.03, 0.03])))


class Atelier:
    """Draws people at moments."""

    def __init__(self, assets: Path, side: int = SIDE) -> None:
        self.casting = Casting(assets)
        self.side = side
        self.renderer = Renderer(side, 2, np.random.default_rng(0))

    def draw(self, who: Who, what: Moment) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """The picture (side, side, 3) and its matte of bare face (side, side), uint8."""
        picture, share = self.parts(who, what)
        return picture, _bytes(share(INDEX["face"]) * 255)

    def parts(self, who: Who, what: Moment) -> tuple[NDArray[np.uint8], Callable[[int], NDArray[np.float32]]]:
        """The picture, and what says how far its pixels are a part, (side, side) in 0..1."""
        rng = np.random.default_rng(what.seed)
        w = _dressed(self.casting, who, what.turns)
        camera = self._camera(w, what)
        scene: list[Piece | Strands] = list(w.scene)
        colour, part = self.renderer.draw(scene, camera, draw_light(rng), self.side, self.side, 6.0)
        label, seen = part.copy(), colour[..., 3] > 0

        def mean(plane: NDArray[np.floating]) -> NDArray[np.float32]:
            size = (self.side, self.side)
            return np.asarray(cv2.resize(plane, size, interpolation=cv2.INTER_AREA), np.float32)

        cover = mean(seen.astype(np.float32))[..., None]
        lit = mean(np.ascontiguousarray(colour[..., :3]).astype(np.float32))
        picture = lit + (1 - cover) * _place(rng, self.side)
        return _bytes(picture), lambda wanted: mean(((label == wanted) & seen).astype(np.float32))

    def _camera(self, w: Wearer, what: Moment) -> Camera:
        head = w.joint("head") + np.array([what.off[0], 0.35 + what.off[1], 0])
        yaw, pitch, fov = what.yaw, what.pitch, 24 * DEGREE
        back = np.array([np.sin(yaw) * np.cos(pitch), np.sin(pitch), np.cos(yaw) * np.cos(pitch)])
        eye = (head + back * what.size / 2 / np.tan(fov / 2)).astype(np.float32)
        matrix = perspective(fov, 1.0, 0.3, 400.0) @ look_at(eye, head, np.array([0, 1, 0]))
        return Camera(eye, head.astype(np.float32), matrix.astype(np.float32))


def _place(rng: np.random.Generator, side: int) -> NDArray[np.float32]:
    """What is behind: a sky or a surface, out of focus, in 0..255."""
    if rng.random() < 0.4:
        return sky(rng, side)
    small = place_texture(rng, 64).astype(np.float32)
    made = cv2.resize(small, (side, side), interpolation=cv2.INTER_CUBIC)
    return np.asarray(cv2.GaussianBlur(made, (0, 0), side / 60) * rng.uniform(0.3, 1.1), np.float32)


def _bytes(plane: NDArray[np.floating]) -> NDArray[np.uint8]:
    return np.clip(plane + 0.5, 0, 255).astype(np.uint8)
