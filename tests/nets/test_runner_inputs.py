"""One test for each rule of a manifest: what the network is fed, and how its words come back."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from anatomatte.errors import PlateError, SettingsError
from anatomatte.models.manifest import Back, Manifest, Pad, Size
from anatomatte.nets.runtime.inputs import feeds
from anatomatte.nets.runtime.outputs import Answer, in_our_parts, read
from anatomatte.nets.runtime.sizes import Geometry, brought_back, padded, plan, resized, smaller
from anatomatte.parts import INDEX, LABEL_SETS, PARTS
from made.network_files import manifest

ALPHA = '\n[[output]]\nwhat = "alpha"\n'


def picture(height: int = 12, width: int = 20, seed: int = 3) -> Any:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def fed(tables: str, plate: Any, **facts: Any) -> dict[str, Any]:
    told = manifest(tables + ALPHA)
    geometry = plan(told.size, told.pad, plate.shape[0], plate.shape[1])
    return feeds(plate, told, geometry, np.float32, **facts)


# ---- the picture as numbers


@pytest.mark.parametrize(
    ("layout", "turn"),
    [
        ("NCHW", lambda x: x.transpose(2, 0, 1)[None]),
        ("NHWC", lambda x: x[None]),
        ("CHW", lambda x: x.transpose(2, 0, 1)),
        ("HWC", lambda x: x),
    ],
)
def test_layout(layout: str, turn: Any) -> None:
    plate = picture()
    assert np.array_equal(fed(f'[input]\nlayout = "{layout}"', plate)[""], turn(plate))


def test_range_mean_and_deviation_in_the_order_of_colour() -> None:
    plate = picture()
    told = 'layout = "HWC"\nrange = [-1, 3]\nmean = [0.1, 0.2, 0.3]\nstd = [2, 4, 8]'
    numbers = plate * 4 - 1
    assert np.allclose(fed(f"[input]\n{told}", plate)[""], (numbers - [0.1, 0.2, 0.3]) / [2, 4, 8], atol=1e-6)
    turned = fed(f'[input]\n{told}\ncolour = "bgr"', plate)[""]
    assert np.allclose(turned, (numbers[..., ::-1] - [0.1, 0.2, 0.3]) / [2, 4, 8], atol=1e-6)


def test_transfer_and_bytes() -> None:
    plate = picture()
    linear = np.where(plate <= 0.04045, plate / 12.92, ((plate + 0.055) / 1.055) ** 2.4)
    assert np.allclose(fed('[input]\nlayout = "HWC"\ntransfer = "linear"', plate)[""], linear, atol=1e-5)
    eight = fed('[input]\nlayout = "HWC"\nrange = [0, 255]\ndtype = "uint8"', plate)[""]
    assert eight.dtype == np.uint8 and np.array_equal(eight, np.rint(plate * 255))


# ---- sizes: (rule, picture h×w) → inner


@pytest.mark.parametrize(
    ("rule", "shape", "inner"),
    [
        (Size(), (1080, 1920), (1080, 1920)),
        (Size(max_long=960), (1080, 1920), (540, 960)),
        (Size(max_long=960), (100, 200), (100, 200)),
        (Size(rule="fixed", height=256, width=192), (1080, 1920), (256, 192)),
        (Size(rule="fixed", height=256, width=256, aspect="keep"), (1080, 1920), (144, 256)),
        (Size(rule="long", side=512), (1080, 1920), (288, 512)),
        (Size(rule="long", side=512), (100, 200), (256, 512)),
        (Size(rule="long", side=512, when="larger"), (100, 200), (100, 200)),
        (Size(rule="long", side=512, when="larger"), (1080, 1920), (288, 512)),
        (Size(rule="short", side=512), (1080, 1920), (512, 910)),
        (Size(rule="short", side=512, max_long=800), (1080, 1920), (450, 800)),
        (Size(rule="short", side=512, when="outside"), (400, 600), (400, 600)),
        (Size(rule="short", side=512, when="outside"), (300, 400), (512, 683)),
        (Size(rule="short", side=512, when="outside"), (1080, 1920), (512, 910)),
        (Size(rule="short", side=512, multiple=32, round="down"), (1080, 1920), (512, 896)),
        (Size(rule="short", side=512, multiple=32, round="up"), (1080, 1920), (512, 928)),
        (Size(rule="short", side=512, multiple=32), (1080, 1920), (512, 896)),
        (Size(multiple=32, round="down"), (7, 100), (32, 96)),
        (Size(rule="long", side=320, multiple=8), (1, 1), (320, 320)),
    ],
)
def test_size_rules(rule: Size, shape: tuple[int, int], inner: tuple[int, int]) -> None:
    assert plan(rule, Pad(), *shape).inner == inner


def test_smaller_sizes_for_short_memory() -> None:
    assert plan(smaller(Size(rule="fixed", height=512, width=384), 256), Pad(), 9, 9).inner == (256, 192)
    assert plan(smaller(Size(), 300), Pad(), 400, 600).inner == (200, 300)
    modnet = Size(rule="short", side=512, when="outside", multiple=32, round="down")
    assert plan(smaller(modnet, 256), Pad(), 400, 600).inner == (256, 384)
    # one that would have been left alone at its own size is made smaller all the same
    assert plan(smaller(modnet, 416), Pad(), 400, 600).inner == (416, 608)
    assert smaller(modnet, 0) is modnet


@settings(max_examples=200)
@given(
    st.sampled_from(
        [
            Size(), Size(max_long=64), Size(multiple=16), Size(rule="fixed", height=40, width=24),
            Size(rule="fixed", height=40, width=24, aspect="keep"), Size(rule="long", side=64, multiple=8),
            Size(rule="short", side=32, max_long=96, multiple=4, round="up"),
        ]
    ),
    st.sampled_from([Pad(), Pad(multiple=32), Pad(multiple=14, where="both")]),
    st.integers(1, 200), st.integers(1, 200),
)  # fmt: skip
def test_the_inner_picture_lies_inside_the_outer(size: Size, pad: Pad, height: int, width: int) -> None:
    there = plan(size, pad, height, width)
    assert there.inner[0] >= 1 and there.inner[1] >= 1
    assert 0 <= there.top <= there.outer[0] - there.inner[0]
    assert 0 <= there.left <= there.outer[1] - there.inner[1]
    assert there.outer[0] % pad.multiple == 0 and there.outer[1] % pad.multiple == 0


def test_a_picture_that_is_a_line_or_nothing() -> None:
    with pytest.raises(PlateError, match="too extreme"):
        plan(Size(rule="short", side=512), Pad(), 1, 100_000)
    with pytest.raises(PlateError, match="empty"):
        plan(Size(), Pad(), 0, 5)


# ---- filters, against other people's


def test_filters() -> None:
    plate = picture(24, 40)
    planes = torch.from_numpy(plate.transpose(2, 0, 1).copy())[None]
    for how, modes in (("bilinear", (True, False)), ("bicubic", (True,))):
        soft = torch.nn.functional.interpolate(planes, size=(9, 13), mode=how, antialias=True)
        hard = torch.nn.functional.interpolate(planes, size=(9, 13), mode=how, antialias=False)
        for wanted, antialias in ((soft, True), (hard, False)):
            if antialias not in modes:  # torch's cubic has another constant then
                continue
            made = resized(plate, (9, 13), how, antialias)
            assert np.abs(made - wanted[0].permute(1, 2, 0).numpy()).max() < 1e-4
    assert np.abs(resized(plate, (12, 20), "area") - plate.reshape(12, 2, 20, 2, 3).mean((1, 3))).max() < 1e-6
    assert np.array_equal(resized(plate, (8, 8), "nearest"), plate[1::3, 2::5])
    lanczos = resized(plate, (12, 20), "lanczos")
    assert np.abs(lanczos - resized(plate, (12, 20), "area")).mean() < 0.1
    assert np.array_equal(
        resized(plate[..., 0], (9, 13), "bilinear"), resized(plate, (9, 13), "bilinear")[..., 0]
    )


def test_many_planes_are_resized_like_one() -> None:
    plate = np.random.default_rng(1).random((10, 14, 29)).astype(np.float32)
    for how in ("bilinear", "area", "lanczos", "nearest"):
        for antialias in (True, False):
            whole = resized(plate, (20, 9), how, antialias)
            one = np.stack([resized(plate[..., c].copy(), (20, 9), how, antialias) for c in range(29)], 2)
            assert np.abs(whole - one).max() < 1e-6


# ---- padding


@pytest.mark.parametrize("mode", ["constant", "edge", "reflect"])
@pytest.mark.parametrize("where", ["end", "both"])
def test_padding(mode: str, where: str) -> None:
    plate = picture(12, 20)
    value = "value = 114\n" if mode == "constant" else ""
    tables = (
        f'[input]\nlayout = "HWC"\nrange = [0, 255]\nmean = [100, 100, 100]\nstd = [2, 2, 2]\n'
        f'[pad]\nmultiple = 16\nwhere = "{where}"\nmode = "{mode}"\n{value}'
    )
    top, left = (2, 6) if where == "both" else (0, 0)
    around = [(top, 4 - top), (left, 12 - left), (0, 0)]
    facts: dict[str, Any] = {"constant_values": 114} if mode == "constant" else {}
    wanted = (np.pad(plate * 255, around, mode=mode, **facts) - 100) / 2
    assert np.allclose(fed(tables, plate)[""], wanted, atol=1e-4)


def test_reflection_longer_than_the_picture_does_not_fail() -> None:
    told = Geometry((1, 3), (1, 3), (8, 8))
    made = padded(picture(1, 3), told, "reflect", 0.0)
    assert made.shape == (8, 8, 3) and np.array_equal(made[7, 2], made[0, 2])


# ---- further inputs


def disc_hint(height: int = 60, width: int = 60) -> Any:
    y, x = np.mgrid[0:height, 0:width]
    return (np.hypot(y - 30, x - 30) < 20).astype(np.float32)


def test_a_hint_as_a_channel_and_as_an_input() -> None:
    plate, hint = picture(60, 60), disc_hint()
    hint[10:50, 40] = 0.5
    as_channel = fed('[[extra]]\nwhat = "hint"\njoin = "channel"\nmean = 0.5\nstd = 0.25', plate, hint=hint)
    assert set(as_channel) == {""} and as_channel[""].shape == (1, 4, 60, 60)
    assert np.allclose(as_channel[""][0, 3], (hint - 0.5) / 0.25)
    apart = fed('[[extra]]\nwhat = "hint"\nname = "rough"\nlayout = "NHW"', plate, hint=hint)
    assert apart["rough"].shape == (1, 60, 60) and np.allclose(apart["rough"][0], hint)
    drawn_in = fed(
        '[[extra]]\nwhat = "hint"\nname = "rough"\nlayout = "HW"\nerode = 3', plate, hint=disc_hint()
    )
    y, x = np.mgrid[0:60, 0:60]
    assert np.abs(drawn_in["rough"] - (np.hypot(y - 30, x - 30) < 17)).sum() < 40
    assert drawn_in["rough"].sum() < disc_hint().sum() - 250
    soft = fed('[[extra]]\nwhat = "hint"\nname = "rough"\nlayout = "HW"\nblur = 2', plate, hint=disc_hint())
    assert np.allclose(soft["rough"], cv2.GaussianBlur(disc_hint(), (0, 0), 2), atol=1e-6)


def test_a_trimap_is_open_around_the_edge_and_where_nothing_is_sure() -> None:
    plate, hint = picture(60, 60), disc_hint()
    hint[2:4, 2:4] = 0.5
    made = fed(
        '[[extra]]\nwhat = "trimap"\nname = "trimap"\nlayout = "HW"\nlevels = [0, 128, 255]\nband = 5',
        plate,
        hint=hint,
    )["trimap"]
    assert set(np.unique(made)) == {0, 128, 255}
    y, x = np.mgrid[0:60, 0:60]
    away = np.hypot(y - 30, x - 30) - 20
    assert (made[away < -6.5] == 255).all() and (made[np.abs(away) < 4] == 128).all()
    far = (away > 6.5) & (np.hypot(y - 2.5, x - 2.5) > 8)
    assert (made[far] == 0).all() and made[2, 2] == 128 and made[6, 3] == 128


def test_a_trimap_goes_on_beyond_the_pictures_border() -> None:
    made = fed(
        '[[extra]]\nwhat = "trimap"\nname = "t"\nlayout = "HW"',
        picture(30, 30),
        hint=np.ones((30, 30), np.float32),
    )
    assert (made["t"] == 1).all()


def test_without_a_rough_matte_such_a_network_says_so() -> None:
    with pytest.raises(SettingsError, match="refines a rough matte and there is none"):
        fed('[[extra]]\nwhat = "hint"\nname = "rough"', picture())


def test_numbers_and_first_states() -> None:
    given = fed(
        """
        [[extra]]
        what = "ratio"
        name = "ratio"
        side = 10
        [[extra]]
        what = "constant"
        name = "strength"
        value = 2.5
        shape = [1, 2]
        [[extra]]
        what = "state"
        name = "r1i"
        source = "r1o"
        shape = [1, 4, 1, 1]
        [time]
        contract = "recurrent"
        """,
        picture(12, 20),
    )
    assert given["ratio"].tolist() == [0.5]
    assert given["strength"].tolist() == [[2.5, 2.5]]
    assert given["r1i"].shape == (1, 4, 1, 1) and not given["r1i"].any()


# ---- what comes back


def said(
    tables: str, *raw: Any, names: tuple[str, ...] = (), plate: Any = None, geometry: Any = None
) -> Answer:
    there = geometry or Geometry((6, 8), (6, 8), (6, 8))
    return read(
        raw, names, manifest(tables), there, np.zeros((6, 8, 3), np.float32) if plate is None else plate
    )


def test_encodings() -> None:
    x = np.random.default_rng(1).normal(0, 3, (1, 1, 6, 8)).astype(np.float32)
    soft = said('[[output]]\nwhat = "alpha"\nencoding = "sigmoid"', x).alpha
    assert soft is not None and np.allclose(soft[0], 1 / (1 + np.exp(-x[0, 0])), atol=1e-6)
    eight = np.arange(48, dtype=np.uint8).reshape(1, 1, 6, 8) * 5
    byte = said('[[output]]\nwhat = "alpha"\nencoding = "byte"', eight).alpha
    assert byte is not None and np.allclose(byte[0], eight[0, 0] / 255)
    over = said(
        '[[output]]\nwhat = "alpha"', np.linspace(-0.2, 1.2, 48, dtype=np.float32).reshape(1, 1, 6, 8)
    ).alpha
    assert over is not None and over.min() == 0 and over.max() == 1
    two = np.random.default_rng(1).normal(0, 3, (1, 2, 6, 8)).astype(np.float32)
    share = said('[[output]]\nwhat = "alpha"\nencoding = "softmax"\nchannel = 1', two).alpha
    assert share is not None and np.allclose(share[0], 1 / (1 + np.exp(two[0, 0] - two[0, 1])), atol=1e-6)
    png = np.zeros((6, 8, 4), np.uint8)
    png[..., 3] = 51
    fourth = said('[[output]]\nwhat = "alpha"\nlayout = "HWC"\nencoding = "byte"\nchannel = 3', png).alpha
    assert fourth is not None and np.allclose(fourth, 0.2)


def test_classes_by_channel_and_by_number() -> None:
    logits = np.random.default_rng(2).normal(0, 2, (1, 7, 6, 8)).astype(np.float32)
    by_channel = said('[classes]\nset = "pascal"\n[[output]]\nwhat = "parts"\nencoding = "softmax"', logits)
    wanted = np.exp(logits[0]) / np.exp(logits[0]).sum(0)
    assert by_channel.classes is not None and np.allclose(by_channel.classes, wanted, atol=1e-6)
    numbers = logits.argmax(1)
    by_number = said(
        '[classes]\nset = "pascal"\n[[output]]\nwhat = "labels"\nlayout = "NHW"\nencoding = "index"', numbers
    )
    assert by_number.classes is not None and np.array_equal(by_number.classes.argmax(0), numbers[0])
    grown = by_channel.classes_at((13, 21))
    assert grown is not None and grown.shape == (7, 13, 21) and np.allclose(grown.sum(0), 1, atol=1e-5)


def test_foregrounds() -> None:
    rng = np.random.default_rng(3)
    alpha = rng.random((1, 1, 6, 8)).astype(np.float32) * 0.8 + 0.2
    colours = rng.random((1, 3, 6, 8)).astype(np.float32)
    both = '[[output]]\nwhat = "alpha"\nindex = 0\n[[output]]\nwhat = "foreground"\nindex = 1\n'
    plain = said(both, alpha, colours).foreground_at()
    assert plain is not None and np.allclose(plain, colours[0].transpose(1, 2, 0), atol=1e-6)
    straight = said(both + "premult = true", alpha, colours * alpha).foreground_at()
    assert straight is not None and np.allclose(straight, colours[0].transpose(1, 2, 0), atol=1e-5)
    plate = rng.random((6, 8, 3)).astype(np.float32)
    difference = colours - plate.transpose(2, 0, 1)[None]
    added = said(both + "residual = true", alpha, difference, plate=plate).foreground_at()
    assert added is not None and np.allclose(added, colours[0].transpose(1, 2, 0), atol=1e-5)
    linear = said(both + 'transfer = "linear"', alpha, colours).foreground_at()
    light = colours[0].transpose(1, 2, 0)
    srgb = np.where(light <= 0.0031308, light * 12.92, 1.055 * light ** (1 / 2.4) - 0.055)
    assert linear is not None and np.allclose(linear, srgb, atol=1e-4)


def test_padding_is_cut_off_at_any_scale_of_the_output() -> None:
    # inner 8×12 in the middle of 16×16, the network answers at a quarter
    there = Geometry((80, 120), (8, 12), (16, 16), 4, 2)
    planes = np.zeros((1, 4, 4), np.float32)
    planes[0, 1:3] = 1
    made = brought_back(planes, there, (80, 120), Back())
    assert made.shape == (1, 80, 120) and (made == 1).all()


def test_back_with_and_without_corners() -> None:
    planes = np.random.default_rng(4).random((2, 5, 7)).astype(np.float32)
    there = Geometry((11, 15), (5, 7), (5, 7))
    for corners in (True, False):
        made = brought_back(planes, there, (11, 15), Back(align_corners=corners))
        like = torch.nn.functional.interpolate(
            torch.from_numpy(planes)[None], size=(11, 15), mode="bilinear", align_corners=corners
        )
        assert np.allclose(made, like[0].numpy(), atol=1e-5)


# ---- classes become our parts


def told(set: str) -> Manifest:
    return manifest(f'[classes]\nset = "{set}"\n[[output]]\nwhat = "parts"\n')


@pytest.mark.parametrize("set", sorted(LABEL_SETS))
def test_every_label_set_becomes_our_parts_and_sums_to_one(set: str) -> None:
    rng = np.random.default_rng(5)
    classes = rng.random((len(LABEL_SETS[set]), 6, 8)).astype(np.float32)
    classes /= classes.sum(0)
    made = in_our_parts(classes, told(set))
    assert made.shape == (len(PARTS), 6, 8) and np.allclose(made.sum(0), 1, atol=1e-5) and made.min() >= 0
    for number, names in enumerate(LABEL_SETS[set].values()):
        one = np.zeros_like(classes)
        one[number] = 1
        parts = in_our_parts(one, told(set)).mean((1, 2))
        assert parts[[INDEX[name] for name in names]].sum() == pytest.approx(1, abs=1e-5)


def test_a_class_of_several_parts_is_shared_as_another_network_weighs_them() -> None:
    socks = list(LABEL_SETS["lip"]).index("socks")
    classes = np.zeros((20, 2, 2), np.float32)
    classes[socks] = 1
    prior = np.zeros((len(PARTS), 2, 2), np.float32)
    prior[INDEX["left_leg"], 0], prior[INDEX["right_leg"], 0] = 0.9, 0.1
    made = in_our_parts(classes, told("lip"), prior)
    assert np.allclose(made[INDEX["left_tights"]], [[0.9, 0.9], [0.5, 0.5]], atol=2e-3)
    assert not made[INDEX["left_leg"]].any()


def test_nothing_at_all_is_background() -> None:
    made = in_our_parts(np.zeros((20, 2, 2), np.float32), told("lip"))
    assert (made[0] == 1).all() and made[1:].sum() == 0
