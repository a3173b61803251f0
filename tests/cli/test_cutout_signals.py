"""Pictures side by side under a signal: what is in work is left, no process stays, and a sentence says so."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from made import native

PHOTO = Path(__file__).parents[2] / "samples/photos/three.jpg"
COUNT = 12


@contextlib.contextmanager
def begun(folder: Path) -> Iterator[subprocess.Popen[str]]:
    """Cutouts of photos in two processes, a group of their own, with one of them done."""
    (folder / "in").mkdir()
    for number in range(COUNT):
        shutil.copy(PHOTO, folder / "in" / f"{number}.jpg")
    line = [sys.executable, "-m", "anatomatte_cli", "cutout", folder / "in", folder / "out", "-j", "2"]
    pipe = subprocess.PIPE
    with subprocess.Popen(
        [*map(str, line)], stdout=pipe, stderr=pipe, text=True, start_new_session=True
    ) as job:
        assert job.stderr is not None
        assert "/1.jpg" in (told := job.stderr.readline()) or "/0.jpg" in told
        yield job


def all_gone(group: int) -> bool:
    """Whether no process of a group is left, after a while."""
    until = time.monotonic() + native.HANG
    while time.monotonic() < until:
        try:
            os.killpg(group, 0)
        except ProcessLookupError:
            return True
        time.sleep(0.05)
    return False


def made(folder: Path) -> list[str]:
    return sorted(os.listdir(folder / "out"))


@pytest.mark.parametrize(
    ("number", "send"),
    [
        (signal.SIGTERM, os.kill),
        (signal.SIGTERM, os.killpg),
        (signal.SIGINT, os.killpg),
        (signal.SIGHUP, os.killpg),
    ],
    ids=["term", "term-all", "ctrl-c", "terminal"],
)
def test_a_signal_ends_all_processes(tmp_path: Path, number: int, send: Callable[[int, int], None]) -> None:
    with begun(tmp_path) as job:
        send(job.pid, number)
        _, told = job.communicate(timeout=native.HANG)
    assert job.returncode == 128 + number, told
    lines = [line for line in told.splitlines() if ".jpg" not in line]
    assert lines == [f"anatomatte: Stopped by {signal.Signals(number).name}; finished frames are kept."]
    assert all_gone(job.pid)
    there = made(tmp_path)
    assert not [name for name in there if not name.endswith("_cutout.png")]
    # one may have been done with the first; the next two would not be there so soon
    assert len(there) <= 2 + told.count(".jpg"), there


def test_no_process_outlives_the_one_that_began_it(tmp_path: Path) -> None:
    with begun(tmp_path) as job:
        job.kill()
        job.wait(native.HANG)
        assert all_gone(job.pid)
    assert len(made(tmp_path)) < COUNT
    assert not [name for name in made(tmp_path) if not name.endswith("_cutout.png")]


def test_a_reader_that_went_away_ends_all_processes(tmp_path: Path) -> None:
    with begun(tmp_path) as job:
        assert job.stderr is not None
        job.stderr.close()
        job.wait(native.HANG)
        assert all_gone(job.pid)
    assert len(made(tmp_path)) < COUNT
