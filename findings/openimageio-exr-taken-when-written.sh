#!/bin/sh
# One expects: an EXR's `capDate` is when the shot was taken (the standard attribute's meaning), and that the same
#   pixels and the same header give the same file.
# What happens: OpenImageIO writes the time of writing as `capDate` into every EXR (and as DateTime into every TIFF)
#   that was given none: a comp of today claims to have been photographed today, and two renders of one frame
#   differ in a byte as soon as a second has passed. PNG, JPEG, DPX and WebP say nothing.
# Who is hurt: farms that compare files by their digest, caches and deduplicating stores; asset systems that
#   sort by the date of capture.
# Instead: give the plate's own date, or an empty one: `spec.attribute("DateTime", "")` writes none.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet OpenImageIO==3.2.2.0 numpy==2.4.6
"$work/venv/bin/python" - "$work" <<'PY'
import sys, time
import numpy as np
import OpenImageIO as oiio

def written(suffix, date):
    """The bytes of a small picture, written with a date or with none."""
    path, spec = f"{sys.argv[1]}/a.{suffix}", oiio.ImageSpec(8, 8, 3, "half" if suffix == "exr" else "uint8")
    if date is not None:
        spec.attribute("DateTime", date)
    file = oiio.ImageOutput.create(path)
    file.open(path, spec)
    file.write_image(np.zeros((8, 8, 3), np.float32))
    file.close()
    said = oiio.ImageInput.open(path).spec().getattribute("DateTime")
    return open(path, "rb").read(), said

print("OpenImageIO", oiio.__version__)
kinds = ("exr", "tif", "png", "jpg", "dpx", "webp")
first = {(kind, date): written(kind, date)[0] for kind in kinds for date in (None, "")}
time.sleep(1.2)
for (kind, date), before in first.items():
    now, said = written(kind, date)
    print(f"{kind:5} date given: {date!r:5} same file a second later: {now == before!s:6} it says: {said}")
    assert (now == before) == (date == "" or kind not in ("exr", "tif")), "behaviour changed"
    assert kind != "exr" or (b"capDate" in now) == (date is None), "behaviour changed"
PY
