"""Traps of clothes: jeans, coats and dresses so close that they fill much of the frame."""

from __future__ import annotations

import numpy as np

from .canvas import Canvas, Colour
from .indoors import plaster
from .people import Pose, bust, stand

ROOMS = ((0.36, 0.33, 0.29), (0.22, 0.22, 0.23)), ((0.5, 0.45, 0.4), (0.28, 0.24, 0.2))


def room(canvas: Canvas, colour: Colour) -> None:
    """A grey or warm room out of focus, for close-ups."""
    plaster(canvas, colour, canvas.uniform(0, 1))
    for _ in range(5):
        x, y = canvas.rng.uniform(0, 1, 2)
        thing = canvas.rng.uniform(0.04, 0.6) * np.array([1.0, 0.85, 0.7]) * canvas.rng.uniform(0.7, 1.2, 3)
        canvas.put(canvas.box(x, y * 0.7, x + canvas.uniform(0.05, 0.25), 1), thing)
    canvas.light = np.dstack([canvas.soft(plane, 0.025) for plane in np.moveaxis(canvas.light, -1, 0)])


DENIM = ((0.04, 0.085, 0.22), (0.08, 0.16, 0.36)), ((0.025, 0.06, 0.17), (0.12, 0.21, 0.40))


def jeans(canvas: Canvas) -> None:
    """Blue jeans that fill much of the frame."""
    room(canvas, canvas.pick(*ROOMS))
    size = canvas.uniform(2.0, 2.6)
    blue = canvas.pick(*DENIM)
    stand(
        canvas,
        Pose(
            0, 0.5, size, size * 0.62 + 0.35, legs=blue, upper=blue if canvas.number % 2 else None, shadow=0
        ),
    )


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


KINDS = {
    "jeans": jeans,
    "coat": coat,
    "dress": dress,
}
