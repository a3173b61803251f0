#!/bin/sh
# A decoder doubles its planes: in PyTorch `interpolate(x, size=other.shape[2:])` and `interpolate(x, scale_factor=2)`
# give the same picture, and one expects ONNX Runtime to compute both alike.
#
# On x86-64 ONNX Runtime lays the planes of convolutions out in blocks of 8 or 16 channels. A doubling whose scales are
# constants stays in that layout (it becomes `Upsample` of com.microsoft.nchwc). One whose size is told while the graph
# runs, as exporters write `size=`, stays a plain `Resize`: the planes are turned out of their blocks before it and into
# them again behind it, at the larger size, and an `Add` behind it can no longer be fused into a convolution. Blocks also
# mean that a layer of 1 or 8 channels costs as much as one of 8 or 16: layers at the picture's full size, which have few
# channels, are the dearest of a matting network.
#
# Who is hurt: anybody who runs decoders for segmentation or matting on processors; 5 to 8 % of a whole pass of ours.
# What to do instead: export with scale_factor=2 where sizes are exact doubles; look at the optimised graph
# (optimized_model_filepath) for ReorderInput and ReorderOutput.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6 onnx==1.20.1 onnxruntime==1.31.1
cd "$work"
"$work/venv/bin/python" - <<'PY'
import sys
from collections import Counter

import numpy as np
import onnx
import onnxruntime as ort
from onnx import TensorProto, helper, numpy_helper

rng = np.random.default_rng(1)
CHANNELS = 32


def conv(name, given, made):
    weight = numpy_helper.from_array(
        rng.standard_normal((CHANNELS, CHANNELS, 3, 3)).astype(np.float32) / 17, name
    )
    return helper.make_node("Conv", [given, name], [made], pads=[1, 1, 1, 1]), weight


def decoder(by_size):
    """conv, doubled, conv."""
    one, w1 = conv("w1", "x", "a")
    two, w2 = conv("w2", "b", "y")
    nodes, constants = [one], [w1, w2]
    if by_size:  # as exporters write interpolate(x, size=like.shape[2:])
        nodes += [
            helper.make_node("Shape", ["like"], ["rows"], start=2, end=4),
            helper.make_node("Shape", ["a"], ["lead"], start=0, end=2),
            helper.make_node("Concat", ["lead", "rows"], ["size"], axis=0),
            helper.make_node("Resize", ["a", "", "", "size"], ["b"], mode="linear",
                             coordinate_transformation_mode="half_pixel"),
        ]
    else:  # interpolate(x, scale_factor=2)
        constants.append(numpy_helper.from_array(np.float32([1, 1, 2, 2]), "scales"))
        nodes.append(helper.make_node("Resize", ["a", "", "scales"], ["b"], mode="linear",
                                      coordinate_transformation_mode="half_pixel"))
    nodes.append(two)
    shape = [1, CHANNELS, "h", "w"]
    given = [helper.make_tensor_value_info("x", TensorProto.FLOAT, shape)]
    given += [helper.make_tensor_value_info("like", TensorProto.FLOAT, [1, 1, "H", "W"])] if by_size else []
    graph = helper.make_graph(
        nodes, "decoder", given, [helper.make_tensor_value_info("y", TensorProto.FLOAT, None)], constants
    )
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", 17)], ir_version=8)


def looked_at(by_size):
    global rng
    rng = np.random.default_rng(1)
    options = ort.SessionOptions()
    options.log_severity_level = 4
    options.intra_op_num_threads = 1
    options.optimized_model_filepath = "seen.onnx"
    session = ort.InferenceSession(decoder(by_size).SerializeToString(), options, ["CPUExecutionProvider"])
    x = np.random.default_rng(2).random((1, CHANNELS, 24, 40), np.float32)
    feed = {"x": x} | ({"like": np.zeros((1, 1, 48, 80), np.float32)} if by_size else {})
    ops = Counter((node.domain.rpartition(".")[2], node.op_type) for node in onnx.load("seen.onnx").graph.node)
    return session.run(None, feed)[0], ops


print("onnxruntime", ort.__version__)
made = {}
for by_size in (False, True):
    made[by_size], ops = looked_at(by_size)
    blocked = ops[("nchwc", "Upsample")]
    turned = ops[("nchwc", "ReorderInput")] + ops[("nchwc", "ReorderOutput")]
    print("by a told size:" if by_size else "by a constant 2:", "blocked doublings", blocked,
          "plain ones", ops[("", "Resize")], "turnings of layout", turned)
    if (blocked, ops[("", "Resize")]) != ((0, 1) if by_size else (1, 0)):
        sys.exit("it is computed otherwise now")
    made[f"{by_size} turned"] = turned
apart = float(np.abs(made[True] - made[False]).max() / np.abs(made[True]).max())
print(f"answers differ by {apart:.1e} of their largest")
if apart > 1e-5 or made["True turned"] <= made["False turned"]:
    sys.exit("it is computed otherwise now")
PY
