"""From a frozen TensorFlow graph to ONNX with a floating point alpha.

Run as a program in an environment that has tensorflow, tf2onnx and onnxruntime::

    python tf_to_onnx.py GRAPH.pb OUT.onnx

The graph takes ``input_image:0`` (height, width, 3; RGB 0-255) and gives ``output_png:0`` (height,
width, 4; 8 bit).  Eight bits are too coarse for a matte, so the graph is cut before it rounds, and
its last channel becomes the output ``alpha`` (height, width; 0-255).  The result is compared with
the graph's own on a made picture.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from importlib import import_module
from typing import Any

INPUT, OUTPUT, ALPHA = "input_image:0", "output_png:0", "alpha"
OPSET = 17
_THROUGH = {"Identity", "Squeeze", "ExpandDims", "Reshape", "Round", "Floor", "Rint", "StopGradient"}
_WHOLE = {"uint8", "int8", "int16", "uint16", "int32", "int64"}


@dataclass(frozen=True)
class Step:
    """One node of a graph: what it does, what it takes, and the type that a cast makes."""

    op: str
    inputs: tuple[str, ...]
    to: str = ""


class NoFloat(Exception):
    """The graph's end is not one that is known; the text says where the way back ended."""


def before_rounding(steps: Mapping[str, Step], output: str) -> str:
    """The floating point tensor that *output*'s last channel is rounded from.

    Goes back through roundings, reshapes and casts to whole numbers; of what is joined, the last
    one holds the alpha.

    Raises:
        NoFloat: there is no cast to whole numbers on this way.
    """
    name, rounded = output, False
    while True:
        step = steps.get(name.partition(":")[0])
        if step is None:
            raise NoFloat(f"nothing makes {name}")
        if step.op == "Cast" and step.to in _WHOLE:
            rounded, name = True, step.inputs[0]
        elif step.op == "ConcatV2":
            name = step.inputs[-2]  # the very last is the axis
        elif step.op in _THROUGH:
            name = step.inputs[0]
        elif rounded:
            return name if ":" in name else f"{name}:0"
        else:
            raise NoFloat(f"{name} is made by {step.op}")


def with_alpha(model: Any, source: str, picture: str) -> Any:
    """The ONNX *model* with one output: the last channel of *source* in the picture's two sides."""
    from onnx import TensorProto, checker, helper

    graph = model.graph
    constants = {"anatomatte_last": [-1], "anatomatte_zero": [0], "anatomatte_two": [2]}
    for name, values in constants.items():
        dims = [] if name == "anatomatte_last" else [1]
        graph.initializer.append(helper.make_tensor(name, TensorProto.INT64, dims, values))
    graph.node.extend(
        [
            helper.make_node("Gather", [source, "anatomatte_last"], ["anatomatte_channel"], axis=-1),
            helper.make_node("Shape", [picture], ["anatomatte_shape"]),
            helper.make_node(
                "Slice", ["anatomatte_shape", "anatomatte_zero", "anatomatte_two"], ["anatomatte_sides"]
            ),
            helper.make_node("Reshape", ["anatomatte_channel", "anatomatte_sides"], [ALPHA]),
        ]
    )
    del graph.output[:]
    graph.output.append(helper.make_tensor_value_info(ALPHA, TensorProto.FLOAT, ["height", "width"]))
    checker.check_model(model)
    return model


def _module(name: str) -> Any:
    """A library that only the environment of the conversion has."""
    return import_module(name)


def _steps(graph: Any) -> dict[str, Step]:
    tf = _module("tensorflow")
    return {
        node.name: Step(
            node.op,
            tuple(name for name in node.input if not name.startswith("^")),
            tf.dtypes.as_dtype(node.attr["DstT"].type).name if "DstT" in node.attr else "",
        )
        for node in graph.node
    }


def convert(source: str, target: str) -> float:
    """Write *target*; the largest difference to the graph's own alpha on a made picture, of 255."""
    import numpy as np
    import onnx

    tf, tf2onnx, runtime = map(_module, ("tensorflow", "tf2onnx.convert", "onnxruntime"))
    graph = tf.compat.v1.GraphDef()
    with open(source, "rb") as file:
        graph.ParseFromString(file.read())
    alpha = before_rounding(_steps(graph), OUTPUT)
    print(f"the alpha is rounded from {alpha}", flush=True)
    model, _ = tf2onnx.from_graph_def(
        graph, input_names=[INPUT], output_names=[alpha], opset=OPSET, name="anatomatte"
    )
    onnx.save(with_alpha(model, alpha, INPUT), target)

    picture = np.random.default_rng(1).uniform(0, 255, (96, 128, 3)).astype(np.float32)
    picture[24:80, 40:90] = (200.0, 150.0, 130.0)
    with tf.Graph().as_default() as whole, tf.compat.v1.Session(graph=whole) as session:
        tf.graph_util.import_graph_def(graph, name="")
        wanted = session.run(OUTPUT, {INPUT: picture})[..., -1].astype(np.float32)
    got = runtime.InferenceSession(target).run([ALPHA], {INPUT: picture})[0]
    return float(np.abs(np.clip(got, 0, 255) - wanted).max())


def main(argv: list[str]) -> int:
    """Convert, compare, and print one JSON object as the last line."""
    try:
        difference = convert(argv[1], argv[2])
    except NoFloat as why:
        print(json.dumps({"problem": f"its end is not the published one ({why})"}))
        return 3
    print(json.dumps({"difference": difference}))
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
