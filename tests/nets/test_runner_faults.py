"""A file or a manifest that does wrong is told in a sentence; the next frame works."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch

from anatomatte.errors import SetupError
from anatomatte.nets.runtime.files import opened
from anatomatte.nets.runtime.runner import Runner
from anatomatte.nets.runtime.sessions import Sessions
from made.network_files import alpha_net, manifest, node, onnx_net, recurrent, tflite_sigmoid, torchscript_net

ALPHA = '[[output]]\nwhat = "alpha"\nname = "output"\nencoding = "sigmoid"\n'


def sigmoid(x: Any) -> Any:
    return 1 / (1 + np.exp(-np.asarray(x, np.float64)))


def picture(height: int = 32, width: int = 48, seed: int = 1) -> Any:
    return np.random.default_rng(seed).random((height, width, 3)).astype(np.float32)


class Pair(torch.nn.Module):
    def forward(self, src: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
        return src, src[:, :1] * 0.5


def runner(tmp_path: Path, tables: str, file: Path, **facts: Any) -> Runner:
    runtime = {".onnx": "onnx", ".pt": "torchscript", ".tflite": "tflite"}[file.suffix]
    return Runner(manifest(tables, runtime=runtime), file, pool=Sessions(idle=100), opener=opened, **facts)


def test_a_damaged_file_is_a_sentence(tmp_path: Path) -> None:
    whole = alpha_net(tmp_path / "a.onnx").read_bytes()
    script = torchscript_net(tmp_path / "b.pt", Pair()).read_bytes()
    lite = tflite_sigmoid(tmp_path / "c.tflite", (1, 8, 8, 3)).read_bytes()
    for name, content in (("x.onnx", whole), ("x.pt", script), ("x.tflite", lite)):
        for bad in (content[: len(content) // 2], b"", b"no network at all" * 9):
            (tmp_path / name).write_bytes(bad)
            with pytest.raises(SetupError, match=r"cannot be read as .* import the network again"):
                runner(tmp_path, '[[output]]\nwhat = "alpha"\n', tmp_path / name).infer(picture(8, 8))


def test_a_runtime_that_is_not_installed_names_the_line(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import sys

    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    monkeypatch.setitem(sys.modules, "ai_edge_litert.interpreter", None)
    with pytest.raises(SetupError, match=r"pip install 'anatomatte\[onnx\]'"):
        runner(tmp_path, ALPHA, alpha_net(tmp_path / "a.onnx")).infer(picture())
    with pytest.raises(SetupError, match=r"pip install 'anatomatte\[litert\]'"):
        file = tflite_sigmoid(tmp_path / "a.tflite", (1, 8, 8, 3))
        runner(tmp_path, '[[output]]\nwhat = "alpha"\n', file).infer(picture())


@pytest.mark.parametrize(
    ("tables", "says"),
    [
        ('[input]\nname = "image"\n', r"no input 'image'; it has 'input'"),
        ('[[extra]]\nwhat = "constant"\nname = "gain"\n', r"no input 'gain'; it has 'input'"),
        ('[input]\nlayout = "NHWC"\n', r"takes 1×3×\?×\? .* makes 1×32×48×3"),
        ('[[output]]\nwhat = "alpha"\nname = "matte"\n', r"no output 'matte'; it has 'output'"),
        ('[[output]]\nwhat = "alpha"\nindex = 3\n', r"output number 3 and the file gives 1"),
        ('[[output]]\nwhat = "alpha"\nchannel = 2\n', r"has 1 channels and the manifest takes number 2"),
        ('[[output]]\nwhat = "alpha"\nlayout = "HW"\n', r"has the shape 1×1×32×48, which is not HW"),
        ('[[output]]\nwhat = "alpha"\n', r"goes from .* where 0 to 1 is expected"),
        ('[classes]\nset = "atr"\n[[output]]\nwhat = "parts"\n', r"has 1 classes and .* lists 18"),
        ('[classes]\nset = "pascal"\n[[output]]\nwhat = "labels"\nencoding = "index"\n', r"outside 0 to 6"),
        ('[[output]]\nwhat = "foreground"\n', r"has 1 channels where a colour has 3"),
    ],
)
def test_a_manifest_that_does_not_fit_its_file_is_a_sentence(tmp_path: Path, tables: str, says: str) -> None:
    file = alpha_net(tmp_path / "a.onnx", (40, -30, 20))
    if "[[output]]" not in tables:
        tables += ALPHA
    with pytest.raises(SetupError, match=says):
        runner(tmp_path, tables, file).infer(picture())


def test_an_input_that_nobody_gives_and_a_fixed_size(tmp_path: Path) -> None:
    with pytest.raises(SetupError, match="also takes 'r1i', which the manifest of little does not give"):
        runner(tmp_path, '[input]\nname = "src"\n' + ALPHA, recurrent(tmp_path / "r.onnx")).infer(picture())
    file = alpha_net(tmp_path / "f.onnx", shape=(1, 3, 16, 16))
    with pytest.raises(SetupError, match=r"takes 1×3×16×16 and .* makes 1×3×32×48"):
        runner(tmp_path, ALPHA, file).infer(picture())


@pytest.mark.parametrize("number", [np.nan, np.inf, -np.inf])
def test_what_is_no_number_fails_the_frame_and_the_session_lives(tmp_path: Path, number: float) -> None:
    file = onnx_net(
        tmp_path / "n.onnx",
        [
            node("ReduceMax", "input", "top", axes=[1], keepdims=1),
            node("Greater", "top limit", "high"),
            node("Where", "high bad top", "output"),
        ],
        {"input": (1, 3, "h", "w")},
        {"output": (1, 1, "h", "w")},
        {"limit": np.array([0.9], np.float32), "bad": np.array([number], np.float32)},
    )
    net = runner(tmp_path, '[[output]]\nwhat = "alpha"\n', file)
    with pytest.raises(SetupError, match=r"no numbers .*anatomatte models verify little"):
        net.infer(picture())
    answer, _ = net.infer(picture() * 0.5)
    assert answer.alpha is not None


def test_a_network_that_fails_inside_is_a_sentence(tmp_path: Path) -> None:
    file = onnx_net(
        tmp_path / "s.onnx",
        [node("Reshape", "input shape", "output")],
        {"input": (1, 3, "h", "w")},
        {"output": ("a", "b", "c", "d")},
        {"shape": np.array([1, 1, 7, 7], np.int64)},
    )
    with pytest.raises(SetupError, match=r"could not be run .* do not fit"):
        runner(tmp_path, '[[output]]\nwhat = "alpha"\n', file).infer(picture())


def test_nan_in_the_plate_is_black(tmp_path: Path) -> None:
    plate = picture()
    dark = plate.copy()
    plate[3:5, 7] = np.nan
    dark[3:5, 7] = 0
    net = runner(tmp_path, ALPHA, alpha_net(tmp_path / "a.onnx"))
    first, second = net.infer(plate)[0].alpha, net.infer(dark)[0].alpha
    assert first is not None and np.array_equal(first, second)
