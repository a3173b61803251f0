"""What `make test-build` has compiled for the tests (build.py), which here is only read."""

from __future__ import annotations

import functools
import hashlib
import os
import shutil
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build" / "tests"
PLUGINS = ROOT / "build" / "test-plugins"
ABI = ROOT / "build" / "test-abi"
WHEEL = ROOT / "build" / "test-wheel"
PORTABLE = ROOT / "build" / "test-portable"

CPP = (
    "CMakeLists.txt",
    "CMakePresets.json",
    "cmake",
    "cpp",
    "tests/cpp",
    "tests/plugins",
    "tests/made/build.py",
    *(
        f"plugin/anatomatte/{name}.py"
        for name in ("settings", "keying", "whose", "controls", "menus", "parts")
    ),
)
SOURCES = {
    BUILD: CPP,
    PLUGINS: CPP,
    ABI: CPP,
    WHEEL: (*CPP, "pyproject.toml", "plugin", "bridge"),
    PORTABLE: (*CPP, "pyproject.toml", "plugin", "bridge"),
}
"""What each result is made of."""

HANG = 900
"""Seconds after which a process of the tests hangs: no slow or busy machine comes near it."""


def official() -> list[Path]:
    """Folders of official OFX headers, of one release or several, that the environment names."""
    told = os.environ.get("ANATOMATTE_OPENFX_HEADERS", "")
    return [Path(folder) for folder in told.split(os.pathsep) if folder]


def tool(name: str) -> str:
    """cmake's tools as the environment of the tests has them."""
    found = shutil.which(name, path=str(Path(sys.executable).parent)) or shutil.which(name)
    assert found, f"{name} is not there; `make venv` brings it."
    return found


NINJA_AND_PYTHON = (
    f"-DPython_EXECUTABLE={sys.executable}",
    f"-DCMAKE_MAKE_PROGRAM={Path(sys.executable).parent / 'ninja'}",
)


def must(*command: str) -> str:
    """Run a command; its output, or a failure with all that it said."""
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True)
    assert done.returncode == 0, f"{' '.join(command)}\n{done.stdout[-6000:]}{done.stderr[-6000:]}"
    return done.stdout


def digest(folder: Path) -> str:
    """Of all that the result in *folder* is made of, and of the Python that it is made for."""
    found = hashlib.sha256(sys.version.encode())
    if folder == ABI:
        found.update(os.pathsep.join(map(str, official())).encode())
    left_out = {"ofx", "__pycache__"}
    for name in SOURCES[folder]:
        top = ROOT / name
        for path in sorted(top.rglob("*")) if top.is_dir() else [top]:
            inside = path.relative_to(ROOT).parts
            built = path.suffix in {".so", ".pyc"} or (inside[0] == "plugin" and left_out & {*inside})
            if path.is_file() and not built and "__pycache__" not in inside:
                found.update(f"{path.relative_to(ROOT)}\0".encode())
                found.update(path.read_bytes())
    return found.hexdigest()


def mark(folder: Path) -> None:
    """Note of what *folder* was built."""
    (folder / "made-of").write_text(digest(folder), encoding="utf-8")


def stale(folder: Path) -> str:
    """Why *folder* cannot be used, or nothing."""
    told = folder / "made-of"
    if not told.is_file():
        return "is not built"
    return "" if told.read_text(encoding="utf-8") == digest(folder) else "is older than its sources"


@functools.cache
def ready(folder: Path) -> Path:
    """A folder of BUILD … PORTABLE, if it is built and up to date."""
    why = stale(folder)
    target = "make soak-build" if folder in (WHEEL, PORTABLE) else "make test-build"
    assert not why, f"{folder.relative_to(ROOT)} {why}: `{target}` makes it before the tests start."
    return folder


def built() -> Path:
    """The folder of the C++ tests' build, up to date."""
    return ready(BUILD)
