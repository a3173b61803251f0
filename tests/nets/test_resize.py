"""Resizing equals Pillow's bilinear, to the last bit where pictures have 8 bits.

The values here are what Pillow 10 and 13 gave.
"""

from __future__ import annotations

import hashlib

import numpy as np
import pytest

from anatomatte.nets.runtime.resize import resize

SMALL = (np.arange(7 * 9 * 3).reshape(7, 9, 3) * 37 % 256).astype(np.uint8)

PILLOW = {
    (3, 4): [[132, 122, 116, 128], [118, 105, 149, 120], [145, 140, 105, 135]],
    (7, 5): [
        [63, 156, 128, 92, 75],
        [166, 131, 103, 115, 160],
        [141, 106, 138, 170, 135],
        [116, 81, 113, 145, 110],
        [91, 136, 148, 120, 85],
        [176, 159, 123, 95, 188],
        [151, 134, 98, 70, 163],
    ],
}
"""The first channel of `SMALL` at other sizes."""

PILLOW_FLOAT = [
    [0.516351, 0.477789, 0.456118, 0.503257],
    [0.464749, 0.412254, 0.582046, 0.468769],
    [0.567411, 0.550837, 0.413732, 0.529732],
]

LARGE = {
    (160, 284): "951a3c82a8e77211edcbfd0780785eeceb6804e2fc7866dae6266ccc90b5b230",
    (640, 1138): "fb14b7abf16184b754600e14ec9288e77143f38d88b9f5457cf5a1c5de8e8baa",
    (97, 480): "c7456d9c2ff0bec647a472cadbdb65c2e9958e2f23dcd3e4bef9a975339d67e7",
}
"""SHA-256 of a noisy 480 x 270 at other sizes."""


@pytest.mark.parametrize("size", PILLOW)
def test_small(size: tuple[int, int]) -> None:
    assert resize(SMALL, *size)[..., 0].tolist() == PILLOW[size]


def test_floats() -> None:
    found = resize((SMALL / np.float32(255)).astype(np.float32), 3, 4)
    assert found.dtype == np.float32
    assert np.allclose(found[..., 0], PILLOW_FLOAT, atol=2e-6)


@pytest.mark.parametrize("size", LARGE)
def test_large(size: tuple[int, int]) -> None:
    noise = np.arange(270 * 480 * 3, dtype=np.uint64) * np.uint64(2654435761) >> np.uint64(13)
    picture = (noise & np.uint64(255)).astype(np.uint8).reshape(270, 480, 3)
    assert hashlib.sha256(resize(picture, *size).tobytes()).hexdigest() == LARGE[size]


def test_values_out_of_range_stay() -> None:
    picture = np.array([[[-2.0]], [[7.0]]], np.float32)
    assert resize(picture, 4, 1)[:, 0, 0].tolist() == [-2.0, 0.25, 4.75, 7.0]


@pytest.mark.parametrize("size", [(1, 1), (640, 1), (1, 640), (5, 5)])
def test_a_pixel_grows_to_a_flat_picture(size: tuple[int, int]) -> None:
    assert (resize(np.full((1, 1, 3), 77, np.uint8), *size) == 77).all()
    assert resize(SMALL, *size).shape == (*size, 3)
