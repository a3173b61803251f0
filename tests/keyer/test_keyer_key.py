"""The key on made plates with the truth known: from defaults, on every screen colour."""

from __future__ import annotations

import cv2
import numpy as np
import pytest

import anatomatte
from anatomatte.keyer.axis import axis_of
from anatomatte.keyer.decide import decided
from anatomatte.keyer.screen import find
from made.keyer_scenes import SCREENS, Scene, edge, scene, srgb8


def band(made: Scene, alpha: np.ndarray) -> float:
    return float(np.abs(alpha - made.alpha)[edge(made.alpha)].mean())


@pytest.mark.parametrize("name", sorted(SCREENS))
@pytest.mark.parametrize("depth", ["float", "byte"])
def test_every_screen_colour_keys_from_defaults(name: str, depth: str) -> None:
    made = scene(colour=SCREENS[name])
    image = made.image if depth == "float" else srgb8(made.image)
    mattes = anatomatte.matte(image)
    assert band(made, mattes.alpha) < 0.05
    assert mattes.alpha[made.alpha < 0.001].mean() < 0.002
    assert mattes.alpha[made.alpha > 0.999].mean() > 0.998


@pytest.mark.parametrize(("size", "least"), [(1.0, 0.05), (2.1, 0.08), (2.6, 0.08)])
def test_the_screen_may_be_uneven_and_the_subject_large(size: float, least: float) -> None:
    made = scene(uneven=0.8, size=size)
    # a drawn thing that fills the frame is nobody to a network, and only corners are left of the screen
    alpha = anatomatte.matte(made.image, subject="auto" if size < 2 else "off").alpha
    assert band(made, alpha) < least
    assert alpha[made.alpha < 0.001].mean() < 0.01


def test_an_empty_screen_is_all_screen() -> None:
    made = scene(uneven=0.8)
    grain = np.random.default_rng(2).standard_normal(made.screen.shape) * 0.01
    assert anatomatte.matte((made.screen * (1 + grain)).astype(np.float32)).alpha.max() == 0


def test_the_edge_carries_no_screen_colour() -> None:
    made = scene()
    mattes = anatomatte.matte(made.image)
    soft = (made.alpha > 0.15) & (made.alpha < 0.95)
    wrong = np.abs(mattes.foreground - made.foreground)[soft]
    assert np.median(wrong) < 0.03
    excess = mattes.foreground[..., 1] - mattes.foreground[..., [0, 2]].mean(-1)
    assert excess[soft].mean() < 0.01


def test_spill_goes_and_skin_stays() -> None:
    made = scene(spill=0.12, coat=(0.2, 0.2, 0.2))
    mattes = anatomatte.matte(made.image, despill_luminance=0.0)
    solid = made.alpha > 0.999
    solid[:80] = False
    before = np.abs(made.image - made.foreground)[solid].mean()
    assert np.abs(mattes.foreground - made.foreground)[solid].mean() < 0.6 * before
    clean = scene()
    skin = np.abs(clean.foreground - np.array([0.5, 0.31, 0.22])).max(-1) < 0.02
    kept = anatomatte.matte(clean.image).foreground
    assert np.abs(kept - clean.image)[skin].mean() < 0.01


def test_no_screen_no_key() -> None:
    random = np.random.default_rng(0)
    low = random.random((8, 12, 3)).astype(np.float32)
    street = cv2.resize(low, (180, 120), interpolation=cv2.INTER_CUBIC) * 0.5 + 0.1
    street += 0.05 * random.standard_normal(street.shape).astype(np.float32)
    mattes = anatomatte.matte(street, subject="off")
    assert (mattes.alpha == 1).all()
    assert np.array_equal(mattes.foreground, street)
    blades = 0.5 + random.random((180, 270, 1)).astype(np.float32)
    grass = cv2.GaussianBlur(blades, (0, 0), 1.0)[..., None] ** 4 * np.float32((0.08, 0.16, 0.02))
    assert anatomatte.matte(grass, subject="off").alpha.min() > 0.95


def test_a_screen_is_decided_and_never_blended() -> None:
    """A green wall that leaves the picture column by column: it is keyed whole, or not at all."""
    made = scene(240, 480, grain=0.004)
    grey = np.full_like(made.image, 0.2) + 0.01 * np.random.default_rng(1).standard_normal(made.image.shape)
    figures = []
    for columns in range(0, 240, 16):
        image = grey.astype(np.float32).copy()
        image[:, :columns] = made.screen[:, :columns]
        decision, _ = decided(find(image, "auto", (0.0, 0.0, 0.0), True))
        figures.append(decision.presence)
        alpha = anatomatte.matte(image, subject="off").alpha
        if decision.screen:
            assert alpha[20:220, 2 : max(3, columns - 3)].max() < 0.05
        else:
            assert (alpha == 1).all()
    assert figures[0] < 0.01 and figures[-1] > 0.5
    assert (np.diff(figures) > -0.02).all()


def test_a_clean_plate_beats_the_model() -> None:
    """A poster on the wall is no screen colour: only the clean plate knows it."""
    made = scene()
    clean = made.screen.copy()
    clean[20:60, 8:40] *= np.array([1.0, 0.6, 1.0], np.float32)
    alpha = made.alpha[..., None]
    image = alpha * made.foreground + (1 - alpha) * clean
    without = anatomatte.matte(image).alpha[25:55, 12:36].mean()
    given = anatomatte.matte(image, clean_plate=clean)
    assert given.alpha[25:55, 12:36].mean() < 0.01
    assert band(made, given.alpha) < 0.05
    assert without > 0.01


def test_picked_colour_and_plain_names() -> None:
    made = scene(colour=SCREENS["blue"])
    for settings in (
        {"screen": "blue"},
        {"screen": "picked", "screen_colour": SCREENS["blue"]},
    ):
        assert band(made, anatomatte.matte(made.image, **settings).alpha) < 0.05
    assert anatomatte.matte(made.image, screen="green").alpha.mean() > 0.99
    assert (anatomatte.matte(made.image, screen="none", subject="off").alpha == 1).all()


def test_a_veil_stays_thin() -> None:
    made = scene()
    image = made.image.copy()
    image[30:90, 8:30] = 0.5 * image[30:90, 8:30] + 0.5 * np.array([0.5, 0.48, 0.5], np.float32)
    inside = anatomatte.matte(image).alpha[36:84, 13:25]
    assert 0.3 < inside.mean() < 0.75


def test_an_axis_ignores_greys_and_measures_its_screen() -> None:
    for colour in SCREENS.values():
        axis = axis_of(np.array(colour, np.float32))
        grey = np.full((1, 1, 3), 0.4, np.float32)
        assert axis.key(grey, 0.5)[0, 0] == pytest.approx(0, abs=1e-6)
        screen = np.array(colour, np.float32).reshape(1, 1, 3)
        assert axis.key(screen, 0.5)[0, 0] > 0.5 * (max(colour) - min(colour))
    yellow = axis_of(np.array([0.68, 0.61, 0.01], np.float32))
    skin = np.array([[[0.6, 0.36, 0.25]]], np.float32)
    assert yellow.key(skin, 0.5)[0, 0] < 0.25 * 0.6
