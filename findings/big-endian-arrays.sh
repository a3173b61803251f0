#!/bin/sh
# One expects: a numpy array means the same to every library that takes it; one that cannot read its byte order says so,
#   as torch, PyAV, OpenColorIO and onnx do.
# What happens: onnxruntime (`run`, `OrtValue.ortvalue_from_numpy`) and OpenCV take an array of the other byte order for
#   one of the machine's and say nothing: .18 is read as -1e27, the code value 180 as 46080. numpy and scipy work on it as
#   on any other, so that tests of what comes before and behind see nothing. The copy that hides it is any arithmetic:
#   `codes / 1023` is right, `codes` itself is not.
# Who is hurt: formats of film and science are big-endian: np.frombuffer of DPX, Cineon, SGI and PFM, FITS, Pillow's 16-bit
#   TIFF and PNG (mode I;16B gives '>u2'). A network sees noise and answers with a plausible empty matte.
# Instead: `array.astype(array.dtype.newbyteorder("="), copy=False)` where bytes become an array.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  onnxruntime==1.32.0 onnx==1.23.2 opencv-python-headless==5.0.0.93 opencolorio==2.6.0 av==18.1.0 pillow==13.0.0 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import io
import av
import cv2
import numpy as np
import onnxruntime as ort
import PyOpenColorIO as ocio
from onnx import helper, numpy_helper
from PIL import Image

light = np.array([[[0.18, 0.5, 1.0]] * 16] * 16, ">f4")
page = io.BytesIO()
Image.fromarray(np.full((16, 16), 180, ">u2")).save(page, "TIFF")
page = np.asarray(Image.open(io.BytesIO(page.getvalue())))
print("Pillow's array of a 16-bit TIFF:", page.dtype.str, page[0, 0])

def identity(array):
    kind = helper.np_dtype_to_tensor_dtype(array.dtype.newbyteorder("="))
    ends = [helper.make_tensor_value_info(name, kind, array.shape) for name in "xy"]
    graph = helper.make_graph([helper.make_node("Identity", ["x"], ["y"])], "g", ends[:1], ends[1:])
    model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10)
    session = ort.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])
    return session.run(None, {"x": array})[0]

way = ocio.Config.CreateRaw().getProcessor(ocio.MatrixTransform()).getDefaultCPUProcessor()
ways = {
    "onnxruntime " + ort.__version__: identity,
    "OrtValue": lambda array: ort.OrtValue.ortvalue_from_numpy(array).numpy(),
    "OpenCV " + cv2.__version__: lambda array: cv2.blur(array, (1, 1)),
    "onnx": lambda array: numpy_helper.to_array(numpy_helper.from_array(array)),
    "OpenColorIO " + ocio.__version__: lambda array: way.applyRGB(array.copy()),
    "PyAV " + av.__version__: lambda array: av.VideoFrame.from_ndarray(array, "rgbf32le").to_ndarray(),
}
seen = {}
for name, taken in ways.items():
    for array in (light, page) if name.split()[0] in ("onnxruntime", "OrtValue", "OpenCV") else (light,):
        try:
            found = np.asarray(taken(array)).ravel()[0]
            seen.setdefault(name.split()[0], []).append("right" if found == array.ravel()[0] else "wrong")
            print(f"{name:20} {array.dtype.str}: {array.ravel()[0]} is taken for {found}")
        except Exception as why:
            seen.setdefault(name.split()[0], []).append("refused")
            print(f"{name:20} {array.dtype.str}: refused, {str(why)[:60]}")
wanted = {"onnxruntime": "wrong", "OrtValue": "wrong", "OpenCV": "wrong", "onnx": "refused", "OpenColorIO": "refused", "PyAV": "refused"}
assert page.dtype.str == ">u2" and all(set(seen[name]) == {how} for name, how in wanted.items()), seen
PY
ORT_DISABLE_TELEMETRY=1 "$work/venv/bin/python" "$work/look.py"
