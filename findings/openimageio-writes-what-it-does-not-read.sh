#!/bin/sh
# One expects: a file that OpenImageIO writes, with True from `open`, `write_image` and `close` and nothing in geterror(),
#   is one that it reads, with the channels that were written, under their names.
# What happens: an EXR of 1025 channels is written and then refused: reading has a bound ("limits:channels", 1024 unless
#   it is raised), writing has none. Two channels of one name are written, and the second comes back as `channel1` behind
#   all others; a channel without a name comes back as `R`. Nothing is said of either.
# Who is hurt: mattes for every person and part, light groups, AOVs by object: the farm says "done", the comp cannot open
#   the frames; Nuke stops at 1023 as well. A layer `R` beside an unnamed matte: two mattes under names of each other.
# Instead: count channels and look for names twice before writing; `oiio.attribute("limits:channels", n)` lets one's own
#   programs read such files, others still do not; or write several files.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check OpenImageIO==3.2.2.0 numpy==2.4.6
cat > "$work/look.py" <<'PY'
import sys
import numpy as np
import OpenImageIO as oiio

print("OpenImageIO", oiio.VERSION_STRING)

def through(names):
    """What writing says of channels 1, 2, 3 …, and what is read: names with values, or the error."""
    path = sys.argv[1] + "/a.exr"
    spec = oiio.ImageSpec(8, 8, len(names), "float")
    spec.channelnames = names
    sink = oiio.ImageOutput.create(path)
    levels = np.broadcast_to(np.arange(1, len(names) + 1, dtype=np.float32), (8, 8, len(names)))
    good = sink.open(path, spec) and sink.write_image(np.ascontiguousarray(levels)) and sink.close()
    said = (good, sink.geterror())
    source = oiio.ImageInput.open(path)
    if not source:
        return said, oiio.geterror().splitlines()[0]
    return said, dict(zip(source.spec().channelnames, source.read_image()[0, 0].tolist(), strict=True))

for count in (1024, 1025):
    said, found = through([f"p{k:04}.A" for k in range(count)])
    print(f"{count} channels: writing says {said}; reading:", found if isinstance(found, str) else f"{len(found)} channels")
    assert said == (True, "") and isinstance(found, str) == (count > 1024), "another bound now"
for names in (["R", "R", "B"], ["", "b", "c"]):
    said, found = through(names)
    print(f"1, 2, 3 as {names}: writing says {said}; reading:", found)
    assert said == (True, "") and list(found) != names
assert found == {"R": 1.0, "b": 2.0, "c": 3.0}
oiio.attribute("limits:channels", 4096)
print("with limits:channels raised:", len(through([f"p{k:04}.A" for k in range(1025)])[1]), "channels")
PY
"$work/venv/bin/python" "$work/look.py" "$work"
