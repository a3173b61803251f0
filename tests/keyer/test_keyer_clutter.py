"""What is neither subject nor plain screen: shadows, markers, blanking; plates too bright or too dark."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import anatomatte
from anatomatte.keyer import clutter
from anatomatte.keyer.decide import decided
from anatomatte.keyer.screen import find, modelled
from made.keyer_scenes import Pixels, Scene, edge, scene, srgb8

AWAY = np.ones((11, 11), np.uint8)


def empty(made: Scene) -> npt.NDArray[np.bool_]:
    """Pixels well away from the subject."""
    return np.asarray(cv2.dilate(made.alpha, AWAY) == 0)


def on_screen(made: Scene, screen: Pixels) -> Pixels:
    """The plate before another screen, with a little grain."""
    alpha = made.alpha[..., None]
    light = alpha * made.foreground + (1 - alpha) * screen
    return (light * (1 + 0.01 * np.random.default_rng(4).standard_normal(light.shape))).astype(np.float32)


def shadowed(screen: Pixels, left: float = 0.45, lift: float = 0.01) -> tuple[Pixels, Pixels]:
    """A hard shadow with a little other light in it, and its mask."""
    height, width = screen.shape[:2]
    mask = np.zeros((height, width), np.float32)
    cv2.rectangle(mask, (int(0.72 * width), int(0.2 * height)), (width, height), 1.0, -1)
    cv2.circle(mask, (int(0.13 * width), int(0.4 * height)), height // 7, 1.0, -1, cv2.LINE_AA)
    mask = cv2.GaussianBlur(mask, (0, 0), 0.8)
    part = mask[..., None]
    return (screen * (1 - part * (1 - left)) + part * np.float32(lift)).astype(np.float32), mask


@pytest.mark.parametrize("left", [0.3, 0.45, 0.65])
def test_hard_shadows_are_screen(left: float) -> None:
    made = scene(240, 360)
    screen, _ = shadowed(made.screen, left, 0.022 * left)
    alpha = anatomatte.matte(on_screen(made, screen), subject="off").alpha
    assert alpha[empty(made)].mean() < 0.006
    assert np.abs(alpha - made.alpha)[edge(made.alpha)].mean() < 0.05


def test_shadows_may_be_kept_as_partial_black_matte() -> None:
    made = scene(240, 360)
    screen, mask = shadowed(made.screen)
    image = on_screen(made, screen)
    mattes = anatomatte.matte(image, shadows="keep", subject="off")
    inside = (cv2.erode(mask, AWAY) > 0.99) & empty(made)
    outside = (cv2.dilate(mask, AWAY) < 0.01) & empty(made)
    assert 0.35 < mattes.alpha[inside].mean() < 0.65
    assert mattes.alpha[outside].mean() < 0.01
    assert mattes.foreground[inside].mean() < 0.02
    dropped = anatomatte.matte(image, subject="off").alpha
    solid = made.alpha > 0.999
    assert np.abs(mattes.alpha - dropped)[solid].max() < 0.02


def test_frizzy_dark_hair_is_no_shadow() -> None:
    made = scene(240, 360, colour=(0.05, 0.3, 0.07))
    found = find(made.image, "auto", (0.0, 0.0, 0.0), True)
    assert found is not None
    near = cv2.resize(made.alpha, found.seen.like.shape[::-1], interpolation=cv2.INTER_AREA)
    shade = modelled(found).shade
    if shade is not None:
        assert shade[(near > 0.05) & (near < 0.95)].mean() > 0.97


def marked(made: Scene, places: list[tuple[float, float]], tape: tuple[float, float, float]) -> Pixels:
    screen = made.screen.copy()
    height, width = screen.shape[:2]
    for x, y in places:
        cv2.line(
            screen, (int(x * width) - 5, int(y * height)), (int(x * width) + 5, int(y * height)), tape, 2
        )
        cv2.line(
            screen, (int(x * width), int(y * height) - 5), (int(x * width), int(y * height) + 5), tape, 2
        )
    return on_screen(made, screen)


PLACES = [(0.08, 0.1), (0.08, 0.5), (0.08, 0.85), (0.92, 0.1), (0.92, 0.5), (0.92, 0.85)]


@pytest.mark.parametrize("tape", [(0.6, 0.6, 0.6), (0.02, 0.02, 0.02), (0.03, 0.16, 0.05), (0.5, 0.15, 0.03)])
def test_markers_go_and_come_back(tape: tuple[float, float, float]) -> None:
    made = scene(240, 360)
    image = marked(made, PLACES, tape)
    assert anatomatte.matte(image, subject="off").alpha[empty(made)].max() == 0
    assert anatomatte.matte(image, markers=False, subject="off").alpha[empty(made)].max() > 0.2


def test_a_small_far_subject_is_no_marker() -> None:
    made = scene(240, 360)
    image = made.screen.copy()
    image[100:110, 170:176] = (0.5, 0.3, 0.2)
    assert anatomatte.matte(image, subject="off").alpha[102:108, 172:174].min() > 0.9


def test_loose_things_near_the_subject_stay() -> None:
    cover = np.zeros((100, 150), np.float32)
    cover[30:90, 50:100] = 1
    cover[27, 60:64] = 1  # a strand beside the head
    cover[10:13, 10:13] = cover[80:83, 140:143] = 1
    cover[50:53, 46:48] = 1  # a marker beside the body
    gone = clutter.markers(cover)
    assert gone[11, 11] and gone[81, 141]
    assert not gone[27, 60:64].any() and not gone[60, 70]
    assert not clutter.markers(np.zeros((20, 20), np.float32)).any()


@pytest.mark.parametrize("side", ["top", "bottom", "left", "right"])
def test_dark_lines_along_the_border_are_no_subject(side: str) -> None:
    made = scene(240, 360)
    image = made.image.copy()
    cut = {"top": np.s_[:2], "bottom": np.s_[-2:], "left": np.s_[:, :2], "right": np.s_[:, -2:]}[side]
    image[cut] *= 0.05
    alpha = anatomatte.matte(image, subject="off").alpha
    clear = made.alpha[cut] == 0
    assert alpha[cut][clear].max() < 0.02
    assert clutter.rim_of(made.image, made.screen) == (0, 0, 0, 0)
    if side == "bottom":
        assert alpha[cut][made.alpha[cut] > 0.999].mean() > 0.98


@pytest.mark.parametrize("name", ["over", "under"])
def test_screens_at_the_ends_of_the_exposure(name: str) -> None:
    colour = {"over": (0.42, 1.35, 0.50), "under": (0.008, 0.03, 0.01)}[name]
    made = scene(240, 360, colour=colour, grain=0.012, coat=(0.3, 0.05, 0.05))
    alpha = anatomatte.matte(srgb8(made.image), subject="off").alpha
    assert alpha[empty(made)].mean() < 0.004
    assert np.abs(alpha - made.alpha)[edge(made.alpha)].mean() < 0.07
    assert alpha[made.alpha > 0.999].mean() > 0.995


def test_sky_and_stage_light_are_no_screens() -> None:
    random = np.random.default_rng(7)
    y, x = np.mgrid[:180, :270].astype(np.float32) / 180
    low = np.array([0.30, 0.48, 0.85]) * (1 - y[..., None]) + np.array([0.75, 0.82, 0.95]) * y[..., None]
    beams = 0.5 + 0.5 * np.sin(5 * x + 2 * y)[..., None]
    stage = np.array([0.10, 0.06, 0.65]) * (1 - beams) + np.array([0.10, 0.40, 0.80]) * beams
    for light in (low, stage):
        image = (light + 0.01 * random.standard_normal(light.shape)).astype(np.float32)
        found = find(image, "auto", (0.0, 0.0, 0.0), True)
        assert not decided(found)[0].screen


def test_hair_inside_a_hard_shadow_and_across_its_rim_is_solved() -> None:
    made = scene(240, 360)
    height, width = 240, 360
    mask = np.zeros((height, width), np.float32)
    cv2.ellipse(mask, (int(0.36 * width), int(0.3 * height)), (80, 62), 0, 0, 360, 1.0, -1, cv2.LINE_AA)
    part = cv2.GaussianBlur(mask, (0, 0), 0.8)[..., None]
    image = on_screen(made, (made.screen * (1 - part * 0.58) + part * np.float32(0.009)).astype(np.float32))
    alpha = anatomatte.matte(image, subject="off").alpha
    near = edge(made.alpha) & (mask > 0.5)
    assert near.sum() > 500
    assert np.abs(alpha - made.alpha)[near].mean() < 0.075
    assert alpha[empty(made)].mean() < 0.004


@pytest.mark.parametrize("wall", [(0.45, 0.03, 0.03), (0.5, 0.22, 0.03)])
def test_a_wall_of_another_colour_is_no_screen_and_nothing_is_despilled(
    wall: tuple[float, float, float],
) -> None:
    made = scene(240, 360, colour=wall, spill=0.1)
    mattes = anatomatte.matte(made.image, subject="off")
    assert (mattes.alpha == 1).all() and mattes.spill.max() == 0
    assert np.array_equal(mattes.foreground, made.image)
