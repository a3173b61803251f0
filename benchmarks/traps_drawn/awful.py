"""Screens at their worst that are screens still: faded cloth, mixed light, gloss, hard shadows, far away."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas
from .people import Pose, stand
from .screens import BLUE_SCREENS, GREENS, TEALS, backing, folds, someone
from .studio import keep, softbox, stage


def faded(canvas: Canvas) -> None:
    """Muslin that was washed too often, in daylight."""
    colour = canvas.pick(*(GREENS if canvas.number % 2 == 0 else TEALS))
    backing(canvas, 0.55 * colour + 0.45 * float(colour.mean()), 0.5)
    folds(canvas, 0.4)
    someone(canvas, shadow=0.3)


def mixed_light(canvas: Canvas) -> None:
    """Warm lamps from one side, daylight from the other: the hue wanders over the screen."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else TEALS)), 0.4)
    share = np.clip(canvas.x + 0.15 * canvas.noise(0.6), 0, 1)[..., None]
    warm, cold = np.array([2.0, 1.0, 0.6], np.float32), np.array([0.8, 0.95, 1.45], np.float32)
    if canvas.split:
        warm, cold = cold, warm
    canvas.shade(warm * (1 - share) + cold * share)
    someone(canvas)


def vinyl(canvas: Canvas) -> None:
    """A glossy screen that mirrors lamps."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.35)
    waves = canvas.noise(0.25, (0.5, 2.0), 2)
    for _ in range(3):
        x, y = canvas.uniform(0.05, 0.95), canvas.uniform(0.05, 0.6)
        spot = canvas.glow(x, y, canvas.uniform(0.08, 0.2)) * np.clip(0.8 + 0.6 * waves, 0, 1.5)
        canvas.light += (0.5 * spot)[..., None]
    canvas.shade(np.clip(1 + 0.08 * waves, 0.6, 1.4))
    someone(canvas)


def shadowed(canvas: Canvas) -> None:
    """Hard shadows of stands, of a ladder and of people beside the frame."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.35)
    x = canvas.uniform(0.1, 0.25) if canvas.split == 0 else canvas.uniform(0.75, 0.9)
    cast = canvas.polygon(((x - 0.1, 0.2), (x, 0.1), (x + 0.09, 0.3), (x + 0.14, 1.0), (x - 0.12, 1.0)))
    for k in range(6):
        y = 0.1 + 0.16 * k
        cast = np.maximum(cast, canvas.line(((1 - x - 0.06, y), (1 - x + 0.07, y + 0.02)), 0.014))
    for side in (-0.06, 0.07):
        cast = np.maximum(cast, canvas.line(((1 - x + side, 0), (1 - x + 1.15 * side, 1)), 0.016))
    canvas.shade(1 - 0.62 * canvas.soft(cast, 0.006))
    someone(canvas, shadow=0.6)


def distant(canvas: Canvas) -> None:
    """A screen far away in a large studio: about a fifth of the frame."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.4)
    folds(canvas, 0.15)
    around = stage(canvas, (0.25, 0.24, 0.23) if canvas.split else (0.13, 0.13, 0.135), 0.72)
    left = canvas.uniform(0.28, 0.34)
    top, right = canvas.uniform(0.2, 0.26), left + canvas.uniform(0.36, 0.42)
    keep(canvas, canvas.polygon(((left, top), (right, top + 0.01), (right, 0.8), (left, 0.8))), around)
    softbox(canvas, left - 0.12, 0.34, 1)
    softbox(canvas, right + 0.14, 0.34, -1)
    stand(canvas, Pose(0, (left + right) / 2, 0.56, 0.86, spill=0.3))


KINDS = {
    "faded": faded,
    "mixed light": mixed_light,
    "vinyl": vinyl,
    "shadowed": shadowed,
    "distant": distant,
}
