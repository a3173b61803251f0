"""Screens that cover only a part of the frame, with what a studio has around them."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour, Pixels, fractal, ground, sampled
from .indoors import OAK, WHITE, plaster
from .people import Pose, bust, stand
from .screens import BLUE_SCREENS, GREENS, backing, folds

METAL, BLACK = (0.10, 0.10, 0.105), (0.012, 0.012, 0.013)


def keep(canvas: Canvas, mask: Pixels, around: Pixels) -> None:
    """Leave the screen that is painted only where *mask* is; *around* is the light elsewhere."""
    cover = mask[..., None]
    canvas.light = canvas.light * cover + around * (1 - cover)
    canvas.screen *= mask


def stage(canvas: Canvas, wall: Colour, floor: float = 0.84) -> Pixels:
    """A studio without its screen: wall, floor, ceiling with a grid; what is there is light only."""
    inner = canvas.light.copy(), canvas.screen.copy()
    canvas.fill(wall)
    canvas.shade(np.clip(1.15 - 0.5 * canvas.y + 0.06 * canvas.noise(0.3, octaves=3), 0.2, 1.6))
    for x in np.arange(canvas.uniform(-0.1, 0), 1, 0.19):
        canvas.shade(1 - 0.25 * canvas.line(((x, 0), (x, floor)), 0.005))
    right, away, below = ground(canvas, floor - 0.2)
    grit = np.clip(1 + 0.15 * sampled(fractal(canvas.rng, 256, 0.6), right, away, 0.9), 0.4, 1.8)[..., None]
    canvas.put(below * canvas.box(0, floor, 1, 1.01), grit * np.array([0.16, 0.15, 0.145], np.float32))
    canvas.put(canvas.box(0, 0, 1, 0.07), BLACK)
    for x in np.arange(0.02, 1, 0.13):
        canvas.put(canvas.line(((x, 0), (0.5 + (x - 0.5) * 0.9, 0.075)), 0.008), METAL)
    canvas.put(canvas.line(((0, 0.05), (1, 0.055)), 0.012), METAL)
    made = canvas.light.copy()
    canvas.light, canvas.screen = inner
    return made


def tripod(canvas: Canvas, x: float, top: float, foot: float) -> None:
    """A lamp stand."""
    canvas.put(canvas.line(((x, top), (x, foot - 0.08)), 0.010), METAL)
    for side in (-0.045, 0, 0.045):
        canvas.put(canvas.line(((x, foot - 0.22), (x + side, foot)), 0.008), METAL)
    canvas.put(canvas.disc(x, (top + foot) / 2, 0.012), BLACK)


def softbox(canvas: Canvas, x: float, y: float, side: int) -> None:
    """A lamp with a bright front on its stand."""
    tripod(canvas, x, y, 0.97)
    canvas.put(
        canvas.polygon(
            (
                (x - 0.05, y - 0.12),
                (x + 0.04 * side, y - 0.05),
                (x + 0.04 * side, y + 0.05),
                (x - 0.05, y + 0.13),
            )
        ),
        BLACK,
    )
    canvas.put(
        canvas.polygon(
            (
                (x + 0.05 * side, y - 0.14),
                (x + 0.075 * side, y - 0.12),
                (x + 0.075 * side, y + 0.13),
                (x + 0.05 * side, y + 0.15),
            )
        ),
        (2.2, 2.1, 2.0),
    )
    canvas.light += (0.25 * canvas.glow(x + 0.06 * side, y, 0.2))[..., None]


def part(canvas: Canvas) -> None:
    """A framed screen in a studio, narrower than the frame, stands and lamps beside it."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.4)
    folds(canvas, 0.15)
    around = stage(canvas, (0.22, 0.21, 0.20) if canvas.split == 0 else (0.36, 0.35, 0.34))
    left, right, top = canvas.uniform(0.08, 0.2), canvas.uniform(0.78, 0.92), canvas.uniform(0.08, 0.14)
    low = 0.86 if canvas.number % 2 else 1.0
    corners = ((left, top), (right, top + 0.015), (right + 0.01, low), (left - 0.01, low))
    keep(canvas, canvas.polygon(corners), around)
    canvas.put(canvas.line((corners[3], corners[0], corners[1], corners[2]), 0.012), METAL)
    for x in np.arange(left + 0.01, right, 0.09):
        canvas.put(canvas.box(x, top - 0.015, x + 0.008, top + 0.02), (0.5, 0.2, 0.03))
    stand(canvas, Pose(0, canvas.uniform(0.42, 0.6), 0.74, 0.95, spill=0.35))
    softbox(canvas, 0.06, 0.28, 1)
    if canvas.split or canvas.number % 2:
        tripod(canvas, 0.96, 0.1, 0.97)


def curtain(canvas: Canvas) -> None:
    """A green curtain on a rail: pleats, its edge, wall and floor beside it."""
    backing(canvas, canvas.pick(*GREENS), 0.3)
    pleats = np.sin(canvas.x * canvas.aspect * 60 + 1.5 * canvas.noise(0.4, (1, 4)) + 0.6 * canvas.y)
    canvas.shade(1 + 0.22 * pleats + 0.05 * np.sin(canvas.x * 190))
    around = stage(canvas, (0.42, 0.41, 0.39) if canvas.number % 2 else (0.05, 0.05, 0.055), 0.9)
    edge = 0.80 if canvas.split == 0 else 0.16
    wave = np.float32(edge) + 0.008 * np.sin(canvas.y * 14) + 0.02 * canvas.y
    mask = np.clip((wave - canvas.x) * canvas.width, 0, 1)
    mask = 1 - mask if canvas.split else mask
    keep(canvas, (mask * canvas.box(-0.1, 0.09, 1.1, 0.92)).astype(np.float32), around)
    canvas.put(canvas.line(((0, 0.085), (1, 0.085)), 0.014), METAL)
    for x in np.arange(0.02, 1, 0.04):
        if (x > edge) == bool(canvas.split):
            canvas.put(canvas.disc(x, 0.095, 0.008), WHITE)
    pose = Pose(0, canvas.uniform(0.4, 0.6), 0.8, 0.97, spill=0.3)
    (bust if canvas.number % 2 else stand)(canvas, pose)


def paper(canvas: Canvas) -> None:
    """A roll of paper on two stands, run out over the floor; the studio on both sides."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.35)
    bend = 0.7
    canvas.shade(
        1 + 0.2 / (1 + np.exp(-(canvas.y - bend) / 0.02)) - 0.1 * np.exp(-(((canvas.y - bend) / 0.04) ** 2))
    )
    around = stage(canvas, (0.3, 0.29, 0.28), 0.74)
    spread = np.maximum(canvas.y - bend, 0) * 0.25
    mask = np.clip((canvas.x - 0.2 + spread) * canvas.width, 0, 1) * np.clip(
        (0.8 + spread - canvas.x) * canvas.width, 0, 1
    )
    keep(canvas, (mask * (canvas.y > 0.08)).astype(np.float32), around)
    canvas.put(canvas.box(0.17, 0.05, 0.83, 0.09), (0.35, 0.27, 0.17))
    for x in (0.17, 0.83):
        tripod(canvas, x, 0.05, 0.84)
    for x in (0.2, 0.78):
        canvas.put(canvas.box(x, 0.93, x + 0.05, 0.96), (0.5, 0.5, 0.48))
    stand(canvas, Pose(1, canvas.uniform(0.42, 0.58), 0.74, 0.93, spill=0.4, shadow=0.5))


def popup(canvas: Canvas) -> None:
    """A folding screen behind somebody's head in an office or a living room."""
    backing(canvas, canvas.pick(*GREENS), 0.2)
    folds(canvas, 0.2)
    inner = canvas.light.copy(), canvas.screen.copy()
    plaster(canvas, (0.5, 0.47, 0.42) if canvas.split == 0 else (0.32, 0.34, 0.37), 0.0)
    canvas.put(canvas.box(0.0, 0.3, 0.12, 1.0), OAK)
    for k in range(4):
        canvas.put(
            canvas.box(0.01 + 0.026 * k, 0.12, 0.03 + 0.026 * k, 0.3), canvas.rng.uniform(0.03, 0.4, 3)
        )
    canvas.put(canvas.box(0.88, 0.1, 1.0, 0.6), (1.2, 1.25, 1.3))
    around = canvas.light
    canvas.light, canvas.screen = inner
    tall = (0.95, 0.62)[canvas.number % 2]
    keep(canvas, canvas.disc(0.5, 0.55, min(0.62, 0.36 * canvas.aspect), tall), around)
    rim = canvas.disc(0.5, 0.55, min(0.63, 0.366 * canvas.aspect), tall + 0.012) - canvas.disc(
        0.5, 0.55, min(0.62, 0.36 * canvas.aspect), tall
    )
    canvas.put(np.clip(rim, 0, 1), BLACK)
    bust(canvas, Pose(0, 0.5, 0.8, spill=0.3, shadow=0.15))


def portrait(canvas: Canvas) -> None:
    """A tall crop: the screen behind an upper body, its edge and a strip of ceiling or floor."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.35)
    around = stage(canvas, (0.16, 0.155, 0.15), 0.92)
    tilt = canvas.uniform(-0.02, 0.02)
    top = 0.05 if canvas.split else 0.0
    mask = canvas.polygon(((-0.1, top), (0.93 + tilt, top), (0.91, 1.1), (-0.1, 1.1)))
    keep(canvas, mask, around)
    bust(canvas, Pose(0, canvas.uniform(0.42, 0.5), 0.66, spill=0.35, shadow=0.15))


KINDS = {"part": part, "curtain": curtain, "paper": paper, "pop-up": popup, "portrait": portrait}
