"""No control that does nothing, and each pulls in the direction that its hint names."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import anatomatte
from anatomatte.settings import BY_NAME, CONTROLS
from made.keyer_scenes import scene, srgb8

PLATE = scene(160, 220, spill=0.1, coat=(0.18, 0.2, 0.19))
CLASH = scene(160, 220, coat=(0.05, 0.16, 0.11))


def dirty() -> np.ndarray:
    """The plate with a speck on the screen, a hole in the coat and a haze on the screen."""
    image = PLATE.image.copy()
    image[10:13, 10:13] = (0.5, 0.4, 0.4)
    image[140:143, 100:103] = PLATE.screen[140:143, 100:103]
    image[30:120, 180:210] = 0.75 * image[30:120, 180:210] + 0.25 * np.float32(0.4)
    return image


def keyed(**settings: Any) -> anatomatte.Mattes:
    """Keyed with its speck, and by the screen alone."""
    return anatomatte.matte(dirty(), **{"markers": False, "subject": "off"} | settings)


BASE = keyed()
SOFT = (BASE.alpha > 0.05) & (BASE.alpha < 0.95)
EDGE = (PLATE.alpha > 0.1) & (PLATE.alpha < 0.9)
SOLID = PLATE.alpha > 0.999

# control, value, what is measured, sign of the change
DIRECTIONS: list[tuple[str, Any, Any, int]] = [
    ("screen_gain", 2.0, lambda m: m.alpha.mean(), -1),
    ("screen_gain", 0.5, lambda m: m.alpha.mean(), +1),
    ("clip_black", 0.4, lambda m: m.alpha.mean(), -1),
    ("clip_white", 0.6, lambda m: m.alpha.mean(), +1),
    ("matte_gamma", 2.0, lambda m: m.alpha[SOFT].mean(), +1),
    ("matte_gamma", 0.5, lambda m: m.alpha[SOFT].mean(), -1),
    ("erode", 2.0, lambda m: m.alpha.mean(), -1),
    ("erode", -2.0, lambda m: m.alpha.mean(), +1),
    ("soften", 6.0, lambda m: ((m.alpha > 0.05) & (m.alpha < 0.95)).mean(), +1),
    ("despot_black", 30.0, lambda m: m.alpha[140:143, 100:103].mean(), +1),
    ("despot_white", 60.0, lambda m: m.alpha[8:15, 8:15].mean(), -1),
    ("unmix", 0.0, lambda m: np.abs(m.foreground - PLATE.foreground)[EDGE].mean(), +1),
    ("despill", 0.0, lambda m: m.foreground[SOLID][:, 1].mean(), +1),
    ("despill_method", "limit", lambda m: m.foreground[SOLID][:, 1].mean(), +1),
    ("despill_luminance", 1.0, lambda m: m.foreground[SOLID].mean(), +1),
    ("despill_method", "double", lambda m: m.foreground[SOLID][:, 1].mean(), +1),
    ("despill_method", "unmix", lambda m: m.foreground[SOLID][:, 1].mean(), +1),
    ("despill_replace", "nothing", lambda m: m.foreground[SOLID].mean(), -1),
    ("markers", True, lambda m: m.alpha[8:15, 8:15].mean(), -1),
    ("despill_luminance", 0.0, lambda m: m.foreground[SOLID].mean(), -1),
]


def test_snap_takes_a_softened_edge_back_to_the_plates() -> None:
    soft, snapped = (np.abs(keyed(soften=6.0, snap=how).alpha - PLATE.alpha)[EDGE].mean() for how in (0, 1))
    assert snapped < 0.9 * soft


@pytest.mark.parametrize(("name", "value", "measure", "sign"), DIRECTIONS)
def test_a_control_pulls_the_right_way(name: str, value: Any, measure: Any, sign: int) -> None:
    change = float(measure(keyed(**{name: value}))) - float(measure(BASE))
    assert np.sign(change) == sign and abs(change) > 1e-4


def test_keep_own_colours_spares_a_green_coat() -> None:
    coat = CLASH.alpha > 0.999
    coat[:120] = False
    kept, taken = anatomatte.matte(CLASH.image), anatomatte.matte(CLASH.image, despill_keep=0.0)
    wrong = [np.abs(m.foreground - CLASH.foreground)[coat].mean() for m in (kept, taken)]
    assert wrong[0] < 0.5 * wrong[1]


# controls whose effect needs another plate or another control beside it
SCENES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "screen": ({}, {"screen": "none"}),
    "screen_kept": ({}, {"screen_kept": "presence=0.1 why=beside area=0"}),
    "screen_colour": ({"screen": "picked"}, {"screen": "picked", "screen_colour": (0.5, 0.2, 0.1)}),
    "screen_balance": ({"screen_balance": 0.0}, {"screen_balance": 1.0}),
    "screen_uneven": ({}, {"screen_uneven": False}),
    "despill_colour": (
        {"despill_replace": "colour"},
        {"despill_replace": "colour", "despill_colour": (1, 0, 0)},
    ),
    "source_alpha": ({}, {"source_alpha": "multiply"}),
    "input_colour": ({}, {"input_colour": "srgb"}),
    "output_colour": ({}, {"output_colour": "srgb"}),
    "draft": ({}, {"draft": "always"}),
}
OUTPUT_ONLY = {
    "output", "pack_r", "pack_g", "pack_b", "pack_a", "parts_of", "person_parts",
}  # fmt: skip
"""Proven in tests/test_engine_entry.py and tests/test_node_planes.py."""

ELSEWHERE = {
    "despill_keep", "shadows", "only_people", "despill_skin", "despill_hair", "despill_clothes", "snap",
    "steady", "window", "device",
}  # fmt: skip
"""Proven above, in tests/test_keyer_clutter.py, test_keyer_despill.py, test_people_fuse.py,
test_time_around.py and test_devices.py."""


def differs(one: anatomatte.Mattes, two: anatomatte.Mattes) -> bool:
    return any(not np.array_equal(getattr(one, name), getattr(two, name)) for name in ("alpha", "foreground"))


@pytest.mark.parametrize("name", sorted(SCENES))
def test_a_control_changes_something(name: str) -> None:
    before, after = SCENES[name]
    cover = np.linspace(0, 1, 220, dtype=np.float32)[None, :, None].repeat(160, 0)
    image = np.concatenate([dirty(), cover], 2)
    assert differs(anatomatte.matte(image, **before), anatomatte.matte(image, **after))


def test_every_control_is_proven() -> None:
    proven = {name for name, *_ in DIRECTIONS} | set(SCENES) | OUTPUT_ONLY | ELSEWHERE
    # tests/people/, tests/engine/test_shot_frame.py and tests/faces/ prove those pages
    tuned = {c.name for c in CONTROLS if c.stage != "none" and c.page not in ("Subject", "Shot", "Faces")}
    assert tuned == proven
    untuned = {
        "threads",
        "status",
        "refresh",
        "keep_screen",
        "reload_shot",
        "check",
    }
    assert {c.name for c in CONTROLS if c.stage == "none"} == untuned


def test_sizes_follow_the_render_scale() -> None:
    """At half scale an erode of 8 takes what an erode of 4 takes there."""
    from anatomatte.engine import Work, key_frame
    from anatomatte.frame import from_view
    from anatomatte.settings import Settings

    frame = {"Source": from_view(PLATE.image, (0, 0, 220, 160))}
    half = key_frame(frame, Settings(erode=8.0, soften=6.0, despot_white=40.0), Work(scale=0.5))
    full = key_frame(frame, Settings(erode=4.0, soften=3.0, despot_white=10.0), Work())
    assert np.array_equal(half.alpha, full.alpha)


def test_integer_plates_are_srgb_by_default() -> None:
    byte = anatomatte.matte(srgb8(PLATE.image))
    told = anatomatte.matte(srgb8(PLATE.image), input_colour="srgb")
    assert np.array_equal(byte.alpha, told.alpha)
    assert BY_NAME["input_colour"].default == "auto"
