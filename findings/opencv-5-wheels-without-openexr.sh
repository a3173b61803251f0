#!/bin/sh
# One expects: OPENCV_IO_ENABLE_OPENEXR=1 makes cv2 read and write EXR, as in every wheel of OpenCV 4 up to 4.14.
# What happens: the wheels of OpenCV 5.0 are built without OpenEXR. With the variable or without, imread answers None and
#   says nothing (4.14 without the variable says how to set it); imwrite raises. TIFF and HDR in float still work.
# Who is hurt: scripts that read plates and mattes with cv2: pip takes 5.0 now, a None turns up far from its cause, and the
#   cure that every forum gives has no effect.
# Instead: OpenImageIO, or the package OpenEXR, for EXR; ask cv2.haveImageReader(path) before imread; or pin OpenCV < 5.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import os, sys

os.environ["OPENCV_IO_ENABLE_OPENEXR"] = "1"
import cv2
import numpy as np
import OpenImageIO as oiio

path = sys.argv[1] + "/plate.exr"
light = np.linspace(0, 4, 64 * 64 * 3, dtype=np.float32).reshape(64, 64, 3)
oiio.ImageBuf(light).write(path)
found = cv2.imread(path, cv2.IMREAD_UNCHANGED)
built = next(line.split(":")[1].strip() for line in cv2.getBuildInformation().splitlines() if "OpenEXR" in line)
try:
    wrote = cv2.imwrite(sys.argv[1] + "/out.exr", light)
except cv2.error as why:
    wrote = type(why).__name__
cv2.imwrite(sys.argv[1] + "/out.tiff", light)
same = bool((cv2.imread(sys.argv[1] + "/out.tiff", cv2.IMREAD_UNCHANGED) == light).all())
read = None if found is None else bool((found[..., ::-1] == light).all())
print(cv2.__version__, "| OpenEXR:", built, "| read right:", read, "| wrote:", wrote, "| TIFF right:", same, flush=True)
right = (True, True) if cv2.__version__ < "5" else (None, "error")
sys.exit((read, wrote) != right or not same)
PY
for version in 4.14.0.94 5.0.0.93; do
  for kind in opencv-python-headless opencv-python; do
    [ "$kind" = opencv-python ] && [ "$version" != 5.0.0.93 ] && continue
    python3 -m venv --clear "$work/venv"
    "$work/venv/bin/pip" install --quiet --disable-pip-version-check "$kind==$version" OpenImageIO==3.2.2.0 numpy==2.2.6
    echo "$kind $version"
    "$work/venv/bin/python" "$work/look.py" "$work" 2> "$work/said" || { cat "$work/said"; echo "this has changed"; exit 1; }
    [ -s "$work/said" ] && { cat "$work/said"; echo "it says something now"; exit 1; }
  done
done
echo "as found: EXR is gone from the wheels of OpenCV 5.0, and reading one answers None in silence"
