"""Compiled loops of parts and of windows: alike to NumPy and OpenCV, and within their arrays."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.ops import loops
from anatomatte.people.partition import SOFTMAX_FLOOR
from anatomatte.people.parts.fields import fields
from anatomatte.people.parts.hardness import hardened, hardened_planes
from made import parts_plain

COUNTS = [0, 1, 255, 256, 257, 1000]


def shares_of(count: int, parts: int = 24) -> np.ndarray:
    """Shares n×N that sum to 1, some of them nothing and some next to nothing."""
    random = np.random.default_rng(count)
    made = random.random((parts, count)).astype(np.float32) ** 12
    made[5] = 0
    made[7] *= np.float32(1e-9)
    made[:, ::5] = 0
    made[3, ::5] = 1
    return np.asarray(made / np.maximum(made.sum(0), np.float32(1e-9)), np.float32)


@pytest.mark.parametrize("powered", [False, True])
@pytest.mark.parametrize("count", COUNTS)
def test_shares_are_decided_as_numpy_decides_them(count: int, powered: bool) -> None:
    shares = shares_of(count)
    assert np.array_equal(hardened(shares, float(powered)), parts_plain.harden(shares, powered))


def test_shares_lie_as_they_like() -> None:
    shares = shares_of(1000)
    across = np.asfortranarray(shares)
    assert np.array_equal(hardened(across, 1), hardened(shares, 1))
    assert np.array_equal(hardened(shares.reshape(24, 20, 50), 1), hardened(shares, 1).reshape(24, 20, 50))


def test_decided_shares_hold_no_number_that_a_processor_is_slow_at() -> None:
    made = hardened(shares_of(1000), 1)
    assert not ((made > 0) & (made < np.finfo(np.float32).tiny)).any()


@pytest.mark.parametrize("hardness", [0, 0.4, 1])
def test_planes_of_which_there_is_nothing_stay_out_of_it(hardness: float) -> None:
    shares = shares_of(400).reshape(24, 20, 20)
    made = hardened_planes(shares, hardness, 1e-3)
    there = [k for k in range(24) if k not in (5, 7)]
    assert not made[[5, 7]].any()
    assert np.array_equal(made[there], hardened(shares[there], hardness))


@pytest.mark.parametrize("count", COUNTS)
def test_votes_are_what_numpy_makes_of_them(count: int) -> None:
    shares, rows = shares_of(count), np.array([k for k in range(24) if k != 5], np.int32)
    near = np.random.default_rng(1).random(count, dtype=np.float32)
    near[256:512] = 0  # a stretch without anybody
    found = loops.vote(shares, rows, True, near, (0.1, 0.98), 255)
    wanted = parts_plain.vote(shares, rows, True, near, (0.1, 0.98), 255)
    assert all(np.array_equal(one, other) for one, other in zip(found, wanted, strict=True))
    if count > 1:
        assert 3 in found[1] and 255 in found[1]


def test_rows_of_shares_that_are_not_there_are_refused() -> None:
    shares, near = shares_of(10), np.ones(10, np.float32)
    for rows in ([24], [-1]):
        wrong = np.array(rows, np.int32)
        with pytest.raises(ValueError, match="not all there"):
            loops.harden(shares, wrong, True, shares.copy())
        with pytest.raises(ValueError, match="not all there"):
            loops.vote(shares, wrong, True, near, (0.1, 0.98), 255)


@pytest.mark.parametrize("power", [1, 2])
@pytest.mark.parametrize("size", [(90, 160), (91, 157), (37, 41)])
def test_shares_are_drawn_onto_a_plate_as_opencv_looks_them_up(size: tuple[int, int], power: int) -> None:
    random = np.random.default_rng(4)
    shares = np.stack([cv2.blur(random.random((23, 31), dtype=np.float32) ** 6, (3, 3)) for _ in range(4)])
    shares[1, :, :12] = 0
    shares = np.asarray(shares / np.maximum(shares.sum(0), np.float32(1e-6)), np.float32)
    bright, units = random.random(size, dtype=np.float32), random.random(size, dtype=np.float32)
    made = fields(shares, range(4), bright, float(power))
    floor = float(np.float32(SOFTMAX_FLOOR))
    for which, factor in (([1], None), ([2, 0], units), ([0, 1, 2, 3], units)):
        wanted = parts_plain.ramp(made.lines, which, bright, factor, floor, power)
        numbers = np.array(which, np.int32)
        whole = (0, size[0], 0, size[1])
        found = loops.ramp(made.lines, made.there, numbers, bright, factor, whole, floor, power == 2)
        assert np.allclose(found, wanted, atol=1e-6)
        window = (5, 31, 7, 40)
        part = loops.ramp(made.lines, made.there, numbers, bright, factor, window, floor, power == 2)
        assert np.array_equal(part, found[5:31, 7:40])  # any window is that of the whole
    assert not made.there.all()


def test_a_window_beyond_the_plate_is_refused() -> None:
    lines, there = np.zeros((1, 3, 3, 2), np.float32), np.ones((1, 3, 3), np.bool_)
    bright, first = np.zeros((9, 9), np.float32), np.zeros(1, np.int32)
    for window in ((0, 10, 0, 9), (-1, 4, 0, 9), (4, 2, 0, 9), (0, 9, 3, 10)):
        with pytest.raises(ValueError, match="not of the plate"):
            loops.ramp(lines, there, first, bright, None, window, 0.01, True)


@pytest.mark.parametrize("dtype", [np.float32, np.uint16])
def test_extremes_of_windows_are_those_of_numpy(dtype: type) -> None:
    values: np.ndarray[Any, Any] = (np.random.default_rng(2).random((37, 53)) * 65535).astype(dtype)
    rows = np.array([0, 3, 16], np.int32), np.array([5, 4, 37], np.int32)
    columns = np.array([0, 50, 17, 17], np.int32), np.array([53, 53, 18, 33], np.int32)
    found, wanted = loops.extremes(values, rows, columns), parts_plain.extremes(values, rows, columns)
    for one, other in zip(found, wanted, strict=True):
        assert one.dtype == dtype and np.array_equal(one, other)


@pytest.mark.parametrize(("first", "last"), [(0, 0), (3, 2), (-1, 4), (4, 11), (10, 11)])
def test_windows_with_nothing_in_them_are_refused(first: int, last: int) -> None:
    ends = np.array([first], np.int32), np.array([last], np.int32)
    good = np.array([0], np.int32), np.array([1], np.int32)
    with pytest.raises(ValueError, match="window"):
        loops.extremes(np.zeros((10, 10), np.float32), good, ends)


@pytest.mark.parametrize("count", [5, 64, 65, 700])
def test_mixtures_of_colours_are_fitted_as_numpy_fits_them(count: int) -> None:
    random = np.random.default_rng(count)
    colours = random.normal(0, 12, (2, count, 3)) + 40 * random.integers(-1, 2, (2, count, 1))
    weights = random.random((2, count))
    weights /= weights.sum(1, keepdims=True)
    means, shares = np.ascontiguousarray(colours[:, :3]), np.full((2, 3), 1 / 3)
    covers = np.array([np.repeat(np.cov(one.T)[None], 3, 0) for one in colours])
    loops.fit(colours, weights, 6, 10.0, means, covers, shares)
    for k in range(2):  # exp and log are our own: the same on every processor, and NumPy's are not
        wanted = parts_plain.fit(colours[k], weights[k], 6, 10.0, 3)
        assert np.allclose(means[k], wanted[0], atol=1e-3) and np.allclose(shares[k], wanted[1], atol=1e-4)
    assert np.allclose(shares.sum(1), 1)


def test_samples_of_another_size_than_their_weights_are_refused() -> None:
    means, covers, shares = np.zeros((1, 3, 3)), np.zeros((1, 3, 3, 3)), np.ones((1, 3))
    with pytest.raises(ValueError, match="another shape"):
        loops.fit(np.zeros((1, 9, 3)), np.ones((1, 8)), 6, 10.0, means, covers, shares)
    with pytest.raises(ValueError, match="a few Gaussians"):
        loops.fit(np.zeros((1, 9, 3)), np.ones((1, 9)), 6, 10.0, means, covers, np.ones((1, 9)))
