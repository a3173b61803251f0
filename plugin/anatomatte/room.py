"""Room for the libraries of pictures, looked at before they are imported.

Where a process has less, OpenCV ends it while it is imported (5.0, seen with limits of 400 to 500 MB), and no
exception says why. Importing this module looks once.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from .errors import OutOfMemory

_NEEDED = 500 << 20
"""Bytes of address space that numpy and OpenCV take when they are imported, and a little."""


def for_libraries() -> None:
    """Raise OutOfMemory where a limit leaves this process too little address space to import anything."""
    try:
        import resource

        limit, _ = resource.getrlimit(resource.RLIMIT_AS)
        pages = int(Path("/proc/self/statm").read_text(encoding="ascii").split()[0])
    except (ImportError, OSError, ValueError):
        return  # another system, or one that does not say
    held = pages * os.sysconf("SC_PAGE_SIZE")
    if limit != resource.RLIM_INFINITY and limit - held < _NEEDED and "cv2" not in sys.modules:
        raise OutOfMemory(
            f"This process may have {limit >> 20} MB of address space and holds {held >> 20} MB: there is no "
            "room for the libraries of pictures. Raise the limit (ulimit -v) to 4 GB or more."
        )


for_libraries()
