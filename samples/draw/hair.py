"""Hair as strands: grown once at rest, carried by the head, the tips a little later than the roots."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np

from .fields import Field, Points, vec
from .figure import PIVOT, SKULL, Pose, pose
from .light import KEY, KEY_COLOUR, RIM, RIM_COLOUR, SCREEN, Camera

STEPS = 22
FINE = 4
"""Lines are drawn on a picture this many times finer, so that a strand is thinner than a pixel."""


@dataclass(frozen=True)
class Hair:
    """Strands at rest, N×STEPS×3 in head space, and each one's tint N×3."""

    points: Points
    tint: Points


def grow(seed: int, count: int = 4600) -> Hair:
    """Strands from the scalp: out, then down with a wave, round the head and over the shoulders."""
    rng = np.random.default_rng(seed)
    roots, out = _roots(rng, count)
    fly = rng.random(count) < 0.055
    length = (rng.normal(1.18, 0.13, count) * np.where(fly, rng.uniform(0.25, 0.9, count), 1.0)).astype(
        np.float32
    )
    part = np.sign(roots[:, 0] - 0.08)
    velocity = 0.30 * out + np.stack([0.30 * part, 0.12 * np.ones(count), -0.34 * np.ones(count)], axis=1)
    velocity += rng.normal(0, 0.10, (count, 3)) + np.where(fly[:, None], rng.normal(0, 0.32, (count, 3)), 0)
    clump = np.floor((np.arctan2(roots[:, 0], roots[:, 2]) + 4) * 8) + 60 * np.floor(roots[:, 1] * 5)
    _, member = np.unique(clump, return_inverse=True)
    size = np.bincount(member)
    phase = clump * 2.4 + rng.normal(0, 0.35, count)
    gather = np.where(fly, 0.0, 0.11)[:, None]
    p, lines = roots.copy(), [roots]
    for step in range(1, STEPS):
        s = step / (STEPS - 1)
        pull = vec(0, -1, 0) * np.where(fly, 0.10, 0.30)[:, None]
        velocity = velocity * 0.84 + pull
        move = velocity / np.linalg.norm(velocity, axis=1, keepdims=True) * (length / (STEPS - 1))[:, None]
        curl = 0.034 * s * np.stack([np.sin(phase + 9 * s), np.zeros(count), np.cos(phase + 9 * s)], axis=1)
        centre = np.stack([np.bincount(member, p[:, axis]) / size for axis in range(3)], axis=1)[member]
        p = _outside(p + move + curl.astype(np.float32) + (centre - p) * gather * s)
        lines.append(p)
    shade = rng.normal(1.0, 0.22, (count, 1)).clip(0.5, 1.6) * (1 + 0.25 * np.sin(clump * 1.7))[:, None]
    tint = vec(0.125, 0.052, 0.021) * shade + rng.random((count, 1)) * vec(0.03, 0.016, 0.004)
    return Hair(np.stack(lines, axis=1).astype(np.float32), tint.astype(np.float32))


def _roots(rng: np.random.Generator, count: int) -> tuple[Points, Points]:
    found = np.zeros((0, 3), np.float32)
    while len(found) < count:
        n = rng.normal(size=(4 * count, 3))
        n /= np.linalg.norm(n, axis=1, keepdims=True)
        q = SKULL[0] + n * (SKULL[1] + 0.02)
        hair = ((q[:, 1] > 0.33 - 0.35 * q[:, 0] ** 2) | (q[:, 2] < 0.10)) & (q[:, 1] > -0.18)
        found = np.concatenate([found, q[hair].astype(np.float32)])
    found = found[:count]
    out = (found - SKULL[0]) / (SKULL[1] ** 2)
    return found, (out / np.linalg.norm(out, axis=1, keepdims=True)).astype(np.float32)


def _outside(p: Points) -> Points:
    """Pushed out of the skull, off the face, and out of neck and shoulders."""
    for centre, radii in (
        (SKULL[0], SKULL[1] + vec(0.055, 0.05, 0.055)),
        (vec(0, -0.2, 0.02), vec(0.325, 0.36, 0.33)),
        (vec(0, -0.72, -0.12), vec(0.33, 0.2, 0.30)),
        (vec(0, -1.15, -0.14), vec(0.8, 0.26, 0.28)),
        (vec(0, -1.6, -0.1), vec(0.73, 0.9, 0.46)),
    ):
        q = (p - centre) / radii
        size = np.linalg.norm(q, axis=1, keepdims=True)
        p = np.where(size < 1, centre + q / np.maximum(size, 1e-4) * radii, p)
    face = (p[:, 2] > 0.12) & (p[:, 1] < 0.27) & (p[:, 1] > -0.5) & (np.abs(p[:, 0]) < 0.36)
    p[face, 0] += np.where(p[face, 0] > 0, 1, -1) * (0.36 - np.abs(p[face, 0])) * 0.7
    return p.astype(np.float32)


def carried(hair: Hair, t: float) -> Points:
    """The strands at time *t* in the world: each point where the head was a moment before, later to
    the tip, with a breath of wind."""
    moved = np.empty_like(hair.points)
    for step in range(STEPS):
        s = step / (STEPS - 1)
        now: Pose = pose(t - 2.6 * s * s)
        turned = now.from_head(hair.points[:, step])
        still = hair.points[:, step] + vec(now.sway, 0, 0)
        rest = np.float32(0.72 * s**1.5)
        wind = 0.055 * s * s * np.sin(0.8 * t + 3.0 * hair.points[:, step, 0] + 2.0 * s)
        moved[:, step] = turned * (1 - rest) + still * rest + wind[:, None] * vec(1, 0.15, 0.3)
    return moved


def draw(
    hair: Hair, t: float, camera: Camera, depth: Field, shift: tuple[float, float]
) -> tuple[Points, Field]:
    """Premultiplied colour H×W×3 and coverage H×W of the strands before what *depth* shows.

    Args:
        depth: H×W, the z of the figure's surface, -inf where there is none.
        shift: the camera's sub-pixel offset, as given to the rays.
    """
    points = carried(hair, t)
    x, y = camera.pixels(points.reshape(-1, 3))
    x, y = (x - shift[0]).reshape(points.shape[:2]), (y - shift[1]).reshape(points.shape[:2])
    colour = _shaded(points, hair.tint)
    middle = (points[:, 1:] + points[:, :-1]) / 2
    column = np.clip(((x[:, 1:] + x[:, :-1]) / 2).astype(int), 0, camera.width - 1)
    row = np.clip(((y[:, 1:] + y[:, :-1]) / 2).astype(int), 0, camera.height - 1)
    visible = middle[..., 2] > depth[row, column] - 0.06
    canvas = np.zeros((camera.height * FINE, camera.width * FINE, 4), np.float32)
    ends = np.round(np.stack([x, y], axis=-1) * FINE * 16).astype(np.int32)
    order = np.argsort(middle[..., 2], axis=None)
    strand, step = np.unravel_index(order, visible.shape)
    keep = visible[strand, step]
    for i, j in zip(strand[keep], step[keep], strict=True):
        red, green, blue = (float(c) for c in colour[i, j])
        thick = 2 if j < STEPS - 14 else 1
        cv2.line(canvas, ends[i, j], ends[i, j + 1], (red, green, blue, 1.0), thick, cv2.LINE_8, 4)
    small = cv2.resize(canvas, (camera.width, camera.height), interpolation=cv2.INTER_AREA)
    return small[..., :3], small[..., 3]


def _shaded(points: Points, tint: Points) -> Points:
    """Kajiya and Kay's light on thin cylinders, with the screen's glow through the outer strands."""
    tangent = points[:, 1:] - points[:, :-1]
    tangent /= np.maximum(np.linalg.norm(tangent, axis=2, keepdims=True), 1e-6)
    total = tint[:, None] * vec(0.22, 0.24, 0.27)
    for light, colour, strength in ((KEY, KEY_COLOUR, 1.0), (RIM, RIM_COLOUR, 0.9)):
        light = light / np.linalg.norm(light)
        along = tangent @ light
        half = light + vec(0, 0, 1)
        half = half / np.linalg.norm(half)
        shine = np.sqrt(np.clip(1 - (tangent @ half) ** 2, 0, 1)) ** 28
        outward = _outward(points) @ light
        seen = np.clip(0.35 + 0.75 * outward, 0.06, 1.0)[..., None]
        wide = np.sqrt(np.clip(1 - along**2, 0, 1))[..., None]
        total = total + strength * seen * colour * (tint[:, None] * wide + 0.10 * shine[..., None])
    behind = np.clip(0.35 - 0.65 * _outward(points)[..., 2:3], 0, 1)
    return np.asarray(total + SCREEN * 0.10 * behind, np.float32)


def _outward(points: Points) -> Points:
    middle = (points[:, 1:] + points[:, :-1]) / 2
    out = middle - PIVOT - vec(0, 0.3, 0)
    return out / np.maximum(np.linalg.norm(out, axis=2, keepdims=True), 1e-6)
