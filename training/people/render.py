"""The renderer: triangles and hair strands to supersampled colour and part labels.

OpenGL 3.3 without a window (EGL): Mesa's software rasteriser on a CPU, a GPU where there is one.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import cv2
import moderngl
import numpy as np
from numpy.typing import NDArray

from anatomatte.parts import INDEX, PARTS

from . import shader
from .geometry import Array, look_at, unit, vertex_normals
from .material import TEXTURES, Material, procedural_texture

FURNITURE = 255
"""Label of things in front that are neither person nor held."""

Painter = Callable[[np.random.Generator, int], NDArray[np.uint8]]
"""Draws one square texture."""

_SHADOW_SIZE = 640


@dataclass
class Piece:
    """A mesh of one material. `aux` is (N, 4): part, p, q, cut (see `shader`)."""

    points: Array
    normals: Array
    rest: Array
    aux: Array
    faces: NDArray[np.integer]
    material: Material


@dataclass
class Strands:
    """Hair: `points` (strands, steps, 3), ribbons `width` decimetres wide that face the camera."""

    points: Array
    width: float
    shade: Array
    """(strands, 2) in [0, 1]: colour and brightness of each."""
    material: Material
    part: int = INDEX["hair"]


def piece(
    points: Array, faces: NDArray[np.integer], part: int, material: Material, rest: Array | None = None
) -> Piece:
    """A plain mesh that is wholly of one part."""
    aux = np.zeros((len(points), 4), np.float32)
    aux[:, 0], aux[:, 3] = part, 1
    points = points.astype(np.float32)
    return Piece(
        points, vertex_normals(points, faces), points if rest is None else rest, aux, faces, material
    )


@dataclass
class Light:
    """Ambient light as 9 spherical-harmonic colours (9, 3), three distant lights, exposure factor."""

    ambient: Array
    directions: Array
    colours: Array
    exposure: float


@dataclass
class Camera:
    """Eye, what it looks at, and the 4x4 view-projection matrix."""

    eye: Array
    target: Array
    matrix: Array


@dataclass
class Layer:
    """What a camera sees of people alone, at final resolution H x W.

    `rgb` (H, W, 3) uint8 straight (unmixed) colour; `cover` (H, W) uint8 coverage by anything;
    `person` coverage by the person without held things; `held`; `label` (H, W) uint8 main part,
    0 where neither person nor held prevails.
    """

    rgb: NDArray[np.uint8]
    cover: NDArray[np.uint8]
    person: NDArray[np.uint8]
    held: NDArray[np.uint8]
    label: NDArray[np.uint8]


def _ribbons(strands: Strands, eye: Array) -> tuple[Array, NDArray[np.int64]]:
    count, steps, _ = strands.points.shape
    along = np.gradient(strands.points, axis=1)
    side = unit(np.cross(along, eye - strands.points))
    half = (strands.width * np.linspace(1, 0.3, steps))[None, :, None]
    points = np.stack([strands.points - side * half, strands.points + side * half], 2).reshape(-1, 3)
    aux = np.zeros((len(points), 4), np.float32)
    aux[:, 0], aux[:, 3] = strands.part, 1
    aux[:, 1:3] = np.repeat(strands.shade, steps * 2, 0)
    first = (np.arange(count)[:, None] * steps + np.arange(steps - 1)[None]).reshape(-1) * 2
    faces = np.stack([first, first + 1, first + 2, first + 1, first + 3, first + 2], 1).reshape(-1, 3)
    tangents = np.repeat(along.reshape(-1, 3), 2, 0)
    return np.concatenate([points, tangents, np.zeros_like(points), aux], 1), faces


class Renderer:
    """One OpenGL context with buffers for pictures up to `size` x `size` pixels of `samples`² samples."""

    def __init__(self, size: int, samples: int, rng: np.random.Generator) -> None:
        self.size, self.samples = size, samples
        try:
            self._gl = moderngl.create_context(standalone=True, backend="egl")
        except Exception as cause:
            raise RuntimeError(
                "no OpenGL without a window here; install libegl1 and libgl1-mesa-dri"
            ) from cause
        gl, big = self._gl, size * samples
        self._colour, self._part = gl.texture((big, big), 4), gl.texture((big, big), 1)
        self._target = gl.framebuffer([self._colour, self._part], gl.depth_texture((big, big)))
        self._depth = gl.depth_texture((_SHADOW_SIZE, _SHADOW_SIZE))
        self._depth.compare_func = ""
        self._shadow = gl.framebuffer([], self._depth)
        self._program = gl.program(vertex_shader=shader.VERTEX, fragment_shader=shader.FRAGMENT)
        self._shadower = gl.program(
            vertex_shader=shader.SHADOW_VERTEX, fragment_shader=shader.SHADOW_FRAGMENT
        )
        self._points = gl.buffer(reserve=60_000_000, dynamic=True)
        self._faces = gl.buffer(reserve=30_000_000, dynamic=True)
        self._surface = gl.vertex_array(
            self._program, [(self._points, "3f 3f 3f 4f", "pos", "nrm", "rest", "aux")], self._faces
        )
        self._caster = gl.vertex_array(
            self._shadower, [(self._points, "3f 24x 4f", "pos", "aux")], self._faces
        )
        self._textures = gl.texture_array((256, 256, TEXTURES), 3)
        self.new_textures(rng)

    def new_textures(self, rng: np.random.Generator, paint: Painter = procedural_texture) -> None:
        """Draw the procedural textures afresh with `paint(rng, size)`."""
        stack = np.stack([paint(rng, 256) for _ in range(TEXTURES)])
        self._textures.write(np.ascontiguousarray(stack).tobytes())
        self._textures.repeat_x = self._textures.repeat_y = True
        self._textures.build_mipmaps()

    def _load(self, scene: list[Piece | Strands], eye: Array) -> list[tuple[int, int, Material]]:
        vertices, faces, ranges = [], [], []
        offset = start = 0
        for item in scene:
            if isinstance(item, Strands):
                block, tri = _ribbons(item, eye)
            else:
                block = np.concatenate([item.points, item.normals, item.rest, item.aux], 1)
                tri = item.faces
            vertices.append(block.astype(np.float32))
            faces.append((tri + offset).astype(np.int32))
            ranges.append((start, tri.size, item.material))
            offset, start = offset + len(block), start + tri.size
        self._points.write(np.concatenate(vertices).tobytes())
        self._faces.write(np.concatenate(faces).tobytes())
        return ranges

    def _surface_of(self, m: Material) -> None:
        values = {
            "kind": m.kind,
            "ca": tuple(map(float, m.a)),
            "cb": tuple(map(float, m.b)),
            "cc": tuple(map(float, m.c)),
            "pattern": tuple(map(float, m.pattern)),
            "print_": tuple(map(float, m.print_)),
            "seed": m.seed,
            "bump": m.bump,
            "bump_scale": m.bump_scale,
            "gloss": float(m.gloss),
            "sharpness": m.sharpness,
            "thin": m.thin,
            "trim": m.trim,
        }
        for name, value in values.items():
            if name in self._program:
                self._program[name].value = value

    def draw(
        self,
        scene: list[Piece | Strands],
        camera: Camera,
        light: Light,
        width: int,
        height: int,
        reach: float,
    ) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
        """Draw a scene; the first light casts shadows within `reach` decimetres of the camera's target.

        Returns:
            Supersampled RGBA (height·samples, width·samples, 4) and labels (same, 1 plane), uint8.
        """
        gl, program = self._gl, self._program
        ranges = self._load(scene, camera.eye)
        up = np.array([0, 1, 0.01]) if abs(light.directions[0][1]) < 0.95 else np.array([1.0, 0, 0])
        ortho = np.diag([1 / reach, 1 / reach, -1 / 60.0, 1]).astype(np.float32)
        ortho[2, 3] = -1
        lamp = ortho @ look_at(camera.target + light.directions[0] * 60, camera.target, up)
        gl.enable(moderngl.DEPTH_TEST)
        gl.disable(moderngl.CULL_FACE)
        self._shadow.use()
        self._shadow.clear(depth=1.0)
        self._shadower["view_projection"].write(lamp.T.astype("f4").tobytes())
        self._caster.render(vertices=sum(n for _, n, _ in ranges))
        self._target.use()
        self._target.clear(0, 0, 0, 0, depth=1.0)
        big = width * self.samples, height * self.samples
        self._target.viewport = (0, 0, *big)
        self._depth.use(0)
        self._textures.use(1)
        program["shadow"].value, program["textures"].value = 0, 1
        program["view_projection"].write(camera.matrix.T.astype("f4").tobytes())
        program["light_projection"].write(lamp.T.astype("f4").tobytes())
        program["eye"].value = tuple(map(float, camera.eye))
        program["SH"].write(light.ambient.astype("f4").tobytes())
        program["Ld"].write(light.directions.astype("f4").tobytes())
        program["Lc"].write(light.colours.astype("f4").tobytes())
        program["exposure"].value = light.exposure
        for first, count, material in ranges:
            self._surface_of(material)
            self._surface.render(vertices=count, first=first)
        view = (0, 0, *big)
        colour = np.frombuffer(self._target.read(view, 4, 0), np.uint8).reshape(big[1], big[0], 4)[::-1]
        label = np.frombuffer(self._target.read(view, 1, 1, 1), np.uint8).reshape(big[1], big[0])[::-1]
        return colour, label

    def layer(
        self,
        scene: list[Piece | Strands],
        camera: Camera,
        light: Light,
        width: int,
        height: int,
        reach: float,
    ) -> Layer:
        """Draw people and average the samples to a Layer of `height` x `width`."""
        colour, label = self.draw(scene, camera, light, width, height, reach)
        return resolve(colour, label, self.samples)


def resolve(colour: NDArray[np.uint8], label: NDArray[np.uint8], samples: int) -> Layer:
    """Average `samples`² samples per pixel: straight colour, coverages and the main part."""
    height, width = label.shape[0] // samples, label.shape[1] // samples

    def mean(plane: NDArray[np.floating]) -> NDArray[np.float32]:
        return np.asarray(cv2.resize(plane, (width, height), interpolation=cv2.INTER_AREA), np.float32)

    cover = mean((colour[..., 3] > 0).astype(np.float32))
    mixed = mean(np.ascontiguousarray(colour[..., :3]).astype(np.float32))
    rgb = mixed / np.maximum(cover, 1e-4)[..., None]
    held_at, front = label == INDEX["held"], label == FURNITURE
    person = mean(((label > 0) & ~held_at & ~front).astype(np.float32))
    held = mean(held_at.astype(np.float32))
    part = np.where(front, 0, label)
    y, x = np.mgrid[0 : height * samples, 0 : width * samples]
    cell = ((y // samples) * width + x // samples) * len(PARTS) + part
    votes = np.bincount(cell.ravel(), minlength=height * width * len(PARTS)).reshape(
        height, width, len(PARTS)
    )
    main = votes[..., 1:].argmax(-1) + 1
    main = np.where(person + held >= 0.5, main, 0).astype(np.uint8)

    def byte(plane: NDArray[np.float32]) -> NDArray[np.uint8]:
        return (np.clip(plane, 0, 1) * 255 + 0.5).astype(np.uint8)

    return Layer(np.clip(rgb + 0.5, 0, 255).astype(np.uint8), byte(cover), byte(person), byte(held), main)
