"""The landmark networks: that they are the published graphs, and what a wrong file says.

Fixtures hold what the LiteRT interpreter made of drawn pictures. The published files themselves are not in
the repository; where ANATOMATTE_MEDIAPIPE names a folder that holds them, fixtures and weights are compared.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nets import landmark_scenes
from nets.landmark_scenes import FIXTURE, THINNED, likely
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from training.landmarks import FACE, HAND, PALM, convert_face, convert_hand, convert_palm, convert_pose
from training.pretrained import POSE

from anatomatte.errors import SetupError
from anatomatte.nets.own import face_mesh, hand_net, landmark_model, palm_detector, pose_head
from anatomatte.nets.own.ensemble import PeopleModel
from anatomatte.nets.own.landmark_model import LandmarkModel

pytestmark = pytest.mark.usefixtures("one_thread")

FILES = {
    "pose": (landmark_model.POSE, pose_head, 2_900_000),
    "face": (landmark_model.FACE, face_mesh, 1_300_000),
    "hand": (landmark_model.HAND, hand_net, 5_400_000),
    "palm": (landmark_model.PALM, palm_detector, 2_300_000),
}
CONVERT: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "pose": (convert_pose, POSE.name),
    "face": (convert_face, FACE.name),
    "hand": (convert_hand, HAND.name),
    "palm": (convert_palm, PALM.name),
}
EXACT = 0.02
"""Pixels, of 192 to 256, and logits; probabilities are compared to a twentieth of it."""


@pytest.fixture(scope="module")
def model() -> LandmarkModel:
    return LandmarkModel(PeopleModel(portrait=None, detector=None))


@pytest.fixture(scope="module")
def stored() -> dict[str, NDArray[Any]]:
    with np.load(FIXTURE) as file:
        return dict(file)


def picture(stored: dict[str, NDArray[Any]], name: str) -> NDArray[np.float32]:
    return np.asarray(stored[name] / np.float32(255), np.float32)


def test_the_pose_network_says_what_the_interpreter_says(
    model: LandmarkModel, stored: dict[str, NDArray[Any]]
) -> None:
    points, heat, present = model.pose(picture(stored, "pose"))
    assert np.abs(points - stored["pose_points"]).max() < EXACT
    assert np.abs(heat[THINNED] - stored["pose_heat"]).max() < EXACT
    assert abs(present - stored["pose_present"].item()) < EXACT / 20


def test_the_face_mesh_says_what_the_interpreter_says(
    model: LandmarkModel, stored: dict[str, NDArray[Any]]
) -> None:
    points, present = model.face(picture(stored, "face"))
    assert present > 0.9 and np.ptp(points[:, 1]) > 80  # a face is found
    assert np.abs(points - stored["face_points"]).max() < EXACT
    assert abs(present - stored["face_present"].item()) < EXACT / 20


def test_the_hand_network_says_what_the_interpreter_says(
    model: LandmarkModel, stored: dict[str, NDArray[Any]]
) -> None:
    points, present, right = model.hand(picture(stored, "hand"))
    assert present > 0.9 and points[0, 1] > points[12, 1] + 80  # the wrist is below the fingers
    assert np.abs(points - stored["hand_points"]).max() < EXACT
    assert abs(present - stored["hand_present"].item()) < EXACT / 20
    assert abs(right - stored["hand_right"].item()) < EXACT / 20


def test_the_palm_detector_says_what_the_interpreter_says(
    model: LandmarkModel, stored: dict[str, NDArray[Any]]
) -> None:
    scores, boxes = model.palms(picture(stored, "palm"))
    assert scores.max() > 2  # a palm is found
    assert np.abs(scores - stored["palm_scores"]).max() < EXACT
    assert np.abs(boxes[likely(stored["palm_scores"])] - stored["palm_boxes"]).max() < EXACT


def test_the_trunk_is_the_people_networks_own(model: LandmarkModel) -> None:
    """What the people network computes for itself, the pose head reads."""
    batch = torch.rand(1, 3, 64, 96, generator=torch.Generator().manual_seed(4))
    trunk = landmark_model.published_trunk(PeopleModel(portrait=None, detector=None).nets)
    with torch.inference_mode():
        assert torch.allclose(trunk.body(batch).back, trunk(batch).back, atol=1e-5)
    with pytest.raises(ValueError, match="none of the people networks"):
        landmark_model.published_trunk([])


def test_looks_beside_each_other_see_the_same(model: LandmarkModel, stored: dict[str, NDArray[Any]]) -> None:
    looks: list[Callable[[], Any]] = [
        lambda: model.pose(picture(stored, "pose")),
        lambda: model.face(picture(stored, "face")),
        lambda: model.hand(picture(stored, "hand")),
    ]
    alone = [look() for look in looks]
    with ThreadPoolExecutor(4) as pool:
        beside = list(pool.map(lambda k: looks[k % 3](), range(9)))
    for k, found in enumerate(beside):
        assert all(np.array_equal(a, b) for a, b in zip(found, alone[k % 3], strict=True))


@pytest.mark.parametrize("name", FILES)
def test_the_shipped_file_says_what_it_is(name: str) -> None:
    path, net, most = FILES[name]
    assert path.stat().st_size < most
    with safe_open(str(path), "pt") as file:
        assert file.metadata() == {"net": net.NET}
        assert {file.get_tensor(key).dtype for key in list(file.keys())} == {torch.float16}


@pytest.mark.parametrize("name", FILES)
def test_a_wrong_file_is_a_sentence(name: str, tmp_path: Path) -> None:
    _, net, _ = FILES[name]
    with pytest.raises(SetupError, match=r"weights .*none.* cannot be read .*install"):
        net.load(tmp_path / "none.safetensors")
    with pytest.raises(SetupError, match=r"portrait\.safetensors is of another network"):
        net.load(landmark_model.POSE.with_name("portrait.safetensors"))
    save_file({"stem.conv.weight": torch.zeros(1)}, str(tmp_path / "x.safetensors"), {"net": net.NET})
    with pytest.raises(SetupError, match="does not fit the network"):
        net.load(tmp_path / "x.safetensors")


@pytest.mark.parametrize("name", CONVERT)
def test_another_published_file_is_refused(name: str, tmp_path: Path) -> None:
    (tmp_path / "other.tflite").write_bytes(b"another network")
    with pytest.raises(ValueError, match=r"is not the .* of mediapipe 0\.10\.21"):
        CONVERT[name][0](tmp_path / "other.tflite", tmp_path / "out.safetensors")
    assert not (tmp_path / "out.safetensors").exists()


@pytest.fixture(scope="module")
def published() -> Path:
    folder = os.environ.get("ANATOMATTE_MEDIAPIPE")
    if not folder:
        pytest.skip("needs the published files: ANATOMATTE_MEDIAPIPE names a folder with them")
    return Path(folder)


@pytest.mark.parametrize("name", CONVERT)
def test_the_fixture_is_what_the_interpreter_says(
    name: str, published: Path, stored: dict[str, NDArray[Any]]
) -> None:
    pytest.importorskip("ai_edge_litert.interpreter")
    theirs = landmark_scenes.published(published, name, picture(stored, name))
    for what, value in theirs.items():
        value = value[likely(stored["palm_scores"])] if what == "boxes" else value
        kept = value[THINNED] if what == "heat" else value
        assert np.abs(kept - stored[f"{name}_{what}"]).max() < 1e-3, what


@pytest.mark.parametrize("name", CONVERT)
def test_the_shipped_file_is_the_published_one(name: str, published: Path, tmp_path: Path) -> None:
    pytest.importorskip("tflite")
    convert, source = CONVERT[name]
    convert(published / source, tmp_path / "made.safetensors")
    assert (tmp_path / "made.safetensors").read_bytes() == FILES[name][0].read_bytes()
