"""What a compositor does to a matte, on mattes small enough to check by hand."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anatomatte.ops import filters, matte, strips


def disc(radius: float, size: int = 64) -> filters.Pixels:
    y, x = np.mgrid[:size, :size] - (size - 1) / 2
    return np.clip(radius - np.hypot(x, y) + 0.5, 0, 1).astype(np.float32)


def radius_of(picture: filters.Pixels) -> float:
    return float(np.sqrt(picture.sum() / np.pi))


@given(size=st.floats(-8, 8))
def test_erode_moves_the_edge_by_that_many_pixels(size: float) -> None:
    assert radius_of(matte.erode(disc(18), size)) == pytest.approx(18 - size, abs=0.75)


def test_erode_is_smooth_in_its_size() -> None:
    radii = [radius_of(matte.erode(disc(18), s)) for s in np.arange(-3, 3.01, 0.25)]
    steps = -np.diff(radii)
    assert (steps > 0.1).all() and (steps < 0.45).all()


def test_a_large_erode_equals_two_small_ones() -> None:
    big, twice = matte.erode(disc(28), 14), matte.erode(matte.erode(disc(28), 7), 7)
    assert np.abs(big - twice).max() == 0


def test_soften_keeps_the_sum_and_widens_the_edge() -> None:
    soft = matte.soften(disc(18), 6)
    assert soft.sum() == pytest.approx(disc(18).sum(), rel=1e-3)
    assert ((soft > 0.1) & (soft < 0.9)).sum() > 2 * ((disc(18) > 0.1) & (disc(18) < 0.9)).sum()
    assert matte.soften(disc(18), 0) is not None


def test_clip_and_gamma() -> None:
    ramp = np.linspace(0, 1, 11, dtype=np.float32)[None]
    clipped = matte.clip(ramp, 0.2, 0.8)
    assert clipped[0, 2] == 0 and clipped[0, 8] == 1 and clipped[0, 5] == pytest.approx(0.5)
    assert (matte.gamma(ramp, 2.0)[0, 1:-1] > ramp[0, 1:-1]).all()
    upside_down = matte.clip(ramp, 0.7, 0.3)
    assert np.isfinite(upside_down).all() and set(np.unique(upside_down)) <= {0.0, 1.0}


def test_despot_takes_small_spots_and_leaves_large_ones() -> None:
    picture = disc(18)
    picture[2:5, 2:5] = 1.0
    picture[30:33, 30:33] = 0.0
    assert matte.despot_white(picture, 10)[3, 3] == 0
    assert matte.despot_white(picture, 9)[3, 3] == 1
    assert matte.despot_black(picture, 10)[31, 31] == 1
    assert matte.despot_black(picture, 9)[31, 31] == 0
    assert matte.despot_white(picture, 10)[32, 40] == 1


def test_fill_spreads_what_is_known() -> None:
    values, weight = np.zeros((40, 50, 1)), np.zeros((40, 50))
    values[:, :5], weight[:, :5] = 2.0, 1.0
    values[:, 45:], weight[:, 45:] = 4.0, 1.0
    filled = filters.fill(values, weight)[..., 0]
    assert filled[20, 2] == pytest.approx(2, abs=0.02) and filled[20, 47] == pytest.approx(4, abs=0.02)
    assert 2.2 < filled[20, 25] < 3.8
    assert not filters.fill(values, weight * 0).any()


@given(height=st.integers(1, 600), threads=st.integers(1, 4))
def test_strips_cover_every_row_once(height: int, threads: int) -> None:
    seen = np.zeros(height, int)

    def work(y1: int, y2: int) -> None:
        seen[y1:y2] += 1

    strips.each(height, work, threads, lambda: None)
    assert (seen == 1).all()


def test_a_strip_that_fails_is_heard() -> None:
    def work(y1: int, y2: int) -> None:
        if y1 > 0:
            raise RuntimeError("strip")

    with pytest.raises(RuntimeError, match="strip"):
        strips.each(500, work, 3, lambda: None)


def test_opencv_gets_its_threads_back() -> None:
    import cv2

    before = cv2.getNumThreads()
    with strips.opencv_threads(3), strips.opencv_threads(1):
        assert cv2.getNumThreads() == 3
    assert cv2.getNumThreads() == before


def test_granted_threads_follow_the_farm(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OMP_NUM_THREADS", "3")
    assert strips.granted() == 3
    monkeypatch.setenv("OMP_NUM_THREADS", "nonsense")
    assert strips.granted() >= 1
