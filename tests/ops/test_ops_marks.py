"""The mark of a picture's channels, by a compiled loop: held against the formula in Python's own integers."""

from __future__ import annotations

import struct

import numpy as np
import pytest

from anatomatte.ops.loops import mark_planes, marks, spans

MASK = (1 << 64) - 1


def mixed(number: int) -> int:
    number ^= number >> 32
    number = number * 0x9E3779B97F4A7C15 & MASK
    return number ^ number >> 29


def told(pixels: np.ndarray, y: int = 0, x: int = 0) -> int:
    """The mark of a channel H×W of floats or words, a pixel at a time."""
    found = 0
    for row, line in enumerate(pixels.tolist()):
        for column, value in enumerate(line):
            bits = value if isinstance(value, int) else struct.unpack("<I", struct.pack("<f", value))[0]
            if not bits & 0x7FFFFFFF:
                continue
            place = mixed((y + row) * 0x9E3779B97F4A7C15 & MASK) + (x + column) * 0xBF58476D1CE4E5B9
            found += mixed((place ^ bits * 0x94D049BB133111EB) & MASK)
    return found & MASK


def picture(kind: type, channels: int = 3) -> np.ndarray:
    rng = np.random.default_rng(5)
    if np.dtype(kind).kind == "u":
        return rng.integers(0, np.iinfo(kind).max, (7, 9, channels), kind, endpoint=True)
    pixels = rng.normal(0, 1, (7, 9, channels)) * 10.0 ** rng.integers(-8, 5, (7, 9, channels))
    pixels[2, 3:5], pixels[4, 2] = 0, -0.0
    return np.clip(pixels, -65504, 65504).astype(kind)


@pytest.mark.parametrize("kind", [np.float32, np.float16, np.uint8, np.uint16])
def test_a_mark_is_the_sum_of_what_pixels_are_and_where(kind):
    pixels = picture(kind)
    values = pixels.astype(np.uint16) * 257 if kind is np.uint8 else pixels
    for y, x in ((0, 0), (-4, 1000)):
        assert marks(pixels, y, x) == [told(values[..., n], y, x) for n in range(3)]


def test_a_half_counts_as_the_float_that_it_is():
    every = np.arange(65536, dtype=np.uint16).view(np.float16).reshape(256, 256, 1)
    every = np.where(np.isfinite(every), every, np.float16(0))
    assert marks(every, 0, 0) == marks(every.astype(np.float32), 0, 0)


def test_what_is_0_around_does_not_count():
    pixels = picture(np.float16)
    around = np.zeros((20, 30, 3), np.float16)
    around[5:12, 8:17] = pixels
    assert marks(around, -5, 2) == marks(pixels, 0, 10)
    assert marks(np.zeros((4, 4, 1), np.uint8), 0, 0) == [0]
    assert marks(np.zeros((0, 4, 2), np.float32), 0, 0) == [0, 0]


def test_channels_are_read_where_they_lie():
    pixels = np.ascontiguousarray(picture(np.float32).transpose(2, 1, 0)).transpose(2, 1, 0)
    assert marks(pixels, 3, 4) == marks(np.ascontiguousarray(pixels), 3, 4)
    assert marks(pixels[::2, ::-1], 3, 4) == marks(np.ascontiguousarray(pixels[::2, ::-1]), 3, 4)


@pytest.mark.parametrize("rounded", [True, False])
def test_a_plane_has_the_mark_of_what_is_written_of_it(rounded):
    plane = picture(np.float32)[..., 0]
    plane[:, :2], plane[1] = 0, 1e5
    kept = np.clip(plane, -65504, 65504).astype(np.float16) if rounded else plane
    columns, _ = spans(plane, 3)
    assert mark_planes([plane, plane], np.stack([columns, columns]), 3, [rounded] * 2, 11, -2) == 2 * marks(
        kept[..., None], 11, -2
    )


def test_numbers_are_rounded_as_halves_are():
    some = np.arange(0, 1 << 16, dtype=np.uint32)
    bits = np.concatenate([some << 16, some << 16 | 0x1000, some << 16 | 0x3000, some << 16 | 0xFFF, some])
    plane = bits.view(np.float32).reshape(5, -1)
    plane = np.where(np.isfinite(plane), plane, np.float32(0))
    kept = np.clip(plane, -65504, 65504).astype(np.float16)[..., None]
    columns = np.array([[0, plane.shape[1]]], np.int32)
    assert mark_planes([plane], columns[None], 5, [True], 0, 0) == marks(kept, 0, 0)


@pytest.mark.parametrize("change", ["value", "place", "swapped", "sign"])
def test_other_pixels_have_another_mark(change):
    pixels = picture(np.float16, 1)
    other = pixels.copy()
    if change == "value":
        other.view(np.uint16)[3, 4] ^= 1
    elif change == "place":
        other = np.roll(other, 1, 1)
    elif change == "swapped":
        other[[0, 6]] = other[[6, 0]]
    else:
        other[3, 4] *= -1
    assert marks(other, 0, 0) != marks(pixels, 0, 0)


def test_what_is_no_picture_is_refused():
    with pytest.raises(ValueError, match="H x W x C"):
        marks(np.zeros((2, 2), np.float32), 0, 0)
    with pytest.raises(ValueError, match="16 bits"):
        marks(np.zeros((2, 2, 1), np.float64), 0, 0)
    plane = np.ones((4, 4), np.float32)
    for columns in ([[0, 5]], [[-1, 2]], [[0, 4], [0, 4]]):
        with pytest.raises(ValueError, match="columns"):
            mark_planes([plane], np.array([columns], np.int32), 4, [True], 0, 0)
