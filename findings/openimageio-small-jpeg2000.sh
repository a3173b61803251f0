#!/bin/sh
# One expects: a picture that OpenImageIO cannot write makes `open`, `write_image` or `close` say so.
# What happens: a JPEG 2000 with a side under 32 pixels makes all three return True (only geterror() knows), and leaves a
#   file of 77 bytes that holds a header and no codestream; no reader opens it. From 32 pixels on all is well.
# Who is hurt: who writes thumbnails, crops, masks of faces, or test pictures: the loss shows when they are read.
# Instead: ask geterror() after close whatever it returned, read back what was written, or pad to 32 pixels.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check OpenImageIO==3.2.2.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import os, sys
import numpy as np
import OpenImageIO as oiio

print("OpenImageIO", oiio.VERSION_STRING)
seen = {}
for side in (8, 16, 31, 32, 33, 64):
    path = f"{sys.argv[1]}/{side}.jp2"
    spec = oiio.ImageSpec(side, side, 3, "uint8")
    sink = oiio.ImageOutput.create(path)
    said = (sink.open(path, spec), sink.write_image(np.full((side, side, 3), 0.5, np.float32)), sink.close())
    error = sink.geterror()
    source = oiio.ImageInput.open(path)
    seen[side] = (all(said) and bool(error) == (side < 32), source is not None)
    print(f"{side:2d} px: open, write, close {said}, error {error!r}, {os.path.getsize(path)} bytes,",
          "reads" if source else f"does not read: {oiio.geterror().strip()}")
ok = all(said for said, _ in seen.values()) and [reads for _, reads in seen.values()] == [False] * 3 + [True] * 3
print("as described" if ok else "CHANGED")
sys.exit(not ok)
PY
