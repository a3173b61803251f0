"""A face is replaced through the node: never without consent, and nowhere but in the face."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte.cache import memo
from anatomatte.ops import colour, display
from made.face_pictures import ANNA, BERT, NOTE, Light, light_of, smaller
from made.shim_bench import BUNDLE
from made.shots_made import shot, written
from pyopenfx import Host, Instance
from pyopenfx.errors import ActionError

PLATE = light_of(ANNA)
HIGH, WIDE = PLATE.shape[:2]
OFF: dict[str, Any] = {
    "swap": "off", "swap_source": str(BERT), "swap_whose": "main", "swap_reference": "", "swap_amount": 1.0,
    "swap_number": 1, "swap_name": "", "swap_light": 1.0, "swap_texture": 1.0, "output": "face_plate",
    "consent_who": "", "consent_what": "", "consent_when": "", "consent_note": "", "shot_file": "",
    "threads": 0, "draft": "auto", "swap_point": (WIDE / 2, HIGH / 2),
    "identity_network": "", "swap_network": "",
}  # fmt: skip
ON = {**OFF, **NOTE, "swap": "pictures"}


@pytest.fixture(scope="module")
def node() -> Iterator[Instance]:
    with pytest.MonkeyPatch.context() as scene, Host() as host:
        scene.setenv("ANATOMATTE_RUNTIME", "in-process")
        host.scan([BUNDLE.parent])
        with host.load("org.anatomatte.Anatomatte").instance(project_size=(WIDE, HIGH)) as made:
            made.params["screen"] = "none"
            yield made


def rendered(node: Instance, plate: Light = PLATE, window: Any = None, **values: Any) -> Light:
    node.clips["Source"] = plate
    for name, value in (ON | values).items():
        node.params[name] = value
    made: Light = node.render(1, window=window)["colour"]
    return made


def status(node: Instance) -> str:
    node.params["refresh"].press()
    return str(node.params["status"].value)


@pytest.fixture(scope="module")
def plain(node: Instance) -> Light:
    return rendered(node).copy()


@pytest.fixture(scope="module")
def patch(node: Instance) -> Light:
    return rendered(node, output="face_patch").copy()


@pytest.mark.parametrize(
    ("missing", "says"),
    [
        (dict.fromkeys(NOTE, ""), "is off until a consent note is given for this shot: write who agreed"),
        ({"consent_who": ""}, "the consent note does not say who; write who"),
        ({"consent_what": " "}, "the consent note does not say what; write who"),
        ({"consent_when": ""}, "the consent note does not say when; write who"),
        ({"consent_when": "last week"}, "consent_when = 'last week' is no date; write it as year-month-day"),
    ],
)
def test_without_consent_no_face_is_replaced(node: Instance, missing: dict[str, Any], says: str) -> None:
    with pytest.raises(ActionError, match=says):
        rendered(node, **missing)


def test_the_sidecars_note_counts(node: Instance, tmp_path: Path, plain: Light) -> None:
    path = written(shot(PLATE, {1: ()}), tmp_path)
    table = json.loads(path.read_text())
    none = dict.fromkeys(NOTE, "")
    with pytest.raises(ActionError, match="until a consent note is given"):
        rendered(node, shot_file=str(path), **none)
    note = {name.removeprefix("consent_"): value for name, value in NOTE.items()}
    path.write_text(json.dumps({**table, "consent": {**note, "when": ""}}))
    with pytest.raises(ActionError, match="The shot file: the consent note does not say when"):
        rendered(node, shot_file=str(path), **none)
    path.write_text(json.dumps({**table, "consent": note}))
    made = rendered(node, shot_file=str(path), **none)
    assert np.abs(made - plain).max() < 0.2
    node.params["refresh"].press()
    account = json.loads(str(node.params["provenance"].value))
    assert json.loads(account["face_consent"]) == {**note, "note": ""}
    assert account["face_replaced"] == "pictures" and len(account["face_source"]) == 64


def test_the_new_face_is_in_the_face_and_nowhere_else(node: Instance, plain: Light, patch: Light) -> None:
    matte, changed = patch[..., 3], np.abs(plain[..., :3] - PLATE).max(2)
    face = matte > 0
    assert 0.05 < face.mean() < 0.12 and (matte == 1).sum() > 0.6 * face.sum()
    assert not changed[~face].any()  # the plate to the last bit
    assert np.median(changed[matte == 1]) > 0.005
    assert float(plain[..., 3].min()) == 1.0
    # Anna's lips are pale and Bert's are red
    lips = (slice(268, 285), slice(200, 240))
    red = [float(np.median(one[lips][..., 0] / one[lips][..., 1])) for one in (PLATE, plain)]
    assert red[1] > 1.5 * red[0]


def test_the_patch_over_the_plate_is_the_composite(plain: Light, patch: Light) -> None:
    over = patch[..., :3] + PLATE * (1 - patch[..., 3:])
    assert np.abs(over - plain[..., :3]).max() < 1e-6
    assert patch[..., 3].min() >= 0 and patch[..., 3].max() <= 1


def test_the_matte_is_a_layer_and_within_the_face(node: Instance, patch: Light) -> None:
    made = rendered(node, output="packed", pack_r="face_patch", pack_g="face", pack_b="alpha")
    assert np.array_equal(made[..., 0], patch[..., 3])
    assert (made[..., 0] - made[..., 1]).max() <= 1 / 255  # hair, hands and all else stay in front
    assert (made[..., 0] - made[..., 2]).max() <= 1e-6


def test_the_key_has_the_new_face_too(node: Instance, plain: Light) -> None:
    made = rendered(node, output="unpremultiplied")
    solid = made[..., 3] == 1
    assert np.abs(made[solid][:, :3] - plain[solid][:, :3]).max() < 1e-6


def test_windows_and_threads_change_nothing(node: Instance, plain: Light) -> None:
    from anatomatte.cache import memo

    x1, y1, x2, y2 = 100, 300, 333, 497
    part = rendered(node, window=(x1, y1, x2, y2))
    assert np.array_equal(part, plain[HIGH - y2 : HIGH - y1, x1:x2])
    memo.purge()
    memo.limit, before = 0, memo.limit
    try:
        assert np.array_equal(rendered(node, threads=1), plain)
    finally:
        memo.limit = before


def test_light_above_one_stays_light(node: Instance, plain: Light) -> None:
    """A plate twelve times as bright has a face twelve times as bright."""
    made = rendered(node, PLATE * np.float32(12))
    inside = np.abs(plain[..., :3] - PLATE).max(2) > 0
    assert float(made[inside].max()) > 2
    ratio = np.median(made[inside][:, :3] / np.maximum(plain[inside][:, :3], 1e-3))
    assert ratio == pytest.approx(12, rel=0.05)


def test_the_plates_light_falls_on_the_new_face(node: Instance, plain: Light, patch: Light) -> None:
    """A lamp from the left on the plate is a lamp from the left on the face; without relight it is not."""
    lamp = np.linspace(2, 0.3, WIDE, dtype=np.float32)[None, :, None]
    solid = patch[..., 3] > 0.9
    columns = np.flatnonzero(solid.any(0))
    low, high = np.percentile(columns, [25, 75]).astype(int)

    def sides(made: Light) -> float:
        left, right = (made[:, at - 12 : at + 12, :3][solid[:, at - 12 : at + 12]] for at in (low, high))
        return float(np.median(left) / np.median(right))

    lit, flat = rendered(node, PLATE * lamp), rendered(node, PLATE * lamp, swap_light=0.0)
    truth = sides(PLATE * lamp)
    assert sides(lit) == pytest.approx(truth, rel=0.15) and sides(flat) < 0.75 * truth


def test_a_face_of_another_tone_keeps_it(node: Instance, tmp_path: Path) -> None:
    """A face that is bluer than its own neck stays bluer than the plate's; one in a blue picture does not."""
    face = rendered(node, output="packed", pack_r="face")[..., :1]
    tint = np.array([0.7, 0.8, 1.1], np.float32)
    found = {}
    for name, cover in (("plain", 0.0), ("face", face), ("all", 1.0)):
        shown = np.clip(colour.srgb_encode(PLATE * (1 + cover * (tint - 1))), 0, 1)
        path = tmp_path / f"{name}.png"
        cv2.imwrite(str(path), np.rint(shown[..., ::-1] * 65535).astype(np.uint16))
        made = rendered(node, output="face_patch", swap_source=str(path))
        inside = made[..., 3] > 0.99
        found[name] = float(np.median(made[inside][:, 2] / made[inside][:, 0]))
    assert found["face"] == pytest.approx(found["plain"] * 1.1 / 0.7, rel=0.12)
    assert found["all"] == pytest.approx(found["plain"], rel=0.06)


@pytest.mark.parametrize(
    "what",
    [
        (0.25, 0.5, 0.62),
        (0.6, 0.6, 0.6),
        (0.75, 0.66, 0.55),
        (0.015, 0.015, 0.016),
        (0.35, 0.03, 0.03),
        (0.5, 0.16, 0.03),
    ],
    ids=["blue", "white", "warm", "black", "red", "orange"],
)
def test_a_mask_before_the_face_stays(node: Instance, patch: Light, what: tuple[float, ...]) -> None:
    face = patch[..., 3] > 0.5
    rows = np.flatnonzero(face.any(1))
    lower = face & (np.arange(HIGH)[:, None] > rows[0] + 0.5 * (rows[-1] - rows[0]))
    soft = cv2.GaussianBlur(cv2.dilate(lower.astype(np.float32), np.ones((5, 5))), (0, 0), 1)[..., None]
    plate = PLATE + soft * (np.array(what, np.float32) - PLATE)
    made = rendered(node, np.asarray(plate, np.float32), output="face_patch")[..., 3]
    if made.any():  # of a face that is half hidden nothing may be seen at all
        above = face & ~cv2.dilate(lower.astype(np.uint8), np.ones((9, 9))).astype(bool)
        assert made[above].mean() > 0.7
    assert made[lower].mean() < 0.12


def test_the_amount_mixes(node: Instance, plain: Light) -> None:
    assert np.array_equal(rendered(node, swap_amount=0.0)[..., :3], PLATE)
    half = rendered(node, swap_amount=0.5)[..., :3]
    assert np.abs(half - (plain[..., :3] + PLATE) / 2).max() < 0.02


def test_grain_of_the_plate_is_on_the_new_face(node: Instance, patch: Light) -> None:
    grainy = PLATE + np.random.default_rng(3).normal(0, 0.02, PLATE.shape).astype(np.float32)
    solid = patch[2:-2, 2:-2, 3] > 0.99

    def grain(made: Light) -> float:
        fine = made[..., 1] - cv2.GaussianBlur(made[..., 1], (0, 0), 1.0)
        return float(np.median(np.abs(fine[2:-2, 2:-2][solid])))

    with_, without = rendered(node, grainy), rendered(node, grainy, swap_texture=0.0)
    assert grain(with_) == pytest.approx(grain(grainy), rel=0.4) and grain(without) < 0.6 * grain(grainy)


def refused(node: Instance, says: str, plate: Light = PLATE, **values: Any) -> None:
    with pytest.raises(ActionError, match=says):
        rendered(node, plate, **values)


def test_bad_sources_are_told_with_the_cure(node: Instance, tmp_path: Path) -> None:
    def picture(name: str, pixels: np.ndarray) -> str:
        cv2.imwrite(str(tmp_path / name), pixels)
        return str(tmp_path / name)

    refused(node, r"Face source \(swap_source\) is empty; choose a picture", swap_source="")
    refused(node, "there is no picture at gone.png; check the path", swap_source=str(tmp_path / "gone.png"))
    empty = picture("wall.png", np.full((200, 200, 3), 90, np.uint8))
    refused(node, "wall.png: no face is seen in it; take a picture in which one face", swap_source=empty)
    one = smaller(ANNA, 0.7)
    two = picture("two.png", np.hstack([one, one]))
    refused(node, "two.png: 2 faces are seen in it, and one is wanted; cut the picture", swap_source=two)
    far = picture("far.png", cv2.copyMakeBorder(smaller(ANNA, 0.2), 60, 60, 200, 200, cv2.BORDER_REPLICATE))
    refused(
        node, r"far.png: (the face in it is \d+ pixels wide, of 48 needed|no face is seen)", swap_source=far
    )
    (tmp_path / "broken.png").write_bytes(b"no picture")
    refused(node, "broken.png cannot be read as a picture", swap_source=str(tmp_path / "broken.png"))
    refused(node, r"Face reference \(swap_reference\) is empty; choose", swap_whose="reference")
    refused(node, r"Output \(output\) shows a replaced face, and Replace face \(swap\) is Off", swap="off")


def test_a_plate_without_a_face_stays_and_says_so(node: Instance) -> None:
    wall = np.full((HIGH, WIDE, 3), 0.2, np.float32)
    assert np.array_equal(rendered(node, wall)[..., :3], wall)
    assert "No face is in sight: nothing is replaced in this frame." in status(node)


def test_a_face_of_twenty_pixels_stays_and_says_so(node: Instance) -> None:
    little = cv2.resize(PLATE, None, fx=0.13, fy=0.13, interpolation=cv2.INTER_AREA)
    small = cv2.copyMakeBorder(little, 80, 0, 60, 60, cv2.BORDER_REPLICATE)
    assert np.array_equal(rendered(node, small)[..., :3], small)
    told = status(node)
    assert "too small to be replaced" in told or "No face is in sight" in told


def test_a_draft_and_a_proxy_have_the_face_at_the_same_place(node: Instance, patch: Light) -> None:
    draft = rendered(node, output="face_patch", draft="always")[..., 3]
    both = ((draft > 0.5) & (patch[..., 3] > 0.5)).sum() / ((draft > 0.5) | (patch[..., 3] > 0.5)).sum()
    assert both > 0.85
    node.params["draft"] = "auto"
    half = node.render(1, scale=0.5)["colour"][..., 3]
    small = cv2.resize(patch[..., 3], half.shape[::-1], interpolation=cv2.INTER_AREA)
    assert ((half > 0.5) & (small > 0.5)).sum() / ((half > 0.5) | (small > 0.5)).sum() > 0.85


def test_of_a_plate_larger_than_what_networks_see_the_face_is_at_its_place(
    node: Instance, monkeypatch: pytest.MonkeyPatch
) -> None:
    plate = np.asarray(cv2.resize(PLATE, None, fx=1.5, fy=1.5), np.float32)
    made = []
    for longest in (display.LONGEST, max(HIGH, WIDE)):
        monkeypatch.setattr(display, "LONGEST", longest)
        memo.purge()
        patch = rendered(node, plate, output="face_patch")[..., 3].copy()
        lips = rendered(node, plate, output="packed", pack_r="face_lips", swap="off")[..., 0].copy()
        made.append((patch, lips))
    monkeypatch.undo()
    memo.purge()
    for one, other in zip(*made, strict=True):
        assert ((one > 0.5) & (other > 0.5)).sum() / ((one > 0.5) | (other > 0.5)).sum() > 0.8


@pytest.mark.parametrize("output", ["face_plate", "face_patch"])
def test_a_host_that_asks_for_a_tile_gets_that_of_the_whole(output: str) -> None:
    """At the border to C++: the host of these tests asks a node without tiles for all of it."""
    from anatomatte import engine, entry
    from anatomatte.frame import Frame
    from anatomatte.settings import Settings

    facts = {"swap": "pictures", "swap_source": str(BERT), "screen": "none", "input_colour": "linear"}
    settings = Settings(**{**NOTE, **facts, "output": output})
    clips = {"Source": Frame(PLATE, (0, 0, WIDE, HIGH))}

    def made(x1: int, y1: int, x2: int, y2: int) -> Light:
        work = engine.work_for(settings)
        return entry.picture(clips, settings, work, False, (x1, y1, x2, y2), 4)[0]

    whole = made(0, 0, WIDE, HIGH)
    assert np.array_equal(made(100, 300, 333, 497), whole[HIGH - 497 : HIGH - 300, 100:333])


def crowd(count: int) -> Light:
    """So many drawn people beside each other, the second the largest."""
    sizes = [0.55, 0.75, *[0.5] * (count - 2)]
    high = int(HIGH * 0.8)
    rows = [cv2.resize(PLATE, None, fx=by, fy=by, interpolation=cv2.INTER_AREA) for by in sizes]
    tall = [cv2.copyMakeBorder(one, high - len(one), 0, 0, 0, cv2.BORDER_REPLICATE) for one in rows]
    return np.ascontiguousarray(np.hstack(tall), np.float32)


def test_of_five_faces_the_largest_is_replaced_and_named(node: Instance) -> None:
    plate = crowd(5)
    made = rendered(node, plate)
    changed = np.flatnonzero((np.abs(made[..., :3] - plate).max(2) > 0).any(0))
    second = WIDE * 0.55, WIDE * 1.3
    assert second[0] < changed.min() and changed.max() < second[1]
    said = (
        "5 faces are in sight; that of person 2, the largest, is replaced. Whose face (swap_whose) chooses."
    )
    assert said in status(node)
    other = rendered(node, plate, swap_whose="number", swap_number=5)
    changed = np.flatnonzero((np.abs(other[..., :3] - plate).max(2) > 0).any(0))
    assert changed.min() > WIDE * 2.3
    rendered(node, plate, swap_whose="number", swap_number=7)
    assert "There is not a face of person 7 in sight" in status(node)


def test_what_a_face_takes_of_memory_does_not_grow_with_what_is_around_it() -> None:
    """At the border to the engine: arrays of the whole plate are its results, and no others."""
    import tracemalloc

    from anatomatte import engine
    from anatomatte.frame import Frame
    from anatomatte.settings import Settings

    plate = np.full((1440, 2560, 3), 0.2, np.float32)
    plate[-HIGH:, :WIDE] = PLATE
    facts = {"screen": "none", "input_colour": "linear", "check": "off", "swap_source": str(BERT)}
    clips = {"Source": Frame(plate, (0, 0, 2560, 1440))}

    def peak(swap: str) -> int:
        settings = Settings(**{**NOTE, **facts, "swap": swap})
        tracemalloc.start()
        made = engine.key_frame(clips, settings, engine.work_for(settings), keep=True)
        assert made.foreground.shape == plate.shape and ((made.face_patch is None) == (swap == "off"))
        found = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return found

    from anatomatte.cache import memo

    memo.limit, before = 1 << 30, memo.limit
    try:
        with_, without = ((peak(swap), peak(swap))[1] for swap in ("pictures", "off"))  # evidence is there
    finally:
        memo.limit = before
    assert with_ - without < 3.6 * plate.nbytes  # the plate, the light and the foreground of the new face
