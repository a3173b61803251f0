"""What ``anatomatte doctor`` looks at: one small check each, none of which stops the others."""

from __future__ import annotations

import importlib.metadata
import os
import platform
import re
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

import anatomatte
from anatomatte import settings
from anatomatte.errors import AnatomatteError, SetupError

from . import variables

PACKAGES = (
    "numpy", "opencv-python-headless", "OpenImageIO", "av", "onnxruntime", "torch", "click", "rich",
    "fileseq", "xxhash",
)  # fmt: skip


@dataclass(frozen=True)
class Finding:
    """One line of the doctor's table; a hint is neither right nor wrong."""

    name: str
    state: str
    told: str

    @property
    def failed(self) -> bool:
        return self.state == "failed"


def examine(trying: bool = True) -> Iterator[Finding]:
    """All checks, in the order in which one leads to the next.

    Args:
        trying: also those that render or start a process.
    """
    yield _checked("Python", _python)
    for name in PACKAGES:
        yield _checked(name, _torch if name == "torch" else partial(_package, name))
    yield _checked("anatomatte", lambda: f"{anatomatte.__version__} in {Path(anatomatte.__file__).parent}")
    yield from _variables()
    yield _checked("node", _bundle)
    yield _checked("describe", _describe)
    yield _checked("table", _digest)
    if trying:
        yield _checked("render", _render)
        yield _checked("worker", _worker)
        yield _checked("device", _device)
        yield _checked("networks", _networks)
    yield from _models()
    yield from _installed()


def _checked(name: str, check: Callable[[], str]) -> Finding:
    try:
        return Finding(name, "ok", check())
    except AnatomatteError as why:
        return Finding(name, "failed", str(why))
    except Exception as why:  # a broken installation may raise anything
        return Finding(name, "failed", f"{type(why).__name__}: {why}")


def _variables() -> Iterator[Finding]:
    wrong, strange = list(variables.misread()), list(variables.unknown())
    yield from (Finding("variables", "failed", sentence) for sentence in wrong)
    yield from (Finding("variables", "hint", sentence) for sentence in strange)
    if not wrong and not strange:
        there = [name for name in sorted(os.environ) if name.startswith(variables.PREFIX)]
        yield Finding("variables", "ok", ", ".join(there) or "none of Anatomatte's is set")


def _python() -> str:
    return f"{platform.python_version()} at {sys.executable}"


def _package(name: str) -> str:
    """Its version.

    Raises:
        SetupError: it is missing, or older than what Anatomatte needs.
    """
    pip, least = f"{sys.executable} -m pip install", _least(name)
    try:
        found = importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError as why:
        raise SetupError(f"{name} is missing; `{pip} {name}` brings it.") from why
    if _numbers(found) < _numbers(least):
        raise SetupError(f"{found} is too old, {least} is needed; `{pip} '{name}>={least}'` brings it.")
    return found


def _least(name: str) -> str:
    """The lowest version of a package that ours asks for; 0 where it names none."""
    try:
        lines = importlib.metadata.requires("anatomatte") or ()
    except importlib.metadata.PackageNotFoundError:  # beside its sources
        lines = ()
    found = (re.match(rf"{re.escape(name)}\s*>=\s*([\d.]+)", line, re.IGNORECASE) for line in lines)
    return next((match[1] for match in found if match), "0")


def _numbers(version: str) -> tuple[int, ...]:
    """The numbers that a version begins with, without zeros at the end: 3 is 3.0."""
    found = re.match(r"\d+(\.\d+)*", version)
    numbers = list(map(int, found[0].split("."))) if found else []
    while numbers and not numbers[-1]:
        numbers.pop()
    return tuple(numbers)


def _torch() -> str:
    """Which build of torch is there, how large it is, and which device our own networks use."""
    from .checks_torch import told

    return f"{_package('torch')}: {told()}"


def _bundle() -> str:
    from anatomatte_batch.ofx_node import bundle

    from .checks_installed import own

    path = bundle()
    binaries = list(path.glob("Contents/*/*.ofx"))
    if not binaries:
        raise SetupError(f"there is none at {path}; run `make build` or reinstall the package.")
    own(path)
    return str(path)


def _describe() -> str:
    import pyopenfx  # its own import is not the node's time
    from anatomatte_batch.ofx_node import load_plugin

    assert pyopenfx
    began = time.perf_counter()
    _, plugin = load_plugin()
    took = (time.perf_counter() - began) * 1000
    return f"{plugin.label} {'.'.join(map(str, plugin.version))}: loaded and described in {took:.1f} ms"


def _digest() -> str:
    from anatomatte_batch.ofx_node import bundle

    wanted = settings.digest()
    for binary in bundle().glob("Contents/*/*.ofx"):
        if wanted.encode() not in binary.read_bytes():
            raise SetupError(f"{binary.name} was built from another table; run `make build` or reinstall.")
    return f"node and Python share the table {wanted[:12]}"


def _render() -> str:
    import numpy as np

    from anatomatte_batch.ofx_node import connect
    from anatomatte_batch.picture import whole
    from anatomatte_batch.presets import Preset

    pixels = np.full((32, 48, 3), (0.1, 0.6, 0.15), np.float32)
    pixels[8:, 16:32] = (0.5, 0.3, 0.25)
    plate = whole(pixels, name="doctor")
    node = connect({"Source": lambda frame: plate}, lambda: False)
    try:
        began = time.perf_counter()
        found = node.render(1, Preset().at(1) | {"input_colour": "linear"}).pixels
    finally:
        node.close()
    screen, subject = float(found[2, 4, 3]), float(found[24, 24, 3])
    if not (screen < 0.2 and subject > 0.8):
        raise SetupError(
            f"a tiny plate keys wrongly (screen {screen:.2f}, subject {subject:.2f}); reinstall."
        )
    return f"a tiny plate in {(time.perf_counter() - began) * 1000:.0f} ms, the first one with start-up"


def _worker() -> str:
    """The same tiny render through a worker, in a process of its own: the road of foreign hosts."""
    code = "from anatomatte_cli import checks; print(checks._render())"
    environment = os.environ | {"ANATOMATTE_RUNTIME": "worker"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    if done.returncode:
        raise SetupError((done.stderr.strip().splitlines() or ["it said nothing"])[-1])
    return done.stdout.strip()


def _device() -> str:
    """Where networks run, and how fast."""
    from .checks_devices import told

    return told()


def _networks() -> str:
    """What keeps networks of others to computing, tried in a process as theirs are."""
    from anatomatte.nets.guests import guest

    holds = guest.guards()
    kept = [f"{guest.memory() / 2**30:.0f} GB", f"{guest.longest_seconds():g} s a frame"]
    lacks = [name for name, held in (("seccomp", "filtered"), ("Landlock", "landlock")) if not holds[held]]
    if holds["filtered"]:
        kept.append("no network, no program, no written file")
    if holds["landlock"]:
        kept.append(f"reads libraries only (Landlock {holds['landlock']})")
    told = f"those of others run in a process each: {', '.join(kept)}"
    if lacks:
        told += f"; without {' and '.join(lacks)} in this kernel, take them from whom you trust alone"
    return told


def _models() -> Iterator[Finding]:
    """The model store: where it is, what is permitted, what is damaged."""
    from .checks_models import lines

    try:
        yield from (Finding("models", state, told) for state, told in lines())
    except OSError as why:
        yield Finding("models", "failed", f"the model store cannot be read: {why}")


def _installed() -> Iterator[Finding]:
    """Where OFX hosts look, which nodes they find there, and which of them they load."""
    from . import checks_installed

    told = os.environ.get("OFX_PLUGIN_PATH")
    yield Finding("OFX_PLUGIN_PATH", "hint", told or "not set; hosts look in their standard folders only")
    for name, check in checks_installed.checks():
        yield _checked(name, check)
    if choice := checks_installed.loaded():
        yield Finding("loaded", "hint", choice)
