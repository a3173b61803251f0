"""The screen's light in soft edges goes, clothes of its hue stay, and veils are no uneven screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest

import anatomatte
from anatomatte.keyer import cloth, palette, solid, veil
from anatomatte.keyer.axis import axis_of
from anatomatte.keyer.screen import find, modelled
from made.keyer_scenes import GREEN, scene

BENCH = Path(__file__).resolve().parent.parent.parent / "benchmarks"
AXIS = axis_of(np.array(GREEN, np.float32))


@pytest.fixture
def edges(monkeypatch: pytest.MonkeyPatch) -> Any:
    monkeypatch.syspath_prepend(str(BENCH))
    import edges

    return edges


def measured(edges: Any, name: str, size: tuple[int, int]) -> dict[str, float]:
    made, cover = edges.make(name, *size)
    mattes = anatomatte.matte(made.image, output_colour="linear", subject="off")
    found: dict[str, float] = edges.scores(made, cover, mattes.alpha, mattes.foreground)
    return found


@pytest.mark.parametrize("name", ["wave", "wool", "deep", "frizz_blue"])
def test_soft_edges_are_free_of_the_screens_light(edges: Any, name: str) -> None:
    assert measured(edges, name, (180, 320))["green_excess"] < 0.8


@pytest.mark.parametrize(("name", "least"), [("shirt", 0.9), ("blond", 0.9)])
def test_clothes_of_the_screens_hue_keep_it_beside_hair(edges: Any, name: str, least: float) -> None:
    found = measured(edges, name, (180, 320))
    assert found["kept"] > least and found["rim"] < 20 and found["green_excess"] < 5


@pytest.mark.parametrize("name", ["veil_thin", "veil_dull", "veil_blue", "veil_teal"])
def test_the_model_does_not_swallow_a_veil(edges: Any, name: str) -> None:
    found = measured(edges, name, (180, 320))
    assert found["veil_mad"] < 90 and found["veil_left"] < 1


def test_uneven_screens_have_no_veil() -> None:
    y, x = np.mgrid[:180, :320].astype(np.float32)
    pool = np.exp(-((x - 220) ** 2 + (y - 60) ** 2) / 60.0**2)
    folds = np.sin(x / 9 + np.sin(y / 30))
    base = np.float32(GREEN)
    lights = {
        "hot spot": base * (1 + 0.8 * pool)[..., None],
        "gloss": base + 0.12 * pool[..., None],
        "fall-off": base * (1 - 0.6 * x / 320)[..., None],
        "shadow": base * (1 - 0.5 * (pool > 0.4))[..., None] + 0.01 * (pool > 0.4)[..., None],
        "wrinkles": base * (1 + 0.12 * folds)[..., None] + 0.01 * np.maximum(folds, 0)[..., None],
        "clipped": np.minimum(base * (1 + 2.6 * pool)[..., None], 1),
    }
    grain = np.random.default_rng(0).standard_normal((180, 320, 3)).astype(np.float32) * 0.004
    for name, light in lights.items():
        found = find((light + grain).astype(np.float32), "auto", (0, 0, 0), True)
        assert found is not None and modelled(found).veil is None, name
    assert np.isclose(veil.covered(np.float32([0.9]), np.float32([0.7]), np.float32([1.0]))[0], 0.9)
    assert np.isclose(veil.covered(np.float32([0.2]), np.float32([0.7]), np.float32([1.0]))[0], 0.3)


def test_a_patch_is_cloth_and_a_rim_or_a_speckle_is_light() -> None:
    sums = np.zeros((90, 160, palette.CHANNELS), np.float32)
    sums[..., 0], sums[..., 1:4] = 1, (0.1, 0.1, 0.1)
    random = np.random.default_rng(1)
    tint = np.zeros((90, 160), np.bool_)
    tint[:, 20:23] = True
    tint[:, 60:90] = random.random((90, 30)) < 0.3
    tint[30:60, 110:140] = True
    sums[tint, 1:4] = (0.05, 0.4, 0.1)
    own = cloth.own_colour(sums, AXIS, np.zeros((90, 160), np.float32))
    assert own[32:58, 112:138].min() == 1
    assert own[:, :100].max() == 0
    folded = sums.copy()
    folded[40:45, 110:140, 1:4] *= 0.3  # a dark fold has the cloth's chromaticity
    assert cloth.own_colour(folded, AXIS, np.zeros((90, 160), np.float32))[42, 115:135].min() == 1


def test_only_its_own_hue_can_be_greener_than_the_screen_allows() -> None:
    screen = np.float32(GREEN) / np.float32(GREEN[1])
    share = np.linspace(0, 1, 12, dtype=np.float32)[None, :, None]
    for colour, own in (((0.02, 0.02, 0.02), False), ((0.9, 0.9, 0.9), False), ((0.6, 0.35, 0.2), False),
                        ((0.01, 0.4, 0.16), True)):  # fmt: skip
        seen = np.repeat(share * screen + (1 - share) * np.float32(colour), 12, 0)
        behind = np.broadcast_to(screen, seen.shape).astype(np.float32)
        signal = AXIS.key(seen, 0.5) / AXIS.key(behind, 0.5)
        hue = solid.own_hue(seen, behind, signal, 0.01)
        assert (hue[:, 0].min() > 0.9) if own else (hue.max() == 0), colour
        assert hue[:, -3:].max() == 0


def test_hair_beside_a_green_coat_is_freed() -> None:
    made = scene(200, 300, size=1.5, coat=(0.02, 0.20, 0.10), spill=0.12)
    mattes = anatomatte.matte(made.image, despill_luminance=0.0)
    hair = (made.alpha > 0.05) & (made.alpha < 0.95)
    hair[110:] = False
    excess = AXIS.key(mattes.foreground, 1.0) > 0.03 * mattes.foreground[..., 1]
    assert excess[hair].mean() < 0.01
