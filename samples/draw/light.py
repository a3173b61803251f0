"""Rays against the figure, and the light that they see (scene-linear, Rec.709 primaries)."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from . import figure
from .fields import Field, Points, ripple, vec
from .figure import EYE, HAND, JACKET, LIP, SCALP, SCARF, SHIRT, SKIN, Pose

EYE_POINT = vec(0, -0.72, 9.5)
HALF_HEIGHT = 2.02
KEY, KEY_COLOUR = vec(-0.55, 0.62, 0.62), vec(1.75, 1.62, 1.42)
FILL, FILL_COLOUR = vec(0.8, 0.1, 0.6), vec(0.20, 0.24, 0.30)
RIM, RIM_COLOUR = vec(0.75, 0.55, -0.62), vec(1.15, 1.2, 1.3)
SKY = vec(0.17, 0.18, 0.20)
SCREEN = vec(0.075, 0.44, 0.095)
ALBEDO = {
    SKIN: vec(0.56, 0.315, 0.215),
    HAND: vec(0.55, 0.31, 0.215),
    LIP: vec(0.46, 0.165, 0.145),
    EYE: vec(0.50, 0.47, 0.45),
    SHIRT: vec(0.60, 0.58, 0.55),
    JACKET: vec(0.155, 0.07, 0.045),
    SCARF: vec(0.52, 0.33, 0.075),
    SCALP: vec(0.045, 0.022, 0.012),
}


@dataclass(frozen=True)
class Camera:
    """Pixels to rays; the lens looks along -z."""

    width: int
    height: int

    def rays(self, x: Field, y: Field) -> Points:
        """Unit directions of pixel positions (y downwards)."""
        right = (x - self.width / 2) / (self.height / 2) * HALF_HEIGHT
        up = (self.height / 2 - y) / (self.height / 2) * HALF_HEIGHT
        rays = np.stack([right, up, np.full_like(right, -EYE_POINT[2])], axis=1).astype(np.float32)
        return rays / np.linalg.norm(rays, axis=1, keepdims=True)

    def pixels(self, p: Points) -> tuple[Field, Field]:
        """Points to pixel positions."""
        reach = EYE_POINT[2] / (EYE_POINT[2] - p[:, 2]) / HALF_HEIGHT * (self.height / 2)
        return self.width / 2 + p[:, 0] * reach, self.height / 2 - (p[:, 1] - EYE_POINT[1]) * reach


def march(rays: Points, at: Pose) -> Field:
    """The distance along each ray to the figure, or infinity."""
    reach = np.full(len(rays), np.inf, np.float32)
    active = np.arange(len(rays))
    t = np.full(len(rays), 7.4, np.float32)
    for _ in range(48):
        d = figure.distance(EYE_POINT + rays[active] * t[active, None], at)
        hit = d < 0.003
        reach[active[hit]] = t[active[hit]]
        t[active] += d * np.float32(0.82)
        active = active[~hit & (t[active] < 11.2)]
        if not len(active):
            break
    return reach


def normals(p: Points, at: Pose) -> Points:
    total = np.zeros_like(p)
    for corner in (vec(1, -1, -1), vec(-1, -1, 1), vec(-1, 1, -1), vec(1, 1, 1)):
        total += corner * figure.distance(p + corner * np.float32(0.006), at)[:, None]
    return total / np.maximum(np.linalg.norm(total, axis=1, keepdims=True), 1e-9)


def _shadow(p: Points, n: Points, at: Pose) -> Field:
    """How much of the key light arrives."""
    towards = KEY / np.linalg.norm(KEY)
    seen = np.ones(len(p), np.float32)
    t = np.full(len(p), 0.06, np.float32)
    for _ in range(9):
        d = figure.distance(p + n * np.float32(0.03) + towards * t[:, None], at)
        seen = np.minimum(seen, np.clip(7.0 * d / t + 0.25, 0, 1))
        t += np.clip(d, 0.05, 0.35)
    return seen


def _openness(p: Points, n: Points, at: Pose) -> Field:
    near = figure.distance(p + n * np.float32(0.08), at) / 0.08
    far = figure.distance(p + n * np.float32(0.3), at) / 0.3
    return np.clip(0.25 + 0.4 * near + 0.4 * far, 0.1, 1.0)


def spill(n: Points, v: Points, albedo: Points, gloss: Field) -> Points:
    """The screen's light on the figure: from behind on what faces it, and off grazing surfaces."""
    behind = np.clip(0.42 - 0.58 * n[:, 2], 0, 1) ** 1.6
    grazing = np.clip(1.0 - np.abs(np.sum(n * v, axis=1)), 0, 1) ** 4
    return SCREEN * (0.75 * behind[:, None] * albedo + (grazing * gloss)[:, None])


def shade(p: Points, rays: Points, at: Pose) -> Points:
    """The light that leaves points of the figure towards the camera."""
    n, v = normals(p, at), -rays
    kind = figure.material(p, at)
    albedo, gloss, power = _surface(p, kind, at)
    n = _bumped(n, p, kind, at)
    key = KEY / np.linalg.norm(KEY)
    facing = n @ key
    wrap = np.where(np.isin(kind, (SKIN, HAND, LIP))[:, None], vec(0.32, 0.16, 0.1), vec(0.04, 0.04, 0.04))
    lit = np.clip((facing[:, None] + wrap) / (1 + wrap), 0, None)
    seen = _shadow(p, n, at)[:, None]
    soft = seen + (1 - seen) * wrap * np.float32(0.5)
    light = KEY_COLOUR * lit * soft
    light += FILL_COLOUR * np.clip(n @ (FILL / np.linalg.norm(FILL)) * 0.8 + 0.2, 0, None)[:, None]
    light += SKY * (0.55 + 0.45 * n[:, 1:2])
    light = light * _openness(p, n, at)[:, None]
    rim = RIM / np.linalg.norm(RIM)
    light += RIM_COLOUR * np.clip(n @ rim, 0, None)[:, None] * 0.8
    half = key + v
    half /= np.linalg.norm(half, axis=1, keepdims=True)
    shine = np.clip(np.sum(n * half, axis=1), 0, 1) ** power * gloss * 2.2
    colour = albedo * light + (shine[:, None] * seen) * KEY_COLOUR
    return np.asarray(colour + spill(n, v, albedo, gloss * 0.8), np.float32)


def _bumped(n: Points, p: Points, kind: np.ndarray, at: Pose) -> Points:
    """Weave and wrinkles too fine for the distance field."""
    body = p - vec(at.sway, 0, 0)
    for which, scale, depth, seed in (
        (JACKET, 9.0, 0.10, 11),
        (SCARF, 30.0, 0.16, 12),
        (SHIRT, 7.0, 0.06, 13),
    ):
        mask = kind == which
        if mask.any():
            q = body[mask] * vec(scale, scale * 0.5, scale)
            lean = np.stack([ripple(q, seed + i, 2) for i in range(3)], axis=1)
            n[mask] += lean * np.float32(depth)
    return n / np.linalg.norm(n, axis=1, keepdims=True)


def _surface(p: Points, kind: np.ndarray, at: Pose) -> tuple[Points, Field, Field]:
    albedo = np.zeros_like(p)
    for which, colour in ALBEDO.items():
        albedo[kind == which] = colour
    gloss = np.where(np.isin(kind, (SKIN, HAND)), 0.10, 0.02).astype(np.float32)
    gloss[kind == EYE], gloss[kind == LIP], gloss[kind == JACKET] = 1.1, 0.22, 0.05
    power = np.where(np.isin(kind, (SKIN, HAND, LIP)), 22.0, 14.0).astype(np.float32)
    power[kind == EYE] = 200.0
    head = at.to_head(p)
    _paint_face(albedo, head, kind)
    weave = np.sin(p[:, 1] * 95.0) * np.sin(p[:, 0] * 95.0)
    albedo[kind == SCARF] *= (1.0 + 0.14 * weave[kind == SCARF])[:, None]
    stripe = (np.sin(p[:, 1] * 21.0) > 0.45) & (kind == SHIRT)
    albedo[stripe] = vec(0.10, 0.12, 0.2)
    return albedo, gloss, power


def _paint_face(albedo: Points, head: Points, kind: np.ndarray) -> None:
    x, y, z = np.abs(head[:, 0]), head[:, 1], head[:, 2]
    skin = (kind == SKIN) & (z > 0.1)
    blush = np.exp(-(((x - 0.2) / 0.1) ** 2) - ((y + 0.11) / 0.09) ** 2)
    blush += 0.7 * np.exp(-((x / 0.06) ** 2) - ((y + 0.1) / 0.06) ** 2)
    tint = 1.0 - np.outer(blush, vec(0.0, 0.22, 0.2)) + 0.03 * ripple(head * np.float32(14), 21, 2)[:, None]
    albedo[skin] *= tint[skin]
    arch = 0.178 + 0.05 * np.sin(np.clip((x - 0.05) / 0.2, 0, 1) * 2.5) - 0.02
    brow = (
        np.exp(-(((y - arch) / 0.02) ** 2))
        * np.clip((x - 0.045) / 0.03, 0, 1)
        * np.clip((0.26 - x) / 0.08, 0, 1)
    )
    _mix(albedo, skin & (z > 0.2), brow * 0.85, vec(0.05, 0.025, 0.015))
    lash = np.exp(-(((np.hypot((x - 0.15) / 1.25, y - 0.03) - 0.065) / 0.011) ** 2)) * (y > 0.055)
    _mix(albedo, skin & (z > 0.2), lash * 0.9, vec(0.03, 0.018, 0.015))
    eye = kind == EYE
    iris = np.hypot(x - 0.152, y - 0.045)
    _mix(albedo, eye, _inside(iris, 0.041), vec(0.13, 0.075, 0.035))
    _mix(albedo, eye, _inside(iris, 0.018), vec(0.004, 0.004, 0.004))


def _inside(distance: Field, radius: float) -> Field:
    return np.clip((radius - distance) / 0.003 + 0.5, 0, 1)


def _mix(albedo: Points, where: np.ndarray, amount: Field, colour: Points) -> None:
    part = np.clip(amount[where], 0, 1)[:, None]
    albedo[where] = albedo[where] * (1 - part) + colour * part
