"""Pictures whose library decodes them before it tells their size: a bounded process goes first."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from .limits import MB, Limits

KINDS = (".jxl", ".jp2", ".j2k")
"""Suffixes of such files: JPEG XL, and JPEG 2000 with boxes and without."""
_LIBRARIES = 256 * MB
_EACH_PIXEL = 64
"""Bytes of memory: of the process itself, and of a pixel of four floats while it is decoded."""
_PROGRAM = """
import resource, sys
path, memory, seconds = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds))
resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
import OpenImageIO
OpenImageIO.attribute("threads", 1)
sys.exit(0 if OpenImageIO.ImageInput.open(path) else 1)
"""


def is_bounded(path: Path, limits: Limits) -> bool:
    """Whether a picture can be decoded within the memory and time that one of `limits` may take.

    It is opened in a process that can take no more and that writes nothing; what ends that process does not
    reach this one.  The library does not tell a damaged file from one that finds no memory: neither is.
    """
    if path.suffix not in KINDS:
        return True
    if sys.platform == "win32":  # processes have no such limits there
        return False
    memory = _LIBRARIES + int(limits.pixels) * _EACH_PIXEL
    words = [str(path.absolute()), str(memory), str(max(1, int(limits.seconds)))]
    try:
        done = subprocess.run(
            [sys.executable, "-c", _PROGRAM, *words],
            stdin=subprocess.DEVNULL, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,
            timeout=limits.seconds, check=False,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return False
    return done.returncode == 0
