"""Types and layouts of files: halves on a processor, bytes, and sentences that name the value that mends."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
from onnx import TensorProto

from anatomatte.errors import SettingsError, SetupError
from anatomatte.nets.runtime.runner import Runner
from anatomatte.nets.runtime.sessions import Sessions
from made.network_files import manifest, node, onnx_net, tflite_bytes, tflite_sigmoid, torchscript_net

ALPHA = '[[output]]\nwhat = "alpha"\nencoding = "sigmoid"\n'


def picture(height: int = 32, width: int = 48) -> Any:
    return np.random.default_rng(1).random((height, width, 3)).astype(np.float32)


def runner(tables: str, file: Path) -> Runner:
    runtime = {".onnx": "onnx", ".pt": "torchscript", ".tflite": "tflite"}[file.suffix]
    return Runner(manifest(tables, runtime=runtime), file, pool=Sessions(idle=100))


def asked(tables: str, file: Path, plate: Any = None) -> tuple[Any, list[str]]:
    told: list[str] = []
    answer, _ = runner(tables, file).infer(picture() if plate is None else plate, report=told.append)
    assert answer.alpha is not None
    return answer.alpha, told


# ---- half precision on a processor


class Deep(torch.nn.Module):
    """Convolutions whose rounding shows in half precision."""

    def __init__(self) -> None:
        super().__init__()
        torch.manual_seed(3)
        self.first, self.norm = torch.nn.Conv2d(3, 32, 3, padding=1), torch.nn.BatchNorm2d(32)
        self.last = torch.nn.Conv2d(32, 1, 3, padding=1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.norm(self.first(x))))


def in_float32(module: Any) -> Any:
    with torch.inference_mode():
        seen = torch.sigmoid(module.float()(torch.from_numpy(picture()).permute(2, 0, 1)[None]))
    return seen[0].numpy()


@pytest.mark.parametrize("kind", [torch.float16, torch.bfloat16, torch.float64])
@pytest.mark.parametrize("traced", [True, False])
def test_torchscript_of_another_precision_runs_in_float32(
    tmp_path: Path, kind: torch.dtype, traced: bool
) -> None:
    module = Deep().eval().to(kind)
    trace: Any = torch.jit.trace
    made = trace(module, torch.rand(1, 3, 32, 48, dtype=kind)) if traced else module
    alpha, told = asked(ALPHA, torchscript_net(tmp_path / "h.pt", made))
    assert np.abs(alpha - in_float32(module)).max() < 1e-5 and not told


class Fixed(Deep):
    """Casts to half precision itself."""

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        return self.last(torch.relu(self.norm(self.first(x.half()))))


def test_a_program_that_fixes_halves_runs_as_it_is_and_says_so(tmp_path: Path) -> None:
    module = Fixed().eval().half()
    trace: Any = torch.jit.trace
    for made in (module, trace(module, torch.rand(1, 3, 32, 48).half())):
        alpha, told = asked(ALPHA, torchscript_net(tmp_path / "f.pt", made))
        assert np.abs(alpha - in_float32(Deep().eval())).max() < 5e-3
        (sentence,) = told
        assert sentence.startswith("Little network fixes half precision") and "`net.float()`" in sentence


def test_a_frozen_program_in_halves_runs_and_says_so(tmp_path: Path) -> None:
    freeze: Any = torch.jit.freeze
    script: Any = torch.jit.script
    freeze(script(Deep().eval().half())).save(str(tmp_path / "z.pt"))
    alpha, told = asked(ALPHA, tmp_path / "z.pt")
    assert np.abs(alpha - in_float32(Deep().eval())).max() < 5e-3 and "fixes half" in told[0]


def test_a_cast_in_the_middle_is_no_reason_to_be_slow(tmp_path: Path) -> None:
    class There(Deep):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(torch.relu(self.first(x)).half().to(x.dtype))

    alpha, told = asked(ALPHA, torchscript_net(tmp_path / "m.pt", There().eval().half()))
    assert alpha.shape == (1, 32, 48) and not told


def test_a_torchscript_that_fails_of_something_else_tells_that(tmp_path: Path) -> None:
    class Narrow(Deep):
        def forward(self, x: torch.Tensor) -> torch.Tensor:
            return self.last(x)

    with pytest.raises(SetupError, match=r"could not be run .*32 channels.* do not fit") as told:
        asked(ALPHA, torchscript_net(tmp_path / "n.pt", Narrow().eval().half()))
    assert "fixes half" not in str(told.value)


def test_an_onnx_input_that_nobody_can_make(tmp_path: Path) -> None:
    file = onnx_net(
        tmp_path / "b.onnx",
        [node("Cast", "input", "output", to=TensorProto.FLOAT)],
        {"input": (1, 3, "h", "w")},
        {"output": (1, 3, "h", "w")},
        types={"input": TensorProto.BFLOAT16},
    )
    with pytest.raises(SetupError, match=r"'input' .*tensor\(bfloat16\), which cannot be made: export it"):
        asked(ALPHA, file)


# ---- bytes


def bytes_net(path: Path, kind: int = TensorProto.UINT8) -> Path:
    """Red of an N×H×W×3 picture in 8 bits, 0-1, N×H×W×1."""
    return onnx_net(
        path,
        [
            node("Cast", "image", "wide", to=TensorProto.FLOAT),
            node("Mul", "wide w", "weighed"),
            node("ReduceSum", "weighed last", "output", keepdims=1),
        ],
        {"image": (1, "h", "w", 3)},
        {"output": (1, "h", "w", 1)},
        {"w": np.array([1 / 255, 0, 0], np.float32), "last": np.array([3], np.int64)},
        types={"image": kind},
    )


BYTES = '[input]\nlayout = "NHWC"\ndtype = "uint8"\nrange = [0, 255]\n'
RED = '[[output]]\nwhat = "alpha"\nlayout = "NHWC"\n'


def test_bytes_in_rows_of_pixels_run(tmp_path: Path) -> None:
    plate = picture()
    alpha, _ = asked(BYTES + RED, bytes_net(tmp_path / "u.onnx"), plate)
    assert np.abs(alpha[0] - np.rint(plate[..., 0] * 255) / 255).max() < 1e-6

    class Red(torch.nn.Module):
        def forward(self, image: torch.Tensor) -> torch.Tensor:
            assert image.dtype == torch.uint8
            return image[..., :1] / 255.0

    alpha, _ = asked(BYTES + RED, torchscript_net(tmp_path / "u.pt", Red()), plate)
    assert np.abs(alpha[0] - np.rint(plate[..., 0] * 255) / 255).max() < 1e-6


@pytest.mark.parametrize(
    ("kind", "tables", "words"),
    [
        (
            TensorProto.UINT8,
            '[input]\nlayout = "NHWC"\n',
            r'takes uint8 .* float32: write dtype = "uint8"',
        ),
        (TensorProto.FLOAT, BYTES, r'takes float32 .* makes uint8: write dtype = "float"'),
        (TensorProto.INT8, '[input]\nlayout = "NHWC"\n', r"takes int8 .* float32: export it with float32 or"),
        (TensorProto.UINT8, "", r"takes 1×\?×\?×3 .* makes 1×3×32×48: correct its \[size\], layout"),
    ],
)
def test_another_type_is_one_sentence(tmp_path: Path, kind: int, tables: str, words: str) -> None:
    with pytest.raises(SetupError, match=words) as told:
        asked(tables + RED, bytes_net(tmp_path / "u.onnx", kind))
    assert str(told.value).count(". ") == 0 and "ONNXRuntime" not in str(told.value)


def test_bytes_of_litert(tmp_path: Path) -> None:
    size = '[size]\nrule = "fixed"\nheight = 8\nwidth = 12\n'
    file = tflite_sigmoid(tmp_path / "a.tflite", (1, 8, 12, 3))
    with pytest.raises(SetupError, match=r'takes float32 .* makes uint8: write dtype = "float"'):
        asked(BYTES + size + RED, file)
    file, red = tflite_bytes(tmp_path / "b.tflite", (1, 8, 12, 3)), RED + "channel = 0\n"
    alpha, _ = asked(BYTES + size + red, file, picture(8, 12))
    assert np.abs(alpha[0] - np.rint(picture(8, 12)[..., 0] * 255) / 255).max() < 1e-6
    with pytest.raises(SetupError, match=r'takes uint8 .* makes float32: write dtype = "uint8"'):
        asked('[input]\nlayout = "NHWC"\n' + size + red, file)


def test_whole_numbers_between_0_and_1_are_no_picture() -> None:
    with pytest.raises(SettingsError, match=r'dtype = "uint8" makes whole numbers: write range = \[0, 255\]'):
        manifest('[input]\nlayout = "NHWC"\ndtype = "uint8"\n' + RED)


# ---- layouts


def shaped(path: Path, target: tuple[int, ...]) -> Path:
    return onnx_net(
        path,
        [node("ReduceMean", "input", "grey", axes=[1]), node("Reshape", "grey shape", "output")],
        {"input": (1, 3, "h", "w")},
        {"output": ["a", "b", "c", "d"][: len(target)]},
        {"shape": np.array(target, np.int64)},
    )


@pytest.mark.parametrize(
    ("shape", "told", "cure"),
    [
        ((1, 32, 48), "NCHW", "NHW"),
        ((32, 48), "NCHW", "HW"),
        ((1, 32, 48, 1), "NCHW", "NHWC"),
        ((32, 48, 1), "NCHW", "HWC"),
        ((1, 1, 32, 48), "NHWC", "NCHW"),
        ((1, 1, 32, 48), "NHW", "NCHW"),
        ((32, 48), "NHW", "HW"),
    ],
)
def test_the_layout_that_mends_it_is_named_and_mends_it(
    tmp_path: Path, shape: tuple[int, ...], told: str, cure: str
) -> None:
    file = shaped(tmp_path / "s.onnx", shape)
    output = '[[output]]\nwhat = "alpha"\nlayout = "{}"\n'
    with pytest.raises(SetupError, match=f'is not {told} of one picture: write layout = "{cure}" in') as said:
        asked(output.format(told), file)
    assert "×".join(map(str, shape)) in str(said.value)
    alpha, _ = asked(output.format(cure), file)
    assert np.abs(alpha[0] - picture().mean(2)).max() < 1e-6


def test_a_channel_that_is_a_row_is_no_alpha(tmp_path: Path) -> None:
    file = shaped(tmp_path / "s.onnx", (1, 32, 48, 1))
    with pytest.raises(SetupError, match='write layout = "NHWC"'):
        asked('[[output]]\nwhat = "alpha"\nchannel = 0\n', file)


# ---- names that are no UTF-8


@pytest.mark.parametrize("name", [b"image", b"output"])
def test_an_onnx_file_with_names_that_are_no_text(tmp_path: Path, name: bytes) -> None:
    file = bytes_net(tmp_path / "l.onnx")
    file.write_bytes(file.read_bytes().replace(name, name[:-1] + b"\xe9"))
    with pytest.raises(SetupError, match=r"cannot be read as an ONNX file .*0xe9"):
        asked(BYTES + RED, file)


def test_a_litert_file_with_names_that_are_no_text(tmp_path: Path) -> None:
    file = tflite_sigmoid(tmp_path / "l.tflite", (1, 8, 12, 3))
    file.write_bytes(file.read_bytes().replace(b"picture", b"pictur\xe9"))
    with pytest.raises(SetupError, match=r"cannot be read as a LiteRT file .*0xe9"):
        asked(RED, file)
