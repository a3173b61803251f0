"""Views for the artist, and the clean plate that the key builds."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np

import anatomatte
from anatomatte.engine.output import picture
from anatomatte.settings import BY_NAME, Settings
from made.keyer_scenes import Pixels, edge, scene, srgb8

PLATE = scene(200, 300, spill=0.1, uneven=0.6)


def view(output: str, image: Any = PLATE.image, clean: Pixels | None = None, **settings: Any) -> Pixels:
    chosen = {"output": output, "subject": "off"} | settings
    return picture(anatomatte.matte(image, clean_plate=clean, **chosen), Settings(**chosen))


def test_menus_only_grow() -> None:
    first = ("premultiplied", "unpremultiplied", "matte", "comp", "status", "packed")
    assert BY_NAME["output"].menu()[:6] == first
    assert BY_NAME["despill_method"].menu()[:2] == ("average", "limit")


def test_the_screen_view_is_the_screen_without_the_subject() -> None:
    shown = view("screen")
    wrong = np.abs(shown[..., :3] - PLATE.screen).max(2) / PLATE.screen.max(2)
    assert wrong.max() < 0.15 and wrong.mean() < 0.02
    assert (shown[..., 3] == 1).all()
    coded = view("screen", srgb8(PLATE.image))[..., :3]
    assert np.abs(coded * 255 - srgb8(PLATE.screen)).mean() < 3  # in the plate's own encoding


def test_the_clean_plate_keeps_the_plate_and_keys_as_well() -> None:
    clean = view("cleanplate")[..., :3]
    away = cv2.dilate(PLATE.alpha, np.ones((15, 15), np.uint8)) == 0
    assert np.array_equal(clean[away], PLATE.image[away])
    solid = PLATE.alpha > 0.999
    assert (np.abs(clean - PLATE.screen).max(2) / PLATE.screen.max(2))[solid].max() < 0.2
    again = anatomatte.matte(PLATE.image, clean_plate=clean, subject="off").alpha
    assert np.abs(again - PLATE.alpha)[edge(PLATE.alpha)].mean() < 0.05
    assert np.array_equal(view("cleanplate", clean=PLATE.screen)[solid][:, :3], PLATE.screen[solid])


def test_without_a_screen_its_views_are_black() -> None:
    grey = np.full((40, 60, 3), 0.3, np.float32)
    for name in ("screen", "cleanplate"):
        assert (view(name, grey)[..., :3] == 0).all()


def test_the_edge_view_shows_the_edge_alone() -> None:
    shown = view("edge")
    assert shown[(PLATE.alpha == 0) & ~edge(PLATE.alpha)].max() < 0.05
    assert shown[edge(PLATE.alpha)].max() > 0.2


def test_the_spill_view_is_what_despill_found() -> None:
    solid = PLATE.alpha > 0.999
    assert view("spill")[solid][:, :3].mean() > 0.01
    clean = scene(200, 300)
    assert view("spill", clean.image)[clean.alpha > 0.999][:, :3].mean() < 0.006


def test_the_status_view_colours_what_is_wrong() -> None:
    image = PLATE.image.copy()
    image[150:170, 140:160] = 0.7 * image[150:170, 140:160] + 0.3 * PLATE.screen[150:170, 140:160]
    image[20:60, 5:45] = 0.93 * image[20:60, 5:45] + 0.07 * np.float32(0.5)
    shown = view("status", image, screen_gain=2.0)
    mattes = anatomatte.matte(image, screen_gain=2.0, subject="off")
    red, green, blue = np.moveaxis(shown[..., :3], -1, 0)
    thin, dirt = (red > green + 0.1) & (red > blue + 0.1), (blue > red + 0.1) & (blue > green)
    assert ((mattes.alpha[thin] < 0.995) & (mattes.alpha[thin] >= 0.5)).all()
    assert ((mattes.alpha[dirt] < 0.5) & (mattes.alpha[dirt] > 0)).all()
    tinted = (green > red + 0.1) & (green > blue + 0.1)
    assert tinted.any() and (mattes.spill[tinted] > 0.03).all() and (mattes.alpha[tinted] > 0.99).all()
    grey = ~thin & ~dirt & ~tinted
    assert np.array_equal(shown[grey][:, 0], mattes.alpha[grey])
    assert thin.any() or dirt.any()


def test_draft_shows_the_same_views() -> None:
    whole, half = view("screen"), view("screen", draft="always")
    assert half.shape == whole.shape
    assert np.abs(half - whole).mean() < 0.01


def test_the_command_line_writes_the_clean_plate_as_a_layer() -> None:
    from anatomatte_batch.layers import channel_names, parse_layers, passes

    layers = parse_layers("cleanplate,rgba,screen")
    assert layers == ("rgba", "screen", "cleanplate")
    assert [step.layers for step in passes(layers)] == [("rgba",), ("cleanplate",), ("screen",)]
    assert channel_names(layers)[4:] == ["screen.A", "cleanplate.R", "cleanplate.G", "cleanplate.B"]
    assert "cleanplate" not in parse_layers("all")
