"""The real network through the real node: people found, chosen, split; proxies, drafts, bad input."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any, cast

import cv2
import numpy as np
import numpy.typing as npt
import pytest

import anatomatte
from anatomatte.engine import key_frame, subject, work_for
from anatomatte.frame import from_view
from anatomatte.ops import colour
from anatomatte.settings import Settings
from made.laws import check
from made.shim_bench import BUNDLE
from pyopenfx import Host, Image, Instance

DATA = Path(__file__).parent.parent / "data" / "people"
Plane = npt.NDArray[np.float32]


def read(number: int) -> tuple[npt.NDArray[np.uint8], Plane]:
    """A synthetic picture that the network never saw, RGB, and its true alpha."""
    picture = cv2.imread(str(DATA / f"{number:02d}.jpg"), cv2.IMREAD_COLOR)
    alpha = cv2.imread(str(DATA / f"{number:02d}_alpha.png"), cv2.IMREAD_GRAYSCALE)
    assert picture is not None and alpha is not None
    return picture[..., ::-1].copy(), cv2.resize(alpha, picture.shape[1::-1]) / np.float32(255)


PAIR = np.hstack([read(4)[0], read(13)[0]])
TRUTH = np.hstack([read(4)[1], read(13)[1]])
LIGHT = colour.srgb_decode(PAIR / np.float32(255))
LEFT, RIGHT = (slice(None), slice(0, 192)), (slice(None), slice(192, 384))


def iou(one: Plane, two: Plane) -> float:
    return float(((one > 0.5) & (two > 0.5)).sum() / max(1, ((one > 0.5) | (two > 0.5)).sum()))


@pytest.fixture(scope="module")
def node() -> Iterator[Instance]:
    with pytest.MonkeyPatch.context() as scene, Host() as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(project_size=(384, 192)) as made:
            made.clips.Source = np.dstack([LIGHT, np.ones((192, 384, 1), np.float32)])
            yield made


def rendered(node: Instance, scale: float = 1.0, **values: object) -> Plane:
    defaults = {"who": "everyone", "point": (192.0, 96.0), "output": "premultiplied", "subject": "auto"}
    for name, value in (defaults | values).items():
        node.params[name] = value
    made: Plane = node.render(1, scale=scale)["colour"]
    return made


def test_people_without_a_screen_get_a_matte_and_its_alpha_is_not_full(node: Instance) -> None:
    made = rendered(node)
    assert iou(made[..., 3], TRUTH) > 0.7
    assert made[..., 3].mean() < 2 * TRUTH.mean() + 0.1
    solid = (made[..., 3] == 1) & (TRUTH == 1)
    assert solid.mean() > 0.03 and np.array_equal(made[solid][:, :3], LIGHT[solid])
    node.params["refresh"].press()
    assert "2 people in the matte" in node.params["status"].value


@pytest.mark.parametrize("aspect", [2.0, 0.5])
def test_people_of_a_squeezed_plate_are_seen_as_they_are(node: Instance, aspect: float) -> None:
    plate = node.clips.Source.image(1)
    assert plate is not None
    size = (round(384 / max(aspect, 1)), round(192 * min(aspect, 1)))
    whole = iou(rendered(node)[..., 3], TRUTH)
    node.clips.Source = Image(
        cv2.resize(plate.pixels, size, interpolation=cv2.INTER_AREA), pixel_aspect=aspect
    )
    try:
        found = rendered(node)[..., 3]
        assert found.shape == size[::-1]
        assert iou(cv2.resize(found, (384, 192)), TRUTH) > whole - 0.04
        node.params["refresh"].press()
        assert "times as wide as high" not in node.params["status"].value
    finally:
        node.clips.Source = plate


@pytest.mark.parametrize(
    ("aspect", "told"), [(2, ""), (0.5, ""), (1e6, "which no lens makes"), (1e-6, "which no lens makes")]
)
def test_a_pixel_aspect_of_no_lens_is_told(aspect: float, told: str) -> None:
    task = SimpleNamespace(told_aspect=aspect)
    said = " ".join(subject.squeezed(cast(Any, task)))
    assert told in said if told else not said


@pytest.mark.parametrize("steady", [0.0, 1.0])
def test_a_pixel_aspect_that_is_set_right_makes_another_matte(node: Instance, steady: float) -> None:
    """Of the same pixels: what was made of them before is not shown again."""
    plate = node.clips.Source.image(1)
    assert plate is not None
    squeezed = cv2.resize(plate.pixels, (192, 192), interpolation=cv2.INTER_AREA)
    made = {}
    try:
        for aspect in (1.0, 2.0, 1e6):
            node.clips.Source = Image(squeezed, pixel_aspect=aspect)
            made[aspect] = rendered(node, steady=steady)[..., 3]
        node.params["refresh"].press()
        assert "which no lens makes" in node.params["status"].value
    finally:
        node.clips.Source = plate
        node.params["steady"] = 1.0
    assert np.abs(made[1.0] - made[2.0]).max() > 0.1
    assert np.array_equal(made[1.0], made[1e6])


def test_a_frame_without_a_host_tells_its_own_pixel_aspect() -> None:
    squeezed = cv2.resize(LIGHT, (192, 192), interpolation=cv2.INTER_AREA)
    settings = Settings(subject="on", screen="none")

    def alpha(aspect: float, **facts: Any) -> Plane:
        clips = {"Source": from_view(squeezed, (0, 0, 192, 192), aspect=aspect)}
        return key_frame(clips, settings, work_for(settings, **facts)).alpha

    assert np.array_equal(alpha(2.0), alpha(2.0, across=(0.5, 1.0)))
    assert not np.array_equal(alpha(2.0), alpha(1.0))


def test_the_point_has_a_handle_starts_in_the_middle_and_follows_the_proxy(node: Instance) -> None:
    point = node.params["point"]
    assert point.kind == "double2d" and point.unit == "px"
    assert point.properties["kOfxParamPropUseHostOverlayHandle"] == [1]
    with node.plugin.instance(project_size=(384, 192)) as fresh:
        assert fresh.params["point"].value == (192.0, 96.0)
    for at, (mine, other) in {(100.0, 60.0): (LEFT, RIGHT), (310.0, 60.0): (RIGHT, LEFT)}.items():
        full = rendered(node, who="point", point=at)[..., 3]
        assert iou(full[mine], TRUTH[mine]) > 0.65 and full[other].mean() < 0.05
        half = rendered(node, 0.5, who="point", point=at)[..., 3]
        assert half.shape == (96, 192)
        small = full.reshape(96, 2, 192, 2).mean((1, 3))
        assert iou(half, small) > 0.75


def test_a_key_frame_moves_the_point(node: Instance) -> None:
    rendered(node, who="point")
    node.params["point"].set((100.0, 60.0), time=1)
    node.params["point"].set((310.0, 60.0), time=9)
    first, last = (node.render(t)["colour"][..., 3] for t in (1, 9))
    node.params["point"].delete_keys()
    assert first[LEFT].mean() > 5 * first[RIGHT].mean() and last[RIGHT].mean() > 5 * last[LEFT].mean()


def test_a_box_follows_the_plate_and_the_proxy(node: Instance) -> None:
    """Corners are places of the full picture, wherever the plate's own lower left corner is."""
    away = {"leave_out": "box", "leave_corner": (372.0, 202.0), "leave_opposite": (182.0, -8.0)}
    plate = np.dstack([LIGHT, np.ones((192, 384, 1), np.float32)])
    node.clips.Source = Image(plate, bounds=(-20, 10, 364, 202))
    try:
        for scale in (1.0, 0.5):
            both, left = (
                rendered(node, scale, **values)[..., 3] for values in ({"leave_out": "nobody"}, away)
            )
            middle = left.shape[1] // 2
            assert both[:, middle:].mean() > 0.1 and left[:, middle:].mean() < 0.01
            assert np.abs(left[:, : middle - 20] - both[:, : middle - 20]).max() < 0.01
    finally:
        node.params.leave_out = "nobody"
        node.clips.Source = plate


@pytest.fixture(scope="module")
def straight() -> anatomatte.Mattes:
    return anatomatte.matte(LIGHT, threads=1)


def test_the_laws_hold_for_the_network_and_its_parts_are_in_their_place(straight: anatomatte.Mattes) -> None:
    check(straight)
    assert len(straight.people) == 2
    assert iou(straight.people[0][LEFT], TRUTH[LEFT]) > 0.65
    assert straight.named("clothes").mean() > straight.named("skin").mean() > 0
    top = np.average(np.mgrid[:192, :384][0], weights=straight.named("hair") + 1e-9)
    assert top < np.average(np.mgrid[:192, :384][0], weights=straight.named("legs") + straight.named("feet"))


def test_threads_order_and_other_plates_between_change_nothing(straight: anatomatte.Mattes) -> None:
    anatomatte.matte(LIGHT[:, ::-1], threads=2)
    again = anatomatte.matte(LIGHT, threads=2)
    assert np.array_equal(straight.alpha, again.alpha)
    assert np.array_equal(straight.foreground, again.foreground)
    assert all(np.array_equal(a, b) for a, b in zip(straight.people, again.people, strict=True))


@pytest.mark.parametrize("stops", [-9, 3])
def test_dark_and_bright_linear_plates_give_nearly_the_same(straight: anatomatte.Mattes, stops: int) -> None:
    other = anatomatte.matte(LIGHT * np.float32(2.0**stops))
    assert iou(other.alpha, straight.alpha) > 0.75
    assert iou(other.alpha, TRUTH) > 0.65


def test_network_exposure_and_gamma_change_what_it_sees(straight: anatomatte.Mattes) -> None:
    for values in ({"net_exposure": -9.0}, {"net_gamma": 0.3}):
        other = anatomatte.matte(LIGHT, **values)
        assert np.abs(other.alpha - straight.alpha).mean() > 0.005
    blind = anatomatte.matte(LIGHT, net_exposure=10.0)
    assert iou(blind.alpha, TRUTH) < iou(straight.alpha, TRUTH) - 0.1


def test_fewer_people_are_told_apart_and_the_rest_is_nobody(straight: anatomatte.Mattes) -> None:
    one = anatomatte.matte(LIGHT, people=1)
    assert len(one.people) == 1 and np.abs(one.alpha - straight.alpha).max() < 1e-3
    assert one.people[0].mean() < 0.8 * straight.alpha.mean()


def test_a_draft_is_near(straight: anatomatte.Mattes) -> None:
    draft = anatomatte.matte(LIGHT, draft="always")
    check(draft)
    assert iou(draft.alpha, straight.alpha) > 0.8


def test_broken_pixels_are_black_and_told_once(straight: anatomatte.Mattes) -> None:
    broken = LIGHT.copy()
    broken[:3, :4], broken[5, 5] = np.nan, np.inf
    mattes = anatomatte.matte(broken)
    assert mattes.messages[0] == "13 pixels of Source are NaN or infinite and count as black."
    assert len(mattes.messages) == 2 and mattes.messages[1].startswith("no screen: ")
    assert iou(mattes.alpha, straight.alpha) > 0.9
    check(mattes)


@pytest.mark.parametrize("size", [(1, 1), (1, 700), (700, 2), (5, 3), (31, 33)])
def test_tiny_and_extreme_plates(size: tuple[int, int]) -> None:
    rng = np.random.default_rng(1)
    for draft in ("off", "always"):
        check(anatomatte.matte(rng.random((*size, 3), np.float32), draft=draft))


def test_an_empty_room_is_an_empty_matte() -> None:
    room = np.full((120, 160, 3), 0.3, np.float32)
    room[60:] = 0.15
    mattes = anatomatte.matte(room)
    assert mattes.alpha.max() == 0 and mattes.messages[0] == "No person was seen: mattes of people are empty."


def test_without_onnxruntime_the_keyer_works_and_people_are_a_sentence() -> None:
    code = """
import sys
sys.modules["onnxruntime"] = None
import numpy as np, anatomatte
from anatomatte.errors import SetupError
green = np.full((40, 60, 3), (0.06, 0.45, 0.08), np.float32)
green[10:, 20:40] = 0.5
assert anatomatte.matte(green).alpha[30, 30] > 0.9
assert anatomatte.matte(np.random.rand(9, 9, 3), subject="off").alpha.min() == 1
try:
    anatomatte.matte(green, who="largest")
except SetupError as why:
    assert "onnxruntime" in str(why) and "Find people" in str(why), why
else:
    raise AssertionError("no word about onnxruntime")
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=dict(os.environ))
    assert done.returncode == 0, done.stderr[-2000:]


def test_one_network_a_process_and_a_purge_lets_it_go() -> None:
    first = subject.model()
    assert subject.model() is first
    subject.forget()
    assert subject.model() is not first
