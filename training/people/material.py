"""What surfaces are made of: colours and the numbers that the shader reads.

Colours here are display-referred in [0, 1] until `linear` is applied; a Material holds linear
ones.
"""

from __future__ import annotations

import colorsys
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

SKIN, EYE, CLOTH, STRAND, PLAIN, HAIR_MESH, GLASS = range(7)
"""Kinds of surface; the shader switches on them."""

TEXTURES = 32
"""Layers of the procedural texture array."""

SOLID, STRIPES, HOOPS, CHECKS, CLOUDS, DOTS, PRINT, WOVEN, PICTURE = range(9)
"""Patterns of cloth."""

_SKIN_TONES = np.array(
    [[0.95, 0.76, 0.66], [0.87, 0.62, 0.47], [0.74, 0.50, 0.36], [0.52, 0.33, 0.22], [0.25, 0.16, 0.11]]
)
_HAIR_COLOURS = np.array(
    [
        [0.02, 0.015, 0.012],
        [0.05, 0.03, 0.02],
        [0.12, 0.06, 0.03],
        [0.25, 0.14, 0.07],
        [0.45, 0.30, 0.16],
        [0.62, 0.48, 0.30],
        [0.45, 0.18, 0.08],
        [0.5, 0.5, 0.5],
        [0.75, 0.74, 0.72],
    ]
)
_HAIR_YOUNG = np.array([0.3, 0.22, 0.16, 0.1, 0.07, 0.06, 0.04, 0.03, 0.02])
_HAIR_OLD = np.array([0.1, 0.1, 0.08, 0.05, 0.03, 0.03, 0.01, 0.35, 0.25])


def _black() -> NDArray[np.floating]:
    return np.zeros(3)


@dataclass(frozen=True)
class Material:
    """One surface for the shader; colours are linear."""

    kind: int = CLOTH
    a: NDArray[np.floating] = field(default_factory=_black)
    b: NDArray[np.floating] = field(default_factory=_black)
    c: NDArray[np.floating] = field(default_factory=_black)
    pattern: tuple[float, float, float, float] = (0.0, 1.0, 0.0, 0.0)
    """Number, repeats per decimetre, turn in radians, strength; for skin the beard's strength first."""
    print_: tuple[float, float, float, float] = (0.0, 0.0, 0.0, 0.0)
    """Duty or texture layer, then centre x, half size, centre y of a print."""
    bump: float = 0.0
    bump_scale: float = 1.0
    gloss: float = 0.0
    sharpness: float = 10.0
    seed: float = 0.0
    thin: tuple[float, float] = (0.0, 0.0)
    """Hair meshes: share of holes, ragged border; cloth: share of holes when it is sheer."""
    trim: tuple[float, float, float] = (0.0, 0.0, 0.0)
    """Cloth: width of hems in decimetres, half width of a placket with buttons, pockets (1) or none (0)."""


def linear(colour: NDArray[np.floating] | list[float]) -> NDArray[np.floating]:
    """Display colour to linear light (gamma 2.2)."""
    return np.clip(np.asarray(colour, float), 0, 1) ** 2.2


def any_colour(rng: np.random.Generator) -> NDArray[np.floating]:
    """A display colour: hue uniform, more often muted than pure."""
    hsv = rng.uniform(), rng.beta(1.2, 2.2), rng.beta(1.6, 1.4)
    return np.clip(np.array(colorsys.hsv_to_rgb(*hsv)), 0.02, 0.97)


def cloth_colour(rng: np.random.Generator) -> NDArray[np.floating]:
    """A colour as clothes have it: 45 % black to white, denim and khaki often."""
    pick = rng.random()
    if pick < 0.45:
        grey = rng.choice(
            [0.03, 0.06, 0.12, 0.25, 0.5, 0.75, 0.9, 0.97], p=[0.2, 0.18, 0.14, 0.09, 0.08, 0.07, 0.12, 0.12]
        )
        return np.clip(np.full(3, grey) + rng.normal(0, 0.02, 3), 0.02, 0.98)
    if pick < 0.55:
        return np.clip(
            np.array([0.18, 0.26, 0.42]) * rng.uniform(0.4, 1.9) + rng.normal(0, 0.02, 3), 0.02, 0.97
        )
    if pick < 0.62:
        return np.clip(
            np.array([0.62, 0.53, 0.38]) * rng.uniform(0.45, 1.4) + rng.normal(0, 0.03, 3), 0.02, 0.97
        )
    return any_colour(rng)


def cloth(rng: np.random.Generator, plain: float = 0.5) -> Material:
    """Cloth of random colour, pattern, wrinkles and gloss; `plain` is the share without pattern."""
    weights = np.array([0, 0.12, 0.16, 0.16, 0.1, 0.1, 0.12, 0.12, 0.12])
    weights = weights / weights.sum() * (1 - plain)
    weights[SOLID] = plain
    pattern = int(rng.choice(9, p=weights))
    first = float(rng.integers(TEXTURES)) if pattern in (WOVEN, PICTURE) else rng.uniform(0.15, 0.85)
    repeats = rng.uniform(0.4, 2) if pattern == WOVEN else np.exp(rng.uniform(np.log(0.5), np.log(7)))
    return Material(
        a=linear(cloth_colour(rng)),
        b=linear(cloth_colour(rng)),
        pattern=(
            float(pattern),
            float(repeats),
            0.0 if rng.random() < 0.7 else rng.uniform(0, np.pi),
            rng.uniform(0.4, 1),
        ),
        print_=(first, rng.uniform(-0.3, 0.3), rng.uniform(0.4, 1.1), rng.uniform(3.5, 5.5)),
        bump=rng.uniform(0.15, 0.85),
        bump_scale=rng.uniform(0.7, 2.6),
        gloss=float(rng.choice([0.02, 0.06, 0.3, 0.9], p=[0.48, 0.34, 0.13, 0.05])),
        sharpness=rng.uniform(6, 40),
        seed=float(rng.integers(100)),
        c=linear(any_colour(rng)),
        thin=(rng.uniform(0.2, 0.6), 0.0) if rng.random() < 0.03 else (0.0, 0.0),
        trim=_trim(rng),
    )


def _trim(rng: np.random.Generator) -> tuple[float, float, float]:
    hem = rng.uniform(0.05, 0.3) if rng.random() < 0.5 else 0.0
    placket = rng.uniform(0.04, 0.2) if rng.random() < 0.25 else 0.0
    return hem, placket, float(rng.random() < 0.15)


def hard(rng: np.random.Generator) -> Material:
    """Something stiff: plastic, metal, wood, leather."""
    metal = rng.random() < 0.35
    base = np.full(3, rng.uniform(0.2, 0.8)) * (1 + rng.normal(0, 0.08, 3)) if metal else any_colour(rng)
    return replace(
        cloth(rng, plain=0.7),
        a=linear(base),
        bump=rng.uniform(0, 0.15),
        gloss=rng.uniform(0.4, 1.4) if metal else rng.choice([0.05, 0.2, 0.6]),
        sharpness=rng.uniform(10, 80),
    )


def skin_tone(rng: np.random.Generator) -> tuple[NDArray[np.floating], float]:
    """A display skin colour and its depth, 0 lightest to 1 darkest; depth is close to uniform."""
    depth = float(rng.beta(1.1, 1.2))
    k = min(int(depth * 4), 3)
    tone = _SKIN_TONES[k] * (1 - depth * 4 + k) + _SKIN_TONES[k + 1] * (depth * 4 - k)
    return np.clip(tone * rng.uniform(0.9, 1.08) * (1 + rng.normal(0, 0.03, 3)), 0.02, 0.98), depth


def hair_colour(rng: np.random.Generator, old: bool) -> NDArray[np.floating]:
    """A linear hair colour; 5 % are dyed."""
    if rng.random() < 0.05:
        return linear(any_colour(rng)) * 0.7
    share = _HAIR_OLD if old else _HAIR_YOUNG
    return _HAIR_COLOURS[rng.choice(len(share), p=share / share.sum())] * rng.uniform(0.8, 1.2)


def procedural_texture(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """A pattern, (size, size, 3) uint8: waves, checks, blocks, dots, bricks, noise, glyph rows."""
    y, x = np.mgrid[0:size, 0:size].astype(np.float32) / size
    turn = rng.uniform(0, 2 * np.pi) if rng.random() < 0.5 else 0.0
    u = (np.cos(turn) * x + np.sin(turn) * y) * rng.integers(2, 24)
    v = (-np.sin(turn) * x + np.cos(turn) * y) * rng.integers(2, 24)
    choice = rng.integers(7)
    if choice == 0:
        mask = (np.sin(u * 2 * np.pi) > rng.uniform(-0.8, 0.8)).astype(np.float32)
    elif choice == 1:
        mask = (np.floor(u) + np.floor(v)) % 2
    elif choice == 2:
        cells = int(rng.integers(3, 40))
        grid = rng.random((cells, cells)).astype(np.float32)
        mask = grid[(y * cells).astype(int), (x * cells).astype(int)]
    elif choice == 3:
        mask = (np.hypot(u % 1 - 0.5, v % 1 - 0.5) < rng.uniform(0.15, 0.4)).astype(np.float32)
    elif choice == 4:
        mask = ((u % 1 < 0.08) | ((v + 0.5 * (np.floor(u) % 2)) % 1 < 0.08)).astype(np.float32)
    elif choice == 5:
        mask = spectral_noise(rng, size, rng.uniform(0.8, 2.4))
    else:
        rows = (v % 1 > 0.35).astype(np.float32)
        mask = rows * (spectral_noise(rng, size, 0.8) > 0.5)
    weight = (np.asarray(mask, np.float32) * rng.uniform(0.3, 1))[..., None]
    picture = (any_colour(rng) * (1 - weight) + any_colour(rng) * weight) * 255
    picture = picture + rng.normal(0, rng.uniform(0, 12), (size, size, 1))
    return np.clip(picture, 0, 255).astype(np.uint8)


def spectral_noise(rng: np.random.Generator, size: int, slope: float) -> NDArray[np.float32]:
    """Noise in [0, 1], (size, size), whose amplitude falls as frequency to the power -`slope`."""
    frequency = np.hypot(np.fft.fftfreq(size)[:, None], np.fft.rfftfreq(size)[None])
    frequency[0, 0] = 1
    shape = frequency.shape
    spectrum = (rng.normal(size=shape) + 1j * rng.normal(size=shape)) * frequency**-slope
    spectrum[0, 0] = 0
    noise = np.fft.irfft2(spectrum, (size, size))
    return np.clip(0.5 + noise / (4 * noise.std() + 1e-9), 0, 1).astype(np.float32)
