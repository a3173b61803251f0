"""Where networks run: the control Device, GPUs that are there, seem to be, run out of memory."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
import onnxruntime as ort
import pytest

import anatomatte
from anatomatte.engine import subject
from anatomatte.errors import SetupError
from anatomatte.nets.graphs import graph
from anatomatte.nets.runtime import devices
from made.rooms_made import ROOM

CUDA = "CUDAExecutionProvider"


class Gpu:
    """A GPU that computes as the processor does, and counts; ``short`` lets it run out of memory."""

    def __init__(self) -> None:
        self.short = False
        self.broken = False
        self.runs: list[str] = []
        self.options: dict[str, str] = {}

    def available(self) -> tuple[str, ...]:
        return CUDA, "CPUExecutionProvider"

    def session(self, content: bytes, options: Any, providers: list[devices.Provider]) -> Any:
        made = ort.InferenceSession(content, options, providers=["CPUExecutionProvider"])
        if providers == ["CPUExecutionProvider"]:
            return _Session(self, made, "cpu")
        assert isinstance(providers[0], tuple) and providers[-1] == "CPUExecutionProvider"
        self.options = providers[0][1]
        return _Session(self, made, "cpu" if self.broken else f"cuda:{self.options['device_id']}")


class _Session:
    def __init__(self, gpu: Gpu, made: Any, device: str) -> None:
        self.gpu, self.made, self.device = gpu, made, device

    def get_providers(self) -> list[str]:
        return [*([] if self.device == "cpu" else [CUDA]), "CPUExecutionProvider"]

    def get_inputs(self) -> Any:
        return self.made.get_inputs()

    def run(self, names: Any, feed: Any, _options: Any = None) -> Any:
        if self.gpu.short and self.device != "cpu":
            raise RuntimeError("[ONNXRuntimeError] : 6 : CUDA failure 2: out of memory ; GPU=0")
        self.gpu.runs.append(self.device)
        return self.made.run(names, feed)


@pytest.fixture(autouse=True)
def anew() -> Iterator[None]:
    devices.forget()
    anatomatte.engine.forget()
    yield
    devices.forget()
    anatomatte.engine.forget()


@pytest.fixture
def gpu(monkeypatch: pytest.MonkeyPatch) -> Gpu:
    made = Gpu()
    monkeypatch.setattr(devices, "available", made.available)
    monkeypatch.setattr(devices, "session", made.session)
    return made


def seen(device: str) -> Any:
    """The sample room's people, small."""
    anatomatte.engine.forget()
    picture = cv2.imread(str(ROOM / "plate.1003.jpg"))
    assert picture is not None
    small = cv2.resize(
        picture[..., ::-1], (480, 480 * picture.shape[0] // picture.shape[1]), interpolation=cv2.INTER_AREA
    )
    return anatomatte.matte(small, who="everyone", screen="none", device=device)


def test_auto_takes_a_gpu_that_works_and_cpu_never_asks(gpu: Gpu) -> None:
    assert graph.where("auto") == "cuda:0" and graph.where("cuda:3") == "cuda:3"
    gpu.runs.clear()
    seen("cpu")
    assert gpu.runs and set(gpu.runs) == {"cpu"}
    gpu.runs.clear()
    seen("auto")
    assert gpu.runs and set(gpu.runs) == {"cuda:0"}


def planes(device: str) -> tuple[Any, list[Any]]:
    """A frame, and its alpha and two of its parts."""
    made = seen(device)
    return made, made.planes(("alpha", "face", "left_hand"), "everyone")


def test_everything_that_a_frame_asks_runs_there_and_is_the_same(gpu: Gpu) -> None:
    _, right = planes("cpu")
    gpu.runs.clear()
    made, found = planes("cuda:1")
    # the networks' layers at full size are loops on a processor and the graph's own on a GPU
    assert all(np.abs(one - other).max() <= 1 / 2048 for one, other in zip(right, found, strict=True))
    assert right[0].max() > 0.9 and right[1].any()
    assert set(gpu.runs) == {"cuda:1"} and len(gpu.runs) > 6
    assert gpu.options["use_tf32"] == "0" and gpu.options["device_id"] == "1"
    assert not any("memory" in text for text in made.messages)


def test_what_has_no_memory_there_is_done_by_the_cpu_and_told(gpu: Gpu) -> None:
    _, right = planes("cpu")
    assert graph.where("auto") == "cuda:0"
    gpu.short = True
    made, found = planes("auto")
    assert all(np.array_equal(one, other) for one, other in zip(right, found, strict=True))
    told = "The people network did not fit into memory on cuda:0; this frame was made on cpu."
    assert told in made.messages


@pytest.mark.parametrize("broken", [False, True])
def test_a_gpu_that_is_not_there_is_a_sentence_where_it_is_named(
    request: pytest.FixtureRequest, broken: bool
) -> None:
    if broken:
        gpu: Gpu = request.getfixturevalue("gpu")
        gpu.broken = True
    assert graph.where("auto") == "cpu"
    with pytest.raises(SetupError, match=r"cuda:0 and it cannot .*(no CUDA|found no GPU).*Device to Auto"):
        seen("cuda:0")
    assert seen("auto").alpha.max() > 0.9


def test_weights_of_each_device_are_given_back(gpu: Gpu) -> None:
    seen("auto")
    assert set(subject._models) == {"cpu", "cuda:0"} or set(subject._models) == {"cuda:0"}
    subject.forget()
    assert not subject._models and not subject._landmarks
