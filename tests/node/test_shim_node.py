"""The real node through pyopenfx: the same picture however a host asks for it."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt
import pytest

from anatomatte.cache import memo
from made.shim_bench import BUNDLE
from pyopenfx import PROFILES, Host, Image, Instance, Layout, Plugin

GREEN = (0.1, 0.6, 0.15)
SKIN = (0.6, 0.4, 0.3)
Pixels = npt.NDArray[np.float32]
HOSTS = [None, *(name for name in PROFILES if name != "example")]
"""Hosts that give the node the values that it has."""


def plate(height: int = 45, width: int = 61) -> Pixels:
    """A skin-coloured block with a soft edge on green; float RGBA, opaque."""
    across = np.clip(1.5 - np.abs(np.arange(width) - width / 2) / (width / 6), 0, 1)
    down = np.clip(np.arange(height) / (height / 4) - 1, 0, 1)
    cover = (down[:, None] * across[None, :])[..., None].astype(np.float32)
    made = np.ones((height, width, 4), np.float32)
    made[..., :3] = cover * np.float32(SKIN) + (1 - cover) * np.float32(GREEN)
    return made


@pytest.fixture(scope="module", params=HOSTS, ids=lambda profile: profile or "own")
def plugin(request: pytest.FixtureRequest) -> Iterator[Plugin]:
    """The node in our own host and in every host that it imitates, one after the other."""
    with pytest.MonkeyPatch.context() as scene, Host(profile=request.param) as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")  # the worker has tests of its own
        scene.setattr(memo, "limit", 200_000_000)  # a host with planes asks for forty of one frame
        host.scan([BUNDLE.parent])
        yield host.load("org.anatomatte.Anatomatte")


@pytest.fixture(params=["filter", "general"])
def node(plugin: Plugin, request: pytest.FixtureRequest) -> Iterator[Instance]:
    offered = plugin.host.profile.contexts
    with plugin.instance(request.param if request.param in offered else "filter") as made:
        made.clips.Source = plate()
        yield made


def is_mlt(node: Instance) -> bool:
    """MLT connects no clip but Source and Mask, and tells nothing of changes."""
    return node.profile.name == "mlt"


def colour(node: Instance, **options: object) -> Pixels:
    made: Pixels = node.render(1, **options)["colour"]
    return made


def test_a_plate_becomes_a_key(node: Instance) -> None:
    made = colour(node)
    assert made.shape == (45, 61, 4) and made.dtype == np.float32
    assert np.all(made[:5, :, 3] < 0.02), "the screen goes"
    assert np.all(made[-5:, 27:34, 3] > 0.98), "the subject stays"
    assert np.allclose(made[-1, 30, :3], SKIN, atol=0.02)
    assert node.persistent_message is None


def test_the_window_only_crops(node: Instance) -> None:
    whole = colour(node)
    x1, y1, x2, y2 = window = (11, 7, 38, 30)
    assert np.array_equal(colour(node, window=window), whole[45 - y2 : 45 - y1, x1:x2])


@pytest.mark.parametrize("order", ["positive", "negative"])
def test_the_layout_of_rows_changes_nothing(plugin: Plugin, node: Instance, order: str) -> None:
    layout = Layout(row_order=order, padding=48, fill=7.0)
    with plugin.instance("filter", layout=layout) as other:
        other.clips.Source = plate()
        assert np.array_equal(colour(other), colour(node))


def test_bounds_off_the_origin_move_the_picture_only(node: Instance) -> None:
    before = colour(node)
    node.clips.Source = Image(plate(), bounds=(-20, 13, 41, 58))
    made = node.render(1)
    assert made.bounds == (-20, 13, 41, 58)
    assert np.array_equal(made["colour"], before)


def test_mattes_with_bounds_of_their_own_land_where_they_lie(node: Instance) -> None:
    before = colour(node)
    node.clips.InM = Image(np.ones((10, 8, 1), np.float32), bounds=(2, 33, 10, 43))
    node.clips.OutM = Image(np.ones((6, 9, 1), np.float32), bounds=(26, -3, 35, 3))
    alpha = colour(node)[..., 3]
    if is_mlt(node):
        assert np.array_equal(alpha, before[..., 3])
        return
    assert np.all(alpha[45 - 43 : 45 - 33, 2:10] == 1)
    assert np.all(alpha[45 - 3 :, 26:35] == 0)


def test_a_comp_is_as_large_as_both_pictures(node: Instance) -> None:
    node.params.output = "comp"
    behind = np.zeros((30, 100, 4), np.float32)
    behind[...] = (0, 0, 1, 1)
    node.clips.Bg = Image(behind, bounds=(-10, -5, 90, 25))
    made = node.render(1)
    if is_mlt(node):
        assert made.bounds == (0, 0, 61, 45)
        return
    assert made.bounds == (-10, -5, 90, 45)
    y_up = made["colour"][::-1]
    assert np.allclose(y_up[0, 0], (0, 0, 1, 1)), "the background alone"
    assert np.allclose(y_up[5 + 1, 10 + 30, :3], SKIN, atol=0.02), "the subject in front"


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16])
def test_depths_agree(node: Instance, dtype: npt.DTypeLike) -> None:
    node.params.input_colour = "linear"
    node.params.output_colour = "input"
    before = colour(node)
    full = np.iinfo(dtype).max if np.issubdtype(dtype, np.integer) else 1
    source = (plate() * full + (0.5 if full > 1 else 0)).astype(dtype)
    node.clips.Source = source
    made = node.render(1)["colour"]
    offered = node.plugin.host.properties["OfxImageEffectPropSupportedPixelDepths"]
    words = {"u1": "OfxBitDepthByte", "u2": "OfxBitDepthShort", "f2": "OfxBitDepthHalf"}
    if words[np.dtype(dtype).str[1:]] in offered:
        assert made.dtype == dtype
    else:
        assert made.dtype == np.float32, "the host has no such depth and gives float"
        full = 1
    assert np.abs(made.astype(np.float32) / full - before)[..., 3].max() < 0.03


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (7, 1), (2, 3), (33, 17)])
def test_odd_and_tiny_plates_render(node: Instance, size: tuple[int, int]) -> None:
    node.clips.Source = plate(*size)
    made = colour(node)
    assert made.shape == (*size, 4) and np.isfinite(made).all()


def test_a_proxy_is_the_same_picture_smaller(node: Instance) -> None:
    node.clips.Source = plate(90, 122)
    full = colour(node)[..., 3]
    half = colour(node, scale=0.5)[..., 3]
    assert half.shape == (45, 61)
    small = full.reshape(45, 2, 61, 2).mean(axis=(1, 3))
    assert np.abs(half - small).mean() < 0.02


def test_refresh_tells_how_it_runs(node: Instance) -> None:
    colour(node)
    node.params["refresh"].press()
    said = node.params["status"].value
    if is_mlt(node):
        assert said == ""
        return
    assert "the Python that was in this process" in said and "Frame 1" in said


def test_controls_that_mean_nothing_are_hidden_or_dimmed(node: Instance) -> None:
    if is_mlt(node):
        assert not node.params["pack_r"].secret and node.params["screen_colour"].enabled
        return
    assert node.params["pack_r"].secret and not node.params["screen_colour"].enabled
    node.params.output = "packed"
    node.params.screen = "picked"
    assert not node.params["pack_r"].secret and node.params["screen_colour"].enabled


def test_source_disconnected_is_a_sentence(node: Instance) -> None:
    node.clips.Source = None
    with pytest.raises(Exception, match="connect") as caught:
        node.render(1)
    assert "Source" in str(caught.value)
