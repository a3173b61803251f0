"""Files of three formats through the runner, against references written by hand."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto

from anatomatte.errors import Cancelled, OutOfMemory
from anatomatte.nets.runtime.files import installed, opened
from anatomatte.nets.runtime.runner import Runner
from anatomatte.nets.runtime.sessions import Sessions
from made.network_files import alpha_net, manifest, node, onnx_net, recurrent, tflite_sigmoid, torchscript_net

ALPHA = '[[output]]\nwhat = "alpha"\nname = "output"\nencoding = "sigmoid"\n'


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def picture(height: int = 32, width: int = 48, seed: int = 1) -> Any:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


def runner(tmp_path: Path, tables: str, file: Path, **facts: Any) -> Runner:
    runtime = {".onnx": "onnx", ".pt": "torchscript", ".tflite": "tflite"}[file.suffix]
    return Runner(
        manifest(tables, runtime=runtime), file, pool=Sessions(idle=100), **{"opener": opened, **facts}
    )


# ---- the whole road


def test_onnx_from_picture_to_alpha(tmp_path: Path) -> None:
    """Halved by area, BGR, 0-255 with mean and deviation, logits, brought back bilinearly."""
    tables = """
    [input]
    name = "input"
    colour = "bgr"
    range = [0, 255]
    mean = [10, 20, 30]
    std = [50, 60, 70]
    [size]
    rule = "long"
    side = 24
    filter = "area"
    """
    plate = picture(32, 48)
    answer, carried = runner(tmp_path, tables + ALPHA, alpha_net(tmp_path / "a.onnx")).infer(plate)
    small = plate.reshape(16, 2, 24, 2, 3).mean((1, 3))
    numbers = (small[..., ::-1] * 255 - [10, 20, 30]) / [50, 60, 70]
    soft = sigmoid(numbers @ [4, -3, 2] - 0.5)
    assert carried is None and answer.alpha is not None
    assert np.abs(answer.alpha[0] - soft).max() < 1e-5
    grown = answer.alpha_at()
    assert grown is not None and grown.shape == (32, 48)
    # bilinear with pixel centres at halves: a pixel pair lies a quarter to each side
    inner = soft[:, 4] * 0.75 + soft[:, 5] * 0.25
    assert np.abs(grown[2::2, 9] - (inner[1:] * 0.75 + inner[:-1] * 0.25)).max() < 1e-5


class Split(torch.nn.Module):
    """Two outputs in a dictionary, a scalar input with a default."""

    def forward(self, src: torch.Tensor, gain: float = 1.0) -> dict[str, torch.Tensor]:
        return {"other": src * 0, "alpha": src.mean(1, keepdim=True) * gain}


class Pair(torch.nn.Module):
    """Two outputs without names."""

    def forward(self, src: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return src, src[:, :1] * 0.5


def test_torchscript_by_name_with_a_number(tmp_path: Path) -> None:
    file = torchscript_net(tmp_path / "a.pt", Split())
    tables = """
    [input]
    name = "src"
    [[extra]]
    what = "constant"
    name = "gain"
    value = 0.25
    [[output]]
    what = "alpha"
    name = "alpha"
    """
    plate = picture()
    for _ in range(2):  # the names are only known once it has run
        answer, _ = runner(tmp_path, tables, file).infer(plate)
        assert answer.alpha is not None
        assert np.abs(answer.alpha[0] - plate.mean(2) * 0.25).max() < 1e-6


def test_torchscript_by_number_in_half(tmp_path: Path) -> None:
    class Halved(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.gain = torch.nn.Parameter(torch.tensor([0.5]).half())

        def forward(self, src: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            return src, (src * self.gain)[:, :1]

    for module, slack in ((Pair(), 1e-6), (Halved(), 1e-3)):
        file = torchscript_net(tmp_path / "b.pt", module)
        plate = picture()
        answer, _ = runner(tmp_path, '[[output]]\nwhat = "alpha"\nindex = 1\n', file).infer(plate)
        assert answer.alpha is not None
        assert np.abs(answer.alpha[0] - plate[..., 0] * 0.5).max() < slack


def test_litert_in_its_own_layout(tmp_path: Path) -> None:
    file = tflite_sigmoid(tmp_path / "a.tflite", (1, 8, 12, 3))
    tables = """
    [input]
    layout = "NHWC"
    range = [-1, 1]
    [size]
    rule = "fixed"
    height = 8
    width = 12
    filter = "area"
    [[output]]
    what = "alpha"
    layout = "NHWC"
    channel = 1
    """
    plate = picture(32, 48)
    answer, _ = runner(tmp_path, tables, file).infer(plate)
    small = plate.reshape(8, 4, 12, 4, 3).mean((1, 3))
    assert answer.alpha is not None
    assert np.abs(answer.alpha[0] - sigmoid(small[..., 1] * 2 - 1)).max() < 1e-5


def test_half_precision_ports_get_half_numbers(tmp_path: Path) -> None:
    file = onnx_net(
        tmp_path / "h.onnx",
        [node("ReduceMean", "input", "output", axes=[1], keepdims=1)],
        {"input": (1, 3, "h", "w")},
        {"output": (1, 1, "h", "w")},
        types={"input": TensorProto.FLOAT16, "output": TensorProto.FLOAT16},
    )
    plate = picture()
    answer, _ = runner(tmp_path, '[[output]]\nwhat = "alpha"\n', file).infer(plate)
    assert answer.alpha is not None and answer.alpha.dtype == np.float32
    assert 1e-7 < np.abs(answer.alpha[0] - plate.mean(2)).max() < 1e-3


def test_each_port_gets_its_own_type(tmp_path: Path) -> None:
    file = onnx_net(
        tmp_path / "p.onnx",
        [node("Cast", "rough", "wide", to=TensorProto.FLOAT), node("ReduceMean", "input", "grey", axes=[1]),
         node("Mul", "grey wide", "output")],
        {"input": (1, 3, "h", "w"), "rough": (1, 1, "h", "w")},
        {"output": (1, 1, "h", "w")},
        types={"rough": TensorProto.FLOAT16},
    )  # fmt: skip
    tables = '[[extra]]\nwhat = "hint"\nname = "rough"\n[[output]]\nwhat = "alpha"\n'
    plate, hint = picture(), picture(seed=2)[..., 0]
    answer, _ = runner(tmp_path, tables, file).infer(plate, hint=hint)
    assert answer.alpha is not None and np.abs(answer.alpha[0] - plate.mean(2) * hint).max() < 1e-3


def test_bytes_in_bytes_out(tmp_path: Path) -> None:
    file = onnx_net(
        tmp_path / "u.onnx",
        [node("Identity", "input", "output")],
        {"input": ("h", "w", 3)},
        {"output": ("h", "w", 3)},
        types={"input": TensorProto.UINT8, "output": TensorProto.UINT8},
    )
    tables = """
    [input]
    layout = "HWC"
    range = [0, 255]
    dtype = "uint8"
    [[output]]
    what = "alpha"
    layout = "HWC"
    encoding = "byte"
    channel = 2
    """
    plate = picture()
    answer, _ = runner(tmp_path, tables, file).infer(plate)
    assert answer.alpha is not None
    assert np.array_equal(answer.alpha[0], np.rint(plate[..., 2] * 255).astype(np.float32) / np.float32(255))


# ---- memory of a recurrent network


RECURRENT = """
[input]
name = "src"
[[extra]]
what = "state"
name = "r1i"
source = "r1o"
shape = [1, 1, 1, 1]
[[extra]]
what = "ratio"
name = "ratio"
side = 24
[[output]]
what = "alpha"
name = "pha"
[time]
contract = "recurrent"
warm_up = 4
block = 8
overlap = 2
"""


def test_states_go_from_frame_to_frame(tmp_path: Path) -> None:
    net = runner(tmp_path, RECURRENT, recurrent(tmp_path / "r.onnx"))
    state, carried = np.zeros((32, 48)), None
    for seed in range(3):
        plate = picture(seed=seed)
        answer, carried = net.infer(plate, before=carried)
        state = (state + plate.mean(2)) / 2
        assert answer.alpha is not None
        assert np.abs(answer.alpha[0] - state * (24 / 48)).max() < 1e-6
    # another size begins anew
    plate = picture(16, 16)
    answer, _ = net.infer(plate, before=carried)
    assert answer.alpha is not None and np.abs(answer.alpha[0] - plate.mean(2) / 2).max() < 1e-6


# ---- one file for everybody


def test_many_frames_at_once_share_a_session_and_agree(tmp_path: Path) -> None:
    pool, made = Sessions(idle=100), []
    net = Runner(manifest(ALPHA), alpha_net(tmp_path / "a.onnx"), pool=pool, threads=2)
    plate = picture(64, 96)

    def frame() -> None:
        made.append(net.infer(plate)[0].alpha)

    threads = [threading.Thread(target=frame) for _ in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert pool.loads == 1 and len(made) == 6
    assert all(np.array_equal(one, made[0]) for one in made)
    alone = Runner(manifest(ALPHA), tmp_path / "a.onnx", pool=pool, threads=1).infer(plate)[0].alpha
    assert np.array_equal(alone, made[0])


def test_a_cancelled_frame_runs_nothing(tmp_path: Path) -> None:
    def check() -> None:
        raise Cancelled("The host stopped this frame.")

    pool = Sessions(idle=100)
    with pytest.raises(Cancelled):
        Runner(manifest(ALPHA), alpha_net(tmp_path / "a.onnx"), pool=pool).infer(picture(), check=check)
    assert pool.loads == 0


def test_providers_are_those_that_are_installed_and_the_cpu_comes_last() -> None:
    have = ["TensorrtExecutionProvider", "CUDAExecutionProvider", "CPUExecutionProvider"]
    assert installed(("cuda", "cpu"), have, "cuda") == ["CUDAExecutionProvider", "CPUExecutionProvider"]
    assert installed(("openvino", "cpu"), have, "cuda") == ["CPUExecutionProvider"]
    assert installed(("tensorrt", "cuda"), have, "cpu") == ["CPUExecutionProvider"]


# ---- short memory


class Starved:
    """A session that says what a short machine says, for pictures above a size."""

    def __init__(self, inner: Any, most: int) -> None:
        self.inner, self.most = inner, most
        self.inputs, self.outputs, self.remark = inner.inputs, inner.outputs, inner.remark

    def run(self, feeds: Any, check: Any) -> Any:
        if max(feeds["input"].shape) > self.most:
            raise RuntimeError("[ONNXRuntimeError] : Failed to allocate memory for requested")
        return self.inner.run(feeds, check)


@pytest.mark.parametrize(("most", "side"), [(40, 32), (20, 16)])
def test_short_memory_takes_a_smaller_size_and_says_so(tmp_path: Path, most: int, side: int) -> None:
    tables, file = "[size]\nsmaller = [32, 16]\n" + ALPHA, alpha_net(tmp_path / "a.onnx")
    net = runner(tmp_path, tables, file, opener=lambda *facts: Starved(opened(*facts), most))
    told: list[str] = []
    answer, _ = net.infer(picture(48, 48), report=told.append)
    assert answer.geometry.inner == (side, side)
    assert told == [
        "Little network did not fit into memory on cpu; "
        f"this frame was made on cpu at an inner size of {side}."
    ]


def test_no_memory_at_all_is_out_of_memory(tmp_path: Path) -> None:
    tables, file = "[size]\nsmaller = [32, 16]\n" + ALPHA, alpha_net(tmp_path / "a.onnx")
    net = runner(tmp_path, tables, file, opener=lambda *facts: Starved(opened(*facts), 4))
    with pytest.raises(OutOfMemory, match="not even on cpu at an inner size of 16"):
        net.infer(picture(48, 48))
