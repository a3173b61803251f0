"""Signals that no frame sees: a terminal that goes, one that `nohup` ignores, a reader that went away."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path

import numpy as np
import pytest

from made import native
from made.cli_fake import write

ANATOMATTE = [sys.executable, "-m", "anatomatte_cli"]


def plates(folder: Path, count: int) -> str:
    """Frames of a grey that nobody looks at for long; the pattern of their files."""
    folder.mkdir()
    write(folder / "one.exr", np.full((24, 32, 3), (0.1, 0.5, 0.1), np.float32))
    for frame in range(1, count + 1):
        (folder / f"p.{frame:04d}.exr").hardlink_to(folder / "one.exr")
    return str(folder / "p.####.exr")


def begun(*words: str | Path, first: Callable[[], object] | None = None) -> subprocess.Popen[str]:
    """A command as a process of its own, for a farm: no terminal, lines as they come, begun with *first*."""
    line = [*ANATOMATTE, *map(str, words)]
    pipe = subprocess.PIPE
    return subprocess.Popen(line, stdout=pipe, stderr=pipe, text=True, preexec_fn=first)


@pytest.mark.parametrize(
    "words", [("render", "--layers", "rgba,screen"), ("farm", "render"), ("analyse",)], ids=lambda one: one[0]
)
def test_a_reader_that_went_away_ends_the_command(tmp_path: Path, words: tuple[str, ...]) -> None:
    """As `… | head -1` does: 1 is a bug of ours, and this is none."""
    source = plates(tmp_path / "in", 300)
    out = ["-o", str(tmp_path / "s.json")] if words[0] == "analyse" else [f"{tmp_path}/out/k.####.exr"]
    job = begun(*words, source, *out)
    assert job.stdout is not None and job.stderr is not None
    job.stdout.readline()
    job.stdout.close()
    told = job.stderr.read()
    assert job.wait(native.HANG) == 141 and told == ""
    made = os.listdir(tmp_path / "out") if (tmp_path / "out").is_dir() else []
    assert len(made) < 300 and not [name for name in made if name.startswith(".")]


def test_under_nohup_a_terminal_may_go(tmp_path: Path) -> None:
    source = plates(tmp_path / "in", 5)
    ignored = partial(signal.signal, signal.SIGHUP, signal.SIG_IGN)
    job = begun("render", source, tmp_path / "k.####.exr", first=ignored)
    assert job.stdout is not None
    for line in job.stdout:
        if line.startswith("[1/5]"):
            job.send_signal(signal.SIGHUP)
    assert job.wait(native.HANG) == 0
    assert len(list(tmp_path.glob("k.*.exr"))) == 5


def test_a_served_worker_ends_with_its_terminal(tmp_path: Path) -> None:
    job = begun("worker", "serve", tmp_path / "w")
    assert job.stdout is not None and "Serving at" in job.stdout.readline()
    job.send_signal(signal.SIGHUP)
    assert job.wait(native.HANG) == 0
    assert not list(tmp_path.iterdir())
