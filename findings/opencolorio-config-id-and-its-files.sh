#!/bin/sh
# One expects: `Config.getCacheID()` of OpenColorIO is another one when a LUT that the config names has other contents, as
#   its header promises ("will change when the underlying luts are updated"), and the same for one config in two folders.
# What happens: it follows which file lies there (its inode), not what is in it. Rewriting a LUT in place with other numbers
#   leaves it as it was, in another process too; a copy of the same bytes gives another one.
# Who is hurt: whoever skips work by it. Frames that were rendered through the old LUT count as done, and a farm whose
#   machines have the config on disks of their own renders all again.
# Instead: `Processor.getCacheID()` follows the numbers of the ops, and no file. (Within one process call ClearAllCaches()
#   first: files that were read are kept by their path.)
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check opencolorio==2.6.0
cat > "$work/look.py" <<'PY'
import subprocess
import sys
from pathlib import Path

import PyOpenColorIO as ocio

CONFIG = """ocio_profile_version: 1
search_path: luts
roles:
  scene_linear: lin
colorspaces:
  - !<ColorSpace> {name: lin}
  - !<ColorSpace> {name: look, to_reference: !<FileTransform> {src: look.spi1d, interpolation: linear}}
"""
ASK = "import sys, PyOpenColorIO as o; c = o.Config.CreateFromFile(sys.argv[1]); print(c.getCacheID(), c.getProcessor('look', 'lin').getCacheID())"

def ids(folder: Path, middle: float, anew: bool = False) -> tuple[str, str]:
    """Of the config and of the processor, by a process of its own; the LUT is written in place, or *anew* and renamed."""
    (folder / "luts").mkdir(parents=True, exist_ok=True)
    (folder / "config.ocio").write_text(CONFIG)
    lut = folder / "luts" / "look.spi1d"
    made = lut.with_suffix(".new") if anew else lut
    made.write_text(f"Version 1\nFrom 0 1\nLength 3\nComponents 1\n{{\n0\n{middle}\n1\n}}\n")
    made.rename(lut)
    said = subprocess.check_output([sys.executable, "-c", ASK, str(folder / "config.ocio")], text=True)
    config, processor = said.split()
    return config, processor

print("OpenColorIO", ocio.__version__)
place = Path(sys.argv[1])
dark, light, moved = ids(place / "a", 0.2), ids(place / "a", 0.7), ids(place / "b", 0.2)
again = ids(place / "a", 0.7, anew=True)
print("config:    other numbers", "same" if dark[0] == light[0] else "other", "- same bytes in another folder", "same" if dark[0] == moved[0] else "other", "- in another file of the name", "same" if light[0] == again[0] else "other")
print("processor: other numbers", "same" if dark[1] == light[1] else "other", "- same bytes in another folder", "same" if dark[1] == moved[1] else "other", "- in another file of the name", "same" if light[1] == again[1] else "other")
assert dark[0] == light[0] and dark[0] != moved[0] and light[0] != again[0], "the config's id follows contents now"
assert dark[1] != light[1] and dark[1] == moved[1] and light[1] == again[1], "the processor's id does not follow contents alone any more"
PY
"$work/venv/bin/python" "$work/look.py" "$work" 2> "$work/said" || { cat "$work/said"; exit 1; }
