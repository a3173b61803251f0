"""Lines of an EXR and layers in a picture, by compiled loops: held against zlib and NumPy."""

from __future__ import annotations

import struct
import zlib

import numpy as np
import pytest

from anatomatte.ops.loops import beside, boxes, pack_lines, spans


def unpacked(packed: bytes, sizes: list[int], words: int, rows: int, block: int) -> np.ndarray:
    """The words rows×words of blocks, as any reader of EXR finds them."""
    made, at = [], 0
    for number, size in enumerate(sizes):
        line, count = struct.unpack_from("<ii", packed, at)
        data = packed[at + 8 : at + size]
        assert (line, count) == (7 + number * block, len(data))
        lines = min(block, rows - number * block)
        whole = 2 * lines * words
        if len(data) < whole:
            steps = np.frombuffer(zlib.decompress(data), np.uint8).astype(np.int64)
            assert len(steps) == whole
            steps[1:] -= 128
            low, high = (np.cumsum(steps) % 256).astype(np.uint16).reshape(2, -1)
            found = low | high << 8
        else:
            found = np.frombuffer(data, "<u2")
        made.append(found.reshape(lines, words))
        at += size
    assert at == len(packed)
    return np.concatenate(made)


def packed(planes: list[np.ndarray], sizes: list[int], block: int) -> tuple[np.ndarray, int]:
    """What comes back of planes that lie side by side, only where they are not 0; and the bytes it took."""
    rows, width = planes[0].shape
    firsts = np.cumsum([0, *(size * width for size in sizes)])
    places, there = [], []
    for plane, size, first in zip(planes, sizes, firsts, strict=False):
        ((start, stop),) = spans(plane, rows)[0].tolist()
        if stop:
            places.append((first, size, start, stop))
            there.append(plane)
    words = int(firsts[-1])
    data, counts = pack_lines(there, np.array(places, np.int32).reshape(-1, 4), words, 0, rows, block, 7)
    return unpacked(data, counts, words, rows, block), len(data)


def words_of(planes: list[np.ndarray], sizes: list[int]) -> np.ndarray:
    """The same by NumPy."""
    made = []
    for plane, size in zip(planes, sizes, strict=True):
        half = np.clip(plane, -65504, 65504).astype("<f2").view("<u2")
        made.append(half if size == 1 else np.ascontiguousarray(plane, "<f4").view("<u2"))
    return np.concatenate(made, axis=1)


def spots(seed: int, rows: int, width: int) -> np.ndarray:
    """0 but for a few spots."""
    rng = np.random.default_rng(seed)
    plane = np.zeros((rows, width), np.float32)
    for y, x in rng.integers(0, (rows, width), (4, 2)):
        plane[y : y + 3, x : x + 7] = rng.normal(0, 3, plane[y : y + 3, x : x + 7].shape)
    return plane


@pytest.mark.parametrize("block", [1, 16])
@pytest.mark.parametrize(("rows", "width"), [(1, 1), (1, 5), (17, 1), (33, 64), (37, 999)])
def test_words_come_back(block, rows, width):
    rng = np.random.default_rng(rows * width)
    kinds = [
        spots(1, rows, width),
        np.zeros((rows, width), np.float32),
        rng.random((rows, width), np.float32),
        np.full((rows, width), 0.25, np.float32),
        np.broadcast_to(np.float32(2), (rows, width)),
        rng.random((rows, width, 3), np.float32)[..., 1],
        spots(2, rows, width),
    ]
    sizes = [1, 1, 2, 1, 2, 1, 2]
    assert np.array_equal(packed(kinds, sizes, block)[0], words_of(kinds, sizes))


def test_every_half_is_the_nearest():
    halves = np.arange(65536, dtype=np.uint16).view(np.float16).astype(np.float32)
    halves = halves[np.isfinite(halves)]
    between = np.concatenate(
        [halves, (halves[1:] + halves[:-1]) / 2, [1e9, -1e9, 65519, 65520, 1e-30, -0.0]]
    ).astype(np.float32)
    near = [between, *(np.nextafter(between, np.float32(way)) for way in (9, -9)), [np.float32(1)]]
    plane = np.concatenate(near, dtype=np.float32)[None]
    assert np.array_equal(packed([plane], [1], 1)[0], words_of([plane], [1]))


def test_codes_of_any_shape_are_understood():
    """Bytes as often as Fibonacci's numbers want codes that are longer than ZIP allows."""
    often = [1, 1]
    while sum(often) < 15000:
        often.append(often[-1] + often[-2])
    steps = np.repeat(np.arange(len(often)) * 7 + 3, often)
    np.random.default_rng(3).shuffle(steps)
    low = np.cumsum(steps).astype(np.uint8)
    words = low[: len(low) // 2 * 2].astype("<u2")[None]
    assert np.array_equal(packed([words.view("<f4")], [2], 1)[0], words)


def test_what_is_nothing_takes_hardly_any_bytes():
    planes = [np.zeros((64, 1920), np.float32) for _ in range(50)]
    planes[0][:, 7] = 1
    for block in (1, 16):
        assert packed(planes, [1] * 50, block)[1] < 64 * 1920 * 50 * 2 / 800


def test_noise_is_no_longer_than_it_was():
    noise = np.random.default_rng(1).integers(0, 2**32, (16, 512), np.uint32).view(np.float32)
    found, size = packed([noise], [2], 16)
    assert size == 8 + noise.nbytes
    assert np.array_equal(found, words_of([noise], [2]))


@pytest.mark.parametrize("strided", [False, True])
def test_spans_and_boxes_are_where_something_is(strided):
    pixels = np.zeros((70, 53, 4), np.float32)
    pixels[33:40, 20:31, 1] = 1
    pixels[69, 52, 3] = -1e-30
    pixels[2, 0, 3] = 3
    pixels[5, 5, 2] = -0.0  # is 0
    plane = pixels[..., 1] if strided else np.ascontiguousarray(pixels[..., 1])
    found, finite = spans(plane, 32)
    assert finite and found.tolist() == [[0, 0], [20, 31], [0, 0]]
    assert boxes(pixels).tolist() == [[0, 0, 0, 0], [33, 40, 20, 31], [0, 0, 0, 0], [2, 70, 0, 53]]
    for strange in (np.nan, np.inf, -np.inf):
        plane[35, 25] = strange
        assert not spans(plane, 32)[1]


def test_planes_lie_side_by_side():
    rng = np.random.default_rng(1)
    planes = [rng.random((9, 14), np.float32) for _ in range(4)]
    planes[1] = np.broadcast_to(np.float32(0.5), (9, 14))
    planes[2] = rng.random((14, 9), np.float32).T
    right = np.stack(planes, 2)
    for count in (1, 2, 4):
        for room in (np.empty((9, 14, count), np.float32), np.empty((9, 20, count + 1), np.float32)[::-1]):
            out = room[:, :14, :count]
            beside(planes[:count], out)
            assert np.array_equal(out, right[..., :count])


def test_what_does_not_fit_is_refused():
    plane, one = np.ones((4, 8), np.float32), np.array([[0, 1, 0, 8]], np.int32)
    two, wide = one + np.int32([0, 2, 0, 0]), one + np.int32([0, 0, 0, 1])
    for places, words, to in ((one, 7, 4), (one, 8, 5), (two, 99, 4), (wide, 99, 4)):
        with pytest.raises(ValueError):
            pack_lines([plane], places, words, 0, to, 1, 0)
    with pytest.raises(ValueError):
        pack_lines([plane, plane], np.concatenate([one, one]), 99, 0, 4, 1, 0)  # one upon the other
    with pytest.raises(ValueError):
        beside([plane], np.empty((4, 9, 1), np.float32))
