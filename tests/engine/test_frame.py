"""Frames: the one copy, what it means, and the memory that it takes again."""

from __future__ import annotations

import gc

import numpy as np
import pytest

from anatomatte import buffers
from anatomatte.errors import PlateError
from anatomatte.frame import Frame, from_view, to_view

LARGE = (600, 500, 4)


@pytest.fixture(autouse=True)
def _clean_pool() -> None:
    gc.collect()
    buffers.purge()


@pytest.mark.parametrize(("dtype", "white"), [("u1", 255), ("u2", 65535), ("f2", 1), ("f4", 1)])
def test_depths_cross_both_ways(dtype: str, white: int) -> None:
    view = (np.random.default_rng(1).random((3, 5, 4)) * white).astype(dtype)
    frame = from_view(view[::-1], (0, 0, 5, 3))
    assert frame.pixels.dtype == np.float32
    assert frame.integer == (white > 1)
    np.testing.assert_allclose(frame.pixels, view[::-1].astype(np.float32) / white, atol=1e-7)
    back = np.zeros_like(view)
    to_view(frame.pixels, back[::-1])
    np.testing.assert_array_equal(back, view)


def test_integers_are_rounded_clipped_and_never_nan() -> None:
    out = np.full((1, 4, 1), 7, np.uint8)
    to_view(np.array([[[-0.5], [0.5], [2.0], [np.nan]]], np.float32), out)
    assert out.ravel().tolist() == [0, 128, 255, 0]


def test_floats_above_one_and_below_zero_survive() -> None:
    view = np.array([[[-1.5, 70000.0, 0.25]]], np.float32)
    out = np.zeros_like(view)
    to_view(from_view(view, (0, 0, 1, 1)).pixels, out)
    np.testing.assert_array_equal(out, view)


def test_a_picture_that_does_not_fill_its_bounds_is_refused() -> None:
    with pytest.raises(PlateError, match="does not fill its bounds"):
        Frame(np.zeros((2, 3, 4), np.float32), (0, 0, 2, 3))
    with pytest.raises(PlateError, match="channels"):
        Frame(np.zeros((2, 3, 2), np.float32), (0, 0, 3, 2))
    with pytest.raises(PlateError, match="float64"):
        from_view(np.zeros((1, 1, 4)), (0, 0, 1, 1))


def test_the_host_may_take_its_pixels_back() -> None:
    view = np.ones(LARGE, np.float32)
    frame = from_view(view, (0, 0, 500, 600))
    view[:] = 0
    assert frame.pixels.min() == 1


def test_pixels_that_stay_are_not_copied_and_others_are() -> None:
    view = np.ones(LARGE, np.float32)
    view.flags.writeable = False
    kept = from_view(view, (0, 0, 500, 600), kept=True)
    assert np.shares_memory(kept.pixels, view)
    for other in (view[::-1], view.astype(np.float16), (view * 255).astype(np.uint8)):
        frame = from_view(other, (0, 0, 500, 600), kept=True)
        assert not np.shares_memory(frame.pixels, other)
        assert frame.pixels.flags.c_contiguous and frame.pixels.min() == 1


def test_a_host_hears_of_rows_from_the_top() -> None:
    told: list[int] = []
    tall = np.random.default_rng(1).random((3000, 500, 4), np.float32)
    for dtype in (np.float32, np.float16, np.uint8):
        out, told[:] = np.zeros(tall.shape, dtype), []
        to_view(tall, out, told.append)
        assert len(told) > 1 and told == sorted(set(told)) and told[-1] == 3000
        whole = np.zeros_like(out)
        to_view(tall, whole)
        np.testing.assert_array_equal(out, whole)


def test_memory_waits_only_when_the_last_view_is_gone() -> None:
    frame = from_view(np.ones(LARGE, np.float32), (0, 0, 500, 600))
    red = frame.pixels[10:20, :, 0]
    del frame
    gc.collect()
    assert buffers.waiting() == 0
    assert red.max() == 1
    del red
    gc.collect()
    assert buffers.waiting() == 4 * np.prod(LARGE)
    taken = buffers.empty(LARGE)
    assert buffers.waiting() == 0
    del taken
    buffers.purge()
    assert buffers.waiting() == 0


def test_the_pool_stays_small() -> None:
    many = [buffers.empty(LARGE) for _ in range(buffers.KEPT + 3)]
    assert len({array.ctypes.data for array in many}) == len(many)
    del many
    gc.collect()
    assert buffers.waiting() == buffers.KEPT * 4 * np.prod(LARGE)


def test_the_pictures_of_a_frame_of_hd_all_wait() -> None:
    channels = (4, 4, 3, 3, 3)  # plates of two frames as they came, light and picture
    held = [buffers.empty((1080, 1920, count)) for count in channels]
    del held
    gc.collect()
    assert buffers.waiting() == 4 * 1080 * 1920 * sum(channels)
    buffers.purge()


def test_large_pictures_wait_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(buffers, "MOST", 2 * 4 * np.prod(LARGE) - 1)
    many = [buffers.empty(LARGE) for _ in range(3)]
    del many
    gc.collect()
    assert buffers.waiting() == 4 * np.prod(LARGE)
