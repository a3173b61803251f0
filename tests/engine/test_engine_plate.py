"""A plate's light: looked up, in strips and in threads it is what the curve says."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

from anatomatte.engine import prepare
from anatomatte.frame import Frame, from_view
from anatomatte.ops import colour
from anatomatte.settings import Settings


def light_of(frame: Frame, threads: int = 1, **chosen: object) -> np.ndarray:
    return prepare({"Source": frame}, Settings(**chosen), threads).light


@pytest.mark.parametrize("kind", [np.uint8, np.uint16])
@pytest.mark.parametrize("curve", [name for name in colour.CURVES if name != "linear"])
def test_every_code_of_an_integer_plate_has_its_light(kind: type, curve: str) -> None:
    most = np.iinfo(kind).max
    codes: Any = np.arange(most + 1, dtype=kind).reshape(-1, 1, 1).repeat(3, 2)
    frame = from_view(codes, (0, 0, 1, most + 1))
    truth = colour.decode(curve, np.arange(most + 1, dtype=np.float64) / most)
    light = light_of(frame, input_colour=curve)[:, 0, 0]
    assert np.allclose(light, truth, rtol=1e-4, atol=1e-6)
    assert len(np.unique(light)) > 0.9 * len(np.unique(np.float32(truth)))


def test_what_is_no_longer_a_whole_number_is_not_looked_up() -> None:
    """Colour divided by a premultiplied alpha lies between the codes, and above 1."""
    codes = np.array([[[40, 90, 200, 128], [10, 20, 30, 64]]], np.uint8)
    frame = from_view(codes, (0, 0, 2, 1), "premultiplied")
    rgb = codes[..., :3] / codes[..., 3:].astype(np.float64)
    light = light_of(frame, source_alpha="multiply")
    assert np.allclose(light, colour.decode("srgb", rgb.astype(np.float32)), rtol=1e-5)
    assert light.max() > 1


@pytest.mark.parametrize("curve", ["srgb", "logc3", "linear"])
def test_strips_and_threads_change_nothing(curve: str) -> None:
    pixels = np.random.default_rng(0).normal(0.4, 0.4, (301, 20, 3)).astype(np.float32)
    frame = Frame(pixels, (0, 0, 20, 301))
    light = light_of(frame, input_colour=curve)
    assert np.array_equal(light, light_of(frame, 3, input_colour=curve))
    assert np.array_equal(light, colour.decode(curve, pixels))
