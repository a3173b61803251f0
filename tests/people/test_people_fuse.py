"""Screen and people together: holes filled where the network is sure, and nothing else touched."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import anatomatte
from anatomatte.parts import INDEX, PARTS
from anatomatte.people import fuse
from anatomatte.people.evidence import PeopleEvidence
from made.keyer_scenes import Pixels, scene

GRID, SIZE = (60, 90), (240, 360)


def seen(person: Pixels, *, held: Pixels | None = None, part: str = "upper_clothes") -> PeopleEvidence:
    """What a network would see of the mask *person*, h×w."""
    parts = np.zeros((len(PARTS), *person.shape), np.float32)
    parts[INDEX[part]], parts[0] = person, 1 - person
    nothing = np.zeros_like(person) if held is None else held
    return PeopleEvidence(
        person, nothing, parts, np.ones((1, *person.shape), np.float32), np.zeros((1, 3), np.float32)
    )


def body() -> tuple[Pixels, Pixels]:
    """A person as the network sees it, and the true matte at the plate's size."""
    full = np.zeros(SIZE, np.float32)
    cv2.ellipse(full, (180, 160), (80, 110), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    return cv2.resize(full, GRID[::-1], interpolation=cv2.INTER_AREA), full


def test_nobody_is_exactly_the_keyer() -> None:
    matte = np.random.default_rng(1).random(SIZE).astype(np.float32)
    nobody = PeopleEvidence(
        np.ones(GRID, np.float32), np.zeros(GRID, np.float32), np.zeros((len(PARTS), *GRID), np.float32),
        np.zeros((0, *GRID), np.float32), np.zeros((0, 3), np.float32),
    )  # fmt: skip
    assert fuse.fuse(matte, None, outside=True) is matte
    assert fuse.fuse(matte, nobody, outside=True) is matte
    small, full = body()
    assert fuse.fuse(full, seen(small), fill=0.0) is full


def test_reflections_and_clothes_are_filled() -> None:
    small, full = body()
    matte = full.copy()
    matte[150:200, 150:210] = 0.35  # a coat of the screen's hue
    matte[110:116, 178:186] = 0.6  # a buckle
    fused = fuse.fuse(matte, seen(small))
    assert fused[155:195, 155:205].min() > 0.97 and fused[111:115, 180:184].min() > 0.9


def test_nothing_outside_the_sure_inside_changes() -> None:
    small, full = body()
    random = np.random.default_rng(2)
    matte = (full * random.random(SIZE)).astype(np.float32)
    fused = fuse.fuse(matte, seen(small))
    depth = cv2.distanceTransform((full > 0.5).astype(np.uint8), cv2.DIST_L2, 5)
    assert np.array_equal(fused[depth < 4], matte[depth < 4])
    assert (fused >= matte).all() and fused.max() <= 1


def test_a_narrow_gap_stays_open_and_a_wide_hole_that_the_network_sees_is_kept() -> None:
    small, full = body()
    matte = full.copy()
    matte[80:220, 176:184] = 0  # between an arm and the body: two cells wide
    assert fuse.fuse(matte, seen(small))[90:210, 178:182].max() == 0
    wide = full.copy()
    wide[120:200, 140:220] = 0
    apart = small.copy()
    apart[30:50, 35:55] = 0  # the network sees through it as well
    assert fuse.fuse(wide, seen(apart))[122:198, 142:218].max() == 0
    assert fuse.fuse(wide, seen(small))[140:180, 160:200].min() > 0.97  # it does not: clothes


def test_hair_keeps_what_it_lets_through() -> None:
    small, full = body()
    matte = full * np.float32(0.5)
    assert np.array_equal(fuse.fuse(matte, seen(small, part="hair")), matte)


def test_a_doubtful_network_does_nothing() -> None:
    small, full = body()
    matte = full * np.float32(0.5)
    assert np.array_equal(fuse.fuse(matte, seen(small * np.float32(0.8))), matte)


@pytest.mark.parametrize("held", [True, False])
def test_outside_drops_what_is_no_person(held: bool) -> None:
    small, full = body()
    stick = np.zeros(GRID, np.float32)
    stick[10:50, 78:80] = 1
    matte = full.copy()
    matte[:60, :30] = 1  # a stand
    matte[40:200, 312:320] = 1  # what the person holds
    fused = fuse.fuse(matte, seen(small, held=stick), outside=True, held=held)
    assert fused[:50, :20].max() == 0
    assert np.array_equal(fused[full > 0], matte[full > 0])
    assert bool(fused[60:190, 314:318].min() == 1) == held


def test_the_network_is_asked_when_the_key_is_unsure_in_the_wide() -> None:
    _, full = body()
    soft = cv2.GaussianBlur(full, (0, 0), 1.5)
    assert not fuse.wants(full) and not fuse.wants(soft)
    assert not fuse.wants(np.zeros(SIZE, np.float32)) and not fuse.wants(np.ones((1, 1), np.float32))
    torn = full.copy()
    torn[140:180, 150:200] = 0.4
    assert fuse.wants(torn)


def test_what_is_filled_comes_gradually() -> None:
    """A torn place that grows cell by cell over a shot fills without a jump."""
    small, full = body()
    asked, filled = [], []
    for size in range(10, 24):
        torn = full.copy()
        torn[140 : 140 + size, 150 : 150 + size] = 0.3
        asked.append(fuse.wants(torn))
        filled.append(float(fuse.fuse(torn, seen(small), fill=asked[-1])[141:148, 151:158].mean()))
    assert asked[0] == 0 and asked[-1] == 1 and filled[0] == pytest.approx(0.3) and filled[-1] > 0.97
    assert (np.diff(asked) >= 0).all() and np.diff(filled).max() < 0.3
    assert sum(0.35 < value < 0.95 for value in filled) >= 3


def test_with_the_control_off_a_frame_is_the_keyers() -> None:
    made = scene(120, 180)
    off, on = (anatomatte.matte(made.image, subject=how) for how in ("off", "on"))
    assert np.array_equal(off.screen, on.screen)
    assert np.array_equal(off.alpha, off.screen)
    assert (on.alpha >= off.alpha).all()
