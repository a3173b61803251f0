"""The networks of faces: that they are the published graphs, in torch and as the node computes them.

Fixtures hold what MediaPipe's own graph (of the mesh with attention, whose operations the LiteRT interpreter
does not know) and the interpreter (of the detector) made of drawn faces. Where ANATOMATTE_MEDIAPIPE names a
folder with the published files, fixtures and weights are compared with these.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from nets import face_scenes
from numpy.typing import NDArray
from safetensors import safe_open
from safetensors.torch import save_file
from training.faces import ATTENTION, DETECTOR, convert_attention, convert_detector

from anatomatte.errors import SetupError
from anatomatte.nets.graphs.faces import FaceGraphs
from anatomatte.nets.graphs.files import FILES
from anatomatte.nets.own import face_attention, face_detector

pytestmark = pytest.mark.usefixtures("one_thread")

NAMES = ("upright", "left", "right")
NETS = {"face_attention": (face_attention, 2_500_000), "face_detector": (face_detector, 1_100_000)}
CONVERT: dict[str, tuple[Callable[[Path, Path], None], str]] = {
    "face_attention": (convert_attention, ATTENTION.name),
    "face_detector": (convert_detector, DETECTOR.name),
}
EXACT = 0.02
"""Pixels, of 192, and logits."""


@pytest.fixture(scope="module")
def stored() -> dict[str, NDArray[Any]]:
    with np.load(face_scenes.FIXTURE) as file:
        return dict(file)


@pytest.fixture(scope="module")
def graphs() -> FaceGraphs:
    return FaceGraphs()


def tensor(picture: NDArray[Any]) -> torch.Tensor:
    return torch.from_numpy(np.asarray(picture, np.float32)).permute(2, 0, 1)[None]


@pytest.mark.parametrize("name", NAMES)
def test_the_mesh_says_what_mediapipes_graph_says(
    name: str, graphs: FaceGraphs, stored: dict[str, NDArray[Any]]
) -> None:
    theirs, picture = stored[f"{name}_mesh"], stored[name] / np.float32(255)
    eyes = float(np.hypot(*(theirs[33] - theirs[263])[:2]))
    net = face_attention.load(FILES["face_attention"][0])
    with torch.inference_mode():
        found = net(tensor(picture))
    for points, present in (
        (found.points[0].numpy(), float(found.present)),
        graphs.mesh(picture.astype(np.float32)),
    ):
        assert points.shape == (478, 3) and present > 0.5
        assert np.abs(points - theirs).max() < EXACT
        assert np.hypot(*(points - theirs)[:, :2].T).mean() < 0.005 * eyes  # landmark_nme


def test_the_irises_lie_in_the_eyes(graphs: FaceGraphs, stored: dict[str, NDArray[Any]]) -> None:
    points, _ = graphs.mesh((stored["upright"] / np.float32(255)).astype(np.float32))
    for first, corners in ((468, (33, 133)), (473, (362, 263))):
        low, high = np.sort(points[list(corners), 0])
        assert low < points[first, 0] < high


@pytest.mark.parametrize("name", NAMES)
def test_the_detector_says_what_the_interpreter_says(
    name: str, graphs: FaceGraphs, stored: dict[str, NDArray[Any]]
) -> None:
    given = stored[name].astype(np.float32) / np.float32(127.5) - 1
    net = face_detector.load(FILES["face_detector"][0])
    with torch.inference_mode():
        found = net(tensor(given))
    best = face_scenes._best(stored[f"{name}_scores"])
    ours = (found.scores[0].numpy(), found.boxes[0].numpy())
    for scores, boxes in (ours, graphs.detect(given)):
        assert scores.max() > 1  # a face is found
        assert np.abs(scores - stored[f"{name}_scores"]).max() < EXACT
        assert np.abs(boxes[best] - stored[f"{name}_boxes"]).max() < EXACT


def test_digests_are_told(graphs: FaceGraphs) -> None:
    assert set(graphs.digests) == set(NETS)


@pytest.mark.parametrize("name", NETS)
def test_the_shipped_file_says_what_it_is(name: str) -> None:
    net, most = NETS[name]
    path = FILES[name][0]
    assert path.stat().st_size < most
    with safe_open(str(path), "pt") as file:
        assert file.metadata() == {"net": net.NET}
        assert {file.get_tensor(key).dtype for key in list(file.keys())} == {torch.float16}


@pytest.mark.parametrize("name", NETS)
def test_a_wrong_file_is_a_sentence(name: str, tmp_path: Path) -> None:
    net, _ = NETS[name]
    with pytest.raises(SetupError, match=r"weights .*none.* cannot be read .*install"):
        net.load(tmp_path / "none.safetensors")
    with pytest.raises(SetupError, match=r"portrait\.safetensors is of another network"):
        net.load(FILES["portrait"][0])
    save_file({"stem.weight": torch.zeros(1)}, str(tmp_path / "x.safetensors"), {"net": net.NET})
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


@pytest.mark.parametrize("name", NAMES)
def test_the_fixture_is_what_the_interpreter_says(
    name: str, published: Path, stored: dict[str, NDArray[Any]]
) -> None:
    pytest.importorskip("ai_edge_litert.interpreter")
    scores, boxes = face_scenes.detector(published, stored[name])
    assert np.abs(scores - stored[f"{name}_scores"]).max() < 1e-3
    assert np.abs(boxes[face_scenes._best(scores)] - stored[f"{name}_boxes"]).max() < 1e-3


@pytest.mark.parametrize("name", NAMES)
def test_the_fixture_is_what_mediapipes_graph_says(name: str, stored: dict[str, NDArray[Any]]) -> None:
    pytest.importorskip("mediapipe.python.solutions.face_mesh")
    assert np.abs(face_scenes.mesh(stored[name]) - stored[f"{name}_mesh"]).max() < 1e-3


@pytest.mark.parametrize("name", CONVERT)
def test_the_shipped_file_is_the_published_one(name: str, published: Path, tmp_path: Path) -> None:
    pytest.importorskip("tflite")
    convert, source = CONVERT[name]
    convert(published / source, tmp_path / "made.safetensors")
    assert (tmp_path / "made.safetensors").read_bytes() == FILES[name][0].read_bytes()
