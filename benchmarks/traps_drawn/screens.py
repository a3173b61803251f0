"""Studio screens that fill the frame, from perfect to awful."""

from __future__ import annotations

import dataclasses

import numpy as np

from .canvas import Canvas, Colour, Pixels
from .people import Pose, bust, stand

Colours = tuple[tuple[Colour, ...], tuple[Colour, ...]]
GREENS: Colours = (
    ((0.055, 0.40, 0.08), (0.08, 0.50, 0.12), (0.03, 0.27, 0.06)),
    ((0.045, 0.34, 0.10), (0.10, 0.46, 0.07), (0.06, 0.58, 0.16)),
)
BLUE_SCREENS: Colours = (((0.03, 0.10, 0.42), (0.02, 0.14, 0.52)), ((0.04, 0.08, 0.34), (0.05, 0.20, 0.62)))
TEALS: Colours = (((0.02, 0.36, 0.26), (0.03, 0.28, 0.27)), ((0.02, 0.30, 0.19), (0.04, 0.44, 0.36)))
LIMES: Colours = (((0.24, 0.48, 0.04), (0.17, 0.44, 0.05)), ((0.28, 0.56, 0.06), (0.20, 0.40, 0.08)))


def backing(canvas: Canvas, colour: Colour, uneven: float = 0.15) -> None:
    """A screen over the whole frame under two lamps of unequal strength."""
    canvas.fill(colour)
    canvas.screen[:] = 1
    lamps = 0.8 * canvas.glow(canvas.uniform(0.1, 0.4), canvas.uniform(0.1, 0.5), 0.75)
    lamps += canvas.uniform(0.2, 0.6) * canvas.glow(canvas.uniform(0.6, 0.95), canvas.uniform(0.2, 0.6), 0.6)
    light = 1 + np.float32(uneven) * (lamps / lamps.mean() - 1)
    warm = np.stack(
        [1 + 0.2 * uneven * (canvas.x - 0.5), 0 * canvas.x + 1, 1 - 0.3 * uneven * (canvas.x - 0.5)], -1
    )
    canvas.shade(np.clip(light, 0.12, 3)[..., None] * warm)
    canvas.shade(1 + 0.012 * canvas.noise(0.3, octaves=2))


def folds(canvas: Canvas, depth: float) -> None:
    """Wrinkles of cloth that hangs or was folded: sharp creases on slow waves."""
    slow = canvas.noise(0.5, (0.35, 2.2), 2) * 0.5
    creases = np.zeros_like(canvas.x)
    for size in (0.28, 0.12):
        creases += (0.6 - np.abs(canvas.noise(size, (0.7, 1.7)))) * np.float32(1.2 * size)
    lines = canvas.uniform(0.1, 0.25)
    for step, along in ((lines, canvas.x * canvas.aspect), (0.31, canvas.y)):
        away = np.abs(np.mod(along + 0.004 * canvas.noise(0.3), step) - step / 2)
        creases += 0.5 * np.exp(-away / 0.006) * np.float32(0.3)
    canvas.shade(np.clip(1 + depth * (slow + 1.2 * creases), 0.25, 1.9))


def someone(canvas: Canvas, **changes: object) -> None:
    """One of the split's people, an upper body or a figure in turn."""
    usual = Pose(0, canvas.uniform(0.36, 0.64), canvas.uniform(0.68, 0.92), spill=0.35)
    pose = dataclasses.replace(usual, **changes)  # type: ignore[arg-type]
    (bust if canvas.number % 2 else stand)(canvas, pose)


def even(canvas: Canvas) -> None:
    """As it should be."""
    backing(canvas, canvas.pick(*(BLUE_SCREENS if canvas.number % 3 == 2 else GREENS)), 0.08)
    someone(canvas, shadow=0.05)


def uneven(canvas: Canvas) -> None:
    """A hot spot, and light that falls off to a fifth."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.75)
    canvas.shade(1.2 - 0.8 * np.clip(canvas.x if canvas.split else 1 - canvas.y, 0, 1))
    someone(canvas, level=0.9)


def wrinkled(canvas: Canvas) -> None:
    """Cloth that nobody ironed."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else TEALS)), 0.35)
    folds(canvas, canvas.uniform(0.55, 0.8))
    someone(canvas, shadow=0.3)


def dark(canvas: Canvas) -> None:
    """Underexposed, the screen most of all."""
    backing(canvas, canvas.pick(*GREENS) * 0.22, 0.5)
    folds(canvas, 0.15)
    someone(canvas, level=0.5, spill=0.2)
    canvas.camera.grain = 0.022


def pastel(canvas: Canvas) -> None:
    """Overexposed until the screen pales."""
    pale = np.array([0.32, 0.30, 0.30], np.float32)
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)) * 1.5 + pale, 0.25)
    someone(canvas, level=1.5, spill=0.6)
    canvas.camera.exposure, canvas.camera.veil = 1.3, 0.05


def seams(canvas: Canvas) -> None:
    """Rolls of paper or lengths of cloth beside each other, no two alike."""
    backing(canvas, canvas.pick(*GREENS), 0.35)
    left = canvas.uniform(-0.1, 0.15)
    while left < 1:
        wide = canvas.uniform(0.2, 0.38)
        tilt = canvas.uniform(-0.02, 0.02)
        roll = canvas.polygon(((left, 0), (left + wide, 0), (left + wide + tilt, 1), (left + tilt, 1)))
        tone = canvas.uniform(0.86, 1.12) * (1 + canvas.rng.uniform(-0.05, 0.05, 3))
        canvas.shade(1 + (tone.astype(np.float32) - 1) * roll[..., None])
        edge = ((left, 0), (left + tilt, 1))
        canvas.shade(1 - 0.35 * canvas.line(edge, 0.006))
        canvas.shade(1 + 0.18 * np.roll(canvas.line(edge, 0.006), 4, 1))
        left += wide
    someone(canvas)


def markers(canvas: Canvas) -> None:
    """Crosses and dots for the tracker."""
    colour = canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS))
    backing(canvas, colour, 0.3)
    tapes: tuple[Colour, ...] = (colour * 0.4, (0.6, 0.6, 0.58), (0.5, 0.13, 0.03), (0.02, 0.02, 0.02))
    tape = tapes[(canvas.number + 2 * canvas.split) % 4]
    step = canvas.uniform(0.16, 0.24)
    for row, y in enumerate(np.arange(0.1, 1, step * canvas.aspect)):
        for x in np.arange(0.06 + 0.5 * step * (row % 2), 1, step):
            u, v = x + canvas.uniform(-0.01, 0.01), y + canvas.uniform(-0.01, 0.01)
            if canvas.number % 2:
                mark = canvas.disc(u, v, 0.014)
            else:
                mark = np.maximum(
                    canvas.line(((u - 0.014, v), (u + 0.014, v)), 0.009),
                    canvas.line(((u, v - 0.025), (u, v + 0.025)), 0.009),
                )
            _stick(canvas, mark, tape)
    someone(canvas)


def _stick(canvas: Canvas, mark: Pixels, tape: Colour) -> None:
    """Tape belongs to the screen: it is to vanish with it."""
    canvas.put(mark, np.asarray(tape, np.float32), screen=True)


def cyclorama(canvas: Canvas) -> None:
    """A painted cove with its floor: lighter floor, scuffs, shadows of whoever stands there."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.3)
    bend = canvas.uniform(0.62, 0.72)
    floor = 1 / (1 + np.exp(-(canvas.y - bend) / 0.02))
    canvas.shade(1 + floor[..., None] * np.array([0.25, 0.12, 0.22], np.float32))
    canvas.shade(1 - 0.16 * np.exp(-(((canvas.y - bend) / 0.035) ** 2)))
    scuffs = np.clip(canvas.noise(0.03, (2.5, 0.5), 2) - 1.9, 0, 1) * floor
    canvas.shade(1 - 0.5 * scuffs)
    for k in range(1 + (canvas.number + canvas.split) % 2):
        stand(canvas, Pose(k, 0.36 + 0.3 * k, 0.78, 0.93, bool(k), spill=0.5, shadow=0.55))


def grainy(canvas: Canvas) -> None:
    """High ISO and a hard codec."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)) * 0.6, 0.35)
    someone(canvas, level=0.6)
    canvas.camera.grain, canvas.camera.quality = 0.05, 35 if canvas.number % 2 else 55


def spill(canvas: Canvas) -> None:
    """Too close to the screen: its light is everywhere on the person."""
    backing(canvas, canvas.pick(*GREENS) * 1.15, 0.2)
    someone(canvas, spill=1.6, shadow=0.2, upper=(0.5, 0.5, 0.5))


def blue_jeans(canvas: Canvas) -> None:
    """Blue jeans and a denim jacket before green."""
    backing(canvas, canvas.pick(*GREENS), 0.3)
    denim = canvas.pick(((0.05, 0.10, 0.24),), ((0.09, 0.16, 0.33),))
    pose = Pose(
        0,
        canvas.uniform(0.4, 0.6),
        1.3 if canvas.number % 2 else 0.86,
        1.42 if canvas.number % 2 else 0.97,
        spill=0.3,
        legs=denim,
    )
    stand(canvas, dataclasses.replace(pose, upper=denim * 1.3) if canvas.number % 2 else pose)


def green_shirt(canvas: Canvas) -> None:
    """A shirt of the screen's own hue, darker or paler."""
    backing(canvas, canvas.pick(*GREENS), 0.2)
    shirt = canvas.pick(((0.05, 0.17, 0.08), (0.16, 0.33, 0.19)), ((0.06, 0.14, 0.05), (0.20, 0.36, 0.22)))
    someone(canvas, upper=shirt)


def close(canvas: Canvas) -> None:
    """So close that only corners show the screen."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.25)
    bust(canvas, Pose(0, canvas.uniform(0.42, 0.56), canvas.uniform(1.5, 1.9), 1.55, spill=0.35))


def nobody(canvas: Canvas) -> None:
    """The screen alone."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.5)
    if canvas.number % 2 == 0:
        folds(canvas, 0.25)


def veil(canvas: Canvas) -> None:
    """A thin cloth that somebody holds or wears."""
    backing(canvas, canvas.pick(*GREENS), 0.2)
    someone(canvas)
    x = canvas.uniform(0.55, 0.7)
    cloth = canvas.soft(
        canvas.polygon(((x - 0.09, 0.12), (x + 0.1, 0.1), (x + 0.2, 1.01), (x - 0.2, 1.01))), 0.01
    )
    drape = np.clip(0.32 + 0.10 * canvas.noise(0.08, (0.4, 3), 2), 0.08, 0.45) * cloth
    canvas.put(drape, (0.6, 0.57, 0.58), screen=False)
    canvas.alpha = canvas.alpha * (1 - drape) + drape


def motion(canvas: Canvas) -> None:
    """Fast movement, or a person out of focus."""
    backing(canvas, canvas.pick(*(GREENS if canvas.number % 2 == 0 else BLUE_SCREENS)), 0.3)
    blurred = canvas.number % 2 == 1
    someone(canvas, smear=0 if blurred else 0.035, blur=0.012 if blurred else 0)


def teal(canvas: Canvas) -> None:
    """A teal screen, unevenly lit."""
    backing(canvas, canvas.pick(*TEALS), 0.55)
    folds(canvas, 0.12)
    someone(canvas)


def lime(canvas: Canvas) -> None:
    """A yellow-green screen, or a green one under warm lamps."""
    backing(canvas, canvas.pick(*LIMES), 0.35)
    someone(canvas)


def blue(canvas: Canvas) -> None:
    """A blue screen and somebody in dark or grey blue."""
    backing(canvas, canvas.pick(*BLUE_SCREENS), 0.35)
    someone(canvas, upper=(0.03, 0.04, 0.09) if canvas.split else (0.12, 0.16, 0.24))


KINDS = {
    "even": even,
    "uneven": uneven,
    "wrinkled": wrinkled,
    "dark": dark,
    "pastel": pastel,
    "seams": seams,
    "markers": markers,
    "cyclorama": cyclorama,
    "grainy": grainy,
    "spill": spill,
    "blue jeans": blue_jeans,
    "green shirt": green_shirt,
    "close": close,
    "nobody": nobody,
    "veil": veil,
    "motion": motion,
    "teal": teal,
    "lime": lime,
    "blue": blue,
}
