"""Resizing equals Pillow's: bilinear to the last bit where pictures have 8 bits, each filter by one kernel.

The values here are what Pillow 10 and 13 gave.
"""

from __future__ import annotations

import hashlib
from typing import Any

import numpy as np
import pytest

from anatomatte.models.manifest_fields import Back
from anatomatte.nets.runtime.resize import Kernel, resize
from anatomatte.nets.runtime.sizes import Geometry, brought_back, resized

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


# ---- one kernel a name, whatever computes it

PILLOW_FILTERS: dict[tuple[str, int, int], tuple[list[float], list[float]]] = {
    ("bicubic", 3, 4): ([0.51471, 0.48754, 0.44896, 0.50055], [0.57889, 0.55622, 0.37125, 0.54661]),
    ("bicubic", 8, 10): (
        [-0.03661, 0.36191, 0.83582, 0.46952, 0.55659, 0.49659, 0.29066, 0.50513, 0.03022, 0.48416],
        [0.40278, 0.82915, 0.37466, 0.59676, 0.38968, 0.32968, 0.41676, 0.05113, 0.52111, 0.89357],
    ),
    ("bicubic", 3, 12): (
        [0.5588, 0.4003, 0.5256, 0.7672, 0.2264, 0.5058, 0.5551, 0.2789, 0.5069, 0.5918, 0.5176, 0.3864],
        [0.4726, 0.6746, 0.6063, 0.3778, 0.8111, 0.4171, 0.3521, 0.6287, 0.1163, 0.3269, 0.6479, 0.792],
    ),
    ("lanczos", 3, 4): ([0.52405, 0.48022, 0.44753, 0.50582], [0.56834, 0.58032, 0.3452, 0.53671]),
    ("lanczos", 8, 10): (
        [-0.04467, 0.32587, 0.88868, 0.44905, 0.55614, 0.50445, 0.29849, 0.51094, 0.01536, 0.49314],
        [0.3951, 0.82534, 0.36021, 0.60234, 0.38739, 0.32839, 0.43691, 0.00097, 0.55331, 0.88007],
    ),
}
"""First and last row of the first channel of `SMALL`, 0-1, by Pillow 13: down, up, and down and across."""


@pytest.mark.parametrize("wanted", PILLOW_FILTERS)
def test_a_filter_is_pillows_up_and_down(wanted: tuple[str, int, int]) -> None:
    how, height, width = wanted
    plane = (SMALL[..., 0] / np.float32(255)).astype(np.float32)
    rows = PILLOW_FILTERS[wanted]
    for made in (
        resized(plane, (height, width), how),
        resize(plane[..., None], height, width, Kernel(how))[..., 0],
    ):
        assert np.allclose(made[[0, -1]], rows, atol=6e-5)


@pytest.mark.parametrize("how", ["bilinear", "bicubic", "lanczos"])
@pytest.mark.parametrize("size", [(100, 100), (101, 101), (99, 101), (150, 70), (33, 47), (400, 401)])
def test_both_roads_are_one_kernel(how: str, size: tuple[int, int]) -> None:
    plate = np.random.default_rng(2).random((100, 100, 3)).astype(np.float32)
    assert np.abs(resized(plate, size, how) - resize(plate, *size, Kernel(how))).max() < 1e-4


@pytest.mark.parametrize("antialias", [True, False])
def test_a_pixel_more_or_less_changes_no_kernel(antialias: bool) -> None:
    """A step is an edge of one shape beside every size; -0.75 overshoots it by half as much again."""
    step = np.zeros((4, 1000), np.float32)
    step[:, 500:] = 1
    tops = [float(resized(step, (4, 1000 + n), "bicubic", antialias).max()) for n in (-3, -1, 1, 3)]
    assert max(tops) - min(tops) < 0.01 and 1.06 < min(tops) < 1.08


def halves(samples: Any, a: float = -0.5) -> Any:
    """Keys' cubic midway between samples."""
    return (samples[:-3] + samples[3:]) * a / 8 + (samples[1:-2] + samples[2:-1]) * (0.5 - a / 8)


def test_the_cubic_is_the_same_without_antialiasing_and_from_corner_to_corner() -> None:
    row = np.random.default_rng(3).random(24).astype(np.float32)
    plane = np.repeat(row[None], 4, 0)
    assert np.allclose(resized(plane, (4, 8), "bicubic", False)[0], row[1::3], atol=1e-6)
    assert np.allclose(resized(plane, (4, 12), "bicubic", False)[0, 1:-1], halves(row)[1::2], atol=1e-6)
    told = Geometry((4, 47), (4, 24), (4, 24))
    made = brought_back(plane[None], told, (4, 47), Back(filter="bicubic", align_corners=True))
    assert np.allclose(made[0, 0, ::2], row, atol=1e-6)
    assert np.allclose(made[0, 0, 3:-3:2], halves(row), atol=1e-6)


def test_the_mean_of_an_area_is_taken_along_the_side_that_shrinks() -> None:
    plane = np.random.default_rng(4).random((30, 10)).astype(np.float32)
    rows = plane.reshape(10, 3, 10).mean(1)
    assert np.allclose(resized(plane, (10, 20), "area"), resized(rows, (10, 20), "bilinear"), atol=1e-6)
