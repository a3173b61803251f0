"""The area of a stroke: what is meant by it grows, what it slips onto does not."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.frame import Pixels
from anatomatte.people import mend

ARM = (slice(60, 84), slice(100, 190))


def picture() -> Pixels:
    """A wall of many tones, and an arm before it."""
    made = np.full((180, 320, 3), (0.55, 0.5, 0.75), np.float32)
    made += np.random.default_rng(3).normal(0, 0.01, made.shape).astype(np.float32)
    made[ARM] = (0.7, 0.45, 0.3)
    made[130:] = (0.5, 0.4, 0.3)  # a floor
    return np.clip(made, 0, 1)


@pytest.mark.parametrize("ends", [(80, 72), (120, 50), (230, 90)])
def test_a_stroke_that_slips_onto_the_wall_keeps_the_arm(ends: tuple[int, int]) -> None:
    light = picture()
    size = light.shape[:2]
    points = [(ends[0] / 320, ends[1] / 180), (125 / 320, 72 / 180), (175 / 320, 72 / 180)]
    if ends[0] > 200:
        points = [*points[1:], points[0]]
    seed = mend.drawn(points, 0.015, size)
    nothing = np.zeros(size, np.bool_)
    found = mend.area(mend.lab(light), ~nothing, seed, nothing, True, ground=True)
    arm = np.zeros(size, np.bool_)
    arm[ARM] = True
    assert found[arm].mean() > 0.97
    assert (found & ~arm & ~seed).sum() < 0.05 * arm.sum()


def test_a_stroke_on_the_wall_alone_means_the_wall() -> None:
    light = picture()
    size = light.shape[:2]
    seed = mend.drawn([(40 / 320, 40 / 180), (60 / 320, 40 / 180)], 0.015, size)
    nothing = np.zeros(size, np.bool_)
    found = mend.area(mend.lab(light), ~nothing, seed, nothing, True, ground=True)
    assert found.sum() > 10 * seed.sum() and found[ARM].mean() < 0.2


def test_what_looks_more_like_the_ground_than_like_the_stroke_is_left() -> None:
    light = np.full((180, 320, 3), (0.45, 0.33, 0.24), np.float32)
    light += np.random.default_rng(4).normal(0, 0.02, light.shape).astype(np.float32)
    leg = np.zeros(light.shape[:2], np.bool_)
    leg[50:140, 150:160] = True
    light[leg] = (0.36, 0.24, 0.17)
    seed = mend.drawn([(155 / 320, 60 / 180), (155 / 320, 125 / 180)], 0.01, leg.shape)
    nothing = np.zeros(leg.shape, np.bool_)
    found = mend.area(mend.lab(np.clip(light, 0, 1)), ~nothing, seed, nothing, True, ground=True)
    assert found[leg].mean() > 0.8
    assert (found & ~leg).sum() < 0.2 * leg.sum()
