"""The door from C++: windows, bounds, components, depths, cancelling, status."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest

import anatomatte
from anatomatte import entry
from anatomatte.engine import asking
from anatomatte.errors import Cancelled, PlateError, SettingsError, SetupError
from anatomatte.settings import BY_NAME, CONTROLS, digest
from made.keyer_scenes import scene, srgb8

MADE = scene(60, 80)
HEIGHT, WIDTH = 60, 80
Box = tuple[int, int, int, int]


def clip(
    pixels: npt.NDArray[Any], at: tuple[int, int] = (0, 0), premult: str = "unpremultiplied"
) -> dict[str, Any]:
    height, width = pixels.shape[:2]
    box = (at[0], at[1], at[0] + width, at[1] + height)
    frozen = pixels.view()
    frozen.flags.writeable = False
    return {"pixels": frozen, "bounds": box, "premult": premult, "aspect": 1.0, "rod": box}


def rgba(light: npt.NDArray[Any], alpha: float = 1.0) -> npt.NDArray[np.float32]:
    return np.concatenate([light, np.full((*light.shape[:2], 1), alpha, np.float32)], 2)


def render(
    inputs: dict[str, dict[str, Any]],
    window: Box = (0, 0, WIDTH, HEIGHT),
    bounds: Box | None = None,
    channels: int = 4,
    dtype: Any = np.float32,
    told: list[str] | None = None,
    **values: Any,
) -> npt.NDArray[Any]:
    """One call of the door; the output is full of 9 where nothing was written."""
    box = bounds or window
    pixels = np.full((box[3] - box[1], box[2] - box[0], channels), 9, dtype)
    quality = {"draft": values.pop("quality")} if "quality" in values else {}
    facts = {k: values.pop(k) for k in ("draft", "scale", "cancelled", "progress") if k in values}
    said = entry.render(
        inputs=inputs,
        output={"pixels": pixels, "bounds": box, "premult": "premultiplied", "aspect": 1.0, "rod": box},
        window=window,
        values={c.name: c.default for c in CONTROLS} | values | quality,
        time=1.0,
        scale=facts.get("scale", (1.0, 1.0)),
        draft=facts.get("draft", False),
        progress=facts.get("progress", lambda share: None),
        cancelled=facts.get("cancelled", lambda: False),
    )
    if told is not None:
        told.append(said)
    return pixels


SOURCE = {"Source": clip(rgba(MADE.image))}
WHOLE = render(SOURCE)


@pytest.mark.parametrize("window", [(0, 0, 80, 60), (10, 5, 33, 41), (79, 59, 80, 60), (0, 20, 80, 21)])
def test_the_window_only_crops(window: Box) -> None:
    x1, y1, x2, y2 = window
    assert np.array_equal(render(SOURCE, window), WHOLE[60 - y2 : 60 - y1, x1:x2])


def test_only_the_window_is_written_and_outside_the_plate_is_nothing() -> None:
    out = render(SOURCE, window=(-5, -3, 40, 70), bounds=(-10, -10, 100, 100))
    inside = np.zeros(out.shape[:2], bool)
    inside[100 - 70 : 100 + 3, 5:50] = True
    assert (out[~inside] == 9).all()
    plate = np.zeros_like(inside)
    plate[40:100, 10:50] = True
    assert (out[inside & ~plate] == 0).all()
    assert np.array_equal(out[40:100, 10:50], WHOLE[:, :40])


def test_bounds_off_the_origin_move_everything_along() -> None:
    moved = {"Source": clip(rgba(MADE.image), (-33, 17))}
    assert np.array_equal(render(moved, (-33, 17, 47, 77)), WHOLE)


def test_strided_and_flipped_views_are_the_same_picture() -> None:
    store = np.zeros((HEIGHT, WIDTH + 7, 4), np.float32)
    store[::-1, :WIDTH] = rgba(MADE.image)
    view = store[::-1, :WIDTH]
    assert np.array_equal(render({"Source": clip(view)}), WHOLE)
    out = np.full((HEIGHT, WIDTH + 5, 4), 9, np.float32)
    entry.render(
        inputs=SOURCE,
        output={"pixels": out[::-1, :WIDTH], "bounds": (0, 0, WIDTH, HEIGHT), "premult": "premultiplied",
                "aspect": 1.0, "rod": (0, 0, WIDTH, HEIGHT)},
        window=(0, 0, WIDTH, HEIGHT), values={}, time=1.0, scale=(1.0, 1.0), draft=False,
        progress=lambda share: None, cancelled=lambda: False,
    )  # fmt: skip
    assert np.array_equal(out[::-1, :WIDTH], WHOLE) and (out[:, WIDTH:] == 9).all()


def test_mattes_with_other_bounds_are_aligned_by_position() -> None:
    small = np.ones((10, 12, 1), np.float32)
    out = render(SOURCE | {"InM": clip(small, (4, 45))}, output="matte")
    assert (out[60 - 55 : 60 - 45, 4:16] == 1).all()
    before = render(SOURCE, output="matte")
    before[5:15, 4:16] = 1
    assert np.array_equal(out, before)
    outside = render(SOURCE | {"InM": clip(small, (500, 500)), "OutM": clip(small, (-40, 0))})
    assert np.array_equal(outside, WHOLE)


def test_a_clean_plate_that_covers_a_part_is_used_there() -> None:
    part = rgba(MADE.screen[:, :40])
    out = render(SOURCE | {"CleanPlate": clip(np.ascontiguousarray(part))}, output="matte")
    assert np.abs(out - render(SOURCE, output="matte")).mean() < 0.02


@pytest.mark.parametrize("dtype", [np.uint8, np.uint16, np.float16, np.float32])
def test_every_depth_in_and_out(dtype: Any) -> None:
    full = {np.uint8: 255, np.uint16: 65535}.get(dtype, 1)
    image = MADE.image if full == 1 else srgb8(MADE.image) / 255.0
    pixels = (rgba(image.astype(np.float32)) * full + (0.5 if full > 1 else 0)).astype(dtype)
    out = render({"Source": clip(pixels)}, dtype=dtype, output="matte")
    assert out.dtype == dtype
    assert np.abs(out[..., 3] / full - WHOLE[..., 3]).mean() < 0.01


@pytest.mark.parametrize("channels", [4, 3, 1])
def test_every_number_of_components(channels: int) -> None:
    rgb_source = {"Source": clip(np.ascontiguousarray(MADE.image))}
    out = render(rgb_source, channels=channels)
    expected = WHOLE if channels == 4 else WHOLE[..., :3] if channels == 3 else WHOLE[..., 3:]
    assert np.array_equal(out, expected)


def test_outputs() -> None:
    alpha = WHOLE[..., 3]
    unpremultiplied = render(SOURCE, output="unpremultiplied")
    assert np.abs(unpremultiplied[..., :3] * alpha[..., None] - WHOLE[..., :3]).max() < 1e-6
    assert np.array_equal(render(SOURCE, output="matte"), np.repeat(alpha[..., None], 4, 2))
    status = render(SOURCE, output="status")
    sure = ((alpha == 0) | (alpha == 1))[..., None] & (np.ptp(status[..., :3], axis=-1, keepdims=True) == 0)
    assert sure.mean() > 0.5 and (status[..., 3] == 1).all()
    assert np.array_equal((status[..., :3] * sure), np.repeat(alpha[..., None], 3, 2) * sure)
    assert np.array_equal(render(SOURCE, output="status", channels=1)[..., 0], alpha)
    behind = np.full((HEIGHT, WIDTH, 4), (0.2, 0.3, 0.4, 1.0), np.float32)
    comp = render(SOURCE | {"Bg": clip(behind)}, output="comp")
    assert np.abs(comp - (WHOLE + (1 - alpha[..., None]) * behind)).max() < 1e-6
    assert np.array_equal(render(SOURCE, output="comp"), WHOLE)
    assert np.array_equal(render(SOURCE | {"Bg": clip(behind)}), WHOLE)


def test_packing_puts_any_matte_into_any_channel() -> None:
    inm, outm = np.zeros((2, HEIGHT, WIDTH, 1), np.float32)
    inm[:5], outm[:, :5] = 1, 0.5
    inputs = SOURCE | {"InM": clip(inm), "OutM": clip(outm), "Hint": clip(np.full_like(inm, 0.5))}
    expected = {
        "core": inm[..., 0], "garbage": outm[..., 0], "hint": 0.5, "none": 0.0,
        "alpha": render(inputs, output="matte")[..., 0],
    }  # fmt: skip
    menu = [name for name in BY_NAME["pack_r"].menu() if name not in asking.LAYERS and name != "face_patch"]
    assert len(menu) >= 7
    for number, channel in enumerate("rgba"):
        for name in menu:
            out = render(inputs, output="packed", **{f"pack_{channel}": name})[..., number]
            if name in expected:
                assert np.array_equal(out, np.broadcast_to(expected[name], out.shape)), (channel, name)
            else:
                assert 0 < out.mean() < 1


def test_premultiplied_input_is_divided_when_its_alpha_counts() -> None:
    half = rgba(MADE.image * np.float32(0.5), 0.5)
    out = render({"Source": clip(half, premult="premultiplied")}, source_alpha="multiply")
    assert np.abs(out[..., 3] - 0.5 * WHOLE[..., 3]).max() < 1e-3
    ignored = render({"Source": clip(half, premult="premultiplied")})
    assert np.abs(ignored[..., 3] - WHOLE[..., 3]).mean() < 0.02


@pytest.mark.parametrize(("height", "width"), [(1, 1), (1, 7), (7, 1), (3, 5), (129, 2)])
def test_tiny_and_odd_sizes(height: int, width: int) -> None:
    pixels = np.full((height, width, 4), (0.06, 0.42, 0.09, 1), np.float32)
    for draft in (False, True):
        out = render({"Source": clip(pixels)}, (0, 0, width, height), draft=draft)
        assert np.isfinite(out).all() and (out[..., 3] >= 0).all() and (out[..., 3] <= 1).all()


def test_draft_only_when_the_host_asks_and_the_settings_allow() -> None:
    assert not np.array_equal(render(SOURCE, draft=True), WHOLE)
    assert np.array_equal(render(SOURCE, draft=True, quality="off"), WHOLE)


def test_failures_are_sentences_and_write_nothing() -> None:
    with pytest.raises(PlateError, match="Source is not connected"):
        render({})
    with pytest.raises(PlateError, match="only an alpha channel"):
        render({"Source": clip(np.zeros((6, 8, 1), np.float32))})
    with pytest.raises(SettingsError, match="no part of a person"):
        render(SOURCE, parts="listed", parts_list="nose")
    with pytest.raises(SetupError, match="anatomatte doctor"):
        entry.handshake("0" * 64, "0.0.1")
    entry.handshake(digest(), anatomatte.__version__)


@pytest.mark.parametrize("after", [0, 1, 2, 4, 6])
def test_cancelling_stops_between_the_steps(after: int) -> None:
    asked = 0

    def cancelled() -> bool:
        nonlocal asked
        asked += 1
        return asked > after

    with pytest.raises(Cancelled):
        render(SOURCE, cancelled=cancelled, threads=1)


def test_progress_rises_to_the_end() -> None:
    shares: list[float] = []
    render(SOURCE, progress=shares.append)
    assert shares == sorted(shares) and shares[-1] == 1.0 and len(shares) >= 4


def test_frames_at_the_same_time_are_the_same_frames() -> None:
    plates = [scene(60 + 7 * n, 80, seed=n).image for n in range(6)]

    def one(image: npt.NDArray[Any]) -> npt.NDArray[Any]:
        height, width = image.shape[:2]
        return render({"Source": clip(rgba(image))}, (0, 0, width, height), threads=2)

    alone = [one(image) for image in plates]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(one, plates * 2))
    assert all(np.array_equal(a, b) for a, b in zip(alone * 2, together, strict=True))


def test_the_status_of_a_frame_comes_with_it() -> None:
    source = rgba(MADE.image)
    source[3, 3] = np.nan
    told: list[str] = []
    render({"Source": clip(source)}, told=told, erode=999.0)
    account, frame, *lines = told[0].splitlines()
    assert '"screen_code": "screen"' in account and frame.startswith("Frame 1: 80×60 in ")
    assert any("1 pixels of Source are NaN" in line for line in lines)
    assert "Erode (erode) = 999 is outside -200 to 200 px: 200 was taken." in lines


def test_the_status_of_any_node() -> None:
    text = entry.status()
    assert anatomatte.__version__ in text and "threads" in text
    assert max(map(len, text.splitlines())) < 100
