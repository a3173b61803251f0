"""How a plate is shown to the network: photographs as they are, dark and bright plates exposed."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.ops import colour, display

rng = np.random.default_rng(2)
PHOTO = (rng.random((120, 200, 3)) ** 1.5 * 255).astype(np.uint8)
CODES = (PHOTO / np.float32(255)).astype(np.float32)
LIGHT = colour.srgb_decode(CODES)


def test_a_photograph_comes_back_as_it_was() -> None:
    assert display.exposure(LIGHT) == 1.0
    assert np.abs(display.shown(LIGHT) - CODES).max() < 1 / 1000


@pytest.mark.parametrize("stops", [-12, -6, -3])
def test_a_dark_plate_is_brought_up(stops: int) -> None:
    dark = LIGHT * np.float32(2.0**stops)
    shown = display.shown(dark)
    assert dark.max() < 0.13 and shown.mean() > 0.2
    order = np.corrcoef(shown.ravel(), CODES.ravel())[0, 1]
    assert order > 0.95


def test_lamps_in_a_dark_plate_do_not_keep_it_dark() -> None:
    dark = LIGHT * np.float32(0.01)
    dark[:4, :20] = 200.0
    shown = display.shown(dark)
    assert shown[10:].mean() > 0.15 and shown[:4, :20].min() > 0.95


def test_somebody_lit_before_black_is_not_blown_out() -> None:
    stage = np.zeros((100, 100, 3), np.float32)
    stage[40:, 40:70] = 0.4
    assert display.shown(stage)[50, 50].max() < 0.95


@pytest.mark.parametrize("factor", [4.0, 60.0])
def test_a_bright_plate_is_brought_down_and_rolled_off(factor: float) -> None:
    shown = display.shown(LIGHT * np.float32(factor))
    assert shown.max() <= 1 and (shown > 0.995).mean() < 0.04 and 0.3 < shown.mean() < 0.75


def test_highlights_roll_off_only_where_there_are_any() -> None:
    ramp = np.linspace(0, 1, 64, dtype=np.float32)
    assert np.array_equal(display.toned(ramp, 1.0), ramp)
    rolled = display.toned(np.linspace(0, 8, 64, dtype=np.float32), 8.0)
    assert (np.diff(rolled) > 0).all() and abs(rolled[-1] - 1) < 1e-5
    assert np.array_equal(display.toned(ramp[ramp < 0.5], 8.0), ramp[ramp < 0.5])


def test_exposure_is_continuous_where_it_sets_in() -> None:
    for mean in (display.DARK, display.BRIGHT):
        gains = [display.exposure(np.full((9, 9, 3), mean * f, np.float32)) for f in (0.999, 1.001)]
        assert abs(gains[0] - gains[1]) < 0.01


def test_stops_and_gamma() -> None:
    plain = display.shown(LIGHT)
    assert display.shown(LIGHT, stops=1.0).mean() > plain.mean() + 0.05
    assert display.shown(LIGHT, stops=-1.0).mean() < plain.mean() - 0.05
    lifted = display.shown(LIGHT, gamma=2.0)
    assert np.abs(lifted - np.sqrt(plain)).max() < 0.01


@pytest.mark.parametrize("size", [(1, 1), (1, 3000), (3, 2)])
def test_any_size_and_negative_or_black_light(size: tuple[int, int]) -> None:
    for level in (0.0, -3.0, 1e30, 1e-30):
        shown = display.shown(np.full((*size, 3), level, np.float32))
        assert shown.shape == (*size, 3) and np.isfinite(shown).all()
        assert shown.min() >= 0 and shown.max() <= 1


def test_large_plates_are_shown_smaller_and_threads_change_nothing() -> None:
    wide = np.broadcast_to(LIGHT[:40, :1], (40, 5000, 3))
    assert display.shown(wide).shape == (round(40 * 4096 / 5000), 4096, 3)
    tall = np.tile(LIGHT, (3, 1, 1))
    assert np.array_equal(display.shown(tall, threads=1), display.shown(tall, threads=3))


@pytest.mark.parametrize("factor", [0.004, 1.0, 20.0])
@pytest.mark.parametrize("how", [{}, {"stops": 1.0, "gamma": 1.6}])
def test_what_was_shown_is_found_again(factor: float, how: dict[str, float]) -> None:
    light = LIGHT * np.float32(factor)
    shown = display.shown(light, **how)
    clear = (shown > 0.02) & (shown < 0.99)
    found = display.revealed(shown.reshape(-1, 3), light, **how).reshape(light.shape)
    assert clear.mean() > 0.3
    np.testing.assert_allclose(found[clear], light[clear], rtol=0.02)
