#!/bin/sh
# One expects: an array that is marked read-only is not written to; what works in place refuses it, as numpy, OpenCV and
#   torch's `out=` do. So what `ray.get` and a task's arguments give, views of the shared store, cannot be changed.
# What happens: PyOpenColorIO's `applyRGB` and `applyRGBA` write into any contiguous float32 array, read-only or not. Of
#   an argument of a Ray task that is the one copy that all tasks of the machine share: each task that converts it
#   converts it once more, for everybody, and nothing is said. Python's `bytes` change the same way.
# Who is hurt: farms that put a plate or a look-up picture into the store once and convert it in each task: the second
#   task gets the display picture for scene light, the third one's is brighter still; a retry gives other pixels.
# Instead: give it a copy (`np.array(plate)`, or an array of four channels made for it), never what came from ray.get,
#   np.frombuffer or np.broadcast_to.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opencolorio==2.6.0 ray==2.60.0 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import numpy as np
import PyOpenColorIO as ocio
import ray

ray.init(num_cpus=1, include_dashboard=False, log_to_driver=False, object_store_memory=100 * 2**20)
print("OpenColorIO", ocio.__version__, "ray", ray.__version__)

def way():
    config = ocio.Config.CreateFromBuiltinConfig("cg-config-v2.1.0_aces-v1.3_ocio-v2.3")
    return config.getProcessor("ACEScg", "sRGB - Texture").getDefaultCPUProcessor()

@ray.remote
def shown(plate):
    way().applyRGB(plate)
    return plate.flags.writeable, round(float(plate.mean()), 3)

plate = ray.put(np.full((64, 64, 3), 0.18, np.float32))
levels = [ray.get(shown.remote(plate)) for _ in range(3)]
left = round(float(ray.get(plate).mean()), 3)
print("the same plate of 0.18 in three tasks, (may be written, level):", levels)
print("what everybody now gets from the store:", left)

never = bytes(np.full(12, 0.18, np.float32))
way().applyRGB(np.frombuffer(never, np.float32))
print("bytes of 0.18 are now", np.frombuffer(never, np.float32)[:3])
changed = np.frombuffer(never, np.float32)[0] > 0.4
assert [may for may, _ in levels] == [False] * 3, "no longer read-only"
assert levels[0][1] < levels[1][1] < levels[2][1] == left and changed, "read-only arrays are left alone now"
PY
RAY_USAGE_STATS_ENABLED=0 RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO=0 "$work/venv/bin/python" "$work/look.py" 2> "$work/said" ||
  { cat "$work/said"; exit 1; }
