"""Small networks as files, and manifests for them, for the tests of the runner and the engines."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper

from anatomatte.models.manifest import Manifest, parsed

HEAD = """
id = "{id}"
title = "Little network"
runtime = "{runtime}"
engines = ["parts", "alpha", "edge"]
[licence]
weights = "CC0"
kind = "commercial"
[[file]]
name = "little{suffix}"
format = "{runtime}"
"""
SUFFIX = {"onnx": ".onnx", "torchscript": ".pt", "tflite": ".tflite"}


def manifest(tables: str, *, runtime: str = "onnx", id: str = "little", head: str = "") -> Manifest:
    """A manifest with these tables; *head* are further keys at the top."""
    top = HEAD.format(runtime=runtime, id=id, suffix=SUFFIX[runtime])
    return parsed(head + top + tables, "little.toml")


def onnx_net(
    path: Path,
    nodes: Sequence[Any],
    inputs: dict[str, Sequence[Any]],
    outputs: dict[str, Sequence[Any]],
    weights: dict[str, Any] | None = None,
    types: dict[str, int] | None = None,
) -> Path:
    """An ONNX file of these nodes; shapes take numbers and names, types default to float."""
    kinds = types or {}

    def port(name: str, shape: Sequence[Any]) -> Any:
        return helper.make_tensor_value_info(name, kinds.get(name, TensorProto.FLOAT), list(shape))

    graph = helper.make_graph(
        list(nodes),
        "little",
        [port(name, shape) for name, shape in inputs.items()],
        [port(name, shape) for name, shape in outputs.items()],
        [numpy_helper.from_array(np.asarray(value), name) for name, value in (weights or {}).items()],
    )
    made = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)
    onnx.checker.check_model(made)
    onnx.save(made, str(path))
    return path


def node(kind: str, ins: str, outs: str, **facts: Any) -> Any:
    """One node; inputs and outputs are names with blanks between."""
    return helper.make_node(kind, ins.split(), outs.split(), **facts)


def alpha_net(path: Path, weight: Sequence[float] = (4, -3, 2), bias: float = -0.5, **facts: Any) -> Path:
    """alpha logits = weights · channels + bias, of an N×3×H×W picture called ``input``."""
    return onnx_net(
        path,
        [node("Conv", "input w b", "output")],
        {"input": facts.get("shape", (1, 3, "h", "w"))},
        {"output": (1, 1, "h", "w")},
        {"w": np.array(weight, np.float32).reshape(1, 3, 1, 1), "b": np.array([bias], np.float32)},
    )


def recurrent(path: Path) -> Path:
    """state' = (state + mean) / 2 from 1×1×1×1 zeros; alpha = state'·ratio."""
    return onnx_net(
        path,
        [
            node("ReduceMean", "src", "mean", axes=[1], keepdims=1),
            node("Add", "mean r1i", "sum"),
            node("Mul", "sum half", "r1o"),
            node("Mul", "r1o ratio", "pha"),
        ],
        {"src": (1, 3, "h", "w"), "r1i": (1, 1, "a", "b"), "ratio": (1,)},
        {"pha": (1, 1, "h", "w"), "r1o": (1, 1, "h", "w")},
        {"half": np.array([0.5], np.float32)},
    )


def torchscript_net(path: Path, module: Any) -> Path:
    """A scripted module as a file."""
    import torch

    script: Callable[[Any], Any] = torch.jit.script
    script(module.eval()).save(str(path))
    return path


def tflite_sigmoid(path: Path, shape: Sequence[int]) -> Path:
    """A LiteRT file that gives the logistic function of its input (1, h, w, c)."""
    return _tflite(path, shape, "LOGISTIC", "FLOAT32")


def tflite_bytes(path: Path, shape: Sequence[int]) -> Path:
    """A LiteRT file whose input (1, h, w, c) is of bytes, as Keras exports them, and its output 0-1."""
    return _tflite(path, shape, "DEQUANTIZE", "UINT8")


def _tflite(path: Path, shape: Sequence[int], operation: str, kind: str) -> Path:
    import flatbuffers
    from ai_edge_litert import schema_py_generated as schema

    def tensor(name: str, kind: str) -> Any:
        made = schema.TensorT()
        made.name, made.shape, made.buffer = name, list(shape), 0
        made.type = getattr(schema.TensorType, kind)
        if kind == "UINT8":
            made.quantization = schema.QuantizationParametersT()
            made.quantization.scale, made.quantization.zeroPoint = [1 / 255], [0]
        return made

    operator = schema.OperatorT()
    operator.opcodeIndex, operator.inputs, operator.outputs = 0, [0], [1]
    code = schema.OperatorCodeT()
    code.builtinCode = code.deprecatedBuiltinCode = getattr(schema.BuiltinOperator, operation)
    code.version = 1
    graph = schema.SubGraphT()
    graph.tensors, graph.operators = [tensor("picture", kind), tensor("soft", "FLOAT32")], [operator]
    graph.inputs, graph.outputs, graph.name = [0], [1], "main"
    model = schema.ModelT()
    model.version, model.operatorCodes, model.subgraphs = 3, [code], [graph]
    model.buffers, model.description = [schema.BufferT()], "little"
    builder = flatbuffers.Builder(1024)
    builder.Finish(model.Pack(builder), b"TFL3")
    path.write_bytes(bytes(builder.Output()))
    return path
