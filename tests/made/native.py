"""The C++ tests, built once a session in a build of their own."""

from __future__ import annotations

import functools
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "tests"
TARGETS = (
    "test_describe", "test_render", "test_frames", "test_bad_hosts", "test_process", "test_worker",
    "test_neighbours", "held_gil",
)  # fmt: skip


def tool(name: str) -> str:
    """cmake's tools as the environment of the tests has them."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not there; `make venv` brings it."
    return found


def must(*command: str) -> str:
    """Run a command; its output, or a failure with all that it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
    return done.stdout


@functools.cache
def built() -> Path:
    """The folder of the C++ tests' build, up to date."""
    must(
        tool("cmake"), "--preset", "tests", f"-DPython_EXECUTABLE={sys.executable}",
        f"-DCMAKE_MAKE_PROGRAM={tool('ninja')}",
    )  # fmt: skip
    must(tool("cmake"), "--build", str(BUILD), "--target", *TARGETS, "--", "-j2")
    return BUILD
