"""Traps of things: painted walls and what stands before them, doors, boards, a bus, tarpaulin, clothes."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour, Pixels, fractal, ground, sampled
from .outdoors import foliage_wall, grass, sky
from .people import Pose, bust, stand
from .sport import lettering

PAINTS: tuple[tuple[Colour, ...], tuple[Colour, ...]] = (
    ((0.03, 0.26, 0.24), (0.05, 0.16, 0.40), (0.10, 0.34, 0.12)),
    ((0.06, 0.34, 0.32), (0.04, 0.10, 0.28), (0.16, 0.40, 0.20)),
)
OAK, WHITE, DARK = (0.30, 0.17, 0.08), (0.70, 0.69, 0.66), (0.03, 0.03, 0.035)


def plaster(canvas: Canvas, colour: Colour, window: float) -> None:
    """A painted wall in the light of a *window* at one side: roller's texture, stains, shade in the corners."""
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
    paint = np.clip(0.32 + 0.14 * canvas.noise(0.1, octaves=3)[..., None] * np.array([1.0, 0.6, 0.2]), 0.02, 0.9)
    canvas.put(inner, paint.astype(np.float32))


def sofa(canvas: Canvas, left: float, right: float, top: float, colour: Colour) -> None:
    """Something to sit on, cut by the lower edge."""
    canvas.shade(1 - 0.35 * canvas.soft(canvas.box(left - 0.01, top - 0.01, right + 0.01, 1.1), 0.025))
    folds = np.clip(1 + 0.12 * canvas.noise(0.09, octaves=3), 0.5, 1.5)[..., None]
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
    canvas.light += (0.35 * canvas.glow(x, top + 0.1, 0.28))[..., None] * np.array([1.0, 0.75, 0.45], np.float32)


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


def door(canvas: Canvas) -> None:
    """A painted door or gate in a wall of bricks."""
    rows = np.floor(canvas.y * 22)
    across = np.mod(canvas.x * canvas.aspect * 9 + 0.5 * np.mod(rows, 2), 1)
    mortar = (np.mod(canvas.y * 22, 1) < 0.14) | (across < 0.05)
    brick = np.clip(1 + 0.25 * canvas.noise(0.05, (2.2, 1)) + 0.08 * canvas.noise(0.01), 0.3, 1.8)[..., None]
    colour = np.array([0.42, 0.40, 0.36] if canvas.split else [0.30, 0.12, 0.07], np.float32)
    canvas.fill(np.where(mortar[..., None], np.float32(0.33), brick * colour))
    paint = canvas.pick(((0.02, 0.20, 0.07), (0.02, 0.12, 0.34)), ((0.03, 0.28, 0.22), (0.05, 0.33, 0.09)))
    left, right = (0.28, 0.78) if canvas.number % 2 == 0 else (0.12, 0.9)
    worn = np.clip(1 + 0.05 * canvas.noise(0.2, (0.3, 2), 3) + 0.02 * canvas.noise(0.01), 0.5, 1.5)
    canvas.put(canvas.box(left - 0.02, 0.02, right + 0.02, 1), (0.5, 0.48, 0.44))
    canvas.put(canvas.box(left, 0.05, right, 1), worn[..., None] * paint)
    for k in range(2):
        middle = left + (right - left) * (0.26 + 0.48 * k)
        for top, low in ((0.1, 0.42), (0.5, 0.92)):
            frame = canvas.box(middle - 0.1, top, middle + 0.1, low)
            inner = canvas.box(middle - 0.092, top + 0.014, middle + 0.092, low - 0.014)
            canvas.shade(1 - 0.35 * (frame - inner))
            canvas.shade(1 + 0.15 * np.roll(frame - inner, 3, 0))
    canvas.put(canvas.box((left + right) / 2 - 0.003, 0.05, (left + right) / 2 + 0.003, 1), paint * 0.2)
    canvas.put(canvas.disc((left + right) / 2 + 0.03, 0.5, 0.018), (0.6, 0.45, 0.15))
    canvas.shade(1.1 - 0.3 * canvas.y)
    stand(canvas, Pose(1, 0.45, 0.84, 0.97, shadow=0.4))


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


def chalkboard(canvas: Canvas) -> None:
    """A school's green board, wiped and written on."""
    plaster(canvas, (0.55, 0.52, 0.45), 0.0)
    green = canvas.pick(((0.015, 0.085, 0.05), (0.02, 0.14, 0.08)), ((0.02, 0.10, 0.085), (0.03, 0.17, 0.09)))
    canvas.put(canvas.box(0.03, 0.04, 0.97, 0.80), OAK)
    wiped = np.clip(1 + 0.5 * canvas.noise(0.3, (2.5, 0.5), 3), 0.4, 2.4)[..., None]
    canvas.put(canvas.box(0.045, 0.065, 0.955, 0.77), green * 0.75 + 0.02 * wiped)
    for row in range(3):
        board = lettering(canvas, ("y = ax + b", "H2O  NaCl", "12 x 7 = 84")[(row + canvas.number) % 3], (0, 0, 0), (0.5, 0.5, 0.48))
        board[..., 3] = board[..., 0] * 1.6
        board[..., :3] = 0.55
        left = canvas.uniform(0.06, 0.6)
        canvas.tape(board, ((left, 0.1 + 0.2 * row), (left + 0.3, 0.1 + 0.2 * row), (left + 0.3, 0.22 + 0.2 * row), (left, 0.22 + 0.2 * row)))
    bust(canvas, Pose(0, canvas.uniform(0.4, 0.65), 0.82, shadow=0.3))


def bus(canvas: Canvas) -> None:
    """The side of a bus or a lorry: panels, windows that mirror, wheels."""
    paint = canvas.pick(((0.03, 0.30, 0.12), (0.02, 0.13, 0.45)), ((0.03, 0.36, 0.34), (0.10, 0.42, 0.10)))
    foliage_wall(canvas, (0.07, 0.12, 0.05), 0.1)
    right, away, floor = ground(canvas, 0.78)
    canvas.put(floor, np.clip(1 + 0.2 * sampled(fractal(canvas.rng, 256, 0.5), right, away, 1.2), 0.4, 2)[..., None] * np.array([0.16, 0.16, 0.17], np.float32))
    top = 0.04 if canvas.number % 2 == 0 else -0.1
    canvas.put(canvas.box(-0.1, top, 0.96, 0.86), paint)
    canvas.shade(1 + (0.35 * np.exp(-(((canvas.y - top - 0.05) / 0.05) ** 2)) - 0.25 * np.clip(canvas.y - 0.45, 0, 1)) * canvas.box(-0.1, top, 0.96, 0.86))
    glass = np.clip(0.16 + 0.14 * canvas.noise(0.12, (0.5, 1.5), 3), 0.01, 0.9)[..., None] * np.array([0.8, 0.95, 1.1])
    for x in np.arange(-0.04, 0.9, 0.2) if canvas.split == 0 or canvas.number % 2 else ():
        canvas.put(canvas.box(x, top + 0.1, x + 0.185, top + 0.36), glass.astype(np.float32))
    for x in np.arange(0.02, 0.95, 0.2):
        canvas.shade(1 - 0.5 * canvas.line(((x, top + 0.38), (x, 0.84)), 0.004))
    canvas.tape(lettering(canvas, ("CITYLINE 42", "cargo nord")[canvas.split], paint, (0.8, 0.8, 0.76)), ((0.1, 0.53), (0.6, 0.53), (0.6, 0.68), (0.1, 0.68)))
    for x in (0.16, 0.8):
        canvas.put(canvas.disc(x, 0.86, 0.11), (0.012, 0.012, 0.013))
        canvas.put(canvas.disc(x, 0.86, 0.055), (0.25, 0.25, 0.26))
    stand(canvas, Pose(1, canvas.uniform(0.4, 0.6), 0.8, 0.96, shadow=0.4))


def tarpaulin(canvas: Canvas) -> None:
    """A tarpaulin on a fence: sharp folds, eyelets, sun through gaps, gloss."""
    paint = canvas.pick(((0.015, 0.13, 0.50), (0.02, 0.26, 0.30)), ((0.02, 0.20, 0.62), (0.03, 0.26, 0.07)))
    sky(canvas, (0.25, 0.42, 0.7), (0.6, 0.65, 0.7), 0.3)
    creases = np.zeros((canvas.height, canvas.width), np.float32)
    for size in (0.3, 0.14, 0.06):
        creases += (1 - 2 * np.abs(canvas.noise(size, (0.8, 1.4)))) * np.float32(0.5 * size**0.5)
    grid = np.minimum(np.abs(np.mod(canvas.x * canvas.aspect, 0.3) - 0.15), np.abs(np.mod(canvas.y, 0.3) - 0.15))
    creases -= 0.25 * np.exp(-grid / 0.006)
    light = np.clip(0.85 + 0.8 * creases, 0.08, 2.2)[..., None]
    top = 0.08 + 0.03 * np.abs(np.sin(canvas.x * 18))
    cloth = np.clip((canvas.y - top) * canvas.height, 0, 1) * (canvas.y < 0.9)
    gloss = np.clip(creases - 0.28, 0, 1)[..., None] * 0.9
    canvas.put(cloth.astype(np.float32), paint * light + gloss)
    for x in np.arange(0.04, 1, 0.175):
        canvas.put(canvas.disc(x, 0.13, 0.012), (0.6, 0.6, 0.6))
        canvas.put(canvas.disc(x, 0.13, 0.005), (0.02, 0.02, 0.02))
    grass(canvas, 0.86, (0.14, 0.16, 0.06), 1.2)
    stand(canvas, Pose(0, canvas.uniform(0.35, 0.65), 0.8, 0.96, shadow=0.4))


def room(canvas: Canvas, colour: Colour) -> None:
    """A grey or warm room out of focus, for close-ups."""
    plaster(canvas, colour, canvas.uniform(0, 1))
    for _ in range(5):
        x, y = canvas.rng.uniform(0, 1, 2)
        thing = canvas.rng.uniform(0.04, 0.6) * np.array([1.0, 0.85, 0.7]) * canvas.rng.uniform(0.7, 1.2, 3)
        canvas.put(canvas.box(x, y * 0.7, x + canvas.uniform(0.05, 0.25), 1), thing)
    canvas.light = np.dstack([canvas.soft(plane, 0.025) for plane in np.moveaxis(canvas.light, -1, 0)])


ROOMS = ((0.36, 0.33, 0.29), (0.22, 0.22, 0.23)), ((0.5, 0.45, 0.4), (0.28, 0.24, 0.2))
DENIM = ((0.04, 0.085, 0.22), (0.08, 0.16, 0.36)), ((0.025, 0.06, 0.17), (0.12, 0.21, 0.40))


def jeans(canvas: Canvas) -> None:
    """Blue jeans that fill much of the frame."""
    room(canvas, canvas.pick(*ROOMS))
    size = canvas.uniform(2.0, 2.6)
    blue = canvas.pick(*DENIM)
    stand(canvas, Pose(0, 0.5, size, size * 0.62 + 0.35, legs=blue, upper=blue if canvas.number % 2 else None, shadow=0))


def coat(canvas: Canvas) -> None:
    """A green coat, close."""
    room(canvas, canvas.pick(*ROOMS))
    green = canvas.pick(((0.04, 0.26, 0.06), (0.02, 0.30, 0.16)), ((0.12, 0.38, 0.05), (0.02, 0.20, 0.06)))
    bust(canvas, Pose(0, 0.5, canvas.uniform(1.25, 1.6), 1.35, upper=green, legs=green, shadow=0))


def dress(canvas: Canvas) -> None:
    """A blue dress, close."""
    room(canvas, canvas.pick(*ROOMS))
    blue = canvas.pick(((0.02, 0.09, 0.46), (0.03, 0.20, 0.55)), ((0.01, 0.05, 0.34), (0.04, 0.28, 0.45)))
    size = canvas.uniform(1.6, 2.0)
    stand(canvas, Pose(2, 0.5, size, 0.04 + size, upper=blue, legs=blue, shadow=0))


def small_things(canvas: Canvas) -> None:
    """Balls, boxes, a plant and a towel in the very colour of screens, in a plain room."""
    plaster(canvas, canvas.pick(((0.62, 0.6, 0.56),), ((0.45, 0.42, 0.40),)), 0.0)
    boarding(canvas, 0.8)
    pure: tuple[Colour, ...] = ((0.05, 0.45, 0.08), (0.03, 0.10, 0.5), (0.03, 0.4, 0.3))
    for k in range(7):
        x, y, size = canvas.uniform(0.02, 0.98), canvas.uniform(0.15, 0.92), canvas.uniform(0.03, 0.1)
        colour = np.array(pure[k % 3], np.float32) * canvas.uniform(0.7, 1.1)
        round_ = np.clip(1.25 - ((canvas.x - x + 0.01) * canvas.aspect / size) ** 2 * 0.6 - ((canvas.y - y + 0.02) / size) ** 2 * 0.6, 0.25, 1.3)
        canvas.shade(1 - 0.35 * canvas.soft(canvas.disc(x + 0.01, y + size, size, size * 0.3), 0.012))
        shape = canvas.disc(x, y, size) if k % 2 else canvas.box(x - size * 0.6, y - size, x + size * 0.6, y + size)
        canvas.put(shape, round_[..., None] * colour)
    stand(canvas, Pose(0, 0.5, 0.84, 0.97))


KINDS = {
    "painted wall": painted_wall,
    "bare wall": bare_wall,
    "corner": corner,
    "door": door,
    "wardrobe": wardrobe,
    "chalkboard": chalkboard,
    "bus": bus,
    "tarpaulin": tarpaulin,
    "jeans": jeans,
    "coat": coat,
    "dress": dress,
    "small things": small_things,
}
