"""Traps of things: doors, boards, a bus, a container, tarpaulin, small things, coloured light."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour, fractal, ground, sampled
from .indoors import OAK, boarding, plaster
from .outdoors import foliage_wall, grass, sky
from .people import Pose, bust, stand
from .sport import lettering


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


def chalkboard(canvas: Canvas) -> None:
    """A school's green board, wiped and written on."""
    plaster(canvas, (0.55, 0.52, 0.45), 0.0)
    green = canvas.pick(((0.015, 0.085, 0.05), (0.02, 0.14, 0.08)), ((0.02, 0.10, 0.085), (0.03, 0.17, 0.09)))
    canvas.put(canvas.box(0.03, 0.04, 0.97, 0.80), OAK)
    wiped = np.clip(1 + 0.5 * canvas.noise(0.3, (2.5, 0.5), 3), 0.4, 2.4)[..., None]
    canvas.put(canvas.box(0.045, 0.065, 0.955, 0.77), green * 0.75 + 0.02 * wiped)
    for row in range(3):
        board = lettering(
            canvas,
            ("y = ax + b", "H2O  NaCl", "12 x 7 = 84")[(row + canvas.number) % 3],
            (0, 0, 0),
            (0.5, 0.5, 0.48),
        )
        board[..., 3] = board[..., 0] * 1.6
        board[..., :3] = 0.55
        left = canvas.uniform(0.06, 0.6)
        canvas.tape(
            board,
            (
                (left, 0.1 + 0.2 * row),
                (left + 0.3, 0.1 + 0.2 * row),
                (left + 0.3, 0.22 + 0.2 * row),
                (left, 0.22 + 0.2 * row),
            ),
        )
    bust(canvas, Pose(0, canvas.uniform(0.4, 0.65), 0.82, shadow=0.3))


def bus(canvas: Canvas) -> None:
    """The side of a bus or a lorry: panels, windows that mirror, wheels."""
    paint = canvas.pick(((0.03, 0.30, 0.12), (0.02, 0.13, 0.45)), ((0.03, 0.36, 0.34), (0.10, 0.42, 0.10)))
    foliage_wall(canvas, (0.07, 0.12, 0.05), 0.1)
    right, away, floor = ground(canvas, 0.78)
    canvas.put(
        floor,
        np.clip(1 + 0.2 * sampled(fractal(canvas.rng, 256, 0.5), right, away, 1.2), 0.4, 2)[..., None]
        * np.array([0.16, 0.16, 0.17], np.float32),
    )
    top = 0.04 if canvas.number % 2 == 0 else -0.1
    canvas.put(canvas.box(-0.1, top, 0.96, 0.86), paint)
    canvas.shade(
        1
        + (0.35 * np.exp(-(((canvas.y - top - 0.05) / 0.05) ** 2)) - 0.25 * np.clip(canvas.y - 0.45, 0, 1))
        * canvas.box(-0.1, top, 0.96, 0.86)
    )
    glass = np.clip(0.16 + 0.14 * canvas.noise(0.12, (0.5, 1.5), 3), 0.01, 0.9)[..., None] * np.array(
        [0.8, 0.95, 1.1]
    )
    for x in np.arange(-0.04, 0.9, 0.2) if canvas.split == 0 or canvas.number % 2 else ():
        canvas.put(canvas.box(x, top + 0.1, x + 0.185, top + 0.36), glass.astype(np.float32))
    for x in np.arange(0.02, 0.95, 0.2):
        canvas.shade(1 - 0.5 * canvas.line(((x, top + 0.38), (x, 0.84)), 0.004))
    canvas.tape(
        lettering(canvas, ("CITYLINE 42", "cargo nord")[canvas.split], paint, (0.8, 0.8, 0.76)),
        ((0.1, 0.53), (0.6, 0.53), (0.6, 0.68), (0.1, 0.68)),
    )
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
    grid = np.minimum(
        np.abs(np.mod(canvas.x * canvas.aspect, 0.3) - 0.15), np.abs(np.mod(canvas.y, 0.3) - 0.15)
    )
    creases -= 0.25 * np.exp(-grid / 0.006)
    light = np.clip(0.95 + 0.55 * creases, 0.15, 2.0)[..., None]
    top = 0.08 + 0.03 * np.abs(np.sin(canvas.x * 18))
    cloth = np.clip((canvas.y - top) * canvas.height, 0, 1) * (canvas.y < 0.9)
    gloss = np.clip(creases - 0.34, 0, 1)[..., None] * 0.6
    canvas.put(cloth.astype(np.float32), paint * light + gloss)
    for x in np.arange(0.04, 1, 0.175):
        canvas.put(canvas.disc(x, 0.13, 0.012), (0.6, 0.6, 0.6))
        canvas.put(canvas.disc(x, 0.13, 0.005), (0.02, 0.02, 0.02))
    grass(canvas, 0.86, (0.14, 0.16, 0.06), 1.2)
    stand(canvas, Pose(0, canvas.uniform(0.35, 0.65), 0.8, 0.96, shadow=0.4))


def small_things(canvas: Canvas) -> None:
    """Balls and boxes in the very colour of screens, on shelves and on the floor."""
    plaster(canvas, canvas.pick(((0.62, 0.6, 0.56),), ((0.45, 0.42, 0.40),)), 0.0)
    boarding(canvas, 0.8)
    pure: tuple[Colour, ...] = ((0.05, 0.45, 0.08), (0.03, 0.10, 0.5), (0.03, 0.4, 0.3))
    shelves = (0.28, 0.52) if canvas.split else (0.36,)
    for y in shelves:
        canvas.shade(1 - 0.3 * canvas.soft(canvas.box(0.05, y + 0.01, 0.95, y + 0.06), 0.015))
        canvas.put(canvas.box(0.04, y, 0.96, y + 0.02), OAK)
    for k in range(9):
        x, size = canvas.uniform(0.06, 0.94), canvas.uniform(0.04, 0.09)
        y = ((*shelves, 0.9)[k % (len(shelves) + 1)]) - size
        colour = np.array(pure[k % 3], np.float32) * canvas.uniform(0.7, 1.1)
        round_ = np.clip(
            1.25
            - ((canvas.x - x + 0.01) * canvas.aspect / size) ** 2 * 0.6
            - ((canvas.y - y + 0.02) / size) ** 2 * 0.6,
            0.25,
            1.3,
        )
        canvas.shade(1 - 0.35 * canvas.soft(canvas.disc(x + 0.01, y + size, size, size * 0.3), 0.012))
        shape = (
            canvas.disc(x, y, size)
            if k % 2
            else canvas.box(x - size * 0.6, y - size, x + size * 0.6, y + size)
        )
        canvas.put(shape, round_[..., None] * colour)
    stand(canvas, Pose(0, 0.5, 0.84, 0.97))


def container(canvas: Canvas) -> None:
    """Shipping containers: corrugated steel, rust, a number."""
    sky(canvas, (0.2, 0.36, 0.62), (0.55, 0.6, 0.65), 0.2)
    paint = canvas.pick(((0.02, 0.16, 0.42), (0.03, 0.26, 0.14)), ((0.02, 0.28, 0.30), (0.05, 0.20, 0.50)))
    top = 0.1 if canvas.number % 2 else -0.05
    wave = np.clip(2.2 * np.sin(canvas.x * canvas.aspect * 62), -1, 1)
    steel = np.clip(0.9 + 0.24 * wave + 0.05 * canvas.noise(0.3, octaves=3), 0.3, 1.5)[..., None] * paint
    rust = np.clip(canvas.noise(0.07, (0.5, 1.6), 4) - 1.3, 0, 1)[..., None]
    steel = steel * (1 - rust) + rust * np.array([0.16, 0.06, 0.025], np.float32)
    canvas.put(canvas.box(-0.1, top, 1.1, 0.9), steel.astype(np.float32))
    for y in (top + 0.02, 0.86):
        canvas.put(canvas.line(((0, y), (1, y)), 0.035), paint * 0.6)
    for k, word in enumerate((("TRLU 482 116", "22G1"), ("OMCU 903 774", "45R1"))[canvas.split]):
        corners = (
            (0.68, 0.16 + 0.1 * k),
            (0.94, 0.16 + 0.1 * k),
            (0.94, 0.25 + 0.1 * k),
            (0.68, 0.25 + 0.1 * k),
        )
        board = lettering(canvas, word, (0, 0, 0), (0.7, 0.7, 0.68), 460)
        board[..., 3] = board[..., 0] / 0.7
        board[..., :3] = 0.7
        canvas.tape(board, corners)
    right, away, floor = ground(canvas, 0.88)
    grit = np.clip(1 + 0.25 * sampled(fractal(canvas.rng, 256, 0.5), right, away, 1.2), 0.4, 2)
    canvas.put(floor, grit[..., None] * np.array([0.22, 0.21, 0.2], np.float32))
    stand(canvas, Pose(0, canvas.uniform(0.35, 0.6), 0.76, 0.96, shadow=0.45))


def stage_light(canvas: Canvas) -> None:
    """Green or blue light of a stage or a club on haze and on everybody."""
    light = canvas.pick(((0.05, 0.55, 0.12), (0.05, 0.12, 0.75)), ((0.04, 0.5, 0.35), (0.12, 0.16, 0.85)))
    canvas.fill((0.01, 0.01, 0.012))
    haze = 0.5 + 0.15 * canvas.noise(0.3, octaves=3)
    for k in range(4):
        x = 0.12 + 0.25 * k + canvas.uniform(-0.05, 0.05)
        low = x + canvas.uniform(-0.3, 0.3)
        beam = canvas.polygon(((x - 0.01, 0), (x + 0.01, 0), (low + 0.2, 1.1), (low - 0.2, 1.1)))
        canvas.light += (canvas.soft(beam, 0.02) * haze * (1 - 0.55 * canvas.y))[..., None] * light * 0.8
        canvas.light += canvas.glow(x, 0.0, 0.1)[..., None] * (0.6 * light + 0.5)
    pose = Pose(0, canvas.uniform(0.4, 0.6), 0.84, level=0.7, tint=0.35 + light, shadow=0)
    (bust if canvas.number % 2 else stand)(canvas, pose)
    canvas.camera.grain = 0.02


KINDS = {
    "door": door,
    "chalkboard": chalkboard,
    "bus": bus,
    "tarpaulin": tarpaulin,
    "small things": small_things,
    "container": container,
    "stage light": stage_light,
}
