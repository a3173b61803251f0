"""What the key must not be fooled by: clothes, patterns, gaps, hot spots, codecs, specks."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import anatomatte
from anatomatte.keyer import chroma, palette, solve
from anatomatte.ops import matte
from made.keyer_scenes import GREEN, Pixels, edge, scene, srgb8


def codec(image: npt.NDArray[np.uint8], sampling: int) -> npt.NDArray[np.uint8]:
    """Through JPEG at quality 95 with 4:4:4 or 4:2:0 chroma."""
    options = [cv2.IMWRITE_JPEG_QUALITY, 95, cv2.IMWRITE_JPEG_SAMPLING_FACTOR, sampling]
    done, data = cv2.imencode(".jpg", image[..., ::-1], options)
    assert done
    return np.ascontiguousarray(cv2.imdecode(data, cv2.IMREAD_COLOR)[..., ::-1])


FULL, HALF = cv2.IMWRITE_JPEG_SAMPLING_FACTOR_444, cv2.IMWRITE_JPEG_SAMPLING_FACTOR_420


@pytest.mark.parametrize("coat", [(0.05, 0.16, 0.11), (0.02, 0.20, 0.10), (0.10, 0.22, 0.08)])
def test_a_green_coat_is_no_hole(coat: tuple[float, float, float]) -> None:
    made = scene(200, 280, coat=coat, size=1.3)
    inner = cv2.erode((made.alpha > 0.999).astype(np.uint8), np.ones((9, 9), np.uint8)) > 0
    inner[:150] = False
    assert anatomatte.matte(made.image, subject="off").alpha[inner].mean() > 0.95  # a drawn thing is nobody


def test_a_pattern_is_no_hole_and_a_gap_is_one() -> None:
    made = scene(240, 320, size=1.4, coat=(0.5, 0.2, 0.15))
    image = made.image.copy()
    image[215:225, 120:130] = np.float32((0.36, 0.40, 0.04))
    image[215:225, 190:200] = made.screen[215:225, 190:200]
    alpha = anatomatte.matte(image).alpha
    assert alpha[217:223, 122:128].mean() > 0.95
    assert alpha[217:223, 192:198].mean() < 0.02


def test_gaps_in_dark_hair_let_the_screen_through() -> None:
    made = scene(240, 320, size=1.4)
    image = made.image.copy()
    image[40:50, 155:167] = 0.5 * image[40:50, 155:167] + 0.5 * made.screen[40:50, 155:167]
    inside = anatomatte.matte(image).alpha[42:48, 157:165]
    assert 0.3 < inside.mean() < 0.7


def test_a_hot_spot_is_screen() -> None:
    made = scene()
    image = made.image.copy()
    y, x = np.mgrid[:120, :180]
    spot = 1 + 0.45 * np.exp(-(((y - 20) / 3.0) ** 2 + ((x - 25) / 3.0) ** 2))
    image[:50, :50] *= spot[:50, :50, None].astype(np.float32)
    assert anatomatte.matte(image).alpha[5:40, 5:45].max() < 0.05


def test_chroma_is_known_to_be_lost_only_where_it_is() -> None:
    made = scene(240, 360)
    picture = srgb8(made.image)
    light = {
        name: (codec(picture, sampling).astype(np.float32) / 255) ** 2.2
        for name, sampling in (("full", FULL), ("half", HALF))
    }
    assert chroma.lost(light["half"]) > 0.8
    assert chroma.lost(light["full"]) < 0.2
    assert chroma.lost(made.image) < 0.2


def test_knowing_the_codec_makes_a_better_key(monkeypatch: pytest.MonkeyPatch) -> None:
    made = scene(240, 360)
    image, near = codec(srgb8(made.image), HALF), edge(made.alpha)
    known = np.abs(anatomatte.matte(image).alpha - made.alpha)[near].mean()
    monkeypatch.setattr(chroma, "lost", lambda light: 0.0)
    assert known < 0.8 * np.abs(anatomatte.matte(image).alpha - made.alpha)[near].mean()


def test_a_compressed_plate_still_keys() -> None:
    made = scene(240, 360)
    alpha = anatomatte.matte(codec(srgb8(made.image), HALF)).alpha
    assert np.abs(alpha - made.alpha)[edge(made.alpha)].mean() < 0.09
    away = cv2.dilate(made.alpha, np.ones((11, 11), np.uint8)) == 0
    assert alpha[away].mean() < 0.001


def test_specks_go_and_strands_stay() -> None:
    picture = np.zeros((9, 9), np.float32)
    picture[2, 2] = 1.0
    picture[6, 1:8] = 1.0
    calm = matte.calm(picture, 0.25)
    assert calm[2, 2] == 0.25
    assert np.array_equal(calm[6], picture[6])
    assert matte.calm(1 - picture, 0.25)[2, 2] == 0.75


def mixed(alpha: Pixels, foreground: Pixels, screen: Pixels) -> Pixels:
    return alpha[:, None] * foreground + (1 - alpha[:, None]) * screen


def test_the_solver_finds_what_was_mixed() -> None:
    random = np.random.default_rng(5)
    count = 2000
    alpha = random.random(count).astype(np.float32)
    foreground = (np.float32((0.9, 0.3, 0.2)) + 0.05 * random.standard_normal((count, 3))).astype(np.float32)
    screen = np.tile(np.float32(GREEN) / max(GREEN), (count, 1))
    fields = np.zeros((count, 12), np.float32)
    fields[:, :3] = (0.9, 0.3, 0.2)
    fields[:, [3, 6, 8]] = 0.05**2
    grain, tint = np.full(count, 0.02, np.float32), np.zeros(count, np.float32)
    seen = mixed(alpha, foreground, screen)
    found, colour = solve.solve(seen, screen, fields, (0.4, 0.2), grain, tint)
    assert np.abs(found - alpha).mean() < 0.03
    sure = alpha > 0.3
    assert np.abs(colour - foreground)[sure].mean() < 0.035
    assert found[alpha < 0.01].max() < 0.05


def test_the_palette_does_not_depend_on_the_strips() -> None:
    random = np.random.default_rng(6)
    colour, surface = random.random((2, 64, 48, 3)).astype(np.float32)
    subject, screen = (random.random((2, 64, 48)) > 0.5).astype(np.float32)
    whole = palette.gather(colour, surface, subject, screen, 4)
    parts = [
        palette.gather(colour[y : y + 32], surface[y : y + 32], subject[y : y + 32], screen[y : y + 32], 4)
        for y in (0, 32)
    ]
    assert np.array_equal(whole, np.concatenate(parts))
    assert palette.cell_for(1080, 1920) == 4 and palette.cell_for(100, 200) == 1


def test_a_lamp_before_the_screen_stays_a_number() -> None:
    made = scene(180, 320)
    for light in (60.0, 1000.0):
        image = made.image.copy()
        image[40:80, 30:80] = np.float32((light, 0.9 * light, 0.7 * light))
        mattes = anatomatte.matte(cv2.GaussianBlur(image, (0, 0), 1.2))
        assert np.isfinite(mattes.alpha).all() and np.isfinite(mattes.foreground).all()
        assert np.abs(mattes.foreground).max() < 6 * light
