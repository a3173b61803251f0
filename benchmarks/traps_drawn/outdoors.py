"""Traps out of doors: sea, lake, skies, lawns, leaves, snow, a pool, the blue hour."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour, Pixels, fractal, ground, sampled
from .people import Pose, bust, stand


def sky(canvas: Canvas, top: Colour, low: Colour, horizon: float = 1.0) -> None:
    """A clear sky that pales towards the *horizon*."""
    down = np.clip(canvas.y / np.float32(max(horizon, 0.05)), 0, 1)[..., None] ** 1.3
    canvas.fill(np.asarray(top, np.float32) * (1 - down) + np.asarray(low, np.float32) * down)
    canvas.shade(1 + 0.12 * canvas.glow(canvas.uniform(-0.2, 1.2), -0.1, 0.9))


def clouds(canvas: Canvas, cover: float) -> None:
    """Clouds with a lit and a shaded side."""
    field = canvas.noise(0.42, (2.6, 1.0), 6)
    thick = np.clip((field - np.float32(1.1 - 1.6 * cover)) * 0.9, 0, 1)
    shade = np.clip(0.86 - 0.16 * thick + 0.05 * canvas.noise(0.1, (2, 1), 3), 0.4, 1.0)
    canvas.put(thick**1.2 * 0.95, shade[..., None] * np.array([0.93, 0.95, 1.0], np.float32))


def waves(canvas: Canvas, horizon: float, deep: Colour, bright: Colour, rough: float) -> None:
    """Water below a *horizon*: dark near, the sky's light on its far side and on its waves."""
    right, away, floor = ground(canvas, horizon)
    texture = fractal(canvas.rng, 512, 1.15)
    swell = sampled(texture, right * 0.35, away, 0.16) + 0.6 * sampled(texture, right * 0.6, away, 0.5)
    fresnel = np.clip(0.25 + 0.55 * (1 - 1 / away) ** 3 + rough * 0.22 * swell, 0, 1)[..., None]
    water = np.asarray(deep, np.float32) * (1 - fresnel) + np.asarray(bright, np.float32) * fresnel
    foam = np.clip((swell - 2.2) * 2 * rough, 0, 0.8)
    water = water * (1 - foam[..., None]) + 0.75 * foam[..., None]
    canvas.put(floor, water)


def shore(canvas: Canvas, horizon: float, height: float, colour: Colour) -> None:
    """A far bank with trees."""
    top = np.float32(horizon) - np.float32(height) * (0.75 + 0.3 * canvas.noise(0.12, (2, 50), 4)[0])[None]
    mask = np.clip((canvas.y - top) * canvas.height, 0, 1) * (canvas.y < horizon + 0.004)
    leaves = np.clip(1 + 0.35 * canvas.noise(0.03, octaves=3), 0.2, 2.2)
    canvas.put(mask.astype(np.float32), leaves[..., None] * np.asarray(colour, np.float32))


def grass(canvas: Canvas, horizon: float, colour: Colour, fine: float = 1.0) -> None:
    """Grass from the *horizon* down: blades, patches, mower's or wind's shades."""
    right, away, floor = ground(canvas, horizon)
    texture = fractal(canvas.rng, 512, 0.55)
    patch = fractal(canvas.rng, 256, 1.6)
    blades = sampled(texture, right, away, 0.9 * fine) * 0.38 + sampled(patch, right, away, 0.12) * 0.16
    tone = np.asarray(colour, np.float32) * np.clip(1 + blades, 0.15, 2.4)[..., None]
    dry = np.clip(0.3 * sampled(patch, right + 3, away, 0.2), 0, 0.5)[..., None]
    canvas.put(floor, tone * (1 - dry) + dry * np.array([0.20, 0.19, 0.06], np.float32))


def sand(canvas: Canvas, horizon: float, colour: Colour) -> None:
    """A beach from the *horizon* down."""
    right, away, floor = ground(canvas, horizon)
    tone = 1 + 0.14 * sampled(fractal(canvas.rng, 512, 0.8), right, away, 0.6)
    canvas.put(canvas.soft(floor, 0.004), np.clip(tone, 0.4, 1.5)[..., None] * np.asarray(colour, np.float32))


def foliage_wall(canvas: Canvas, colour: Colour, size: float) -> None:
    """Leaves everywhere: clumps, gaps of shade, spots of sun."""
    tone = np.full((canvas.height, canvas.width), 0.5, np.float32)
    for octave, weight in ((1.0, 0.35), (0.45, 0.35), (0.2, 0.3), (0.1, 0.2)):
        edges = canvas.noise(size * octave, (1.3, 1.0))
        tone += np.float32(weight) * np.abs(edges) - np.float32(weight * 0.75)
    tone = np.clip(0.55 + tone * 0.9, 0.04, 2.0)
    hue = 0.25 * canvas.noise(size, octaves=2)[..., None] * np.array([0.9, 0.25, -0.3], np.float32)
    canvas.fill(np.asarray(colour, np.float32) * tone[..., None] * np.clip(1 + hue, 0.3, 1.8))
    canvas.light += (np.clip(tone - 1.25, 0, 1) ** 2)[..., None] * np.array([0.6, 0.65, 0.3], np.float32)


BLUES: tuple[tuple[Colour, ...], tuple[Colour, ...]] = (
    ((0.035, 0.17, 0.50), (0.05, 0.24, 0.62), (0.02, 0.10, 0.36)),
    ((0.06, 0.20, 0.46), (0.03, 0.22, 0.70), (0.08, 0.30, 0.60)),
)


def sea(canvas: Canvas) -> None:
    """Somebody at the sea: sky, horizon, waves, a strip of beach or none."""
    horizon = canvas.uniform(0.26, 0.46)
    top = canvas.pick(*BLUES)
    sky(canvas, top * 1.2, (0.42, 0.58, 0.75), horizon)
    if canvas.number % 2:
        clouds(canvas, 0.35)
    deep = canvas.pick(((0.012, 0.13, 0.24), (0.01, 0.16, 0.20)), ((0.01, 0.09, 0.22), (0.02, 0.24, 0.28)))
    waves(canvas, horizon, deep, (0.22, 0.40, 0.56), canvas.uniform(0.6, 1.2))
    if canvas.number % 2 == 0:
        sand(canvas, 0.80, (0.46, 0.38, 0.27))
        stand(canvas, Pose(0, canvas.uniform(0.35, 0.7), 0.78, 0.95))
    else:
        bust(canvas, Pose(0, canvas.uniform(0.35, 0.65), 0.84, level=0.9, shadow=0))


def lake(canvas: Canvas) -> None:
    """A still lake with a wooded bank."""
    horizon = canvas.uniform(0.30, 0.42)
    sky(canvas, (0.22, 0.38, 0.62), (0.55, 0.63, 0.70), horizon)
    shore(canvas, horizon, 0.11, canvas.pick(((0.03, 0.06, 0.03),), ((0.05, 0.07, 0.06),)))
    deep = canvas.pick(((0.02, 0.20, 0.22), (0.02, 0.12, 0.26)), ((0.02, 0.22, 0.16), (0.03, 0.17, 0.33)))
    waves(canvas, horizon, deep, deep * 1.5 + 0.08, 0.35)
    if canvas.number % 2:
        grass(canvas, 0.84, (0.10, 0.20, 0.04))
        for k in range(2):
            stand(canvas, Pose(k, 0.32 + 0.3 * k, 0.62 + 0.05 * k, 0.95, flip=bool(k)))
    else:
        bust(canvas, Pose(1, canvas.uniform(0.35, 0.6), 0.8, shadow=0))


def clear_sky(canvas: Canvas) -> None:
    """Seen from below: nothing but blue behind, with a breath of cirrus in every other picture."""
    top = canvas.pick(*BLUES)
    sky(canvas, top, top * 1.5 + np.array([0.05, 0.08, 0.06], np.float32))
    if canvas.number % 2 == 0:
        wisps = np.clip(canvas.noise(0.3, (3.0, 0.8), 5) - 0.3, 0, 1) * np.float32(0.22)
        canvas.put(wisps, (0.80, 0.85, 0.92))
    bust(canvas, Pose(0, canvas.uniform(0.4, 0.6), canvas.uniform(0.75, 0.95), level=1.05, shadow=0))


def cloudy_sky(canvas: Canvas) -> None:
    """Blue with clouds; a roof or a hill below."""
    sky(canvas, canvas.pick(*BLUES), (0.30, 0.50, 0.78))
    clouds(canvas, canvas.uniform(0.3, 0.6))
    if canvas.number % 2:
        grass(canvas, 0.8, (0.11, 0.19, 0.05))
        stand(canvas, Pose(0, canvas.uniform(0.35, 0.65), 0.72, 0.95))
    else:
        bust(canvas, Pose(1, canvas.uniform(0.4, 0.6), 0.85, shadow=0))


def lawn(canvas: Canvas) -> None:
    """A lawn, mostly seen from above, with a hedge or none."""
    horizon = (0.16, -0.25)[canvas.number % 2]
    foliage_wall(canvas, (0.05, 0.11, 0.03), 0.06)
    grass(
        canvas,
        horizon,
        canvas.pick(((0.07, 0.24, 0.03), (0.10, 0.30, 0.04)), ((0.05, 0.20, 0.05), (0.14, 0.30, 0.05))),
    )
    canvas.shade(1 - 0.45 * np.clip(canvas.noise(0.35, (1.8, 0.7), 3), 0, 1))
    stand(canvas, Pose(0, 0.4, 0.8, 0.95, shadow=0.55))
    if canvas.number % 2 == 0:
        stand(canvas, Pose(2, 0.66, 0.74, 0.93, flip=True, shadow=0.55))


def foliage(canvas: Canvas) -> None:
    """Before a hedge or trees, sharp or out of focus."""
    colour = canvas.pick(((0.07, 0.20, 0.035), (0.10, 0.28, 0.04)), ((0.045, 0.17, 0.06), (0.15, 0.30, 0.04)))
    foliage_wall(canvas, colour, (0.08, 0.2)[canvas.number % 2])
    if canvas.number % 2:
        canvas.light = np.dstack([canvas.soft(plane, 0.03) for plane in np.moveaxis(canvas.light, -1, 0)])
    bust(canvas, Pose(0, canvas.uniform(0.38, 0.62), 0.86, shadow=0.1))


def snow(canvas: Canvas) -> None:
    """Snow in blue shade, some of it in the sun."""
    horizon = canvas.uniform(0.2, 0.34)
    sky(canvas, canvas.pick(((0.10, 0.24, 0.58),), ((0.16, 0.32, 0.66),)), (0.45, 0.58, 0.78), horizon)
    shore(canvas, horizon + 0.01, 0.14, (0.04, 0.06, 0.07))
    right, away, floor = ground(canvas, horizon)
    drift = 0.10 * sampled(fractal(canvas.rng, 256, 1.7), right, away, 0.15)
    fine = 0.05 * sampled(fractal(canvas.rng, 512, 0.5), right, away, 0.9)
    shade = canvas.pick(((0.19, 0.33, 0.62), (0.24, 0.40, 0.66)), ((0.16, 0.30, 0.52), (0.28, 0.42, 0.74)))
    canvas.put(floor, np.clip(1 + drift + fine, 0.4, 1.6)[..., None] * shade)
    sun = canvas.polygon(((0, horizon), (0.55, horizon), (0.2, horizon + 0.08), (0, horizon + 0.09)))
    canvas.put(canvas.soft(sun, 0.006), (0.92, 0.86, 0.78))
    stand(canvas, Pose(0, canvas.uniform(0.4, 0.65), 0.74, 0.94, level=0.75, tint=(0.9, 0.97, 1.12)))


def pool(canvas: Canvas) -> None:
    """A swimming pool with tiles, caustics and an edge."""
    right, away, _ = ground(canvas, -0.35)
    water = canvas.pick(((0.03, 0.36, 0.46), (0.04, 0.30, 0.52)), ((0.02, 0.42, 0.44), (0.05, 0.34, 0.60)))
    net = np.abs(canvas.noise(0.07, (1.8, 0.8), 2)) + 0.5 * np.abs(canvas.noise(0.035, (1.8, 0.8)))
    caustics = np.clip(1.25 - 0.55 * net, 0.6, 1.3) + np.clip(0.18 - net, 0, 1) * 2.2
    wobble = 0.03 * canvas.noise(0.08, (2, 1), 2)
    joints = _grid(right + wobble, 0.22) | _grid(away + wobble, 0.22)
    canvas.fill(water * caustics[..., None])
    canvas.shade(1 - 0.12 * canvas.soft(joints.astype(np.float32), 0.003))
    lane = np.abs(np.mod(right + wobble, 1.3) - 0.65) < 0.07
    canvas.put(canvas.soft(lane.astype(np.float32), 0.005) * 0.75, (0.01, 0.04, 0.12))
    level = 0.72
    _, _, floor = ground(canvas, level)
    canvas.put(
        floor,
        np.clip(1 + 0.12 * canvas.noise(0.03, octaves=3), 0.5, 1.4)[..., None]
        * np.array([0.5, 0.47, 0.42], np.float32),
    )
    canvas.put(canvas.box(0, level - 0.012, 1, level + 0.012), (0.75, 0.75, 0.72))
    for k in range(1 + canvas.number % 2):
        stand(canvas, Pose(k, 0.36 + 0.3 * k, 0.76, 0.92, legs=(0.02, 0.02, 0.03)))


def _grid(along: Pixels, step: float) -> np.ndarray:
    return np.asarray(np.mod(along, step) < 0.02)


def blue_hour(canvas: Canvas) -> None:
    """Evening: blue light over a street with lit windows, and over whoever stands in it."""
    sky(canvas, (0.07, 0.13, 0.38), (0.22, 0.26, 0.50), 0.6)
    rng = canvas.rng
    left = 0.0
    while left < 1:
        wide, top = rng.uniform(0.1, 0.24), rng.uniform(0.08, 0.42)
        level = rng.uniform(0.5, 1.1)
        canvas.put(canvas.box(left, top, left + wide, 0.8), np.array([0.06, 0.10, 0.24]) * level)
        for row in np.arange(top + 0.04, 0.66, 0.075):
            for column in np.arange(left + 0.015, left + wide - 0.02, 0.034):
                lit = rng.random() < 0.22
                light = (
                    np.array([1.0, 0.62, 0.25]) * rng.uniform(0.3, 0.9)
                    if lit
                    else np.array([0.03, 0.05, 0.13])
                )
                canvas.put(canvas.box(column, row, column + 0.018, row + 0.042), light)
        left += wide
    right, away, floor = ground(canvas, 0.68)
    asphalt = 1 + 0.18 * sampled(fractal(rng, 256, 0.5), right, away, 1.2)
    canvas.put(floor, np.clip(asphalt, 0.3, 2)[..., None] * np.array([0.07, 0.11, 0.24], np.float32))
    canvas.light = np.dstack([canvas.soft(plane, 0.006) for plane in np.moveaxis(canvas.light, -1, 0)])
    blue = canvas.pick(((0.45, 0.65, 1.35), (0.35, 0.6, 1.5)), ((0.4, 0.75, 1.4), (0.55, 0.65, 1.25)))
    canvas.shade(0.35 + 0.65 * blue * np.ones((1, 1, 3), np.float32))
    pose = Pose(0, canvas.uniform(0.35, 0.65), 0.82, level=0.45, tint=blue, shadow=0)
    (bust if canvas.number % 2 else stand)(canvas, pose)
    canvas.camera.exposure, canvas.camera.grain = 1.5, 0.02


KINDS = {
    "sea": sea,
    "lake": lake,
    "clear sky": clear_sky,
    "cloudy sky": cloudy_sky,
    "lawn": lawn,
    "foliage": foliage,
    "snow": snow,
    "pool": pool,
    "blue hour": blue_hour,
}
