"""Despill by every method, with every replacement, and by parts; edges snapped to the plate."""

from __future__ import annotations

import dataclasses

import cv2
import numpy as np
import pytest

import anatomatte
from anatomatte.engine.foreground import part_strength
from anatomatte.keyer import despill
from anatomatte.keyer.axis import axis_of
from anatomatte.ops.snap import snapped
from anatomatte.parts import INDEX, PARTS
from anatomatte.people.evidence import PeopleEvidence
from anatomatte.settings import Settings
from made.keyer_scenes import GREEN, scene

AXIS = axis_of(np.array((0.0, 1.0, 0.0), np.float32))
PLATE = scene(200, 300, spill=0.12, coat=(0.2, 0.2, 0.2))
SOLID = PLATE.alpha > 0.999


@pytest.mark.parametrize(
    ("method", "limit"), [("average", 0.4), ("limit", 0.6), ("double", (2 * 0.6 + 0.2) / 3), ("unmix", 0.4)]
)
def test_the_limits_are_the_known_ones(method: str, limit: float) -> None:
    light = np.array([[[0.6, 0.9, 0.2]]], np.float32)
    assert despill.spill(light, AXIS, method)[0, 0] == pytest.approx(0.9 - limit, abs=1e-6)
    blue = axis_of(np.array((0.0, 0.0, 1.0), np.float32))
    assert despill.spill(light[..., [0, 2, 1]], blue, method)[0, 0] == pytest.approx(0.9 - limit, abs=1e-6)


def test_double_spares_skin() -> None:
    skin = np.array([[[0.6, 0.42, 0.25]]], np.float32)
    taken = {name: despill.spill(skin, AXIS, name)[0, 0] for name in ("average", "double", "limit")}
    assert taken["double"] == taken["limit"] == 0 and taken["average"] == 0
    greener = skin + np.float32((0, 0.1, 0))
    taken = {name: despill.spill(greener, AXIS, name)[0, 0] for name in ("average", "double", "limit")}
    assert taken["average"] > taken["double"] > taken["limit"] == 0


def luma(light: np.ndarray) -> float:
    return float((light @ despill.LUMA)[SOLID].mean())


def test_luminance_can_be_kept_whole() -> None:
    plain, nothing = (
        luma(anatomatte.matte(PLATE.image, despill_replace=how, despill_luminance=1.0).foreground)
        for how in ("luminance", "nothing")
    )
    before = luma(PLATE.image)
    assert plain == pytest.approx(before, rel=0.02)
    assert nothing < 0.97 * before


def test_spill_is_replaced_by_a_colour_or_by_what_is_behind() -> None:
    behind = np.broadcast_to(np.float32((0.8, 0.1, 0.05)), PLATE.image.shape)
    colour = anatomatte.matte(PLATE.image, despill_replace="colour", despill_colour=(0.8, 0.1, 0.05))
    bg = anatomatte.matte(PLATE.image, despill_replace="bg", background=behind)
    grey = anatomatte.matte(PLATE.image)
    alone = anatomatte.matte(PLATE.image, despill_replace="bg")
    nothing = anatomatte.matte(PLATE.image, despill_replace="nothing")
    assert np.abs(colour.foreground - bg.foreground).max() < 1e-5
    redder = (bg.foreground - grey.foreground)[SOLID].mean(0)
    assert redder[0] > 0.002 > redder[1]
    assert luma(bg.foreground) == pytest.approx(luma(grey.foreground), rel=0.01)
    assert np.array_equal(alone.foreground, nothing.foreground)


def test_unmix_leaves_the_middle_of_the_subject_alone() -> None:
    """Something green-tinted far inside is its own colour; at the edge it is the screen's light."""
    made = scene(240, 360, size=1.4, coat=(0.10, 0.16, 0.10))
    taken = [
        np.abs(
            anatomatte.matte(made.image, subject="off", despill_method=how, despill_keep=0.0).foreground
            - made.image
        ).mean(2)
        for how in ("average", "unmix")
    ]
    depth = cv2.distanceTransform((made.alpha > 0.999).astype(np.uint8), cv2.DIST_L2, 5)
    coat = np.abs(made.foreground - made.image).max(2) < 0.05
    coat[:175] = False
    middle, rim = coat & (depth > 40), coat & (depth > 1) & (depth < 3)
    assert taken[0][middle].mean() > 0.005 > 2 * taken[1][middle].mean()
    assert taken[1][rim].mean() > 0.5 * taken[0][rim].mean()


def seen(part: str, rows: slice) -> PeopleEvidence:
    parts = np.zeros((len(PARTS), 25, 40), np.float32)
    parts[0] = 1
    parts[0, rows], parts[INDEX[part], rows] = 0, 1
    ones = 1 - parts[0]
    return PeopleEvidence(ones, 0 * ones, parts, ones[None], np.array([[0.5, 0.5, 1]], np.float32))


@pytest.mark.parametrize(("part", "name"), [("face", "skin"), ("hair", "hair"), ("coat", "clothes")])
def test_each_part_has_its_strength(part: str, name: str) -> None:
    one = seen(part, np.s_[:10])
    strength = part_strength(one, Settings().replace(**{f"despill_{name}": 0.25}))
    assert strength is not None
    assert np.allclose(strength[:10], 0.25) and np.allclose(strength[10:], 1)
    other = "hair" if name != "hair" else "skin"
    strength = part_strength(one, Settings().replace(**{f"despill_{other}": 0.25}))
    assert strength is not None and np.allclose(strength, 1)
    assert part_strength(one, Settings()) is None
    nobody = dataclasses.replace(one, people=np.zeros((0, 25, 40), np.float32))
    assert part_strength(nobody, Settings(despill_hair=0.0)) is None


def test_strength_of_a_part_reaches_the_picture(monkeypatch: pytest.MonkeyPatch) -> None:
    from anatomatte.engine import memo, subject
    from anatomatte.nets.external.protocols import PeopleGiven

    half = seen("face", np.s_[:15])
    monkeypatch.setattr(subject, "people", lambda *_, **__: PeopleGiven(half))
    memo.evidence.purge()
    try:
        base = anatomatte.matte(PLATE.image).foreground
        none = anatomatte.matte(PLATE.image, despill_skin=0.0).foreground
    finally:
        memo.evidence.purge()
    changed = np.abs(none - base).max(2) > 1e-4
    assert (changed & SOLID)[:110].any() and not changed[135:].any()


def test_snap_brings_a_wandering_edge_home() -> None:
    made = scene(200, 300, colour=GREEN)
    loose = cv2.GaussianBlur(made.alpha, (0, 0), 2.5)
    wrong = np.abs(loose - made.alpha).mean()
    snap = snapped(loose, made.image, 1.0)
    assert np.abs(snap - made.alpha).mean() < 0.75 * wrong
    assert snap.min() >= 0 and snap.max() <= 1
    half = snapped(loose, made.image, 0.5)
    assert np.allclose(half, (loose + snap) / 2, atol=1e-6)
    solid = np.ones_like(loose)
    assert snapped(solid, made.image, 1.0) is solid
