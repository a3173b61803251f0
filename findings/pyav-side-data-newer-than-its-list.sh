#!/bin/sh
# One expects: `frame.side_data` of PyAV gives what lies beside a picture; a kind that one does not know is passed over.
# What happens: the wheels of PyAV 18.1 hold FFmpeg 8.1, and the enumeration of kinds ends where FFmpeg 7 did. Where one
#   item of a frame is of a later kind, making the whole mapping raises ValueError ("31 is not a valid Type"), whichever
#   kind was asked for. FFmpeg 8 gives Exif (31) with each picture of MJPEG that has it, and with TIFF; views of stereo HEVC
#   have a number of their own (29), too.
# Who is hurt: whoever looks for a display matrix, in every frame of the AVI and MOV files that compact cameras write.
#   `frame.rotation` works, and knows an angle alone: a mirror reads as 180 degrees.
# Instead: catch ValueError and give the enumeration a `_missing_` that makes a member for any number; then ask again.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check av==18.1.0 numpy==2.4.6 pillow==13.0.0
cat > "$work/look.py" <<'PY'
import io
import sys
from fractions import Fraction

import av
from av.sidedata import sidedata
from PIL import Image

print("PyAV", av.__version__, "FFmpeg", av.ffmpeg_version_info, "- kinds up to", max(one.value for one in sidedata.Type))
exif, still = Image.Exif(), io.BytesIO()
exif[0x0112] = 2  # mirrored
Image.new("RGB", (64, 48), (200, 40, 30)).save(still, "jpeg", exif=exif)
path = f"{sys.argv[1]}/camera.avi"
with av.open(path, "w") as box:
    stream = box.add_stream("mjpeg", rate=25)
    stream.width, stream.height, stream.pix_fmt, stream.time_base = 64, 48, "yuvj420p", Fraction(1, 25)
    packet = av.Packet(still.getvalue())
    packet.stream, packet.pts, packet.dts, packet.time_base, packet.is_keyframe = stream, 0, 0, Fraction(1, 25), True
    box.mux(packet)
with av.open(path) as box:
    frame = next(box.decode(video=0))
print("rotation of a mirrored picture:", frame.rotation)
assert abs(frame.rotation) == 180
try:
    frame.side_data
    raise SystemExit("side data are given now")
except ValueError as why:
    print("side_data:", why)

def unnamed(kinds, value):
    made = object.__new__(kinds)
    made._name_, made._value_ = f"KIND_{value}", value
    return made

sidedata.Type._missing_ = classmethod(unnamed)
matrix = memoryview(bytes(frame.side_data["DISPLAYMATRIX"])).cast("i").tolist()
print("its display matrix:", matrix)
assert matrix[0] == -65536 and matrix[4] == 65536, matrix
PY
"$work/venv/bin/python" "$work/look.py" "$work" 2> "$work/said" || { cat "$work/said"; exit 1; }
