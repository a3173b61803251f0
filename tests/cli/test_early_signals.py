"""Signals outside of a run's frames: before it, in commands without one, while a screen is looked for."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from anatomatte.errors import Cancelled
from anatomatte.settings import Value
from anatomatte_batch import RenderRequest
from anatomatte_batch.cutout.request import CutoutRequest
from made import native
from made.cli_fake import FakeConnect, FakeNode, shot, write

ANATOMATTE = [sys.executable, "-m", "anatomatte_cli"]
STRIKE = """
import os, sys
class Strike:
    def find_spec(self, name, path=None, target=None):
        if name == os.environ["STRIKE_AT"]:
            sys.meta_path.remove(self)
            os.kill(os.getpid(), int(os.environ["STRIKE_BY"]))
sys.meta_path.insert(0, Strike())
"""
"""Sends a process its signal when it imports a module: an event, where a time would be luck."""


def struck(folder: Path, at: str, number: int, *words: object) -> subprocess.CompletedProcess[str]:
    """A command that gets a signal as it imports the module *at*."""
    (folder / "sitecustomize.py").write_text(STRIKE)
    path = os.pathsep.join([str(folder), os.environ.get("PYTHONPATH", "")])
    told = {**os.environ, "PYTHONPATH": path, "STRIKE_AT": at, "STRIKE_BY": str(int(number))}
    told.pop("ANATOMATTE_WORKER", None)
    return subprocess.run(
        [*ANATOMATTE, *map(str, words)], env=told, capture_output=True, text=True, timeout=native.HANG
    )


@pytest.mark.parametrize("at", ["click", "anatomatte_batch.request", "anatomatte_batch.opening"])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT, signal.SIGHUP])
def test_however_early_it_ends_with_a_word(tmp_path: Path, at: str, number: int) -> None:
    source = shot(tmp_path / "in", [1, 2])
    done = struck(tmp_path, at, number, "render", source, tmp_path / "out" / "k.####.exr")
    assert done.returncode == 128 + number
    assert f"anatomatte: Stopped by {signal.Signals(number).name}" in done.stderr
    assert "Traceback" not in done.stderr and not (tmp_path / "out").exists()


@pytest.mark.parametrize("words", [("sheet",), ("check-frames",)], ids=lambda words: words[0])
def test_commands_without_frames_of_their_own_end_so_too(tmp_path: Path, words: tuple[str, ...]) -> None:
    source = shot(tmp_path, [1, 2])
    done = struck(tmp_path, "OpenImageIO", signal.SIGTERM, *words, source)
    assert done.returncode == 143 and "Stopped by SIGTERM" in done.stderr
    assert "Traceback" not in done.stderr and not list(tmp_path.glob("*.png"))


def test_who_is_told_to_ignore_it_does(tmp_path: Path) -> None:
    """A shell without jobs ignores SIGINT for what it puts behind; nohup SIGHUP."""
    source = shot(tmp_path, [1, 2])
    (tmp_path / "go.sh").write_text('trap "" HUP\nexec "$@"\n')
    (tmp_path / "sitecustomize.py").write_text(STRIKE)
    strike = {"STRIKE_AT": "click", "STRIKE_BY": str(int(signal.SIGHUP))}
    told = {**os.environ, "PYTHONPATH": str(tmp_path), **strike}
    line = ["sh", str(tmp_path / "go.sh"), *ANATOMATTE, "check-frames", source, "--frames", "1-2"]
    done = subprocess.run(line, env=told, capture_output=True, text=True, timeout=native.HANG)
    assert done.returncode == 0, done.stderr


class Stopping(FakeNode):
    """A node that a signal stops, as the real one does: it knows that, and not by what."""

    def decision(self, frame: int, values: Mapping[str, Value]) -> None:
        self.stop()

    def render(self, *args: Any, **more: Any) -> Any:
        self.stop()

    def stop(self) -> None:
        os.kill(os.getpid(), signal.SIGTERM)
        raise Cancelled("Stopped while rendering.")


class StoppingConnect(FakeConnect):
    def __call__(self, clips: Mapping[str, Any]) -> FakeNode:
        return Stopping(clips, self.before)


def by_render(folder: Path) -> None:
    request = RenderRequest(
        source=shot(folder / "in", [1, 2]), destination=folder / "k.####.exr", log=folder / "log"
    )
    request.run(StoppingConnect())


def by_cutout(folder: Path) -> None:
    write(folder / "p.png", np.full((24, 32, 3), 0.5, np.float32), "uint8")
    CutoutRequest(sources=[str(folder / "p.png")]).run(StoppingConnect())


@pytest.mark.parametrize("by", [by_render, by_cutout])
def test_who_was_stopped_says_by_what(tmp_path: Path, by: Callable[[Path], None]) -> None:
    """The exit code is the signal's, not always that of Ctrl-C: a farm tells by it who ended the task."""
    with pytest.raises(Cancelled, match=r"SIGTERM") as caught:
        by(tmp_path)
    assert caught.value.exit_code == 143
    if (tmp_path / "log").exists():
        assert '"exit": 143' in (tmp_path / "log").read_text()
