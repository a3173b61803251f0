"""Transfer curves against the sample points that their owners publish."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from anatomatte.errors import SettingsError
from anatomatte.ops import colour
from anatomatte.settings import BY_NAME

# linear light → code value, from the papers named in ops/colour.py (code / 1023 where they give codes)
SAMPLES = [
    ("srgb", 0.0, 0.0, 1e-7), ("srgb", 0.214041, 0.5, 1e-5), ("srgb", 1.0, 1.0, 1e-6),
    ("rec709", 0.18, 0.4090, 3e-4), ("rec709", 0.01, 0.045, 1e-6), ("rec709", 1.0, 1.0, 1e-6),
    ("cineon", 1.0, 685 / 1023, 1e-6), ("cineon", 0.0, 95 / 1023, 1e-5),
    ("logc3", 0.18, 0.391007, 1e-5), ("logc3", 0.0, 0.092809, 1e-6),
    ("logc4", 0.18, 0.278396, 1e-5), ("logc4", 0.0, 95 / 1023, 1e-5),
    ("slog3", 0.18, 420 / 1023, 1e-6), ("slog3", 0.0, 95 / 1023, 1e-6), ("slog3", 0.9, 598 / 1023, 3e-4),
    ("vlog", 0.18, 433 / 1023, 2e-4), ("vlog", 0.0, 0.125, 1e-6), ("vlog", 0.9, 602 / 1023, 5e-4),
    ("log3g10", 0.18, 1 / 3, 1e-5), ("log3g10", 0.0, 0.091551, 1e-5), ("log3g10", 184.322, 1.0, 1e-5),
    ("clog3", 0.18, 0.343389, 1e-5), ("clog3", 0.0, 0.12512219, 1e-6),
    ("acescct", 0.18, 0.413588, 1e-5), ("acescct", 0.0, 0.0729055, 1e-6), ("acescct", 1.0, 0.554795, 1e-5),
    ("pq", 1.0, 0.58069, 1e-5), ("pq", 100 / 203, 0.508078, 1e-5), ("pq", 10000 / 203, 1.0, 1e-6),
    ("hlg", 1.0, 0.75, 1e-6), ("hlg", 0.18, 0.378, 3e-4), ("hlg", 0.314511, 0.5, 1e-5),
    ("hlg", 3.774, 1.0, 1e-4),
]  # fmt: skip


def f32(value: float) -> colour.Pixels:
    return np.array([value], np.float32)


@pytest.mark.parametrize(("name", "light", "code", "within"), SAMPLES)
def test_published_points(name: str, light: float, code: float, within: float) -> None:
    assert colour.encode(name, f32(light))[0] == pytest.approx(code, abs=within)
    assert colour.decode(name, f32(code))[0] == pytest.approx(light, rel=0.005, abs=2e-4)


@pytest.mark.parametrize("name", sorted(colour.CURVES))
@given(light=st.floats(-0.0078125, 60.0, width=32))
def test_light_comes_back(name: str, light: float) -> None:
    back = colour.decode(name, colour.encode(name, f32(light)))[0]
    assert back == pytest.approx(light, rel=2e-4, abs=2e-5)


@pytest.mark.parametrize("name", sorted(colour.CURVES))
def test_curves_rise_and_never_clip(name: str) -> None:
    code = np.linspace(0.0, 1.2, 4001).astype(np.float32)
    light = colour.decode(name, code)
    assert np.isfinite(light).all()
    assert (np.diff(light) > -1e-6).all()
    assert light[-1] > 1.0
    again = colour.encode(name, light)
    assert np.abs(again - code).max() < 2e-4


@pytest.mark.parametrize("name", sorted(colour.CURVES))
def test_absurd_code_values_stay_finite(name: str) -> None:
    wild = np.array([-1e6, -5.0, 30.0, 1e4], np.float32)
    assert np.isfinite(colour.decode(name, wild)).all()


def test_every_menu_entry_has_its_curve() -> None:
    assert set(BY_NAME["input_colour"].menu()) == {"auto", *colour.CURVES}
    assert set(BY_NAME["output_colour"].menu()) <= {"input", *colour.CURVES}


def test_auto_is_linear_for_float_and_srgb_for_integers() -> None:
    assert colour.resolve("auto", integer=False) == "linear"
    assert colour.resolve("auto", integer=True) == "srgb"
    with pytest.raises(SettingsError, match="rec2020"):
        colour.resolve("rec2020", integer=True)
