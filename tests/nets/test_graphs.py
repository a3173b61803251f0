"""The graphs of our networks: they say what the networks themselves say, alone and beside others."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from nets.landmark_scenes import FIXTURE
from numpy.typing import NDArray
from training import graphs as written

from anatomatte.errors import SetupError
from anatomatte.nets.graphs import graph as graph_module
from anatomatte.nets.graphs.files import GRAPHS
from anatomatte.nets.graphs.landmarks import LandmarkGraphs
from anatomatte.nets.graphs.people import PeopleGraphs
from anatomatte.nets.own.ensemble import PeopleModel
from anatomatte.nets.own.landmark_model import LandmarkModel
from anatomatte.people.instances import Prediction

pytestmark = pytest.mark.usefixtures("one_thread")

SAME = 1 / 2048
DRAWN = Path(__file__).resolve().parent.parent / "data" / "people" / "04.jpg"
Plane = NDArray[np.float32]


@pytest.fixture(scope="module")
def torch_model() -> PeopleModel:
    return PeopleModel()


@pytest.fixture(scope="module")
def model() -> PeopleGraphs:
    return PeopleGraphs()


def drawn(height: int, width: int) -> Plane:
    picture = cv2.imread(str(DRAWN))
    assert picture is not None
    small = cv2.resize(picture[..., ::-1], (width, height), interpolation=cv2.INTER_AREA)
    return np.asarray(small, np.float32) / np.float32(255)


def shown(one: Prediction) -> dict[str, Plane]:
    """All that a prediction holds, logits as what they are looked at as."""
    held = {name: getattr(one, name) for name in one.__slots__}
    for name in ("alpha", "pose_mask", "portrait"):
        if held[name] is not None:
            held[name] = 1 / (1 + np.exp(-np.clip(held[name], -30, 30)))
    return {name: plane for name, plane in held.items() if plane is not None}


@pytest.mark.parametrize("size", [(192, 320), (256, 160), (32, 32)])
def test_a_pass_says_what_torch_says(
    model: PeopleGraphs, torch_model: PeopleModel, size: tuple[int, int]
) -> None:
    picture = drawn(*size)
    wanted = [(picture, 0, 1), (picture, 1, 2), (picture, 2, 0), (picture, 3, 0)]
    for ours, theirs in zip(model.infer(wanted), torch_model.infer(wanted), strict=True):
        mine, its = shown(ours), shown(theirs)
        assert mine.keys() == its.keys()
        for name, plane in mine.items():
            assert plane.shape == its[name].shape and plane.dtype == np.float32, name
            assert np.allclose(plane, its[name], rtol=1e-4, atol=SAME), name
    assert model.long_sides == torch_model.long_sides and model.variants == torch_model.variants == 4
    assert model.digests == torch_model.digests


def test_parts_alone_are_those_of_the_whole_pass(model: PeopleGraphs) -> None:
    picture = drawn(96, 160)
    plain, mirrored = model.infer([(picture, 0, 0), (picture, 1, 0)])
    alone = model.parts([(picture, False), (picture, True)], threads=2)
    for quick, whole in zip(alone, (plain.parts, mirrored.parts), strict=True):
        assert quick.shape == whole.shape and np.allclose(quick, whole, atol=1e-5)
    assert np.abs(alone[0] - alone[1]).max() > 0.01 and model.parts([]) == []


def test_threads_and_passes_beside_change_no_bit(model: PeopleGraphs) -> None:
    picture, other = drawn(96, 160), drawn(160, 96)
    wanted = [(picture, 0, 1), (other, 0, 1), (other, 2, 2), (picture, 3, 0)]
    (alone,) = model.infer(wanted[:1])
    for threads in (1, 2, 4):
        beside = model.infer(wanted, threads)[0]
        assert all(np.array_equal(plane, shown(beside)[name]) for name, plane in shown(alone).items())


def test_a_stop_is_heard_between_passes(model: PeopleGraphs) -> None:
    class Stopped(Exception):
        pass

    def stop() -> None:
        raise Stopped

    for threads in (1, 2):
        with pytest.raises(Stopped):
            model.infer([(drawn(32, 32), 0, 0)], threads, stop)
        with pytest.raises(Stopped):
            model.parts([(drawn(32, 32), False)], threads, stop)


def test_an_outfit_is_what_torch_says(model: PeopleGraphs, torch_model: PeopleModel) -> None:
    picture, matte = drawn(256, 256), np.zeros((64, 64), np.float32)
    matte[4:, 20:44] = 1
    (seen,) = model.infer([(drawn(192, 192), 0, 0)])
    for window in ((0.0, 1.0, 0.0, 1.0), (0.1, 0.9, 0.2, 1.1)):
        ours, theirs = (one.outfit(seen, window, picture, matte) for one in (model, torch_model))
        assert ours is not None and theirs is not None and ours.shape == (7,)
        assert np.allclose(ours, theirs, atol=1e-4)
    assert model.outfit(seen, window, picture, 0 * matte) is None
    (plain,) = model.infer([(drawn(32, 32), 2, 0)])
    assert model.outfit(plain, window, picture, matte) is None


def test_landmarks_are_what_torch_says(torch_model: PeopleModel) -> None:
    with np.load(FIXTURE) as stored:
        pictures = {name: np.asarray(stored[name] / np.float32(255), np.float32) for name in stored.files}
    ours, theirs = LandmarkGraphs(), LandmarkModel(torch_model)
    asked: dict[str, tuple[int, Callable[..., Any], Callable[..., Any]]] = {
        "pose": (256, ours.pose, theirs.pose),
        "face": (192, ours.face, theirs.face),
        "hand": (224, ours.hand, theirs.hand),
        "palm": (192, ours.palms, theirs.palms),
    }
    for name, (side, mine, its) in asked.items():
        picture = next(one for one in pictures.values() if one.shape == (side, side, 3))
        for one, other in zip(mine(picture), its(picture), strict=True):
            assert np.shape(one) == np.shape(other), name
            assert np.allclose(one, other, rtol=1e-4, atol=0.005), name
    assert ours.digests == theirs.digests


@pytest.mark.parametrize("name", written.networks())
def test_shipped_graphs_are_those_of_the_networks(name: str) -> None:
    import onnx

    made = written.graph(written.networks()[name]())
    there = onnx.load(str(GRAPHS / f"{name}.onnx"), load_external_data=False)
    assert [node.op_type for node in there.graph.node] == [node.op_type for node in made.graph.node]
    names = json.loads((GRAPHS / "weights.json").read_text(encoding="utf-8"))[name]
    assert list(written.weights_of(there)) == list(written.weights_of(made)) == names
    assert not any(len(one.raw_data) > 4096 for one in there.graph.initializer)  # numbers are in one place


@pytest.mark.parametrize("name", written.networks())
def test_nothing_slow_is_left_in_a_graph(name: str) -> None:
    """ONNX Runtime copies a picture to pad it, and computes a PReLU number by number."""
    import onnx

    made = onnx.load_model_from_string((GRAPHS / f"{name}.onnx").read_bytes()).graph
    asked = [name for node in made.node for name in node.input]
    once = {
        node.output[0] for node in made.node if node.op_type == "Pad" and asked.count(node.output[0]) == 1
    }
    for node in made.node:
        assert node.op_type != "PRelu"
        assert node.op_type != "Conv" or node.input[0] not in once


def test_a_broken_graph_or_weights_file_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "hand.onnx").write_bytes(b"no graph")
    (tmp_path / "face.onnx").write_bytes((GRAPHS / "hand.onnx").read_bytes())
    (tmp_path / "weights.json").write_bytes((GRAPHS / "weights.json").read_bytes())
    monkeypatch.setattr(graph_module, "GRAPHS", tmp_path)
    for name in ("hand", "face", "pose"):  # damaged, another network's, not there
        with pytest.raises(SetupError, match="install the package again"):
            graph_module.Graph(name)
    monkeypatch.setattr(graph_module, "GRAPHS", GRAPHS)
    monkeypatch.setitem(graph_module.FILES, "hand", (tmp_path / "gone.safetensors",))
    with pytest.raises(SetupError, match=r"gone\.safetensors cannot be read"):
        graph_module.Graph("hand")


def test_people_and_parts_need_no_torch() -> None:
    code = """
import sys
import numpy as np
from anatomatte.engine import Work, key_frame
from anatomatte.frame import Frame
from anatomatte.settings import Settings
plate = np.random.default_rng(0).random((90, 160, 3), np.float32)
frame = Frame(plate, (0, 0, 160, 90))
key_frame({"Source": frame}, Settings(subject="on", output="parts"), Work(threads=1)).named("face")
assert "onnxruntime" in sys.modules and "torch" not in sys.modules
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=300)


def test_a_large_look_leaves_its_memory_behind() -> None:
    """A network that keeps what its largest picture took would keep 290 MB here, besides all others'."""
    grown = """
import numpy as np
from anatomatte.nets.graphs.graph import Graph

def resident():
    return int(open("/proc/self/statm").read().split()[1]) * 4096 / 1e6

network = Graph("people_parts")
network(np.zeros((1, 3, 96, 96), np.float32))
before = resident()
network(np.zeros((1, 3, 896, 1600), np.float32))
print(resident() - before)
"""
    done = subprocess.run([sys.executable, "-c", grown], capture_output=True, text=True, check=True)
    assert float(done.stdout) < 160
