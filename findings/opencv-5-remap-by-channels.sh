#!/bin/sh
# One expects: `cv2.remap` moves each channel of an array by the same amount, whatever their number; and places that are
#   no number (a flow's holes) come out as the border says, as they do in OpenCV 4.
# What happens: OpenCV 5 has a new linear remap (and warpAffine, warpPerspective): exact to float, where 4 rounds places
#   to 1/32 of a pixel. It is taken for 1, 3 or 4 channels of 8 and 16 bits and float; 2 channels, 5 and more, and
#   float64 still go through the old one. So a picture and its flow (two channels), or a stack of mattes, warped by one
#   map lie up to 1/64 pixel apart. In the new one NaN and infinite places give NaN whatever the border is; in the old one,
#   in the same release, they give the border.
# Who is hurt: checks of a flow against itself and against its picture, stacks of people's mattes that must add up to a
#   matte warped by itself; and one hole of a flow becomes NaN pixels that 4 never made.
# Instead: warp stacks one channel at a time (or in threes), put a number into every place first
#   (`np.nan_to_num(x, nan=-1)`), and do not compare the two kinds closer than 1/64 of a pixel times the gradient.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
cat > "$work/look.py" <<'PY'
import cv2
import numpy as np

ramp = np.tile(np.arange(64, dtype=np.float32), (64, 1))
x, y = np.meshgrid(np.arange(64, dtype=np.float32), np.arange(64, dtype=np.float32))
move = np.float32(0.013)
moved, holes = {}, {}
gap = x.copy()
gap[30, 30], gap[31, 30] = np.nan, np.inf
for channels in (1, 2, 3, 4, 5):
    picture = np.dstack([ramp] * channels) if channels > 1 else ramp
    one = lambda places: cv2.remap(picture, places, y, cv2.INTER_LINEAR, borderMode=cv2.BORDER_REPLICATE)
    moved[channels] = round(float(np.ravel(one(x + move)[30, 30])[0]) - 30, 4)
    holes[channels] = [float(np.ravel(one(gap)[row, 30])[0]) for row in (30, 31)]
double = float(cv2.remap(ramp.astype(float), x + move, y, cv2.INTER_LINEAR)[30, 30]) - 30
print("OpenCV", cv2.__version__, "- a ramp moved by 0.013, by its channels:", moved, "float64:", round(double, 4))
print("  at places NaN and infinite, border replicated:", holes)
new = [c for c in moved if abs(moved[c] - 0.013) < 1e-4]
none = [c for c in holes if np.isnan(holes[c]).all()]
expected = [1, 3, 4] if cv2.__version__.startswith("5") else []
assert new == none == expected and double == 0, (new, none, double)
PY
for version in 4.14.0.94 5.0.0.93; do
    python3 -m venv "$work/$version"
    "$work/$version/bin/pip" install --quiet --disable-pip-version-check "opencv-python-headless==$version" numpy==2.4.6
    "$work/$version/bin/python" "$work/look.py"
done
