"""Reads the weights of the people network's trunk out of MediaPipe's published pose network.

The file is a TensorFlow Lite graph (Apache-2.0); its convolutions lie there in the order in which
they run, as 16-bit numbers, channels last. They are put into `PoseTrunk` one by one and every
shape is compared, so that another file is refused instead of half understood.
"""

from __future__ import annotations

import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from anatomatte.nets.pose_trunk import PoseTrunk

SOURCE_HASH = "e9a5c5cb17f736fafd4c2ec1da3b3d331d6edbe8a0d32395855aeb2cdfd64b9f"
"""SHA-256 of pose_landmark_full.tflite in the wheel mediapipe 0.10.21."""


def _constants(model: Any, graph: Any) -> dict[int, np.ndarray[Any, Any]]:
    """Constant tensors by index; a DEQUANTIZE of one stands for it."""
    import tflite

    kinds = {tflite.TensorType.FLOAT16: np.float16, tflite.TensorType.FLOAT32: np.float32}
    found = {}
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        buffer = model.Buffers(tensor.Buffer())
        if buffer.DataLength() and tensor.Type() in kinds:
            data = buffer.DataAsNumpy().view(kinds[tensor.Type()])
            found[index] = data.reshape(tensor.ShapeAsNumpy()).astype(np.float32)
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        if _code(model, operator) == tflite.BuiltinOperator.DEQUANTIZE:
            found[operator.Outputs(0)] = found[operator.Inputs(0)]
    return found


def _code(model: Any, operator: Any) -> int:
    code = model.OperatorCodes(operator.OpcodeIndex())
    return int(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))


def convolutions(path: Path) -> Iterator[tuple[torch.Tensor, torch.Tensor]]:
    """Weights (outputs, inputs / groups, kernel, kernel) and bias of each convolution, as they run.

    Raises:
        ValueError: the file is not the published one.
    """
    data = path.read_bytes()
    if hashlib.sha256(data).hexdigest() != SOURCE_HASH:
        raise ValueError(f"{path} is not the pose network of mediapipe 0.10.21; fetch the assets again")
    import tflite

    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    constants = _constants(model, graph)
    for number in range(graph.OperatorsLength()):
        operator = graph.Operators(number)
        code = _code(model, operator)
        if code not in (tflite.BuiltinOperator.CONV_2D, tflite.BuiltinOperator.DEPTHWISE_CONV_2D):
            continue
        weight, bias = constants[operator.Inputs(1)], constants[operator.Inputs(2)]
        axes = (0, 3, 1, 2) if code == tflite.BuiltinOperator.CONV_2D else (3, 0, 1, 2)
        yield torch.from_numpy(np.ascontiguousarray(weight.transpose(axes))), torch.from_numpy(bias)


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
    ]
    return [conv for module in order for conv in module.modules() if isinstance(conv, nn.Conv2d)]


def convert(source: Path, target: Path) -> None:
    """Write the trunk's weights of the published network `source` to the safetensors file `target`.

    Raises:
        ValueError: the file is another one.
    """
    trunk = PoseTrunk()
    for conv, (weight, bias) in zip(running_order(trunk), convolutions(source), strict=False):
        if conv.weight.shape != weight.shape:
            raise ValueError(
                f"{source}: a convolution is {tuple(weight.shape)}, not {tuple(conv.weight.shape)}"
            )
        conv.weight.data.copy_(weight)
        assert conv.bias is not None
        conv.bias.data.copy_(bias)
    beside = target.with_suffix(".part")
    save_file({k: v.half().contiguous() for k, v in trunk.state_dict().items()}, str(beside))
    os.replace(beside, target)


def load_into(trunk: PoseTrunk, path: Path) -> None:
    """Put the weights that `convert` wrote into `trunk`.

    Raises:
        FileNotFoundError: `path` is not there.
    """
    if not path.exists():
        raise FileNotFoundError(f"{path} is not there; run: python -m training assets --assets {path.parent}")
    trunk.load_state_dict({k: v.float() for k, v in load_file(str(path)).items()})


def hold(trunk: PoseTrunk, trunk_rate: float) -> None:
    """Freeze the trunk down to 1/16, and with `trunk_rate` 0 all of it.

    What it learned from real people lies there; trained on made pictures all through, it would
    unlearn that (Hinterstoisser et al., "On pre-trained image features and synthetic images", 2018).
    """
    frozen = (trunk.stem, trunk.quarter, trunk.eighth, trunk.sixteenth) if trunk_rate else (trunk,)
    for module in frozen:
        for parameter in module.parameters():
            parameter.requires_grad_(False)
