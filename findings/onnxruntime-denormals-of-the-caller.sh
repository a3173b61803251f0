#!/bin/sh
# One expects: `session.set_denormal_as_zero`, an option of one session of onnxruntime, is for that session's arithmetic.
# What happens: it sets the flag of the processor in the thread that makes the session, and leaves it there: from then on
#   Python, numpy and every other library of that thread count numbers below 1e-38 (float64: below 2e-308) as zero; after
#   `run`, after the session is gone, beside sessions without the option. Other threads are left as they were, and threads
#   that the thread starts afterwards take it over.
# Who is hurt: what the same code gives depends on the thread and on whether a network was loaded before: `5e-324 > 0` is
#   False, the tails of float mattes differ from frame to frame of one farm process, and a
#   test that passes alone fails behind another.
# Instead: make and run such sessions in a thread or process of their own; or leave the option away and round small
#   numbers to zero in the graph.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check onnxruntime==1.32.0 onnx==1.23.2 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import gc
import threading
import numpy as np
import onnxruntime as ort
from onnx import TensorProto, helper

ends = [helper.make_tensor_value_info(name, TensorProto.FLOAT, ["n"]) for name in "xy"]
graph = helper.make_graph([helper.make_node("Mul", ["x", "x"], ["y"])], "g", ends[:1], ends[1:])
model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", 20)], ir_version=10).SerializeToString()
small, seen, goes = np.full(64, 1e-40, np.float32), {}, threading.Event()

def tell(when):
    seen[when] = [f"{value:.1e}" for value in (float((small * np.float32(0.5)).max()), 1e-310 * float("0.5"))]
    print(f"{when:48} numpy: {seen[when][0]}  Python: {seen[when][1]}")

def told_in(when, wait=None):
    thread = threading.Thread(target=lambda: ((wait and wait.wait()), tell(when)))
    thread.start()
    return thread

print("onnxruntime", ort.__version__, "- 1e-40 / 2 and 1e-310 / 2")
tell("before")
other = told_in("in a thread that was there before", goes)
options = ort.SessionOptions()
options.add_session_config_entry("session.set_denormal_as_zero", "1")
session = ort.InferenceSession(model, options, providers=["CPUExecutionProvider"])
tell("the session is made, nothing is run yet")
del session
gc.collect()
plain = ort.InferenceSession(model, providers=["CPUExecutionProvider"])
plain.run(None, {"x": small})
tell("it is gone, one without the option has run")
goes.set()
other.join()
told_in("in a thread that is started now").join()
kept = {when: values == ["5.0e-41", "5.0e-311"] for when, values in seen.items()}  # by text: here 5e-41 > 0 is False
assert list(kept.values()) == [True, False, False, True, False], kept
PY
ORT_DISABLE_TELEMETRY=1 "$work/venv/bin/python" "$work/look.py"
