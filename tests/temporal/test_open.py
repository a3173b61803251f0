"""Only the open tiles of a window are worked on: the mean is that of whole pictures all the same."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

from anatomatte.temporal.align import Alignment
from anatomatte.temporal.open import Lying, kinds_of, over_open, reached
from anatomatte.temporal.steady import Beside, steady


def _moved(size: tuple[int, int], low: tuple[int, int], seed: int) -> Alignment:
    """An alignment of low×low cells with a step in it, as where somebody passes in front of another."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: low[0], : low[1]].astype(np.float32)
    step = (x > rng.integers(low[1])).astype(np.float32)
    wild = rng.normal(0, 0.6, (2, *low)).astype(np.float32)
    away = rng.uniform(-12, 12, 2).astype(np.float32)
    belief = cv2.GaussianBlur(rng.random(low, np.float32), (0, 0), 2)
    return Alignment(x + wild[0] + step * away[0], y + wild[1] + step * away[1], belief)


def _matte(size: tuple[int, int], seed: int) -> np.ndarray:
    """Ellipses with soft edges over nothing: most tiles are all 0 or all 1."""
    rng = np.random.default_rng(seed)
    y, x = np.mgrid[: size[0], : size[1]].astype(np.float32)
    made = np.zeros(size, np.float32)
    for _ in range(2):
        middle, axes = rng.uniform(0.2, 0.8, 2) * size, rng.uniform(0.15, 0.4, 2) * size
        away = np.hypot((y - middle[0]) / axes[0], (x - middle[1]) / axes[1])
        made = np.maximum(made, np.clip((1 - away) * 20, 0, 1))
    return made.astype(np.float32)


@pytest.mark.parametrize("size", [(250, 331), (64, 64), (17, 400)])
def test_open_tiles_alone_give_what_whole_pictures_give(size: tuple[int, int]) -> None:
    low = (max(1, size[0] // 4), max(1, size[1] // 4))
    for seed in range(12):
        own = _matte(size, seed)
        mattes = [_matte(size, 100 + seed + k) for k in range(3)] + [own]
        codes = [np.rint(one * 65535).astype(np.uint16) for one in mattes]
        for one in codes:  # what is kept of a matte need not begin at its corner
            one[:10], one[:, :7] = 0, 0
        lies = [_moved(size, low, 10 * seed + k) for k in range(4)]
        shares = [1.0, 0.75, 0.5, 0.25]
        reaches = [reached(one, size) for one in lies]
        kinds = [kinds_of(one) for one in codes]
        lying = [
            Lying(np.ascontiguousarray(one[10:, 7:]), (10, 7), kind, there, share, reach)
            for one, kind, there, share, reach in zip(codes, kinds, lies, shares, reaches, strict=True)
        ]
        whole = [
            Beside(
                there.warped(one / np.float32(65535)),
                there.believed(*size) * np.float32(share),
            )
            for one, there, share in zip(codes, lies, shares, strict=True)
        ]
        found = over_open(own, lying, steady)
        assert np.abs(found - steady(own, whole)).max() < 2e-3
        assert np.array_equal(found, over_open(own, lying, steady, threads=3)), "threads change nothing"


def test_what_is_closed_is_not_worked_on() -> None:
    own = np.zeros((320, 320), np.float32)
    own[100:220, 100:220] = 1
    y, x = np.mgrid[:80, :80].astype(np.float32)
    lies = Alignment(x, y, np.ones((80, 80), np.float32))
    seen = []

    def mean(here: np.ndarray, others: object) -> np.ndarray:
        seen.append(here.size)
        return here

    codes = (own * 65535).astype(np.uint16)
    lying = Lying(codes, (0, 0), kinds_of(codes), lies, 1.0, reached(lies, own.shape))
    over_open(own, [lying], mean)
    assert 0 < sum(seen) < own.size / 3
