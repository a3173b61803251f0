"""Enclosed gaps that the networks fill open where colour says so; nothing else does."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import cv2
import numpy as np
import pytest

from anatomatte.ops import strips
from anatomatte.parts import INDEX, PARTS
from anatomatte.people import colours, gaps
from anatomatte.people.calibration import decided
from anatomatte.people.edge import refine
from anatomatte.people.evidence import PeopleEvidence

SIZE = (400, 300)


def scores() -> ModuleType:
    """benchmarks/matte_scores.py, which is no package."""
    path = Path(__file__).resolve().parents[2] / "benchmarks" / "matte_scores.py"
    spec = importlib.util.spec_from_file_location("matte_scores", path)
    assert spec is not None and spec.loader is not None
    module = sys.modules.setdefault("matte_scores", importlib.util.module_from_spec(spec))
    spec.loader.exec_module(module)
    return module


def seen_of(alpha: np.ndarray, hair: float = 0.0) -> PeopleEvidence:
    """What networks that answer *alpha* say, with this share of hair where people are."""
    alpha = np.asarray(alpha, np.float32)
    parts = np.zeros((len(PARTS), *alpha.shape), np.float32)
    parts[INDEX["hair"]] = hair * alpha
    none = np.zeros_like(alpha)
    return PeopleEvidence(
        alpha, none, parts, np.ones((1, *alpha.shape), np.float32), np.zeros((1, 3), np.float32)
    )


def figure() -> np.ndarray:
    """Coverage by a figure with both hands at the waist and the feet together: three gaps."""
    truth = np.zeros(SIZE, np.float32)
    cv2.circle(truth, (150, 50), 26, 1.0, -1)
    cv2.rectangle(truth, (122, 74), (178, 220), 1.0, -1)
    for side in (-1, 1):
        arm = [(150 + side * 24, 86), (150 + side * 44, 140), (150 + side * 24, 198)]
        cv2.polylines(truth, [np.array(arm, np.int32)], False, 1.0, 13)
        leg = [(150 + side * 16, 210), (150 + side * 21, 300), (150 + side * 10, 375)]
        cv2.polylines(truth, [np.array(leg, np.int32)], False, 1.0, 21)
    cv2.line(truth, (130, 378), (170, 378), 1.0, 12)
    return cv2.GaussianBlur(truth, (0, 0), 0.7)


def rough(truth: np.ndarray, dip: float = 3.0, by: int = 2) -> np.ndarray:
    """What networks see of it that fill gaps, and are *dip* of log-odds less sure in them."""
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
    closed = cv2.morphologyEx(truth, cv2.MORPH_CLOSE, around)
    small = (truth.shape[1] // by, truth.shape[0] // by)
    full, own = (
        cv2.GaussianBlur(cv2.resize(a, small, interpolation=cv2.INTER_AREA), (0, 0), 1.0)
        for a in (closed, truth)
    )
    odds = 10 * full - 6 - dip * np.clip(full - own, 0, 1)
    return np.asarray(1 / (1 + np.exp(-odds)), np.float32)


SHIRT, WALL = (0.05, 0.09, 0.3), (0.5, 0.42, 0.3)


def plate(truth: np.ndarray, inside: tuple[float, ...] = SHIRT, grain: float = 0.03) -> np.ndarray:
    """The figure before a wall, scene-linear, with grain."""
    rng = np.random.default_rng(4)
    mixed = np.array(WALL) + (np.array(inside) - np.array(WALL)) * truth[..., None]
    return np.asarray(mixed * rng.normal(1, grain, (*truth.shape, 3)), np.float32)


def test_gaps_open_on_the_plates_own_edges() -> None:
    truth = figure()
    seen = seen_of(rough(truth))
    grown = cv2.resize(seen.alpha, SIZE[::-1])
    assert scores().gaps_filled(grown, truth) == (3, 3)
    made = refine(plate(truth), seen)
    assert scores().gaps_filled(made.alpha, truth) == (0, 3)
    near = np.abs(grown - truth) > 0.5
    assert np.abs(made.alpha - truth)[near].mean() < 0.2


def test_a_dip_alone_opens_nothing() -> None:
    """The same doubt of the networks, but the shirt goes on where they doubt."""
    truth = figure()
    around = cv2.getStructuringElement(cv2.MORPH_ELLIPSE, (19, 19))
    whole = cv2.morphologyEx(truth, cv2.MORPH_CLOSE, around)
    made = refine(plate(whole), seen_of(rough(truth)))
    assert scores().false_holes(made.alpha, whole) == 0
    assert made.alpha[cv2.erode(whole, np.ones((9, 9))) > 0.99].min() > 0.95


def test_colour_alone_opens_nothing() -> None:
    """A print of the wall's colour on the shirt, of which the networks are as sure as of the rest."""
    truth = figure()
    light = plate(truth)
    light[120:160, 140:160] = light[120:160, 20:40]
    made = refine(light, seen_of(rough(truth)))
    assert made.alpha[124:156, 144:156].min() > 0.95


def opened(light: np.ndarray, probable: np.ndarray) -> np.ndarray:
    """Where gaps are found, on the plate's grid."""
    cells = colours.cells(light)
    found = gaps.gaps(cells.light, cells.level, probable, decided(probable))
    return np.zeros(light.shape[:2], np.bool_) if found is None else found


def slotted(wide: int) -> tuple[np.ndarray, np.ndarray]:
    """The figure without a slot in the chest, and the slot."""
    whole, slot = figure(), np.zeros(SIZE, np.float32)
    cv2.rectangle(slot, (150 - wide // 2, 110), (150 + wide // 2, 170), 1.0, -1)
    slot = cv2.GaussianBlur(slot, (0, 0), 0.7)
    return np.clip(whole - slot, 0, 1), slot


@pytest.mark.parametrize("colour", [(0.6, 0.05, 0.05), (0.3, 0.3, 0.3)])
def test_a_print_that_the_networks_doubt_is_no_gap(colour: tuple[float, ...]) -> None:
    """On the shirt, of the trousers' colour: the networks waver at it as they do at gaps."""
    around, slot = slotted(10)
    whole = figure()
    share = slot[..., None].copy()
    share[220:] = whole[220:, :, None]
    light = plate(whole) * (1 - share) + plate(whole, colour) * share
    assert not opened(np.asarray(light, np.float32), rough(around, 4.0))[slot > 0.5].any()


@pytest.mark.parametrize(("wide", "dip"), [(10, 3.0), (10, 4.0), (14, 3.0), (14, 4.0)])
def test_what_shows_the_wall_is_a_gap(wide: int, dip: float) -> None:
    around, slot = slotted(wide)
    assert opened(plate(around), rough(around, dip))[slot > 0.9].mean() > 0.9


@pytest.mark.parametrize("exposure", [0.01, 30.0])
def test_exposure_changes_no_decision(exposure: float) -> None:
    truth = figure()
    made = refine(plate(truth) * np.float32(exposure), seen_of(rough(truth)))
    assert scores().gaps_filled(made.alpha, truth) == (0, 3)


def curls() -> np.ndarray:
    """Coverage by a head with curls and flyaways, some of them up to 14 pixels away from it."""
    rng = np.random.default_rng(6)
    through = np.ones((2 * SIZE[0], 2 * SIZE[1]), np.float32)
    for _ in range(150):
        turn, bend = rng.uniform(-np.pi, np.pi), rng.normal(0, 0.12)
        at, way = np.array([300 + 170 * np.cos(turn), 400 + 190 * np.sin(turn)]), turn + rng.normal(0, 0.6)
        points = [at]
        for _ in range(int(rng.uniform(4, 14))):
            way += bend
            points.append(points[-1] + 3 * np.array([np.cos(way), np.sin(way)]))
        line = np.zeros_like(through)
        cv2.polylines(line, [np.round(points).astype(np.int32)], False, 0.9, 2, cv2.LINE_AA)
        through *= 1 - line
    cv2.ellipse(through, (300, 400), (172, 192), 0, 0, 360, 0.0, -1)
    return cv2.resize(1 - through, SIZE[::-1], interpolation=cv2.INTER_AREA)


HAIR = (0.03, 0.02, 0.015)


def head() -> np.ndarray:
    """What networks see of the curls: the head, a little too large."""
    made = np.zeros(SIZE, np.float32)
    cv2.ellipse(made, (150, 200), (88, 98), 0, 0, 360, 1.0, -1)
    small = cv2.resize(made, (SIZE[1] // 2, SIZE[0] // 2), interpolation=cv2.INTER_AREA)
    return np.asarray(1 / (1 + np.exp(-(12 * cv2.GaussianBlur(small, (0, 0), 1.5) - 6))), np.float32)


def test_curls_before_a_smooth_wall_get_their_share() -> None:
    truth = curls()
    light = plate(truth, HAIR, 0.01)
    made, plain = refine(light, seen_of(head(), 0.9)), refine(light, seen_of(head()))
    found, before = (scores().band_mad(one.alpha, truth) for one in (made, plain))
    grown = scores().band_mad(cv2.resize(head(), SIZE[::-1]), truth)
    assert found < 0.9 * before and found < 0.5 * grown
    away = cv2.resize(head(), SIZE[::-1]) < 0.05
    strands = away & (truth > 0.4) & (cv2.resize(head(), SIZE[::-1]) > 0.001)
    assert made.alpha[strands].mean() > 2 * plain.alpha[strands].mean()


def test_before_a_textured_wall_no_haze_grows() -> None:
    """Around hair more is looked at, but where the wall is as rough as hair nothing is added."""
    truth = np.zeros(SIZE, np.float32)
    cv2.ellipse(truth, (150, 200), (86, 96), 0, 0, 360, 1.0, -1)
    rng = np.random.default_rng(5)
    rock = np.exp(
        rng.normal(0, 0.7, (*SIZE, 1)) + cv2.resize(rng.normal(0, 0.6, (60, 45)), SIZE[::-1])[..., None]
    )
    light = np.asarray(np.where(truth[..., None] > 0.5, 0.06, 0.12) * rock * (1.0, 0.8, 0.6), np.float32)
    made = refine(light, seen_of(head(), 0.9))
    outside = cv2.dilate(truth, np.ones((13, 13))) == 0
    assert made.alpha[outside].mean() < 0.002 and np.quantile(made.alpha[outside], 0.995) < 0.05


def test_threads_and_strips_change_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    truth = figure()
    light, seen = plate(truth), seen_of(rough(truth), 0.9)
    whole = refine(light, seen)
    for rows, threads in ((128, 3), (16, 1)):
        monkeypatch.setattr(strips, "ROWS", rows)
        other = refine(light, seen, threads=threads)
        for name in ("alpha", "held", "edge", "colour"):
            assert np.array_equal(getattr(whole, name), getattr(other, name)), (rows, threads, name)


def test_the_scores() -> None:
    truth, made = figure(), scores()
    assert made.band_mad(truth, truth) == 0 and made.gaps_filled(truth, truth) == (0, 3)
    assert made.false_holes(truth, truth) == 0
    pierced = truth.copy()
    pierced[120:150, 135:165] = 0
    assert made.false_holes(pierced, truth) == 1
    void = np.ones(SIZE, np.bool_)
    void[100:210, :150] = False  # nothing is known of the left arm, nor of its gap
    assert len(made.gaps(truth, void)) == 2
    assert np.isnan(made.band_mad(truth, np.zeros_like(truth)))
    shifted = np.roll(truth, 2, 1)
    assert 0 < made.band_mad(shifted, truth) < made.band_mad(np.roll(truth, 4, 1), truth)


def test_what_networks_see_too_large_is_drawn_in() -> None:
    """Without a difference of colour the contour lies where people and background are equally likely."""
    x = np.arange(SIZE[1] // 2, dtype=np.float32)
    odds = np.clip((75 - x) * np.float32(0.5), -8, 8)
    seen = seen_of(np.tile(1 / (1 + np.exp(-odds)), (SIZE[0] // 2, 1)))
    made = refine(plate(np.ones(SIZE, np.float32)), seen)
    said = float((cv2.resize(seen.alpha, SIZE[::-1]) > 0.5).sum(1).mean())
    drawn = float(made.alpha.sum(1).mean())
    assert 0.8 < said - drawn < 3.5
