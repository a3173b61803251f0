#!/bin/sh
# One expects: float planes are large blocks, which the C library maps by themselves and gives back to the system when
#   they are freed; a larger format keeps more than a smaller one, if any does.
# What happens: glibc (x86-64) raises the size from which on it maps blocks each time it frees a mapped one, up to 32 MiB.
#   A float32 plane of UHD (3840 x 2160) is 31.64 MiB: after the first few were freed all others come from the heap, and
#   what was freed stays where anything small that lives longer lies behind it (a thumbnail, a histogram). A plane of
#   DCI 4K (4096 x 2160) is 33.75 MiB, always mapped, always given back.
# Who is hurt: a farm's node that makes mattes at UHD holds hundreds of megabytes that nobody uses, and the same shot at
#   DCI 4K does not; the queue ends it for memory that no profiler of Python shows.
# Instead: mallopt(M_MMAP_THRESHOLD, 28 << 20) at the start of a process that is one's own, or MALLOC_MMAP_THRESHOLD_ in
#   its environment: setting it ends the raising, and rows of HD stay on the heap, where they are quick.
set -eu
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT
python3 -m venv "$work/venv"
"$work/venv/bin/pip" install --quiet --disable-pip-version-check numpy==2.4.6
cat > "$work/look.py" <<'PY'
import os
import platform

import numpy as np


def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 1e6


def kept(height, width):
    """MB taken by eight planes, and what of it is still there once all of them were freed."""
    for _ in range(3):
        np.ones((height, width), np.float32)
    before, small, planes = resident(), [], []
    for _ in range(8):
        planes.append(np.ones((height, width), np.float32))
        small.append(np.ones(30000, np.float32))  # 120 kB that live on
    taken = resident() - before
    del planes
    return taken, resident() - before


found = {}
for name, width in (("UHD", 3840), ("DCI 4K", 4096)):
    taken, left = kept(2160, width)
    found[name] = left / taken
    print(f"{name:6} plane of {2160 * width * 4 / 2**20:.2f} MiB: {taken:.0f} MB taken, {left:.0f} MB still there when all are freed")
told = os.environ.get("MALLOC_MMAP_THRESHOLD_")
print("numpy", np.__version__, *platform.libc_ver(), "threshold", told or "as it raises itself")
raise SystemExit(not (found["DCI 4K"] < 0.1 and (found["UHD"] < 0.1 if told else found["UHD"] > 0.5)))
PY
"$work/venv/bin/python" "$work/look.py"
MALLOC_MMAP_THRESHOLD_=29360128 "$work/venv/bin/python" "$work/look.py"
