"""Stacks of shares: they sum to 1, follow the plate's edges, and the short cuts change nothing."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.ops.filters import Fill, reach, rows_of
from anatomatte.ops.guided import Guide
from anatomatte.people import partition

GRID, PLATE = (37, 60), (91, 131)


def made(count: int = 7, seed: int = 0) -> np.ndarray:
    """Shares that sum to 1: blobs over the haze that a network gives of everything everywhere."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[0 : GRID[0], 0 : GRID[1]].astype(np.float32)
    blobs = [
        np.exp(-np.square((y - rng.uniform(0, GRID[0])) / 5) - np.square((x - rng.uniform(0, GRID[1])) / 5))
        for _ in range(count)
    ]
    stack = np.array(blobs, np.float32) + np.float32(1e-4)
    return stack / stack.sum(0)


def guide(seed: int = 1, size: tuple[int, int] = PLATE) -> Guide:
    return Guide(np.random.default_rng(seed).random(size, np.float32), GRID)


def plain(way: Guide, stack: np.ndarray) -> np.ndarray:
    """What `sharp` means, over whole planes."""
    fine = np.maximum(np.stack([way.fine(field) for field in stack]) - partition.SOFTMAX_FLOOR, 0)
    return fine / fine.sum(0)


@pytest.mark.parametrize("size", [PLATE, GRID, (37, 61), (300, 66), (20, 40)])
def test_only_where_there_is_something_is_the_same_as_everywhere(size: tuple[int, int]) -> None:
    way, stack = guide(size=size), made()
    sharp = partition.sharp(way, stack)
    assert np.abs(sharp - plain(way, stack)).max() < 1e-6
    assert (sharp == 0).mean() > 0.3  # there is something to leave out


def test_sums_are_one_and_what_is_left_is_shared() -> None:
    way, stack = guide(), made()
    rest = np.random.default_rng(3).random(PLATE, np.float32)
    sharp = partition.sharp(way, stack, rest)
    assert np.array_equal(sharp[-1], rest) and len(sharp) == len(stack) + 1
    assert np.abs(sharp.sum(0) - 1).max() < 1e-6
    assert np.abs(sharp[:-1] - partition.sharp(way, stack) * (1 - rest)).max() < 1e-6
    alone = partition.sharp(way, np.ones((1, *GRID), np.float32), rest)
    assert np.abs(alone[0] - (1 - rest)).max() < 1e-6
    assert partition.sharp(way, np.ones((0, *GRID), np.float32)).shape == (0, *PLATE)


def test_threads_change_no_bit() -> None:
    way, stack = guide(), made(12)
    cover = made(2)[0]
    assert np.array_equal(partition.sharp(way, stack), partition.sharp(way, stack, threads=3))
    of = (0, 2, 3, 5, 7, 11)
    one, two = partition.divided(stack, of, cover), partition.divided(stack, of, cover, threads=3)
    assert np.array_equal(one[0], two[0]) and one[1] == two[1]


def test_a_stop_is_heard() -> None:
    def stop() -> None:
        raise InterruptedError

    with pytest.raises(InterruptedError):
        partition.sharp(guide(), made(), check=stop)
    with pytest.raises(InterruptedError):
        partition.divided(made(), (0, 1), made(2)[0], check=stop)


def test_what_is_known_is_kept_and_carried_on() -> None:
    stack = np.zeros((3, *GRID), np.float32)
    stack[0, :, :30], stack[1, :, 30:] = 1, 1
    believed = np.zeros(GRID, np.float32)
    believed[10:20, 20:40] = 1
    full, names = partition.divided(stack, (0, 1, 2), believed)
    assert names == (0, 1)  # the third is nowhere
    assert np.abs(full.sum(0) - 1).max() < 1e-5
    assert full[0, 15, 22] > 0.999 and full[1, 15, 38] > 0.999
    assert full[0, 15, 2] > 0.7 and full[1, 15, 57] > 0.7  # far away the nearest goes on


def test_shares_of_a_part_are_believed_as_much_as_all_of_it() -> None:
    """A quarter of a place may be known: shares of it are whole, and so is the trust in them."""
    stack, quarter = made(3), np.full(GRID, 0.25, np.float32)
    weight = np.ones(GRID, np.float32)
    full, _ = partition.divided(stack * quarter, (0, 1, 2), weight, quarter)
    assert np.abs(full - stack).max() < 1e-5


def test_fill_keeps_the_known_in_either_precision() -> None:
    rng = np.random.default_rng(5)
    values, weight = rng.random(GRID), (rng.random(GRID) > 0.7).astype(np.float64)
    double, single = Fill(weight)(values), Fill(weight.astype(np.float32))(values.astype(np.float32))
    assert single.dtype == np.float32 and double.dtype == np.float64
    assert np.abs(double - single).max() < 1e-5
    assert np.abs(double - values)[weight > 0].max() < 0.03


@pytest.mark.parametrize("size", [(91, 131), (300, 61), (120, 700), (20, 30), (1, 1)])
def test_nothing_grows_beyond_its_reach(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(7)
    for _ in range(20):
        there = rng.random(GRID) > 0.999
        there[rng.integers(GRID[0]), rng.integers(GRID[1])] = True
        y1 = int(rng.integers(size[0]))
        y2 = int(rng.integers(y1, size[0])) + 1
        grown = rows_of(there.astype(np.float32), y1, y2, *size)
        span = reach(there, y1, y2, *size)
        assert not grown[:, : span.start].any() and not grown[:, span.stop :].any()
    assert reach(np.zeros(GRID, np.bool_), 0, size[0], *size) == slice(0, 0)
