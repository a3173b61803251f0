#!/bin/sh
# One expects: `other.attribute(one.name, one.type, one.value)` for each fact of a header that OpenImageIO has read gives the
#   other header the same facts, or raises; and the names of its list of standard metadata become those of OpenEXR's list.
# What happens: its Python takes no double precision: a double, v2d, v3d, m33d or m44d of an EXR is read with its type and
#   value, and `attribute` adds nothing for it and says nothing. By `str(one.type)`, as a table or JSON keeps types, v2i, v3i
#   and boxes of whole numbers (originalDataWindow, sensorAcquisitionRectangle of OpenEXR's list) are lost the same way: the
#   library does not know its own names "vector2i" and "vectori". `FramesPerSecond`, its name of a rate, is written as it is
#   while OpenEXR's is `framesPerSecond`: programs on OpenEXR find no rate, OpenImageIO does (it compares without case).
# Who is hurt: scripts that write a new picture with a plate's header lose what trackers and cameras wrote; sequences run at
#   the default of 24 frames a second elsewhere though every check by OpenImageIO shows 25.
# Instead: write `framesPerSecond`; `spec.extra_attribs.append(one)` takes any kind; keep types as TypeDesc; compare headers
#   by the package OpenEXR.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check \
  OpenImageIO==3.2.2.0 openexr==3.5.3 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import struct
import sys

import numpy as np
import OpenEXR
import OpenImageIO as oiio

folder = sys.argv[1]


def attribute(name, kind, data):
    return name.encode() + b"\0" + kind.encode() + b"\0" + struct.pack("<i", len(data)) + data


def plate(path):
    """A bare EXR of 4 x 4 with facts as cameras and trackers write them."""
    box = struct.pack("<4i", 0, 0, 3, 3)
    head = attribute("channels", "chlist", b"Y\0" + struct.pack("<iBBBBii", 2, 0, 0, 0, 0, 1, 1) + b"\0")
    head += attribute("compression", "compression", b"\0") + attribute("lineOrder", "lineOrder", b"\0")
    head += attribute("dataWindow", "box2i", box) + attribute("displayWindow", "box2i", box)
    head += attribute("pixelAspectRatio", "float", struct.pack("<f", 1))
    head += attribute("screenWindowCenter", "v2f", struct.pack("<2f", 0, 0))
    head += attribute("screenWindowWidth", "float", struct.pack("<f", 1))
    head += attribute("originalDataWindow", "box2i", struct.pack("<4i", 8, 8, 4095, 2159))
    head += attribute("sensorOffset", "v2i", struct.pack("<2i", 8, 12))
    head += attribute("trackedDistance", "double", struct.pack("<d", 3.25))
    head += attribute("trackedPlace", "v3d", struct.pack("<3d", 1, 2, 3))
    head += attribute("trackedPose", "m44d", struct.pack("<16d", *np.eye(4).ravel()))
    head += attribute("lensModel", "string", b"S4 50") + b"\0"
    start = 8 + len(head) + 4 * 8
    table = struct.pack("<4Q", *(start + n * 24 for n in range(4)))
    lines = b"".join(struct.pack("<ii4f", n, 16, *[0.5] * 4) for n in range(4))
    open(path, "wb").write(b"\x76\x2f\x31\x01" + struct.pack("<I", 2) + head + table + lines)


plate(f"{folder}/a.exr")
source = oiio.ImageInput.open(f"{folder}/a.exr")
facts = [one for one in source.spec().extra_attribs if one.name[0] not in "co" or one.name == "originalDataWindow"]
before = set(OpenEXR.File(f"{folder}/a.exr").header())
lost = {}
for way, kind in (("by type", lambda one: one.type), ("by the type's name", lambda one: str(one.type))):
    spec = oiio.ImageSpec(4, 4, 1, "float")
    for one in facts:
        spec.attribute(one.name, kind(one), one.value)
    spec.attribute("FramesPerSecond", "rational", (25, 1))
    sink = oiio.ImageOutput.create(f"{folder}/b.exr")
    assert sink.open(f"{folder}/b.exr", spec) and sink.write_image(np.zeros((4, 4, 1), np.float32)) and sink.close()
    after = set(OpenEXR.File(f"{folder}/b.exr").header())
    lost[way] = sorted(before - after)
print("OpenImageIO", oiio.VERSION_STRING, "OpenEXR", OpenEXR.__version__)
print("read:", {one.name: (str(one.type), one.value) for one in facts if one.name in lost["by the type's name"]})
for way, names in lost.items():
    print("lost", way, names)
print("kept:", "lensModel" in after, "; the rate is called", [one for one in after if one.lower() == "framespersecond"])
doubles = ["trackedDistance", "trackedPlace", "trackedPose"]
same = lost == {"by type": doubles, "by the type's name": ["originalDataWindow", "sensorOffset", *doubles]}
sys.exit(0 if same and "FramesPerSecond" in after and "framesPerSecond" not in after else "another behaviour than was found")
PY
"$work/venv/bin/python" "$work/look.py" "$work"
