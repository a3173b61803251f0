"""A farm that kills: whatever lies under a frame's name is that frame, whole and right."""

from __future__ import annotations

import os
import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest

from made import native
from made.cli_fake import plate, read, write

ANATOMATTE = [sys.executable, "-m", "anatomatte_cli"]
FRAMES = range(1, 11)


def killed(folder: Path, kills: int, seed: int) -> int:
    """Render a shot over and over, ended at random moments; how often that was.

    After each end everything there is compared with a render that nobody disturbed; some of it is then taken
    away, so that there is always something to do.
    """
    rng, words = random.Random(seed), []
    for frame in FRAMES:
        write(folder / "in" / f"p.{frame:04d}.exr", plate(64, 48) * np.float32(0.5 + frame / 20))
    source = str(folder / "in" / "p.####.exr")
    words = [*ANATOMATTE, "render", source]
    calm = [*words, str(folder / "calm" / "k.####.exr"), "--log", str(folder / "calm.log")]
    subprocess.run(calm, check=True, capture_output=True)
    right = {path.name: read(path)[0] for path in (folder / "calm").iterdir()}
    assert len(right) == len(FRAMES)
    out, done = folder / "out", 0
    began = time.monotonic()
    subprocess.run([*words, str(folder / "timed" / "k.####.exr")], check=True, capture_output=True)
    usual = time.monotonic() - began
    while done < kills:
        job = subprocess.Popen(
            [*words, str(out / "k.####.exr")], stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
        )
        try:
            _, told = job.communicate(timeout=rng.uniform(0.4, 1.1) * usual)
            assert job.returncode == 0, told
            assert set(compared(out, right)) == set(right)  # an end that says so is one
        except subprocess.TimeoutExpired:
            job.send_signal(signal.SIGKILL)
            job.communicate(timeout=native.HANG)
            done += 1
        there = compared(out, right)
        for name in rng.sample(there, min(len(there), rng.randrange(0, 6))):
            os.remove(out / name)
    subprocess.run([*words, str(out / "k.####.exr")], check=True, capture_output=True)
    assert set(compared(out, right)) == set(right)
    # what a kill leaves beside is hidden, and swept when it is a day old
    assert all(path.name.startswith(".anatomatte-") for path in out.glob(".*"))
    return done


def compared(out: Path, right: dict[str, np.ndarray]) -> list[str]:
    """The frames that are there, each of them whole and right."""
    there = (
        sorted(path.name for path in out.iterdir() if not path.name.startswith(".")) if out.exists() else []
    )
    for name in there:
        assert np.array_equal(read(out / name)[0], right[name]), name
    return there


def test_thirty_kills_leave_no_wrong_half_or_missing_frame(tmp_path: Path) -> None:
    assert killed(tmp_path, 30, seed=1) == 30


@pytest.mark.soak
@pytest.mark.timeout(3600)  # a thousand in twenty minutes were too many beside other work
@pytest.mark.parametrize("seed", range(2, 12))
def test_a_thousand_kills_leave_no_wrong_half_or_missing_frame(tmp_path: Path, seed: int) -> None:
    """A hundred of them at a time, so that what is told of each is kept."""
    assert killed(tmp_path, 100, seed=seed) == 100
