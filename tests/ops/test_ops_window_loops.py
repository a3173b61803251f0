"""Compiled loops over a window of frames: alike to NumPy and OpenCV, and within their arrays."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.ops import loops
from anatomatte.temporal.steady import Beside, averaged, steady
from made import parts_plain

DRAWN = ((0.15, 0.15), (0.3, 0.1), (0.35, 0.1), (0.33, 0.44))
LIMITS = (0.06, 0.09, 0.004, 0.996)


def random_planes(*shape: int, seed: int = 0) -> np.ndarray:
    """Planes of which a third is nothing and a third all."""
    made = np.random.default_rng(seed).random(shape, dtype=np.float32)
    return np.asarray(np.clip(made * 3 - 1, 0, 1), np.float32)


@pytest.mark.parametrize("others", [0, 1, 4])
@pytest.mark.parametrize("shape", [(1, 1), (3, 171), (40, 128), (3, 7, 9), (2, 30, 40)])
def test_a_mean_along_a_window_is_that_of_numpy(shape: tuple[int, ...], others: int) -> None:
    own = random_planes(*shape)
    said = [(random_planes(*shape, seed=k), random_planes(*shape[-2:], seed=9 + k)) for k in range(others)]
    found, wanted = loops.along(own, said), parts_plain.along(own, said)
    for one, other in zip(found, wanted, strict=True):
        assert one.shape == other.shape and np.array_equal(one, other)


def test_planes_may_lie_as_they_like() -> None:
    own, planes, weight = random_planes(6, 5), random_planes(6, 5, seed=1), random_planes(6, 5, seed=2)
    along = averaged(own, [Beside(planes, weight)])
    across = averaged(np.asfortranarray(own), [Beside(np.asfortranarray(planes), np.asfortranarray(weight))])
    assert all(np.array_equal(one, other) for one, other in zip(along, across, strict=True))
    assert np.array_equal(own, random_planes(6, 5))  # what a frame says itself is left as it is


@pytest.mark.parametrize("shape", [(1, 1), (3, 171), (2, 30, 40)])
def test_a_mean_is_drawn_to_what_enough_frames_say_as_numpy_draws_it(shape: tuple[int, ...]) -> None:
    own = random_planes(*shape)
    said = [(random_planes(*shape, seed=k), random_planes(*shape[-2:], seed=9 + k)) for k in range(4)]
    mean, spread, total = loops.along(own, said)
    wanted = parts_plain.drawn(own, (mean, spread, total), DRAWN)
    loops.draw(own, mean, spread, total, DRAWN, 1e-6)
    assert np.array_equal(mean, wanted)
    assert own.size == 1 or not np.array_equal(mean, loops.along(own, said)[0]), "some frames do disagree"


def test_rests_go_as_numpy_lets_them_go() -> None:
    own, mean = random_planes(50, 41), random_planes(50, 41, seed=1) * np.float32(1.2) - np.float32(0.1)
    made = mean.copy()
    loops.rests(own, made, LIMITS)
    assert np.array_equal(made, parts_plain.rests(own, mean, LIMITS))
    assert made.min() >= 0 and made.max() <= 1


def test_a_steady_frame_keeps_what_all_frames_say() -> None:
    own = random_planes(20, 30)
    again = steady(own, [Beside(own.copy(), np.ones((20, 30), np.float32))] * 3)
    assert np.allclose(again, own, atol=1e-6)


@pytest.mark.parametrize("size", [(1, 1), (5, 63), (31, 40)])
def test_votes_are_looked_up_as_opencv_looks_them_up(size: tuple[int, int]) -> None:
    random = np.random.default_rng(3)
    codes = random.integers(0, 256, (3, *size)).astype(np.uint8)
    x = (random.random(500) * (size[1] + 8) - 4).astype(np.float32)
    y = (random.random(500) * (size[0] + 8) - 4).astype(np.float32)
    weight, votes = random.random(500, dtype=np.float32), random.random((7, 500), dtype=np.float32)
    before, rows = votes.copy(), np.array([6, 0, 2], np.int32)
    loops.hear(codes, rows, x, y, weight, votes)
    # OpenCV's processor may round once where ours rounds twice
    assert np.allclose(votes[rows] - before[rows], parts_plain.hear(codes, x, y, weight), atol=1e-3)
    others = [1, 3, 4, 5]
    assert np.array_equal(votes[others], before[others])


def test_arrays_of_other_shapes_are_refused() -> None:
    own = random_planes(4, 5)
    with pytest.raises(ValueError, match="another shape"):
        loops.along(own, [(random_planes(4, 6), own)])
    with pytest.raises(ValueError, match="another shape"):
        loops.along(own, [(own, random_planes(5, 4))])
    with pytest.raises(ValueError, match="another size"):
        loops.draw(own, random_planes(4, 5), random_planes(4, 4), own, DRAWN, 1e-6)
    with pytest.raises(ValueError, match="another size"):
        loops.rests(own, random_planes(4, 4), LIMITS)
    codes, rows, place = np.zeros((2, 3, 3), np.uint8), np.array([0, 7], np.int32), np.zeros(4, np.float32)
    with pytest.raises(ValueError, match="not all there"):
        loops.hear(codes, rows, place, place, place, np.zeros((7, 4), np.float32))
