"""The laws of the mattes, on any picture and any settings."""

from __future__ import annotations

from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as hnp

import anatomatte
from anatomatte.errors import PlateError, SettingsError
from anatomatte.ops import strips
from anatomatte.settings import CONTROLS, Control
from made.keyer_scenes import scene, srgb8
from made.people_fake import KINDS, looking, seen

MATTES = ("alpha", "screen", "spill", "core", "garbage", "hint")

wild = st.floats(-4, 40, width=32) | st.sampled_from(
    [0.0, 1.0, float("nan"), float("inf"), -float("inf"), 1e30]
)
sizes = st.tuples(st.integers(1, 9), st.integers(1, 9))


@st.composite
def pictures(draw: st.DrawFn) -> npt.NDArray[Any]:
    height, width = draw(sizes)
    channels = draw(st.sampled_from([3, 4]))
    kind = draw(st.sampled_from(["float", "byte", "short"]))
    shape = (height, width, channels)
    if kind == "float":
        return draw(hnp.arrays(np.float32, shape, elements=wild))
    dtype = np.uint8 if kind == "byte" else np.uint16
    return draw(hnp.arrays(dtype, shape))


KEPT = "presence=0.9 why=screen colour=0.05/0.4/0.07 area=0.4 frames=1,5"


SHOWN_FACES = ("face_plate", "face_patch")
"""Outputs that show a replaced face."""


def value_of(control: Control) -> st.SearchStrategy[Any]:
    if control.kind == "choice":
        return st.sampled_from([one for one in control.menu() if one not in SHOWN_FACES])
    if control.kind == "bool":
        return st.booleans()
    if control.kind == "int":
        return st.integers(int(control.low), min(int(control.high), 4))
    if control.kind == "rgb":
        return st.tuples(*[st.floats(0, 2)] * 3)
    if control.kind == "point":
        return st.tuples(*[st.floats(-9, 9)] * 2)
    if control.name == "screen_kept":
        return st.sampled_from(["", "presence=0.1 why=beside area=0.1", KEPT])
    if control.kind == "line":
        return st.sampled_from(["face hair", "all -held", "skin"])
    return st.floats(control.low, control.high)


TUNED = [
    c
    for c in CONTROLS
    if c.kind not in ("text", "button", "file") and not c.name.endswith("_model")
    if c.page != "Faces" and c.name != "device"
]
"""Networks of others, GPUs and faces for a replacement are not here: their laws are in test_engines_laws.py,
test_devices.py and tests/faces."""
anything = st.fixed_dictionaries({}, optional={c.name: value_of(c) for c in TUNED})


@settings(max_examples=80, deadline=None)
@given(image=pictures(), values=anything, data=st.data())
def test_mattes_obey_their_laws(image: npt.NDArray[Any], values: dict[str, Any], data: st.DataObject) -> None:
    size = image.shape[:2]
    matte = hnp.arrays(np.float32, size, elements=st.sampled_from([0.0, 0.25, 1.0]))
    inm, outm, hint = (data.draw(st.none() | matte) for _ in range(3))
    with looking(seen(data.draw(st.sampled_from(KINDS)))):  # the network itself: test_people_node.py
        mattes = anatomatte.matte(image, inm=inm, outm=outm, hint=hint, **values)
    for name in MATTES:
        plane = getattr(mattes, name)
        assert plane.shape == size and plane.dtype == np.float32, name
        assert np.isfinite(plane).all() and plane.min() >= 0 and plane.max() <= 1, name
    assert mattes.foreground.shape == (*size, 3) and np.isfinite(mattes.foreground).all()
    if outm is not None:
        assert (mattes.alpha[outm == 1] == 0).all()
    multiplied = values.get("source_alpha") == "multiply"
    if inm is not None and not multiplied:
        free = np.ones(size, bool) if outm is None else outm == 0
        assert (mattes.alpha[(inm == 1) & free] == 1).all()


def same(one: anatomatte.Mattes, two: anatomatte.Mattes) -> bool:
    planes = (*MATTES, "foreground")
    return all(np.array_equal(getattr(one, name), getattr(two, name)) for name in planes)


def test_threads_and_order_change_nothing() -> None:
    made, other = scene(300, 200), scene(60, 90, seed=9)
    first = anatomatte.matte(made.image, threads=1)
    anatomatte.matte(other.image)
    assert same(first, anatomatte.matte(made.image, threads=4))
    assert same(first, anatomatte.matte(made.image, threads=2))


@pytest.mark.parametrize("compressed", [False, True])
def test_strips_leave_no_seam(compressed: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    made = scene(420, 260)
    image = srgb8(made.image)
    if compressed:
        image = cv2.imdecode(cv2.imencode(".jpg", image)[1], cv2.IMREAD_COLOR)
    cut = anatomatte.matte(image)
    monkeypatch.setattr(strips, "ROWS", 1 << 20)
    assert same(cut, anatomatte.matte(image))


def test_highlights_and_negatives_survive() -> None:
    made = scene()
    image = made.image.copy()
    image[48:54, 86:94] = (40.0, 39.0, 41.0)
    image[60, 90] = (-0.02, -0.01, 0.005)
    mattes = anatomatte.matte(image, output_colour="input")
    assert mattes.foreground[50, 90].max() > 35
    assert mattes.alpha[50, 90] == 1
    assert mattes.foreground[60, 90].min() < 0


def test_what_nobody_touches_leaves_bit_for_bit() -> None:
    made = scene()
    for image in (made.image, srgb8(made.image)):
        mattes = anatomatte.matte(image, despill=0.0)
        kept = mattes.alpha == 1
        plate = image if image.dtype == np.float32 else image.astype(np.float32) * np.float32(1 / 255)
        assert kept.mean() > 0.2
        inner = np.zeros_like(kept)
        inner[54:64, 80:100] = True
        assert np.array_equal(mattes.foreground[inner], plate[inner])


def test_nan_counts_as_black_and_is_told() -> None:
    made = scene()
    image = made.image.copy()
    image[5, 5] = np.nan
    image[6, 6, 1] = np.inf
    mattes = anatomatte.matte(image)
    assert np.isfinite(mattes.foreground).all()
    told, decided = mattes.messages
    assert told == "2 pixels of Source are NaN or infinite and count as black."
    assert decided.startswith("green screen, ") and anatomatte.matte(made.image).messages == (decided,)


@pytest.mark.parametrize(
    ("clip", "told"), [("inm", "InM"), ("outm", "OutM"), ("hint", "Hint"), ("clean_plate", "CleanPlate")]
)
def test_nan_of_every_clip_is_told_and_says_nothing(clip: str, told: str) -> None:
    made = scene()
    image = np.zeros((120, 180), np.float32) if told[-1] != "e" else made.image.copy()
    if told == "CleanPlate":
        image[:] = made.image[2, 2]
    whole = anatomatte.matte(made.image, **{clip: image.copy()})
    image[100:104, 10:14] = np.nan
    image[99, 10] = np.inf
    mattes = anatomatte.matte(made.image, **{clip: image})
    counts = "unknown" if told == "CleanPlate" else "0"
    assert mattes.messages[0] == f"17 pixels of {told} are NaN or infinite and count as {counts}."
    assert np.allclose(mattes.alpha, whole.alpha, atol=1e-3)


def test_core_and_garbage() -> None:
    made = scene()
    inm, outm = np.zeros((120, 180), np.float32), np.zeros((120, 180), np.float32)
    inm[:40, :40], outm[20:60, 20:60] = 1, 1
    mattes = anatomatte.matte(made.image, inm=inm, outm=outm, despill=0.0)
    assert (mattes.alpha[:20, :20] == 1).all()
    assert (mattes.alpha[20:60, 20:60] == 0).all()
    assert np.array_equal(mattes.foreground[:10, :10], made.image[:10, :10])
    assert (mattes.core == inm).all() and (mattes.garbage == outm).all()


@pytest.mark.parametrize("shape", [(120, 180), (120, 180, 1), (120, 180, 4)])
def test_mattes_may_be_alpha_only_or_rgba(shape: tuple[int, ...]) -> None:
    made = scene()
    inm = np.zeros(shape, np.uint8)
    if len(shape) == 2:
        inm[:10, :10] = 255
    else:
        inm[:10, :10, -1] = 255
    assert (anatomatte.matte(made.image, inm=inm).alpha[:10, :10] == 1).all()


def test_a_hint_decides_what_is_in_doubt_and_only_that() -> None:
    made = scene()
    alpha = anatomatte.matte(made.image).alpha
    yes = anatomatte.matte(made.image, hint=np.ones((120, 180), np.float32)).alpha
    no = anatomatte.matte(made.image, hint=np.zeros((120, 180), np.float32)).alpha
    doubt = anatomatte.matte(made.image, hint=np.full((120, 180), 0.5, np.float32)).alpha
    soft = (alpha > 0.2) & (alpha < 0.8)
    assert yes[soft].mean() > alpha[soft].mean() + 0.1 > no[soft].mean() + 0.2
    assert (yes[alpha == 0] == 0).all() and (no[alpha == 1] == 1).all()
    assert np.abs(doubt - alpha).max() < 1e-6


def test_source_alpha() -> None:
    made = scene()
    cover = np.zeros((120, 180, 1), np.float32)
    cover[:, 90:] = 1
    rgba = np.concatenate([made.image, cover], 2)
    ignored = anatomatte.matte(rgba).alpha
    assert np.array_equal(ignored, anatomatte.matte(made.image).alpha)
    assert np.array_equal(anatomatte.matte(rgba, source_alpha="multiply").alpha, ignored * cover[..., 0])
    assert (anatomatte.matte(rgba, source_alpha="add").alpha[:, 90:] == 1).all()


@pytest.mark.parametrize(
    ("image", "words"),
    [
        (np.zeros((4, 5), np.float32), "alpha channel"),
        (np.zeros((4, 5, 1), np.uint8), "alpha channel"),
        (np.zeros((4, 5, 2), np.float32), r"\(4, 5, 2\)"),
        (np.zeros((0, 5, 3), np.float32), "no pixels"),
        (np.zeros((4, 5, 3), np.int64), "int64"),
        (np.array("plate"), "shape"),
    ],
)
def test_a_bad_picture_is_explained(image: npt.NDArray[Any], words: str) -> None:
    with pytest.raises(PlateError, match=words):
        anatomatte.matte(image)


def test_a_bad_helper_or_setting_is_explained() -> None:
    image = np.zeros((4, 5, 3), np.float32)
    with pytest.raises(PlateError, match="InM is 5×3 pixels, the image 5×4"):
        anatomatte.matte(image, inm=np.zeros((3, 5), np.float32))
    with pytest.raises(PlateError, match="CleanPlate has only an alpha"):
        anatomatte.matte(image, clean_plate=np.zeros((4, 5), np.float32))
    with pytest.raises(SettingsError, match="did you mean 'erode'"):
        anatomatte.matte(image, erodee=2)
    with pytest.raises(SettingsError, match="did you mean 'erode'"):
        anatomatte.matte(image, ERODE=2)
    with pytest.raises(SettingsError, match="clip_black = 7"):
        anatomatte.matte(image, clip_black=7)


def test_draft_is_near_the_real_thing() -> None:
    made = scene(240, 360)
    fine, rough = anatomatte.matte(made.image), anatomatte.matte(made.image, draft="always")
    assert np.abs(fine.alpha - rough.alpha).mean() < 0.02
    assert not np.array_equal(fine.alpha, rough.alpha)
    inside = made.alpha == 1
    assert np.abs(fine.foreground - rough.foreground)[inside].mean() < 0.02
    fine, rough = (anatomatte.matte(made.image, draft=d, erode=12.0) for d in ("off", "always"))
    assert np.abs(fine.alpha - rough.alpha).mean() < 0.02


@pytest.mark.parametrize("curve", ["srgb", "rec709", "logc3", "slog3", "acescct"])
def test_the_curve_of_the_plate_does_not_change_its_key(curve: str) -> None:
    from anatomatte.ops import colour

    made = scene()
    coded = colour.encode(curve, made.image)
    mattes = anatomatte.matte(coded, input_colour=curve)
    straight = anatomatte.matte(made.image)
    assert np.abs(mattes.alpha - straight.alpha).mean() < 2e-3
    linear = anatomatte.matte(coded, input_colour=curve, output_colour="linear")
    assert np.abs(linear.foreground - straight.foreground).mean() < 2e-3
    assert np.abs(colour.decode(curve, mattes.foreground) - linear.foreground).mean() < 1e-3
