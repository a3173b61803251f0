"""Small networks and manifests for the tests of the model store; every file is a real one."""

from __future__ import annotations

import struct
from pathlib import Path

MANIFEST = """\
format = 1
id = "{id}"
title = "A test's network"
runtime = "onnx"
engines = ["alpha"]
[licence]
weights = "{weights}"
kind = "{kind}"
[[file]]
name = "net.onnx"
format = "onnx"
{more}
[[output]]
what = "alpha"
"""


def manifest_text(
    name: str = "my-net", kind: str = "commercial", more: str = "", weights: str = "CC0"
) -> str:
    return MANIFEST.format(id=name, kind=kind, more=more, weights=weights)


def onnx_bytes(scale: float = 1.0, words: int = 0) -> bytes:
    """A network that gives its first channel times *scale*; *words* unused numbers make it longer."""
    import onnx
    from onnx import TensorProto, helper

    shape = ["n", 3, "h", "w"]
    nodes = [
        helper.make_node("ReduceMean", ["input"], ["mean"], axes=[1], keepdims=1),
        helper.make_node("Mul", ["mean", "scale"], ["output"]),
    ]
    padding = [helper.make_tensor("padding", TensorProto.FLOAT, [words], [float(n) for n in range(words)])]
    graph = helper.make_graph(
        nodes,
        "tiny",
        [helper.make_tensor_value_info("input", TensorProto.FLOAT, shape)],
        [helper.make_tensor_value_info("output", TensorProto.FLOAT, ["n", 1, "h", "w"])],
        [helper.make_tensor("scale", TensorProto.FLOAT, [], [scale]), *(padding if words else [])],
    )
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 13)], ir_version=8)
    onnx.checker.check_model(model)
    return model.SerializeToString()


def onnx_file(path: Path, scale: float = 1.0, words: int = 0) -> Path:
    path.write_bytes(onnx_bytes(scale, words))
    return path


def tflite_bytes(data: bytes = b"weights!" * 8) -> bytes:
    """The outline of a LiteRT file: a model table whose one field is the list of one buffer."""
    # root table at 28 with its vtable at 12 (fields 0-4), vector of buffers at 32, buffer table at 48
    head = struct.pack("<I4sI", 28, b"TFL3", 0)
    vtable = struct.pack("<HHHHHHH", 14, 8, 0, 0, 0, 0, 4) + b"\0\0"
    root = struct.pack("<iI", 28 - 12, 4)
    vector = struct.pack("<II", 1, 12)
    buffer_vtable = struct.pack("<HHH", 6, 8, 4) + b"\0\0"
    buffer = struct.pack("<iI", 8, 4) + struct.pack("<I", len(data)) + data
    return head + vtable + root + vector + buffer_vtable + buffer
