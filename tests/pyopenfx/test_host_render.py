"""Pixels: depths, components, rows, windows, bounds, scales, identity."""

from __future__ import annotations

import gc
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

from made.lines import last_line
from pyopenfx import ClipError, Host, Image, Instance, Layout
from pyopenfx.pixels import convert_depth

Array = npt.NDArray[Any]
WHITE = {"uint8": 255, "uint16": 65535, "float16": 1, "float32": 1}
DTYPES = list(WHITE)
LAYOUTS = [
    Layout(),
    Layout(row_order="positive"),
    Layout(row_order="negative", padding=48),
    Layout(row_order="positive", padding=16, fill=0, output="rod"),
]


def picture(h: int, w: int, c: int, dtype: str, seed: int = 1) -> Array:
    """Noise whose complement is exact in every depth."""
    white = WHITE[dtype]
    steps = np.random.default_rng(seed).integers(0, 1025, (h, w, c)) / 1024
    return (steps * white).astype(dtype)


def inverter(host: Host, layout: Layout | None = None) -> Instance:
    return host.load("org.anatomatte.test.invert").instance(layout=layout)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("channels", [1, 3, 4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_depth_component_and_row_layout(host: Host, dtype: str, channels: int, layout: Layout) -> None:
    plate = picture(5, 7, channels, dtype)
    with inverter(host, layout) as invert:
        invert.clips.Source = plate
        out = invert.render(1)
    assert out["colour"].dtype == plate.dtype
    np.testing.assert_array_equal(out["colour"], WHITE[dtype] - plate)
    assert out.bounds == (0, 0, 7, 5)


@pytest.mark.parametrize("layout", LAYOUTS, ids=str)
@pytest.mark.parametrize("window", [(2, 1, 5, 3), (0, 0, 1, 1), (6, 4, 7, 5), (0, 0, 7, 5)])
def test_a_window_counts_from_the_lowest_row(host: Host, window: tuple[int, ...], layout: Layout) -> None:
    plate = picture(5, 7, 4, "float32")
    x1, y1, x2, y2 = window
    with inverter(host, layout) as invert:
        invert.clips.Source = plate
        out = invert.render(1, window=(x1, y1, x2, y2))
    np.testing.assert_array_equal(out["colour"], (1 - plate)[5 - y2 : 5 - y1, x1:x2])
    assert out.bounds == window


def test_nothing_outside_the_window_is_written(host: Host) -> None:
    plate = picture(5, 7, 4, "float32")
    with inverter(host, Layout(fill=-7, output="rod")) as invert:
        invert.clips.Source = plate
        out = invert.render(1, window=(2, 1, 5, 3))
    expected = np.full((5, 7, 4), -7, np.float32)
    expected[2:4, 2:5] = (1 - plate)[2:4, 2:5]
    assert out.buffer_bounds == (0, 0, 7, 5)
    np.testing.assert_array_equal(out.buffer, expected)


def test_a_window_outside_the_region_is_refused(host: Host) -> None:
    with inverter(host) as invert:
        invert.clips.Source = picture(5, 7, 4, "float32")
        for window in [(0, 0, 8, 5), (-1, 0, 7, 5), (3, 3, 3, 4)]:
            with pytest.raises(ValueError, match="is not inside the region"):
                invert.render(1, window=window)


@pytest.mark.parametrize("shape", [(1, 1), (1, 9), (9, 1), (3, 3, 1)])
def test_single_pixels_rows_and_columns(host: Host, shape: tuple[int, ...]) -> None:
    plate = np.linspace(0, 1, int(np.prod(shape)), dtype=np.float32).reshape(shape)
    with inverter(host) as invert:
        invert.clips.Source = plate
        out = invert.render(1)["colour"]
    np.testing.assert_array_equal(out, 1 - plate.reshape(*shape[:2], 1))


def test_views_with_any_strides_are_taken(host: Host) -> None:
    plate = picture(8, 12, 4, "float32")
    for view in (
        plate[::2, ::3],
        plate[::-1],
        plate[:, ::-1],
        plate[..., ::-1],
        plate[2:7, 3:9],
        plate.T.copy().T,
    ):
        with inverter(host) as invert:
            invert.clips.Source = view
            np.testing.assert_array_equal(invert.render(1)["colour"], 1 - view)


def test_bounds_off_the_origin(host: Host) -> None:
    plate = picture(5, 7, 4, "float32")
    with inverter(host) as invert:
        invert.clips.Source = Image(plate, bounds=(-3, 10, 4, 15))
        out = invert.render(1)
        assert out.bounds == (-3, 10, 4, 15)
        np.testing.assert_array_equal(out["colour"], 1 - plate)
        part = invert.render(1, window=(-1, 12, 2, 14))
        np.testing.assert_array_equal(part["colour"], (1 - plate)[1:3, 2:5])


def test_a_region_larger_than_the_pixels(host: Host) -> None:
    plate = picture(2, 2, 4, "float32")
    with inverter(host) as invert:
        invert.clips.Source = Image(plate, bounds=(1, 1, 3, 3), region=(0.0, 0.0, 4.0, 4.0))
        out = invert.render(1)
    assert out.bounds == (0, 0, 4, 4)
    np.testing.assert_array_equal(out["colour"][1:3, 1:3], 1 - plate)
    assert (out["colour"][0] == 0).all()


@pytest.mark.parametrize("layout", LAYOUTS[:2], ids=str)
def test_a_proxy_is_the_mean_of_the_area(host: Host, layout: Layout) -> None:
    plate = picture(6, 8, 4, "float32")
    mean = plate.reshape(3, 2, 4, 2, 4).mean((1, 3))
    with inverter(host, layout) as invert:
        invert.clips.Source = plate
        out = invert.render(1, scale=0.5)
    assert (out.bounds, out.scale) == ((0, 0, 4, 3), (0.5, 0.5))
    np.testing.assert_allclose(out["colour"], 1 - mean, atol=1e-6)


def test_an_odd_proxy_keeps_its_place_and_spreads_no_nan(host: Host) -> None:
    plate = np.zeros((5, 5, 1), np.float32)
    plate[3, 3] = np.nan  # in the lower right quarter alone
    plate[0, 0] = 1  # top left
    with inverter(host) as invert:
        invert.clips.Source = plate
        out = invert.render(1, scale=0.4)["colour"][..., 0]
    assert out.shape == (2, 2)
    assert np.isnan(out[1, 1]) and np.isfinite(out.ravel()[:3]).all()
    np.testing.assert_allclose(out[0, 0], 1 - 1 / 6.25, atol=1e-6)


def test_pixels_that_come_at_the_scale_are_taken_as_they_are(host: Host) -> None:
    half = picture(3, 4, 4, "float32")
    with inverter(host) as invert:
        invert.clips.Source = Image(half, scale=(0.5, 0.5))
        out = invert.render(1, scale=0.5)
        np.testing.assert_array_equal(out["colour"], 1 - half)
        assert invert.region_of_definition(1) == (0, 0, 8, 6)


def test_pixel_aspect_stretches_the_region_not_the_pixels(host: Host) -> None:
    plate = picture(4, 6, 4, "float32")
    with inverter(host) as invert:
        invert.clips.Source = Image(plate, pixel_aspect=2.0)
        assert invert.region_of_definition(1) == (0, 0, 12, 4)
        out = invert.render(1)
    assert (out.bounds, out.pixel_aspect) == ((0, 0, 6, 4), 2.0)
    np.testing.assert_array_equal(out["colour"], 1 - plate)


def test_identity_passes_the_input_through(host: Host) -> None:
    plate = picture(5, 7, 3, "uint8")
    with inverter(host) as invert:
        invert.clips.Source = plate
        invert.params.bypass = True
        out = invert.render(1, window=(1, 1, 4, 5))
        assert out.identity == "Source"
        np.testing.assert_array_equal(out["colour"], plate[0:4, 1:4])
        forced = invert.render(1, identity=False)
        assert forced.identity == ""
        np.testing.assert_array_equal(forced["colour"], 255 - plate)


@pytest.mark.parametrize("target", DTYPES)
@pytest.mark.parametrize("source", DTYPES)
def test_black_and_white_stay_black_and_white_in_every_depth(source: str, target: str) -> None:
    ramp = (np.array([0, 0.25, 0.5, 1]) * WHITE[source]).astype(source)[:, None, None]
    out = convert_depth(ramp, np.dtype(target))
    assert out.dtype == target
    assert (out[0], out[3]) == (0, WHITE[target])
    np.testing.assert_allclose(out[1:3].ravel() / WHITE[target], [0.25, 0.5], atol=1 / 254)


def test_integers_clip_what_floats_hold_beyond() -> None:
    wild = np.array([-1, 2, np.nan, np.inf, -np.inf, 0.5], np.float32)[:, None, None]
    assert convert_depth(wild, np.dtype(np.uint8)).ravel().tolist() == [0, 255, 0, 255, 0, 128]
    beyond = np.array([[[4.0]]], np.float32)
    assert convert_depth(beyond, np.dtype(np.float16)).item() == 4.0


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_plugin_that_takes_float_gets_float(host: Host, dtype: str) -> None:
    plate = picture(3, 4, 3, dtype)
    with host.load("org.anatomatte.test.temporal").instance() as temporal:
        temporal.clips.Source = plate
        out = temporal.render(1)["colour"]
        assert temporal.clip_preferences().inputs["Source"] is not None
    assert out.dtype == np.float32
    np.testing.assert_allclose(out, plate.astype(np.float64) / WHITE[dtype], atol=1e-6)


def test_an_rgba_picture_gives_a_matte_clip_its_alpha(suites: Instance) -> None:
    suites.params.case = "matte"
    suites.render(1)
    assert last_line(suites).startswith("0 ")
    matte = np.zeros((4, 6, 4), np.float32)
    matte[..., 3] = 0.75
    suites.clips.Matte = matte
    suites.render(1)
    assert last_line(suites) == "1 OfxImageComponentAlpha OfxBitDepthFloat 0.75"
    suites.clips.Matte = np.full((4, 6), 128, np.uint8)  # one depth for all clips: the Source's
    suites.render(1)
    assert last_line(suites) == "1 OfxImageComponentAlpha OfxBitDepthFloat 0.501961"
    suites.clips.Matte = np.zeros((4, 6, 3), np.float32)
    with pytest.raises(ClipError, match="takes a matte"):
        suites.render(1)
    suites.clips.Matte = None
    suites.render(1)
    assert last_line(suites).startswith("0 ")


def test_what_is_no_picture_is_refused(host: Host) -> None:
    with inverter(host) as invert:
        for bad, why in [
            (np.zeros((4, 4, 2), np.float32), "this array is 4×4×2"),
            (np.zeros((4, 4, 4), np.float64), "this array is float64"),
            (np.zeros(4, np.float32), "this array is 4"),
        ]:
            with pytest.raises(ClipError, match=why):
                invert.clips.Source = bad
        with pytest.raises(ClipError, match="There is no input clip Sauce among Source"):
            invert.clips.Sauce = np.zeros((4, 4), np.float32)
        with pytest.raises(ClipError, match="do not fit"):
            Image(np.zeros((4, 4), np.float32), bounds=(0, 0, 5, 4))
        with pytest.raises(ClipError, match="premult is one of"):
            Image(np.zeros((4, 4), np.float32), premult="straight")


@pytest.mark.parametrize("flipped", [False, True])
def test_pixels_are_lent_not_copied(suites: Instance, flipped: bool) -> None:
    plate = np.zeros((4, 6, 4), np.float32)
    suites.clips.Source = plate[::-1] if flipped else plate
    suites.params.case = "memory of source"
    suites.render(1)
    address, row_bytes = map(int, last_line(suites).split()[:2])
    assert row_bytes == (96 if flipped else -96)
    assert address == plate.ctypes.data + (0 if flipped else 3 * 96)


def test_layouts_are_what_the_plugin_sees(host: Host) -> None:
    for layout, row_bytes in [
        (Layout(row_order="positive"), 96),
        (Layout(row_order="negative", padding=32), -128),
        (Layout(row_order="positive", padding=30), 128),
    ]:
        with host.load("org.anatomatte.test.suites").instance(layout=layout) as suites:
            suites.clips.Source = np.zeros((4, 6, 4), np.float32)
            suites.params.case = "memory of source"
            suites.render(1)
            assert int(last_line(suites).split()[1]) == row_bytes


def test_the_output_clip_knows_its_region_while_it_is_written(suites: Instance) -> None:
    suites.clips.Source = Image(np.zeros((4, 6, 4), np.float32), bounds=(2, -4, 8, 0), pixel_aspect=2.0)
    suites.params.case = "memory of source"
    suites.render(1, window=(3, -3, 4, -2))
    assert last_line(suites).split()[2:] == ["4", "-4", "16", "0"]


def test_output_memory_is_used_again_once_nobody_holds_it(host: Host) -> None:
    with inverter(host) as invert:
        invert.clips.Source = picture(33, 47, 4, "float32")
        first = invert.render(1)["colour"]
        address, kept = first.ctypes.data, first.copy()
        second = invert.render(1)["colour"]
        assert second.ctypes.data != address
        np.testing.assert_array_equal(first, kept)
        del first
        gc.collect()
        third = invert.render(1)["colour"]
        assert third.ctypes.data == address
        np.testing.assert_array_equal(third, kept)


def test_an_output_outlives_its_instance_and_host(plugins: Any) -> None:
    plate = picture(5, 7, 4, "float32")
    host = Host()
    host.scan([plugins / "invert.ofx.bundle"])
    invert = inverter(host)
    invert.clips.Source = plate
    out = invert.render(1)["colour"]
    host.close()
    del host, invert
    gc.collect()
    np.testing.assert_array_equal(out, 1 - plate)


def test_only_the_colour_plane_is_known(host: Host) -> None:
    with inverter(host) as invert:
        invert.clips.Source = picture(2, 2, 4, "float32")
        assert list(invert.render(1, planes=["colour"])) == ["colour"]
        with pytest.raises(ValueError, match="makes no plane 'depth' among colour"):
            invert.render(1, planes=["depth"])
