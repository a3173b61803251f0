"""What stands behind people in a picture: places from the bank, screens, plain and painted grounds."""

from __future__ import annotations

import cv2
import numpy as np
from numpy.typing import NDArray

from ..bank import Bank
from ..people.material import any_colour, procedural_texture

Picture = NDArray[np.float32]

KINDS = {"place": 0.7, "two places": 0.08, "screen": 0.09, "gradient": 0.06, "pattern": 0.07}
"""Kinds of backdrop and how often each is drawn."""


def crop_place(places: Bank, rng: np.random.Generator, height: int, width: int) -> Picture:
    """A random crop of a bank place, mirrored and regraded at random, (height, width, 3) in 0-255."""
    picture = places[int(rng.integers(len(places)))].picture
    full_h, full_w = picture.shape[:2]
    share = min(1.0, rng.uniform(0.35, 1.15))
    fit = min(full_h / height, full_w / width) * share
    h, w = max(8, int(height * fit)), max(8, int(width * fit))
    y, x = int(rng.integers(0, full_h - h + 1)), int(rng.integers(0, full_w - w + 1))
    crop = picture[y : y + h, x : x + w]
    if rng.random() < 0.5:
        crop = crop[:, ::-1]
    how = cv2.INTER_AREA if h > height else cv2.INTER_LINEAR
    out = cv2.resize(np.ascontiguousarray(crop), (width, height), interpolation=how).astype(np.float32)
    if rng.random() < 0.06:
        out = out[..., rng.permutation(3)]
    if rng.random() < 0.7:  # photographed places are greyer than drawn ones
        grey = out.mean(-1, keepdims=True)
        out = grey + (out - grey) * np.float32(rng.uniform(0.15, 0.8))
    if rng.random() < 0.5:
        gain = rng.uniform(0.85, 1.15, 3) * rng.uniform(0.6, 1.25)
        out = 255 * (out / 255) ** rng.uniform(0.6, 1.5) * gain
    return np.clip(out, 0, 255).astype(np.float32)


def screen(rng: np.random.Generator, height: int, width: int) -> tuple[Picture, NDArray[np.floating]]:
    """A green or blue screen, unevenly lit, sometimes wrinkled or with markers; and its colour in 0-1."""
    bases = [
        [0.10, 0.75, 0.20],
        [0.12, 0.60, 0.30],
        [0.10, 0.25, 0.80],
        [0.15, 0.70, 0.10],
        [0.05, 0.35, 0.12],
    ]
    base = np.clip(np.array(bases[rng.integers(5)]) * rng.uniform(0.5, 1.2) + rng.normal(0, 0.03, 3), 0.01, 1)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    y, x = y / height - 0.5, x / width - 0.5
    light = 1 + rng.normal(0, 0.3) * x + rng.normal(0, 0.3) * y - rng.uniform(0, 0.6) * (x**2 + y**2)
    if rng.random() < 0.4:
        light = light + 0.08 * np.sin((x * rng.normal(0, 30) + y * rng.normal(0, 10)) + 3 * y)
    picture = np.clip(base * light[..., None] * 255, 0, 255).astype(np.float32)
    if rng.random() < 0.3:
        tone = np.clip(base * rng.uniform(0.5, 1.6), 0, 1) * 255
        for _ in range(int(rng.integers(2, 10))):
            at = int(rng.integers(0, width)), int(rng.integers(0, height))
            cv2.drawMarker(
                picture, at, tuple(map(float, tone)), cv2.MARKER_CROSS, max(3, width // 24), 1 + width // 160
            )
    return picture, base


def gradient(rng: np.random.Generator, height: int, width: int) -> Picture:
    """Two colours into each other; often nearly one."""
    y, x = np.mgrid[0:height, 0:width].astype(np.float32)
    turn = rng.uniform(0, 2 * np.pi)
    t = np.clip(np.cos(turn) * (x / width - 0.5) + np.sin(turn) * (y / height - 0.5) + 0.5, 0, 1)[..., None]
    first = any_colour(rng)
    second = any_colour(rng) if rng.random() < 0.4 else np.clip(first * rng.uniform(0.7, 1.3), 0, 1)
    if rng.random() < 0.35:
        first = second = np.full(3, rng.choice([0.02, 0.1, 0.5, 0.85, 0.97])) + rng.normal(0, 0.01, 3)
    return np.clip((first * t + second * (1 - t)) * 255, 0, 255).astype(np.float32)


def backdrop(
    places: Bank, rng: np.random.Generator, height: int, width: int
) -> tuple[Picture, NDArray[np.floating] | None]:
    """A backdrop, (height, width, 3) in 0-255; and the screen's colour (3,) in 0-1 where it is a screen."""
    kind = str(rng.choice(list(KINDS), p=list(KINDS.values())))
    colour = None
    if kind == "screen":
        picture, colour = screen(rng, height, width)
    elif kind == "gradient":
        picture = gradient(rng, height, width)
    elif kind == "pattern":
        square = procedural_texture(rng, 256)
        picture = cv2.resize(square, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    else:
        picture = crop_place(places, rng, height, width)
        if kind == "two places":
            other = crop_place(places, rng, height, width)
            at = int(width * rng.uniform(0.2, 0.8))
            picture[:, at:] = other[:, at:]
    if kind != "screen" and rng.random() < 0.4:
        sigma = rng.exponential(0.018) * width
        if sigma > 0.3:
            picture = cv2.GaussianBlur(picture, (0, 0), sigma)
    return picture, colour
