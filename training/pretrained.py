"""Reads weights out of MediaPipe's published networks: our trunk's, the portrait network's, the detector's.

The files are TensorFlow Lite graphs (Apache-2.0); their convolutions lie there in the order in which
they run, as 16-bit numbers, channels last, in the detector some without their zeros. They are put into
`PoseTrunk`, `PortraitNet` and `PersonDetector` one by one and every shape is compared, so that another
file is refused instead of half understood.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from anatomatte.nets.own import person_detector
from anatomatte.nets.own.person_detector import PersonDetector
from anatomatte.nets.own.portrait_net import NET, PortraitNet
from anatomatte.nets.own.pose_trunk import PoseTrunk


@dataclass(frozen=True)
class Published:
    """A file in the wheel mediapipe 0.10.21: what it is, its path in there, its SHA-256."""

    what: str
    member: str
    digest: str

    @property
    def name(self) -> str:
        """Its name without folders."""
        return self.member.rsplit("/", 1)[-1]


POSE = Published(
    "the pose network",
    "mediapipe/modules/pose_landmark/pose_landmark_full.tflite",
    "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f",
)
PORTRAIT = Published(
    "the portrait network",
    "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
    "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
)
DETECTOR = Published(
    "the person detector",
    "mediapipe/modules/pose_detection/pose_detection.tflite",
    "9ba9dd3d42efaaba86b4ff0122b06f29c4122e756b329d89dca1e297fd8f866c",
)
UP = "Convolution2DTransposeBias"
"""MediaPipe's own operation: a transposed convolution with a bias."""

_AXES = {
    "CONV_2D": (0, 3, 1, 2),
    "DEPTHWISE_CONV_2D": (3, 0, 1, 2),
    UP: (3, 0, 1, 2),
    "FULLY_CONNECTED": (0, 1),
}
"""Operations with weights and a bias, and where their axes lie that torch has first to last."""

Conv = nn.Conv2d | nn.ConvTranspose2d | nn.Linear


def _constants(model: Any, graph: Any) -> dict[int, np.ndarray[Any, Any]]:
    """Constant tensors by index; a DEQUANTIZE or DENSIFY of one stands for it."""
    import tflite

    def dense(tensor: Any, data: np.ndarray[Any, Any]) -> np.ndarray[Any, Any]:
        """All values of a constant, with the zeros that a sparse one leaves out."""
        sparse, shape = tensor.Sparsity(), tensor.ShapeAsNumpy()
        if sparse is None:
            return data.reshape(shape)
        rows = sparse.DimMetadata(len(shape) - 1)
        if sparse.BlockMapLength() or len(data) != _vector(rows, "ArrayIndices").size:
            raise ValueError("a sparse constant is laid out in a way that is not known here")
        full = np.zeros((int(np.prod(shape[:-1])), int(shape[-1])), data.dtype)
        counts = np.diff(_vector(rows, "ArraySegments"))
        full[np.repeat(np.arange(len(counts)), counts), _vector(rows, "ArrayIndices")] = data
        return full.reshape(shape)

    kinds = {tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.FLOAT32: np.float32}
    found = {}
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength() and tensor.Type() in kinds:
            data = buffer.DataAsNumpy().view(kinds[tensor.Type()])
            found[index] = dense(tensor, data).astype(np.float32)
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        if _code(model, operator) in (tflite.BuiltinOperator.DEQUANTIZE, tflite.BuiltinOperator.DENSIFY):
            found[operator.Outputs(0)] = found[operator.Inputs(0)]
    return found


def _vector(rows: Any, name: str) -> np.ndarray[Any, Any]:
    """Whole numbers of one of the vectors of a sparse dimension, which has one of three widths."""
    import tflite

    kinds = {1: tflite.Int32Vector, 2: tflite.Uint16Vector, 3: tflite.Uint8Vector}
    union, vector = getattr(rows, name)(), kinds[getattr(rows, f"{name}Type")()]()
    vector.Init(union.Bytes, union.Pos)
    return np.asarray(vector.ValuesAsNumpy(), np.int64)


def _code(model: Any, operator: Any) -> int:
    code = model.OperatorCodes(operator.OpcodeIndex())
    return int(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))


@dataclass(frozen=True)
class Operation:
    """An operation of a graph that has constants: its kind as TensorFlow Lite names it, and the constants."""

    kind: str
    given: list[np.ndarray[Any, Any]]


def operations(path: Path, published: Published) -> Iterator[Operation]:
    """Every operation that has constants, in the order in which they run.

    Raises:
        ValueError: the file is not the published one.
        RuntimeError: the package that reads it is missing.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != published.digest:
        raise ValueError(f"{path} is not {published.what} of mediapipe 0.10.21; fetch the assets again")
    try:
        import tflite
    except ImportError as cause:
        raise RuntimeError(
            f"{path} is read with the package tflite; pip install -r training/requirements.txt"
        ) from cause

    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    constants = _constants(model, graph)
    kinds = {code: name for name, code in vars(tflite.BuiltinOperator).items() if isinstance(code, int)}
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        inputs = [operator.Inputs(k) for k in range(operator.InputsLength())]
        given = [constants[index] for index in inputs if index in constants]
        if given:
            custom = model.OperatorCodes(operator.OpcodeIndex()).CustomCode()
            yield Operation(custom.decode() if custom else kinds[_code(model, operator)], given)


def convolutions(path: Path, published: Published) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Weights as torch has them, (outputs, inputs / groups, kernel, kernel), and bias of each convolution.

    They come in the order in which they run. Those of a transposed one are (inputs, outputs, kernel, kernel),
    those of a linear map (outputs, inputs).

    Raises:
        ValueError: the file is not the published one.
        RuntimeError: the package that reads it is missing.
    """
    for one in operations(path, published):
        if one.kind in _AXES:
            weight, bias = one.given
            dense = np.ascontiguousarray(weight.transpose(_AXES[one.kind]))
            yield torch.from_numpy(dense), torch.from_numpy(bias)


def slopes(path: Path, published: Published) -> Iterator[torch.Tensor]:
    """The slope of each channel (channels,) in each parametric ReLU, in the order in which they run.

    Raises:
        ValueError, RuntimeError: as `convolutions`.
    """
    for one in operations(path, published):
        if one.kind == "PRELU":
            yield torch.from_numpy(np.ascontiguousarray(one.given[0].reshape(-1)))


def running_order(trunk: PoseTrunk) -> list[nn.Conv2d]:
    """The trunk's convolutions in the order in which the published graph runs them."""
    stem, quarter, eighth, sixteenth = trunk.stem, trunk.quarter, trunk.eighth, trunk.sixteenth
    order: list[nn.Module] = [
        stem,
        quarter[0].widen,
        trunk.soft_side,
        quarter[0].filter,
        quarter[0].narrow,
        quarter[1],
        eighth[0].widen,
        trunk.side[2],
        eighth[0].filter,
        eighth[0].narrow,
        eighth[1],
        sixteenth[0].widen,
        trunk.side[1],
        sixteenth[0].filter,
        sixteenth[0].narrow,
        *sixteenth[1:],
        trunk.deep[0].widen,
        trunk.side[0],
        trunk.deep[0].filter,
        trunk.deep[0].narrow,
        *trunk.deep[1:],
        trunk.last,
        trunk.soft_in,
        trunk.soft,
        trunk.figure,
    ]
    return [conv for module in order for conv in module.modules() if isinstance(conv, nn.Conv2d)]


def detector_order(net: PersonDetector) -> list[nn.Conv2d]:
    """The detector's convolutions in the order in which the published graph runs them."""
    sixteenth, deep = net.sixteenth[0], net.deep[0]
    order: list[nn.Module] = [net.stem, net.quarter, net.eighth]
    order += [sixteenth.widen, net.side[1], sixteenth.filter, sixteenth.narrow, *net.sixteenth[1:]]
    order += [deep.widen, net.side[0], deep.filter, deep.narrow, *net.deep[1:], net.last, *net.up]
    order += [head for pair in zip(net.score, net.box, strict=True) for head in pair]
    return [conv for module in order for conv in module.modules() if isinstance(conv, nn.Conv2d)]


def fill(order: Sequence[Conv], source: Path, published: Published) -> int:
    """Put the convolutions of the file `source` into those in `order`; returns how many it has beyond them.

    Raises:
        ValueError: the file is another one, or has other shapes.
    """
    found = list(convolutions(source, published))
    if len(found) < len(order):
        raise ValueError(f"{source} has {len(found)} convolutions, not {len(order)}")
    for conv, (weight, bias) in zip(order, found, strict=False):
        if isinstance(conv, nn.Linear) and weight.shape[2:] == (1, 1):
            weight = weight[..., 0, 0]
        if conv.weight.shape != weight.shape:
            raise ValueError(
                f"{source}: a convolution is {tuple(weight.shape)}, not {tuple(conv.weight.shape)}"
            )
        conv.weight.data.copy_(weight)
        assert conv.bias is not None
        conv.bias.data.copy_(bias)
    return len(found) - len(order)


def write(net: nn.Module, target: Path, header: dict[str, str] | None = None) -> None:
    """Write the weights of `net` to the safetensors file `target` as 16-bit numbers."""
    beside = target.with_suffix(".part")
    save_file({k: v.half().contiguous() for k, v in net.state_dict().items()}, str(beside), header)
    os.replace(beside, target)


def convert(source: Path, target: Path) -> None:
    """Write the trunk's weights of the published network `source` to the safetensors file `target`.

    Raises:
        ValueError: the file is another one.
    """
    trunk = PoseTrunk()
    fill(running_order(trunk), source, POSE)
    write(trunk, target)


def convert_portrait(source: Path, target: Path) -> None:
    """Write the published portrait network `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = PortraitNet()
    order = [module for module in net.modules() if isinstance(module, Conv)]
    beyond = fill(order, source, PORTRAIT)
    if beyond:
        raise ValueError(f"{source} has {beyond} convolutions more than the portrait network")
    write(net, target, {"net": NET})


def convert_detector(source: Path, target: Path) -> None:
    """Write the published person detector `source` to the safetensors file `target`, without any loss.

    Raises:
        ValueError: the file is another one.
    """
    net = PersonDetector()
    beyond = fill(detector_order(net), source, DETECTOR)
    if beyond:
        raise ValueError(f"{source} has {beyond} convolutions more than the person detector")
    write(net, target, {"net": person_detector.NET})


def load_into(trunk: PoseTrunk, path: Path) -> None:
    """Put the weights that `convert` wrote into `trunk`.

    Raises:
        FileNotFoundError: `path` is not there.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there; run: python -m training assets --assets {path.parent}")
    trunk.load_state_dict({k: v.float() for k, v in load_file(str(path)).items()})


def hold(trunk: PoseTrunk) -> None:
    """Freeze the trunk: what it learned from real people lies there.

    Trained on made pictures it would unlearn that (Hinterstoisser et al., "On pre-trained image features
    and synthetic images", 2018), and its own segmentation, which is asked too, with it: a twentieth of
    the learning rate took that from .94 to .65 person IoU within two hours.
    """
    trunk.requires_grad_(False)
