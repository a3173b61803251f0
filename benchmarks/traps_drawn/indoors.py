"""Traps indoors: painted walls and what stands before them."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour, fractal, ground, sampled
from .people import Pose, bust, stand

PAINTS: tuple[tuple[Colour, ...], tuple[Colour, ...]] = (
    ((0.03, 0.26, 0.24), (0.05, 0.16, 0.40), (0.10, 0.34, 0.12)),
    ((0.06, 0.34, 0.32), (0.04, 0.10, 0.28), (0.16, 0.40, 0.20)),
)
OAK, WHITE, DARK = (0.30, 0.17, 0.08), (0.70, 0.69, 0.66), (0.03, 0.03, 0.035)


def plaster(canvas: Canvas, colour: Colour, window: float) -> None:
    """A painted wall in the light of a *window* at one side: the roller's texture, shade in corners."""
    canvas.fill(colour)
    side = np.clip(1.25 - 0.75 * np.abs(canvas.x - np.float32(window)), 0.3, 1.3)
    canvas.shade(side * (1 - 0.22 * (canvas.y - 0.4) ** 2 * 2))
    canvas.shade(np.clip(1 + 0.03 * canvas.noise(0.35, octaves=3) + 0.025 * canvas.noise(0.012), 0.7, 1.3))


def boarding(canvas: Canvas, floor: float) -> None:
    """Skirting board and a floor of boards."""
    right, away, below = ground(canvas, floor - 0.3, 1.2)
    seams = np.clip(1 - np.abs(np.mod(right * 2.2, 1) - 0.5) * 24 / (0.5 + 0.5 * away), 0, 1)
    grain = 1 + 0.14 * sampled(fractal(canvas.rng, 256, 0.8), right * 0.25, away * 2, 0.5)
    boards = np.asarray(OAK, np.float32) * (grain * (1 - 0.5 * seams))[..., None]
    canvas.put(canvas.box(0, floor, 1, 1.01) * below, boards)
    canvas.put(canvas.box(0, floor - 0.055, 1, floor), WHITE)
    canvas.shade(1 - 0.45 * canvas.soft(canvas.line(((0, floor), (1, floor)), 0.006), 0.004))


def picture(canvas: Canvas, left: float, top: float, wide: float, tall: float) -> None:
    """A framed picture with its shadow."""
    shadow = canvas.box(left + 0.008, top + 0.014, left + wide + 0.012, top + tall + 0.02)
    canvas.shade(1 - 0.4 * canvas.soft(shadow, 0.012))
    canvas.put(canvas.box(left, top, left + wide, top + tall), DARK)
    inner = canvas.box(left + 0.012, top + 0.02, left + wide - 0.012, top + tall - 0.02)
    paint = np.clip(
        0.32 + 0.14 * canvas.noise(0.1, octaves=3)[..., None] * np.array([1.0, 0.6, 0.2]), 0.02, 0.9
    )
    canvas.put(inner, paint.astype(np.float32))


def sofa(canvas: Canvas, left: float, right: float, top: float, colour: Colour) -> None:
    """Something to sit on, cut by the lower edge."""
    canvas.shade(1 - 0.35 * canvas.soft(canvas.box(left - 0.01, top - 0.01, right + 0.01, 1.1), 0.025))
    folds = np.clip(1 + 0.05 * canvas.noise(0.2, octaves=3), 0.5, 1.5)[..., None]
    cushion = np.asarray(colour, np.float32) * folds
    body = canvas.soft(canvas.box(left, top, right, 1.1), 0.012)
    canvas.put(body, cushion)
    for x in np.linspace(left, right, 4)[1:-1]:
        canvas.shade(1 - 0.5 * canvas.soft(canvas.line(((x, top + 0.02), (x, 1)), 0.004), 0.004))
    canvas.shade(1 - 0.3 * canvas.soft(canvas.box(left, top + 0.16, right, top + 0.18), 0.012))


def lamp(canvas: Canvas, x: float, top: float) -> None:
    """A standard lamp, lit."""
    canvas.put(canvas.line(((x, top), (x, 0.96)), 0.008), DARK)
    shade = canvas.polygon(((x - 0.03, top), (x + 0.03, top), (x + 0.05, top + 0.16), (x - 0.05, top + 0.16)))
    canvas.put(shade, (1.1, 0.85, 0.55))
    canvas.light += (0.35 * canvas.glow(x, top + 0.1, 0.28))[..., None] * np.array(
        [1.0, 0.75, 0.45], np.float32
    )


def painted_wall(canvas: Canvas) -> None:
    """A room with one painted wall."""
    plaster(canvas, canvas.pick(*PAINTS), (0.0, 1.0)[canvas.number % 2])
    boarding(canvas, 0.86)
    picture(canvas, *((0.08, 0.12, 0.18, 0.3) if canvas.number % 2 else (0.72, 0.1, 0.2, 0.34)))
    sofa(canvas, -0.05, 0.36, 0.66, (0.33, 0.28, 0.23) if canvas.split else (0.12, 0.11, 0.12))
    if canvas.number % 2:
        lamp(canvas, 0.92, 0.3)
    stand(canvas, Pose(0, 0.56, 0.84, 0.97))


def bare_wall(canvas: Canvas) -> None:
    """A painted wall close behind somebody: a socket, a cable, a crack of the corner, hard shade."""
    plaster(canvas, canvas.pick(*(part[::-1] for part in PAINTS)), (1.1, -0.1)[canvas.number % 2])
    sun = canvas.polygon(((0.0, 0.15), (0.42, 0.0), (0.62, 0.0), (0.12, 0.75), (0.0, 0.7)))
    canvas.shade(0.75 + 0.6 * canvas.soft(sun, 0.008))
    for k in range(2):
        canvas.put(canvas.box(0.86 + 0.05 * k, 0.55, 0.89 + 0.05 * k, 0.60), WHITE)
    canvas.put(canvas.line(((0.9, 0.6), (0.905, 0.8), (0.87, 1.0)), 0.006), (0.5, 0.5, 0.48))
    bust(canvas, Pose(0, canvas.uniform(0.42, 0.58), 0.85, shadow=0.45))


def corner(canvas: Canvas) -> None:
    """Two painted walls and a ceiling that meet, a curtain at a window."""
    paint = canvas.pick(*PAINTS)
    plaster(canvas, paint, 0.0)
    edge = canvas.uniform(0.55, 0.75)
    canvas.shade(1 - 0.48 * canvas.polygon(((edge, 0), (1, 0), (1, 1), (edge, 1))))
    canvas.put(canvas.polygon(((0, 0), (1, 0), (1, 0.02), (edge, 0.13), (0, 0.03))), (0.58, 0.57, 0.54))
    canvas.put(canvas.box(0.0, 0.12, 0.16, 0.78), (1.3, 1.35, 1.4))
    folds = 0.55 + 0.25 * np.sin(canvas.x * 150 + 2 * np.sin(canvas.y * 3))
    canvas.put(canvas.box(0.13, 0.06, 0.22, 0.95), folds[..., None] * np.array([0.6, 0.55, 0.5], np.float32))
    for row in range(3):
        canvas.put(canvas.box(edge + 0.1, 0.25 + 0.2 * row, 1.0, 0.27 + 0.2 * row), OAK)
        for x in np.arange(edge + 0.11, 0.98, 0.021):
            tall = canvas.uniform(0.07, 0.14)
            spine = canvas.rng.uniform(0.02, 0.4, 3)
            canvas.put(canvas.box(x, 0.25 + 0.2 * row - tall, x + 0.017, 0.25 + 0.2 * row), spine)
    bust(canvas, Pose(1, 0.45, 0.86, shadow=0.3))


def wardrobe(canvas: Canvas) -> None:
    """Fitted cupboards with handles, a kitchen's or a bedroom's."""
    paint = canvas.pick(((0.05, 0.28, 0.26), (0.04, 0.14, 0.36)), ((0.12, 0.34, 0.16), (0.03, 0.22, 0.30)))
    plaster(canvas, paint, canvas.uniform(0, 1))
    step = canvas.uniform(0.2, 0.28)
    for k, x in enumerate(np.arange(-0.05, 1.1, step)):
        canvas.shade(1 - 0.75 * canvas.line(((x, 0), (x, 1)), 0.007))
        canvas.shade(1 + canvas.uniform(-0.06, 0.06) * canvas.box(x, 0, x + step, 1))
        handle = x + (0.025 if k % 2 else step - 0.025)
        canvas.put(canvas.line(((handle, 0.4), (handle, 0.52)), 0.012), (0.55, 0.5, 0.42))
    canvas.shade(1 - 0.6 * canvas.line(((0, 0.2), (1, 0.2)), 0.006))
    if canvas.split:
        canvas.put(canvas.box(0, 0.72, 1, 0.75), (0.62, 0.6, 0.57))
    boarding(canvas, 0.93)
    bust(canvas, Pose(2, canvas.uniform(0.4, 0.6), 0.8, shadow=0.4))


KINDS = {
    "painted wall": painted_wall,
    "bare wall": bare_wall,
    "corner": corner,
    "wardrobe": wardrobe,
}
