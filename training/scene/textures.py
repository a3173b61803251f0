"""Textures for places: ramps of spectral noise, boards, bricks, window fronts, leaves, posters with lines."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..people.material import any_colour, procedural_texture, spectral_noise


def natural_colour(rng: np.random.Generator) -> NDArray[np.floating]:
    """A display colour as walls, stone, wood, earth and leaves have it."""
    base = np.array(
        [
            [0.85, 0.83, 0.78],
            [0.55, 0.53, 0.50],
            [0.45, 0.30, 0.18],
            [0.62, 0.46, 0.30],
            [0.28, 0.36, 0.16],
            [0.15, 0.24, 0.10],
            [0.40, 0.36, 0.28],
            [0.60, 0.32, 0.24],
            [0.20, 0.22, 0.25],
            [0.78, 0.70, 0.56],
            [0.55, 0.64, 0.72],
        ]
    )
    colour = base[rng.integers(len(base))] * rng.uniform(0.6, 1.25) + rng.normal(0, 0.03, 3)
    return np.clip(any_colour(rng) if rng.random() < 0.2 else colour, 0.02, 0.98)


def ramp(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Noise through a ramp of three natural colours: stone, plaster, grass, bark."""
    noise = spectral_noise(rng, size, rng.uniform(0.7, 2.0))
    if rng.random() < 0.3:
        noise = np.abs(2 * noise - 1)
    stretch = rng.choice([1, 1, 4, 10])
    if stretch > 1:
        wide = cv2.resize(noise[:, : size // stretch], (size, size))
        noise = wide if rng.random() < 0.5 else np.ascontiguousarray(wide.T)
    first, last = natural_colour(rng), natural_colour(rng)
    if rng.random() < 0.6:
        last = np.clip(first * rng.uniform(0.4, 1.7), 0, 1)
    colours = np.stack([first, (first + last) / 2 + rng.normal(0, 0.05, 3), last])
    at = np.array([0, rng.uniform(0.3, 0.7), 1])
    picture = np.stack([np.interp(noise, at, colours[:, k]) for k in range(3)], -1)
    return (np.clip(picture, 0, 1) * 255).astype(np.uint8)


def boards(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Boards, tiles or bricks with joints and a tone of their own each."""
    picture = ramp(rng, size).astype(np.float32)
    high = int(rng.choice([16, 32, 64, 128]))
    wide = int(high * rng.choice([1, 2, 4]))
    joint = natural_colour(rng) * 255
    shift = rng.random() < 0.6
    for row, y in enumerate(range(0, size, high)):
        start = -(wide // 2) if shift and row % 2 else 0
        for x in range(start, size, wide):
            x0 = max(x, 0)
            picture[y : y + high, x0 : max(x + wide, 0)] *= rng.uniform(0.75, 1.2)
            picture[y : y + high, x0 : x0 + max(1, high // 24)] = joint
        picture[y : y + max(1, high // 24)] = joint
    return np.clip(picture, 0, 255).astype(np.uint8)


def front(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """A house front: rows of windows, some lit, with sills."""
    picture = ramp(rng, size) if rng.random() < 0.6 else boards(rng, size)
    rows, columns = int(rng.integers(2, 7)), int(rng.integers(2, 8))
    h, w = size // rows, size // columns
    fill_y, fill_x = rng.uniform(0.4, 0.85, 2)
    glass, frame = natural_colour(rng) * rng.uniform(60, 255), natural_colour(rng) * 255
    for r in range(rows):
        for c in range(columns):
            y, x = int(r * h + h * (1 - fill_y) / 2), int(c * w + w * (1 - fill_x) / 2)
            tone = glass * rng.uniform(0.4, 1.3) if rng.random() < 0.8 else np.array([250, 225, 170])
            corner = (x + int(w * fill_x), y + int(h * fill_y))
            cv2.rectangle(picture, (x, y), corner, tuple(map(float, np.clip(tone, 0, 255))), -1)
            cv2.rectangle(picture, (x, y), corner, tuple(map(float, frame)), max(1, size // 128))
    return picture


def poster(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """A poster, page or shop sign: shapes and lines of letters without meaning."""
    picture = np.full((size, size, 3), any_colour(rng) * 255, np.uint8)
    for _ in range(int(rng.integers(1, 8))):
        colour = tuple(map(float, any_colour(rng) * 255))
        p, q = rng.integers(0, size, 2), rng.integers(0, size, 2)
        if rng.random() < 0.5:
            cv2.rectangle(picture, tuple(map(int, p)), tuple(map(int, q)), colour, -1)
        else:
            cv2.ellipse(
                picture,
                tuple(map(int, p)),
                tuple(map(int, q // 2 + 2)),
                rng.uniform(0, 180),
                0,
                360,
                colour,
                -1,
            )
    for _ in range(int(rng.integers(0, 9))):
        letters = "".join(chr(c) for c in rng.integers(65, 91, int(rng.integers(2, 14))))
        place = int(rng.integers(0, size // 2)), int(rng.integers(10, size))
        scale, colour = rng.uniform(0.4, 2.5), tuple(map(float, any_colour(rng) * 255))
        cv2.putText(
            picture,
            letters,
            place,
            int(rng.integers(0, 8)),
            scale,
            colour,
            int(rng.integers(1, 4)),
            cv2.LINE_AA,
        )
    return picture


def leaves(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Dense leaves, grass or gravel: many small ellipses of related colours."""
    base = natural_colour(rng) if rng.random() < 0.4 else np.array([0.25, 0.4, 0.12]) * rng.uniform(0.5, 1.6)
    picture = np.full((size, size, 3), np.clip(base * 120, 0, 255), np.uint8)
    long, slim = rng.uniform(3, 16), rng.uniform(0.2, 1)
    main = rng.uniform(0, 180)
    loose = rng.uniform(10, 180)
    for _ in range(int(min(4000, 2.2 * size * size / (long * long * slim * 3)))):
        tone = np.clip(base * rng.uniform(0.4, 1.7) * 255 + rng.normal(0, 10, 3), 0, 255)
        axes = (max(1, int(long * rng.uniform(0.6, 1.3))), max(1, int(long * slim)))
        centre = tuple(map(int, rng.integers(0, size, 2)))
        cv2.ellipse(picture, centre, axes, main + rng.normal(0, loose), 0, 360, tuple(map(float, tone)), -1)
    return picture


def place_texture(rng: np.random.Generator, size: int) -> NDArray[np.uint8]:
    """Any texture for a place, (size, size, 3) uint8."""
    painters = (ramp, boards, front, poster, leaves, procedural_texture)
    return painters[int(rng.choice(6, p=[0.3, 0.2, 0.14, 0.14, 0.14, 0.08]))](rng, size)
