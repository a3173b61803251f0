"""The Python that a process of its own is started with, also where this one lives in a host."""

from __future__ import annotations

import os
import sys
from pathlib import Path

from ...errors import SetupError

_START = (
    "import json, sys; told = json.loads(sys.argv[2]); "
    "sys.path += [entry for entry in told if entry not in sys.path]; "
    "from anatomatte.nets.guests.program import main; main(int(sys.argv[1]))"
)


def executable() -> str:
    """The Python of this process: its executable, or that of its environment where a host embeds it.

    Raises:
        SetupError: there is none of this version.
    """
    version = f"python{sys.version_info.major}.{sys.version_info.minor}"
    told = os.environ.get("ANATOMATTE_PYTHON", "")
    named = [Path(told), Path(told, "bin", version)] if told else []
    near = [Path(prefix, "bin", version) for prefix in (sys.exec_prefix, sys.base_exec_prefix)]
    for path in (Path(sys.executable or "/"), *near, *named):
        if path.name.startswith("python") and path.is_file() and os.access(path, os.X_OK):
            return str(path)
    raise SetupError(
        f"Networks of others run in a process of their own and no {version} was found beside {sys.prefix}: "
        "name one in ANATOMATTE_PYTHON."
    )


def command(descriptor: int, path: str) -> list[str]:
    """What starts the process of a network that talks at a *descriptor*; *path* is `sys.path` as JSON."""
    return [executable(), "-I", "-c", _START, str(descriptor), path]
