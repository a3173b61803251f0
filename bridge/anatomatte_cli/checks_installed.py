"""Which nodes hosts find on this machine, of which versions, whether each runs, and which one is loaded."""

from __future__ import annotations

import os
import plistlib
import re
import stat
import subprocess
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from anatomatte.errors import SetupError

from . import places
from .cmd_install import NAME

_ASK = (
    "import sys; sys.path[:0] = sys.argv[1:]; import anatomatte; from anatomatte import settings; "
    "print(anatomatte.__version__, settings.digest())"
)
_LONGEST_S = 120.0


@dataclass(frozen=True)
class Installed:
    """A node where hosts look: its binary, and the bundle around it."""

    binary: Path
    bundle: Path

    @property
    def version(self) -> str:
        """Of Anatomatte, as the bundle tells hosts."""
        try:
            told = plistlib.loads((self.bundle / "Contents" / "Info.plist").read_bytes())
            return str(told["CFBundleVersion"])
        except (OSError, ValueError, KeyError, plistlib.InvalidFileException):
            return "of an unknown version"


def found() -> list[Installed]:
    """The nodes where hosts look, in the order in which they do; subfolders count."""
    from pyopenfx.scan import binaries

    every = (Installed(binary, bundle) for binary, bundle in binaries(places.folders()))
    return [one for one in every if one.bundle.name == NAME]


def checks() -> Iterator[tuple[str, Callable[[], str]]]:
    """A line of the doctor for each node: its name, and what says all is well or raises SetupError."""
    from pyopenfx.scan import without_binary

    for problem in without_binary(places.folders()):
        if Path(problem.path).name == NAME:
            yield "installed", partial(_no_binary, problem.path, problem.reason)
    for one in found():
        yield "installed", partial(_whole, one)


def loaded() -> str:
    """Which of several nodes hosts load; empty where there is no choice."""
    from pyopenfx.scan import scan_apart

    nodes = found()
    if len(nodes) < 2:
        return ""
    told = [
        (info.version, one) for one in nodes for info in scan_apart(one.binary, one.bundle, _LONGEST_S)[0]
    ]
    if not told:
        return ""
    newest = max(version for version, _ in told)
    first, *others = [one for version, one in told if version == newest]
    text = f"of {len(nodes)} nodes hosts load Anatomatte {first.version} at {first.bundle}"
    return f"{text}, the first of {1 + len(others)} that give the same number" if others else text


def _no_binary(path: str, reason: str) -> str:
    raise SetupError(f"{path} {reason}.")


def _whole(one: Installed) -> str:
    """Node and package belong together, and nobody else can change the node."""
    own(one.bundle)
    python, module_path = _python(one.bundle)
    version, digest = _asked(one, python, module_path)
    if digest.encode() not in one.binary.read_bytes():
        raise SetupError(
            f"{one.bundle} is of another version ({one.version}) than the package of {python} ({version}); "
            "run `anatomatte install` of that Python again."
        )
    return f"{one.bundle}: Anatomatte {one.version}, with {python}"


def own(bundle: Path) -> None:
    """Raise SetupError where somebody else's program can be put into the place of the node."""
    for path in (bundle, *bundle.rglob("*")):
        if not path.is_symlink() and path.stat().st_mode & stat.S_IWOTH:
            raise SetupError(f"{path} can be changed by everybody on this machine: `chmod -R o-w {bundle}`.")


def _python(bundle: Path) -> tuple[Path, Path | None]:
    """The Python that a node names, and where its package lies if that is said.

    Raises:
        SetupError: it names none that is there.
    """
    conf = bundle / "Contents" / "Resources" / "runtime.conf"
    if not conf.is_file():
        raise SetupError(f"{bundle} has no runtime.conf; run `anatomatte install` again.")
    text = conf.read_text(encoding="utf-8")
    told = dict(re.findall(r"^(\w+)\s*=\s*(.+?)\s*$", text, re.MULTILINE))
    if not (name := told.get("python")) or not (conf.parent / name).exists():
        raise SetupError(f"{conf} names no Python that is there; run `anatomatte install` again.")
    where = told.get("module_path")
    python = Path(os.path.normpath(conf.resolve().parent / name))
    return python, None if where is None else conf.parent / where


def _asked(one: Installed, python: Path, module_path: Path | None) -> tuple[str, str]:
    """Version and table of the package that renders for a node, as its own Python tells them."""
    inside = (python / "bin" / "python3", python / "bin" / "python", python / "python.exe")
    program = next((path for path in inside if path.is_file()), python)
    words = [str(program), "-B", "-c", _ASK, *([] if module_path is None else [str(module_path)])]
    clean = {name: text for name, text in os.environ.items() if not name.startswith("PYTHON")}
    try:
        done = subprocess.run(words, env=clean, capture_output=True, text=True, timeout=_LONGEST_S)
    except (OSError, subprocess.TimeoutExpired) as why:
        raise SetupError(f"{program}, which {one.bundle} names, does not run ({why}).") from why
    told = done.stdout.split()
    if done.returncode or len(told) != 2:
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        raise SetupError(
            f"{program}, which {one.bundle} names, finds no Anatomatte ({said}); install it there."
        )
    return told[0], told[1]
