"""Published files that no runtime here takes, made into ONNX in an environment of their own."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from anatomatte.errors import OutputError, SettingsError, SetupError
from anatomatte.models import store
from anatomatte.models.store import catalogue, files, looks, places, policy

NEEDS = ("tensorflow-cpu==2.21.*", "tf2onnx==1.17.*", "onnx==1.23.*", "onnxruntime>=1.20", "setuptools<81")
"""What the environment is made of; tried together."""

ROOM = 3_000_000_000
_ALLOWED = 1.01  # of 255: the graph cuts off what the alpha has below a whole number


def convert(
    kind: str, source: Path, name: str, *, out: Path | None, python: str | None, replace: bool, quiet: bool
) -> store.Installed | Path:
    """Make the ONNX file of the network *name* out of *source*, into the store or to *out*.

    Args:
        kind: the conversion, ``cv-unet``.
        python: a Python that has `NEEDS`; None makes an environment and removes it.

    Raises:
        SettingsError: the network is not one that this conversion makes.
        SetupError: the policy refuses it, the file is not what was published, the environment cannot
            be made, or the result differs from the original.
        OutputError: there is no room.
    """
    manifest = catalogue.get(name)
    policy.check(manifest)
    entry = manifest.file()
    if entry.convert != kind:
        raise SettingsError(f"{name} is not made by the conversion {kind}.")
    if not source.is_file():
        raise SetupError(f"There is no file {source}.")
    looks.inspect(source, "graphdef")
    with tempfile.TemporaryDirectory(prefix="anatomatte-convert-") as folder:
        made = Path(folder) / entry.name
        with _environment(Path(folder), python, quiet) as executable:
            script = Path(__file__).with_name("tf_to_onnx.py")
            line = [executable, "-I", str(script), str(source.absolute()), str(made)]
            said = _run(line, "converting", quiet, _scrubbed())
        _judge(said, source)
        if out is not None:
            return _out(made, out, entry.format)
        folder_own = places.own() / "partial"
        folder_own.mkdir(parents=True, exist_ok=True)
        with files.arriving(places.own(), ".onnx") as part:
            shutil.copyfile(made, part)
            return store.add(manifest, entry, part, origin=f"{kind} of {source}", move=True, replace=replace)


def _out(made: Path, out: Path, form: str) -> Path:
    from anatomatte.atomic import beside

    looks.inspect(made, form)
    with beside(out) as temporary:
        shutil.copyfile(made, temporary)
    return out


def _judge(said: Sequence[str], source: Path) -> None:
    """Raise SetupError unless the last line of the conversion says that all is well."""
    try:
        facts: dict[str, Any] = json.loads(said[-1])
    except (IndexError, ValueError) as why:
        told = said[-1] if said else "it said nothing"
        raise SetupError(f"{source} could not be converted: {told}.") from why
    if "problem" in facts:
        raise SetupError(f"{source} could not be converted: {facts['problem']}.")
    if (off := facts["difference"]) > _ALLOWED:
        raise SetupError(
            f"{source} was converted, but it is {off:.1f} of 255 off on a made picture and not used."
        )


@contextmanager
def _environment(folder: Path, python: str | None, quiet: bool) -> Iterator[str]:
    """A Python that has `NEEDS`; one that is made here is gone after the block."""
    if python:
        yield python
        return
    if shutil.disk_usage(folder).free < ROOM:
        raise OutputError(
            f"{folder.parent} has too little room: the conversion needs {files.said(ROOM)} there."
        )
    home = folder / "venv"
    _run([sys.executable, "-m", "venv", str(home)], "making an environment", quiet, os.environ)
    executable = str(home / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
    line = [executable, "-m", "pip", "install", "--disable-pip-version-check", "--no-input", *NEEDS]
    _run(line, "fetching tensorflow and tf2onnx", quiet, os.environ)
    try:
        yield executable
    finally:
        shutil.rmtree(home, ignore_errors=True)


def _scrubbed() -> dict[str, str]:
    """No GPU, no talk of it, no Python settings of the caller's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    return kept | {"CUDA_VISIBLE_DEVICES": "-1", "TF_CPP_MIN_LOG_LEVEL": "3", "TF_ENABLE_ONEDNN_OPTS": "0"}


def _run(line: Sequence[str], what: str, quiet: bool, environment: Any) -> list[str]:
    """Run a program and give its lines; a clock runs meanwhile.

    Raises:
        SetupError: it failed; the message has its last line.
    """
    from rich.console import Console

    console = Console(stderr=True, quiet=quiet)
    began = time.monotonic()
    try:
        with console.status(f"{what} …"):
            done = subprocess.run(line, capture_output=True, text=True, errors="replace", env=environment)
    except OSError as why:
        raise SetupError(f"{line[0]} cannot be run: {why.strerror}.") from why
    said = [text for text in done.stdout.splitlines() if text.strip()]
    if done.returncode not in (0, 3):
        complaints = (
            [text for text in done.stderr.splitlines() if text.strip()] or said or ["it said nothing"]
        )
        raise SetupError(
            f"{what.capitalize()} failed after {time.monotonic() - began:.0f} s: {complaints[-1]}"
        )
    return said
