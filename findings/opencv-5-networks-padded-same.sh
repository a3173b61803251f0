#!/bin/sh
# One expects: cv2.dnn computes of an ONNX file what its standard says, or says that it cannot; and OpenCV 5, whose new engine
#   takes far more operators, computes of a file at least what OpenCV 4 computed of it.
# What happens: the new engine, which is the default, pads auto_pad = SAME_UPPER before the picture instead of behind it (as if it
#   were SAME_LOWER), in Conv of every kind and in pooling. Where a stride of 2 meets even sizes each such layer moves the
#   picture by one of its pixels: five of them by 31. 4.14 and the classic engine are right there, and wrong for SAME_LOWER.
#   With dilation both, in both, are wrong. Resize by `scales` that fit no whole number goes by the rounded sizes
#   instead of the scales (4.14 as well), its antialias = 1 is left out, and GridSample by
#   "cubic" is done by "linear". Nothing is said.
# Who is hurt: files that keep the "same" of TensorFlow and Keras as auto_pad: mattes and landmarks that lie beside the person,
#   plausible otherwise; mattes that a network enlarges by its own factor; motion that samples by "cubic".
# Instead: readNetFromONNX(path, engine=cv2.dnn.ENGINE_CLASSIC) where it takes the file; explicit `pads` and `sizes` in the file;
#   one comparison with onnxruntime before a network is trusted.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import cv2
import numpy as np
import onnx
from onnx import TensorProto, helper, numpy_helper
from onnx.reference import ReferenceEvaluator

FIVE = cv2.__version__.startswith("5")
ENGINES = {"classic": cv2.dnn.ENGINE_CLASSIC, "default": cv2.dnn.ENGINE_AUTO} if FIVE else {"default": None}
rng = np.random.default_rng(0)
noise = rng.random((1, 1, 32, 96)).astype(np.float32)
ramp = np.tile(np.arange(192, dtype=np.float32), (1, 1, 160, 1))
box = np.full((1, 1, 3, 3), 1 / 9, np.float32)


def outputs(nodes, arrays, **inputs):
    """What the standard's reference and each engine make of the nodes; a text where one refuses."""
    shapes = {name: value.shape for name, value in inputs.items()}
    ends = [helper.make_tensor_value_info(n, TensorProto.FLOAT, s) for n, s in (*shapes.items(), ("y", None))]
    weights = [numpy_helper.from_array(value, name) for name, value in arrays.items()]
    graph = helper.make_graph(nodes, "net", ends[:-1], ends[-1:], weights)
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    onnx.save(onnx.shape_inference.infer_shapes(model), "net.onnx")
    seen = {}
    for name, engine in ENGINES.items():
        try:
            net = cv2.dnn.readNetFromONNX("net.onnx", *([] if engine is None else [engine]))
            for key, value in inputs.items():
                net.setInput(value, key)
            seen[name] = net.forward()
        except cv2.error:
            seen[name] = "refused"
    return ReferenceEvaluator(model).run(None, inputs)[0], seen


def off(nodes, arrays, **inputs):
    right, seen = outputs(nodes, arrays, **inputs)
    return {name: one if isinstance(one, str) else bool(np.abs(one - right).max() > 1e-4) for name, one in seen.items()}


def strided(kind, pad, dilation=1):
    more = {"dilations": [dilation] * 2} if kind == "Conv" else {}
    names = ["x", "w"] if kind == "Conv" else ["x"]
    step = 2 if dilation == 1 else 1
    return [helper.make_node(kind, names, ["y"], auto_pad=pad, kernel_shape=[3, 3], strides=[step] * 2, **more)]


print("OpenCV", cv2.__version__, "- wrong:")
want_upper = {"classic": False, "default": True} if FIVE else {"default": False}
want_lower = {"classic": True, "default": False} if FIVE else {"default": True}
for kind in ("Conv", "MaxPool", "AveragePool"):
    arrays = {"w": box} if kind == "Conv" else {}
    upper = off(strided(kind, "SAME_UPPER"), arrays, x=noise)
    print(f"  {kind} SAME_UPPER: {upper}")
    assert upper == want_upper, upper
lower = off(strided("Conv", "SAME_LOWER"), {"w": box}, x=noise)
wide = [off(strided("Conv", pad, 2), {"w": box}, x=noise) for pad in ("SAME_UPPER", "SAME_LOWER")]
print(f"  Conv SAME_LOWER: {lower}, with dilation 2: {wide}")
assert lower == want_lower and all(all(one.values()) for one in wide), (lower, wide)

five = [helper.make_node("Conv", [f"y{n}" if n else "x", "w"], [f"y{n + 1}" if n < 4 else "y"],
                         auto_pad="SAME_UPPER", kernel_shape=[3, 3], strides=[2, 2]) for n in range(5)]
across, ones = (outputs(five, {"w": box}, x=x) for x in (ramp, np.ones_like(ramp)))
middle = across[0][0, 0, 2, 2:4] / ones[0][0, 0, 2, 2:4]  # the column that a cell of the result looks at
moved = {name: (across[1][name][0, 0, 2, 2:4] / ones[1][name][0, 0, 2, 2:4] - middle).round(1) for name in ENGINES}
print("  five strided layers look at columns beside those of the standard, by", {k: v.tolist() for k, v in moved.items()})
for name, by in moved.items():
    assert np.abs(by - (-31 if want_upper[name] else 0)).max() < 0.2, moved

resize = helper.make_node("Resize", ["x", "", "s"], ["y"], mode="linear",
                          coordinate_transformation_mode="half_pixel")
places = (rng.random((1, 15, 17, 2)) * 1.6 - 0.8).astype(np.float32)
by_scales = off([resize], {"s": np.array([1, 1, 1.5, 1.3], np.float32)}, x=noise)
doubled = off([resize], {"s": np.array([1, 1, 2, 2], np.float32)}, x=noise)
sampled = {how: off([helper.make_node("GridSample", ["x", "g"], ["y"], mode=how)], {}, x=noise, g=places)
           for how in ("linear", "cubic")}
quarter = {"s": np.array([1, 1, 0.25, 0.25], np.float32)}
resize.attribute.append(helper.make_attribute("antialias", 1))
smooth = off([resize], quarter, x=noise)
print(f"  Resize by .25 with antialias: {smooth}")
assert all(smooth.values())
print(f"  Resize by 1.5 and 1.3: {by_scales}, by 2: {doubled}; GridSample {sampled}")
assert all(by_scales.values()) and not any(doubled.values())
kinds = {"linear": False, "cubic": True} if FIVE else {"linear": "refused", "cubic": "refused"}
assert all(set(one.values()) == {kinds[how]} for how, one in sampled.items())
PY
for version in 4.14.0.94 5.0.0.93; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check \
        "opencv-python-headless==$version" onnx==1.23.2 numpy==2.4.6
    (cd "$work" && "$work/$version/bin/python" look.py 2> said) || { cat "$work/said"; exit 1; }
done
echo "as described"
