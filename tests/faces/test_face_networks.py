"""The user's own networks for faces, by manifest: one puts a face in, one tells faces apart."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest

from anatomatte import engine
from anatomatte.engine import face_nets
from anatomatte.engine.mattes import Mattes
from anatomatte.errors import AnatomatteError, SettingsError
from anatomatte.faces import swap_aligned
from anatomatte.frame import Frame
from anatomatte.models import store
from anatomatte.models.manifest import Manifest, parsed
from anatomatte.settings import Settings
from made.face_pictures import ANNA, BERT, NOTE, PEOPLE, light_of
from made.network_files import node, onnx_net

PLATE = light_of(ANNA)
NEARER = 0
"""Of Bert's picture and its mirror the one whose head is turned as Anna's is in the plate."""
HEAD = """
id = "{id}"
title = "Little {id}"
runtime = "onnx"
engines = ["{use}"]
[licence]
weights = "CC0"
kind = "commercial"
faces = "{faces}"
[[file]]
name = "net.onnx"
format = "onnx"
"""
SWAP = """
[input]
name = "target"
[face]
template = {side}
source = "source"
{more}
[[output]]
what = "face"
"""
VECTOR = '\n[[output]]\nwhat = "vector"\n'


@pytest.fixture(autouse=True)
def store_of_its_own(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setenv("ANATOMATTE_MODELS", str(tmp_path / "models"))
    monkeypatch.delenv("ANATOMATTE_MODELS_SHARED", raising=False)
    yield
    engine.forget()


def brought(path: Path, id: str, tables: str, use: str = "swap", faces: str = "allowed") -> Manifest:
    """A network in the store."""
    text = HEAD.format(id=id, use=use, faces=faces) + tables
    store.learn(told := parsed(text, f"{id}.toml"), text)
    store.add(told, told.files[0], path)
    return told


def colours(folder: Path, side: int) -> Path:
    """The target in the colours of the first three numbers of whose vector it is given."""
    nodes = [
        node("Reshape", "source wide", "vector"),
        node("Mul", "target vector", "bright"),
        node("Mul", "bright two", "output"),
    ]
    return onnx_net(
        folder / f"colours{side}.onnx", nodes,
        {"target": (1, 3, side, side), "source": (1, 3)}, {"output": (1, 3, side, side)},
        {"wide": np.array([1, 3, 1, 1]), "two": np.float32(1.7)},
    )  # fmt: skip


def means(folder: Path) -> Path:
    """The mean of each channel, beside a middling one."""
    nodes = [
        node("ReduceMean", "input", "mean", axes=[2, 3], keepdims=0),
        node("Sub", "mean usual", "output"),
    ]
    return onnx_net(
        folder / "means.onnx",
        nodes,
        {"input": (1, 3, 112, 112)},
        {"output": (1, 3)},
        {"usual": np.array([[0.5, 0.36, 0.29]], np.float32)},
    )


def other(folder: Path, side: int, which: str) -> Path:
    """A network of two pictures that gives one of them back."""
    nodes = [
        node("Mul", f"{'source' if which == 'target' else 'target'} nothing", "gone"),
        node("Add", f"{which} gone", "output"),
    ]
    return onnx_net(
        folder / f"{which}{side}.onnx", nodes,
        dict.fromkeys(("target", "source"), (1, 3, side, side)), {"output": (1, 3, side, side)},
        {"nothing": np.float32(0)},
    )  # fmt: skip


ALONE = """
[input]
name = "target"
[face]
template = 128
takes = "nothing"
[[output]]
what = "face"
name = "output"
[[output]]
what = "alpha"
name = "matte"
"""


def half(folder: Path, level: float = 1.0) -> Path:
    """A network of one picture: twice as bright, and a matte that is *level* in its left half, else 0."""
    matte = np.zeros((1, 1, 128, 128), np.float32)
    matte[..., :64] = level
    nodes = [
        node("Mul", "target two", "output"),
        node("ReduceMean", "target", "grey", axes=[1], keepdims=1),
        node("Mul", "grey nothing", "gone"),
        node("Add", "gone left", "matte"),
    ]
    return onnx_net(
        folder / f"half{level}.onnx", nodes, {"target": (1, 3, 128, 128)},
        {"output": (1, 3, 128, 128), "matte": (1, 1, 128, 128)},
        {"two": np.float32(2), "nothing": np.float32(0), "left": matte},
    )  # fmt: skip


def patch_of(**values: Any) -> np.ndarray:
    made = replaced(**values)
    assert made.face_patch is not None
    return made.face_patch


def test_a_networks_own_matte_guides_the_blend(tmp_path: Path) -> None:
    """What it gives is put in as far as its matte says; a network that says nothing puts in all of a face."""
    brought(other(tmp_path, 128, "target"), "same", SWAP.format(side=128, more='takes = "picture"'))
    for level in (1.0, 0.5):
        brought(half(tmp_path, level), f"half{level}".replace(".", "-"), ALONE)
    all_of_it = patch_of(swap_network="same")
    left, faint = patch_of(swap_network="half1-0"), patch_of(swap_network="half0-5")
    face = all_of_it > 0.99
    without, whole = face & (left == 0), face & (np.abs(left - all_of_it) < 1e-5)
    assert min(without.sum(), whole.sum()) > 0.3 * face.sum()
    assert np.nonzero(without)[1].mean() > np.nonzero(whole)[1].mean() + 30  # the picture's right
    assert np.abs(faint[whole] - 0.5 * all_of_it[whole]).max() < 0.003  # and it swings over nowhere


def test_a_network_of_one_person_needs_no_source(tmp_path: Path) -> None:
    brought(half(tmp_path), "half", ALONE)
    assert np.array_equal(patch_of(swap_network="half", swap_source=""), patch_of(swap_network="half"))
    brought(other(tmp_path, 128, "target"), "same", SWAP.format(side=128, more='takes = "picture"'))
    with pytest.raises(SettingsError, match=r"Face source .* is empty"):
        replaced(swap_network="same", swap_source="")


def replaced(**values: Any) -> Mattes:
    facts = {"input_colour": "linear", "screen": "none", "who": "everyone", "check": "off"}
    settings = Settings(**{**facts, **NOTE, "swap": "network", "swap_source": str(BERT), **values})
    frame = Frame(PLATE, (0, 0, PLATE.shape[1], PLATE.shape[0]))
    return engine.key_frame({"Source": frame}, settings, engine.work_for(settings))


def change(made: Mattes) -> float:
    assert made.face_plate is not None and made.face_patch is not None
    inside = made.face_patch > 0.99
    assert inside.sum() > 5000 and np.array_equal(
        made.face_plate[made.face_patch == 0], PLATE[made.face_patch == 0]
    )
    return float(np.median(np.abs(made.face_plate - PLATE)[inside] / (PLATE[inside] + 0.02)))


ARCFACE = ((38.2946, 51.6963), (73.5318, 51.5014), (56.0252, 71.7366), (41.5493, 92.3655), (70.7299, 92.2041))
"""Where networks for faces were taught eyes, nose and corners of the mouth to be, in 112 pixels."""


@pytest.mark.parametrize(("side", "margin"), [(112, 0.0), (128, 8.0), (256, 16.0), (512, 32.0)])
def test_eyes_nose_and_mouth_come_to_the_places_of_the_template(side: int, margin: float) -> None:
    """Marks at a turned face's places lie where published networks look for them."""
    places = np.array(ARCFACE) @ np.array([[1.7, 0.6], [-0.6, 1.7]]) + [150, 40]
    points = np.zeros((478, 3))
    rings = ((33, 133, 159, 145), (263, 362, 386, 374), (4,), (61,), (291,))
    wanted = np.array(ARCFACE) * ((side - 2 * margin) / 112) + [margin, 0]
    for ring, place, at in zip(rings, places, wanted, strict=True):
        points[list(ring), :2] = place
        marked = np.zeros((400, 400, 3), np.float32)
        x, y = np.round(place).astype(int)
        marked[y - 2 : y + 3, x - 2 : x + 3] = 1
        points_of = points.copy()
        for other_ring, where in zip(rings, places, strict=True):
            points_of[list(other_ring), :2] = where
        seen = swap_aligned.cut(marked, points_of, side)[..., 0]
        rows, columns = np.indices(seen.shape)
        found = ((columns * seen).sum() / seen.sum(), (rows * seen).sum() / seen.sum())
        assert np.abs(np.array(found) - at).max() < 0.012 * side, (found, at)


def test_of_several_sources_the_one_turned_alike_is_given(tmp_path: Path) -> None:
    """A source and its mirror: the plate's head is turned as one of them is, and mirrored as the other."""
    folder = tmp_path / "sources"
    folder.mkdir()
    found = cv2.imread(str(BERT))
    assert found is not None
    mirrored = np.ascontiguousarray(found[:, ::-1])
    for name, picture in (("a", found), ("b", mirrored)):
        cv2.imwrite(str(folder / f"{name}.png"), picture)
    brought(other(tmp_path, 128, "source"), "theirs", SWAP.format(side=128, more='takes = "picture"'))

    def made(source: Path) -> np.ndarray:
        plate = replaced(swap_network="theirs", swap_source=str(source)).face_plate
        assert plate is not None
        return plate

    one, two, both = made(folder / "a.png"), made(folder / "b.png"), made(folder)
    assert not np.array_equal(one, two)
    assert np.array_equal(both, (one, two)[NEARER])


def test_a_network_of_vectors_is_known_with_the_one_that_makes_them(tmp_path: Path) -> None:
    brought(means(tmp_path), "means", VECTOR, "identity")
    brought(colours(tmp_path, 128), "colours", SWAP.format(side=128, more='identity = "means"'))
    told = face_nets.identities(Settings(swap="network", swap_network="colours"))
    assert set(told) == {"swap", "swap_vector"} and told["swap"] != told["swap_vector"]
    assert told["swap_vector"].startswith("means")


@pytest.mark.parametrize(("side", "tiles"), [(112, 1), (128, 1), (256, 1), (128, 2), (512, 1)])
def test_a_face_goes_to_the_template_and_back_to_its_place(tmp_path: Path, side: int, tiles: int) -> None:
    """A network that changes nothing leaves the face, at every template; in tiles it keeps more of it."""
    more = f'takes = "picture"\ntiles = {tiles}'
    brought(other(tmp_path, side, "target"), "same", SWAP.format(side=side, more=more))
    assert change(replaced(swap_network="same", swap_light=0.0, swap_texture=0.0)) < 0.06
    more_of = change(replaced(swap_network="same", swap_light=0.0, swap_texture=0.0))
    assert more_of < (0.06 if side * tiles < 256 else 0.02)


def test_tiles_are_put_back_where_they_were_cut(tmp_path: Path) -> None:
    """A network that changes nothing: four shares of 128 are the one face of 256."""
    more = 'takes = "picture"\ntiles = {}'
    brought(other(tmp_path, 256, "target"), "whole", SWAP.format(side=256, more=more.format(1)))
    brought(other(tmp_path, 128, "target"), "shares", SWAP.format(side=128, more=more.format(2)))
    whole, shares = (replaced(swap_network=id, swap_light=0.0).face_plate for id in ("whole", "shares"))
    assert whole is not None and shares is not None and np.abs(whole - shares).max() < 1e-5


def test_a_network_of_pictures_is_given_the_source_alike(tmp_path: Path) -> None:
    more = 'takes = "picture"'
    brought(other(tmp_path, 256, "source"), "theirs", SWAP.format(side=256, more=more))
    made = replaced(swap_network="theirs")
    assert made.face_plate is not None
    lips = (slice(268, 285), slice(200, 240))
    red = [float(np.median(one[lips][..., 0] / one[lips][..., 1])) for one in (PLATE, made.face_plate)]
    assert red[1] > 1.4 * red[0]  # Bert's lips


def test_a_network_of_vectors_is_given_the_sources(tmp_path: Path) -> None:
    brought(means(tmp_path), "means", VECTOR, "identity")
    brought(colours(tmp_path, 128), "colours", SWAP.format(side=128, more='identity = "means"'))
    made = replaced(swap_network="colours", swap_light=0.0)
    assert change(made) > 0.05
    with pytest.raises(SettingsError, match="No network is called 'gone'"):
        brought(colours(tmp_path, 112), "alone", SWAP.format(side=112, more='identity = "gone"'))
        replaced(swap_network="alone")


def test_an_identity_network_finds_the_actor(tmp_path: Path) -> None:
    brought(means(tmp_path), "means", VECTOR + "[face]\nalike = 0.99\n", "identity")
    reference = {"swap": "pictures", "swap_whose": "reference", "identity_network": "means"}
    found = replaced(**reference, swap_reference=str(ANNA))
    assert "by Little means" in " ".join(found.messages) and change(found) > 0.01
    lost = replaced(**reference, swap_reference=str(PEOPLE / "half5.jpg"))
    assert "Nobody in sight is like the face reference" in " ".join(lost.messages)


@pytest.mark.parametrize(
    ("id", "says"),
    [
        ("", "is empty; write the id of your own network there"),
        ("modnet", "is no network that puts a face in; choose another"),
        ("barred", r"forbid its use on faces \(\[licence\] faces\): choose a network whose terms allow it"),
        ("nothing", "No network is called 'nothing'"),
    ],
)
def test_what_may_not_or_cannot_stays_out(tmp_path: Path, id: str, says: str) -> None:
    barred = SWAP.format(side=128, more='takes = "picture"')
    brought(other(tmp_path, 128, "target"), "barred", barred, faces="forbidden")
    with pytest.raises(AnatomatteError, match=says):
        replaced(swap_network=id)


def test_without_consent_a_network_does_nothing(tmp_path: Path) -> None:
    brought(other(tmp_path, 128, "target"), "same", SWAP.format(side=128, more='takes = "picture"'))
    with pytest.raises(SettingsError, match="off until a consent note is given"):
        replaced(swap_network="same", **dict.fromkeys(NOTE, ""))


@pytest.mark.parametrize(
    ("head", "tables", "says"),
    [
        (
            "",
            SWAP.format(side=128, more='takes = "picture"'),
            r"\[licence\] faces is missing: read its terms",
        ),
        ("allowed", SWAP.format(side=100, more='takes = "picture"'), "template = 100"),
        ("allowed", SWAP.format(side=120, more='takes = "picture"'), "it takes 112, 128, 256 or 512"),
        ("allowed", SWAP.format(side=128, more=""), "needs identity, the id of the network"),
        ("allowed", ALONE.replace('"nothing"', '"nothing"\nsource = "x"'), 'takes = "nothing" has no source'),
        ("allowed", ALONE.replace("nothing", "picture"), 'knows one face alone has takes = "nothing"'),
        ("allowed", VECTOR, r'engines = \["swap"\] belongs to a network with \[\[output\]\] what = "face"'),
    ],
)
def test_a_manifest_that_does_not_fit_is_told(tmp_path: Path, head: str, tables: str, says: str) -> None:
    del tmp_path
    with pytest.raises(SettingsError, match=says):
        parsed(HEAD.format(id="net", use="swap", faces=head) + tables, "net.toml")
