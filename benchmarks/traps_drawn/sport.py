"""Traps of sport: banners and boards with lettering behind players, pitches, courts of all colours."""

from __future__ import annotations

import cv2
import numpy as np

from .canvas import Canvas, Colour, Pixels, fractal, ground, sampled
from .outdoors import foliage_wall, grass, sky
from .people import Pose, stand

WORDS = (
    ("AURORA", "nordbank", "VELA 24", "kestrel air", "OMNIO", "Tigris"),
    ("HELIX", "sud mobil", "PALOMA", "fjord & co", "RADIAN 7", "Acacia"),
)
FONTS = (cv2.FONT_HERSHEY_DUPLEX, cv2.FONT_HERSHEY_TRIPLEX, cv2.FONT_HERSHEY_SIMPLEX)


def lettering(canvas: Canvas, words: str, ground_colour: Colour, ink: Colour, wide: int = 900) -> Pixels:
    """A board 150 high (H×W×4) with *words*, a stripe and a small sign."""
    board = np.empty((150, wide, 4), np.float32)
    board[..., :3] = np.asarray(ground_colour, np.float32)
    board[..., 3] = 1
    font = FONTS[int(canvas.rng.integers(3))]
    mask = np.zeros(board.shape[:2], np.uint8)
    (long, tall), _ = cv2.getTextSize(words, font, 3.0, 10)
    scale = 3.0 * min(0.8 * wide / long, 100 / tall)
    (long, tall), _ = cv2.getTextSize(words, font, scale, 10)
    cv2.putText(mask, words, ((wide - long) // 2, 75 + tall // 2), font, scale, 255, 12, cv2.LINE_AA)
    cv2.circle(mask, (max(12, (wide - long) // 4), 75), 34, 255, 12, cv2.LINE_AA)
    cover = (mask.astype(np.float32) / 255)[..., None]
    board[..., :3] = board[..., :3] * (1 - cover) + np.asarray(ink, np.float32) * cover
    return board


def boards(
    canvas: Canvas, top: float, bottom: float, colours: list[Pixels], each: float, lean: float = 0.0
) -> None:
    """A row of boards across the picture; *each* is the width of one."""
    words = WORDS[canvas.split]
    left, k = canvas.uniform(-0.3, 0.0), canvas.number
    while left < 1.05:
        right = left + each
        ink = (0.82, 0.82, 0.80) if colours[k % len(colours)].mean() < 0.45 else (0.03, 0.05, 0.20)
        board = lettering(
            canvas, words[k % len(words)], colours[k % len(colours)], ink, 300 + round(600 * each / 0.5)
        )
        shift = [lean * (x - 0.5) for x in (left, right)]
        corners = (
            (left, top + shift[0]),
            (right - 0.003, top + shift[1]),
            (right - 0.003, bottom + shift[1]),
            (left, bottom + shift[0]),
        )
        canvas.tape(board, corners, canvas.uniform(0.85, 1.05))
        left, k = right, k + 1


def crowd(canvas: Canvas, bottom: float) -> None:
    """Spectators far out of focus, in rows."""
    canvas.put(canvas.box(0, 0, 1, bottom), (0.06, 0.06, 0.07))
    rng = canvas.rng
    for row in np.arange(0.01, bottom, 0.055):
        for x in np.arange(rng.uniform(-0.02, 0), 1.02, 0.026):
            if rng.random() < 0.85:
                shirt = rng.uniform(0.03, 0.45, 3) * (0.4 + 0.6 * rng.random())
                y = row + rng.normal(0, 0.006)
                canvas.put(canvas.disc(x, y + 0.036, 0.026, 0.03), shirt)
                canvas.put(
                    canvas.disc(x, y, 0.012, 0.015), np.array([0.42, 0.27, 0.20]) * rng.uniform(0.3, 1.2)
                )
    canvas.light = np.dstack([canvas.soft(plane, 0.007) for plane in np.moveaxis(canvas.light, -1, 0)])


def court(canvas: Canvas, horizon: float, colour: Colour, beyond: Colour, scale: float = 1.0) -> None:
    """A hard court with its lines and the colour *beyond* them."""
    right, away, floor = ground(canvas, horizon, scale)
    tone = np.clip(1 + 0.06 * sampled(fractal(canvas.rng, 512, 0.45), right, away, 1.1), 0.6, 1.4)
    tone *= np.clip(1 + 0.05 * canvas.noise(0.5, (2, 0.6), 2), 0.8, 1.2)
    turn = canvas.uniform(-0.25, 0.25)
    across, along = right + turn * away * 0.3, away
    inside = np.clip((1.9 - np.abs(across)) * 40, 0, 1) * np.clip((7 - along) * 10, 0, 1)
    paint = (
        np.asarray(beyond, np.float32) * (1 - inside[..., None])
        + np.asarray(colour, np.float32) * inside[..., None]
    )
    line = np.zeros_like(tone)
    for place in (-1.9, -1.35, 0.0, 1.35, 1.9):
        line = np.maximum(
            line, np.clip(1.6 - np.abs(across - place) * 60 / (1 + 0.1 * away), 0, 1) * (along < 7)
        )
    for place in (1.25, 2.6, 7.0):
        line = np.maximum(
            line, np.clip(1.6 - np.abs(along - place) * 45 / along, 0, 1) * (np.abs(across) < 1.9)
        )
    paint = paint * (1 - line[..., None]) + 0.72 * line[..., None]
    canvas.put(floor, paint * tone[..., None])


BLUE_PAINT = ((0.02, 0.10, 0.36), (0.03, 0.17, 0.42)), ((0.015, 0.08, 0.28), (0.04, 0.20, 0.55))
GREEN_PAINT = ((0.03, 0.22, 0.10), (0.05, 0.30, 0.09)), ((0.02, 0.16, 0.08), (0.07, 0.36, 0.16))


def banner(canvas: Canvas) -> None:
    """Players before one great banner with lettering, a court below it."""
    paint = canvas.pick(*(BLUE_PAINT if canvas.number % 2 == 0 else GREEN_PAINT))
    top, bottom = canvas.uniform(-0.05, 0.08), canvas.uniform(0.62, 0.74)
    crowd(canvas, max(0.02, top + 0.02))
    boards(canvas, top, bottom, [paint], canvas.uniform(0.7, 1.1), canvas.uniform(-0.05, 0.05))
    canvas.shade(1 + 0.05 * canvas.noise(0.5, octaves=2))
    court(
        canvas,
        bottom - 0.02,
        *((np.array([0.26, 0.10, 0.05], np.float32),) * 2 if canvas.split else (paint * 0.8, paint * 0.8)),
        1.2,
    )
    canvas.put(canvas.box(0, bottom - 0.012, 1, bottom + 0.004), (0.5, 0.5, 0.5))
    stand(
        canvas,
        Pose(
            0, canvas.uniform(0.3, 0.5), 0.78, 0.95, upper=(0.7, 0.7, 0.7), smear=0.006 * (canvas.number % 2)
        ),
    )
    if canvas.number % 2:
        stand(canvas, Pose(1, 0.72, 0.7, 0.93, flip=True, upper=(0.55, 0.05, 0.05)))


def hoardings(canvas: Canvas) -> None:
    """Advertising boards in green and blue between crowd and field."""
    crowd(canvas, 0.36)
    some = [canvas.pick(*BLUE_PAINT), canvas.pick(*GREEN_PAINT), np.array([0.75, 0.75, 0.72], np.float32)]
    boards(canvas, 0.34, 0.56, some[: 2 + canvas.number % 2], canvas.uniform(0.35, 0.6))
    grass(canvas, 0.56, canvas.pick(((0.06, 0.24, 0.04),), ((0.09, 0.27, 0.03),)), 1.3)
    for k in range(2 + canvas.number % 2):
        kit = ((0.6, 0.05, 0.04), (0.7, 0.65, 0.05), (0.02, 0.03, 0.06))[k]
        stand(canvas, Pose(k, 0.22 + 0.28 * k, 0.66 + 0.06 * k, 0.9 + 0.03 * k, k == 1, upper=kit))


def pitch(canvas: Canvas) -> None:
    """A football pitch with mown stripes and lines."""
    horizon = (0.22, -0.1)[canvas.number % 2]
    crowd(canvas, max(0.0, horizon - 0.1))
    if horizon > 0:
        boards(canvas, horizon - 0.1, horizon, [np.array([0.02, 0.08, 0.3], np.float32)], 0.3)
    grass(
        canvas,
        horizon,
        canvas.pick(((0.07, 0.28, 0.03), (0.06, 0.32, 0.05)), ((0.05, 0.23, 0.03), (0.10, 0.34, 0.07))),
        1.6,
    )
    right, away, floor = ground(canvas, horizon)
    stripes = np.tanh(8 * np.sin(3.0 * right + 0.5 * away)) * 0.11
    canvas.shade(1 + stripes * floor)
    along = right + 0.8 * away
    line = np.clip(1.6 - np.abs(along - 1.9) * 26 / away, 0, 1) + np.clip(
        1.6 - np.abs(away - 2.2) * 26 / away, 0, 1
    )
    canvas.put(np.clip(line, 0, 1) * floor * 0.85, (0.75, 0.78, 0.72))
    for k in range(1 + canvas.number % 3):
        kit = ((0.6, 0.6, 0.6), (0.5, 0.03, 0.03), (0.03, 0.05, 0.3))[k]
        stand(canvas, Pose(k, 0.3 + 0.24 * k, 0.74 - 0.07 * k, 0.94 - 0.05 * k, k == 1, upper=kit, legs=kit))


def tennis(canvas: Canvas) -> None:
    """A blue or green hard court; a banner or a hedge behind it."""
    paint = canvas.pick(*(BLUE_PAINT if canvas.number % 2 == 0 else GREEN_PAINT))
    other = canvas.pick(*(GREEN_PAINT if canvas.number % 2 == 0 else BLUE_PAINT))
    horizon = canvas.uniform(0.22, 0.34)
    if canvas.number % 2:
        sky(canvas, (0.10, 0.28, 0.60), (0.4, 0.55, 0.75), horizon)
        foliage_wall(canvas, (0.04, 0.10, 0.03), 0.08)
    else:
        crowd(canvas, horizon * 0.5)
        boards(canvas, horizon * 0.45, horizon + 0.03, [paint * 0.7], 0.8)
    court(canvas, horizon, paint, other if canvas.split == 0 else paint * 0.7)
    stand(canvas, Pose(0, canvas.uniform(0.3, 0.65), 0.72, 0.93, upper=(0.75, 0.75, 0.75), shadow=0.5))


def hall(canvas: Canvas) -> None:
    """A sports hall: green or blue floor with lines, a wall with a mat."""
    canvas.fill((0.46, 0.42, 0.35))
    canvas.shade(1 + 0.10 * canvas.glow(0.3, 0.1, 0.6) + 0.03 * canvas.noise(0.4, octaves=2))
    paint = canvas.pick(*(GREEN_PAINT if canvas.number % 2 == 0 else BLUE_PAINT))
    mat = canvas.pick(*(BLUE_PAINT if canvas.number % 2 == 0 else GREEN_PAINT))
    canvas.put(canvas.box(0.05, 0.1, 0.98, 0.42), mat)
    for x in np.arange(0.05, 1.0, 0.155):
        canvas.put(canvas.box(x, 0.1, x + 0.004, 0.42), mat * 0.3)
    canvas.shade(1 - 0.25 * canvas.soft(canvas.box(0.05, 0.36, 0.98, 0.43), 0.03))
    court(canvas, 0.4, paint, paint * 0.8, 1.1)
    gloss = canvas.glow(canvas.uniform(0.2, 0.8), 0.62, 0.12) + canvas.glow(
        canvas.uniform(0.2, 0.8), 0.75, 0.16
    )
    canvas.light += (0.18 * gloss * (canvas.y > 0.44))[..., None]
    for k in range(1 + canvas.number % 2):
        stand(canvas, Pose(k, 0.34 + 0.3 * k, 0.76, 0.94, upper=(0.5, 0.08, 0.03) if k else None))


KINDS = {"banner": banner, "hoardings": hoardings, "pitch": pitch, "court": tennis, "hall": hall}
