"""Sleeves and necklines end once: islands of skin on them are none, and bare arms stay bare."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte.people.parts.body import body_of
from anatomatte.people.parts.labels import AT, SIDES
from anatomatte.people.parts.person import View, smoothed
from made.people_marks import decided, labelled, marks, standing

SKIN, BROWN, LIT = (0.85, 0.65, 0.55), (0.7, 0.52, 0.42), (0.78, 0.59, 0.49)
"""A face's skin, cloth of its hue, and the same in more light, which no colour tells from skin."""
WHOLE = np.ones(standing()[1].shape, bool)
SHAPE = WHOLE.shape


def along() -> np.ndarray:
    left, right = body_of(marks(), WHOLE).arms
    return np.where(left.off < right.off, left.along, right.along).reshape(SHAPE)


def on_arm() -> np.ndarray:
    at = body_of(marks(), WHOLE)
    return ((at.arm < 1.1) & (at.oval < -0.1) & (at.trunk > -0.05) & (at.hand > 0.3)).reshape(SHAPE)


def chest() -> np.ndarray:
    """How far from the middle of the shoulders, in torsos."""
    at = body_of(marks(), WHOLE)
    away = np.where((at.arm > 1.2) & (at.trunk > 0), np.hypot(at.trunk, at.across), 9.0)
    return np.asarray(away.reshape(SHAPE))


def seen(bare: np.ndarray, naked: np.ndarray, sure: float = 1.5, colour: tuple[float, ...] = SKIN) -> View:
    """Somebody in brown whom the network gives bare arms and a bare chest in places, and cloth elsewhere."""
    picture, matte = standing()
    matte[on_arm()] = 1
    picture[on_arm() | (chest() < 0.7)] = BROWN
    picture[(bare & on_arm()) | naked] = colour
    shares = labelled()
    at = body_of(marks(), WHOLE)
    for side, limb in zip(SIDES, at.arms, strict=True):
        mine = on_arm() & (limb.off <= at.arm).reshape(SHAPE)
        shares[AT["upper_clothes"]][mine & ~bare] = 1.5
        shares[AT[f"{side}_arm"]][mine & bare] = sure
    shares[AT["torso_skin"]][naked] = sure
    return View(smoothed(picture), matte, np.asarray(shares / shares.sum(0), np.float32), marks())


NOBODY = np.zeros(SHAPE, bool)


def arms(view: View, where: np.ndarray) -> float:
    shares = decided(view)
    return float(sum(shares[AT[f"{side}_arm"]] for side in SIDES)[where & on_arm()].mean())


def test_an_island_of_skin_on_a_sleeve_is_cloth() -> None:
    island = (along() > 0.6) & (along() < 0.85)
    assert arms(seen(island, NOBODY, 0.6, LIT), island) < 0.5


@pytest.mark.parametrize("end", [0.15, 0.6, 1.2])
def test_below_its_end_an_arm_is_bare_and_above_it_a_sleeve(end: float) -> None:
    view = seen(along() > end, NOBODY)
    assert arms(view, (along() > end + 0.2) & (along() < 1.8)) > 0.8
    assert end < 0.3 or arms(view, (along() > 0.1) & (along() < end - 0.2)) < 0.2


def test_a_neckline_is_bare_down_to_its_end() -> None:
    view = seen(NOBODY, chest() < 0.3)
    assert decided(view)[AT["torso_skin"]][chest() < 0.2].mean() > 0.7


def test_an_island_of_skin_on_a_lapel_is_cloth() -> None:
    island = (chest() > 0.4) & (chest() < 0.5)
    assert decided(seen(NOBODY, island, 0.6, LIT))[AT["torso_skin"]][island].mean() < 0.5
