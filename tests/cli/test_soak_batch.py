"""A long batch needs no more memory at its end than after its warm-up: frames in work are bounded."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from statistics import median

import numpy as np
import pytest

from made.cli_fake import write

KEYER = ("--layers", "rgba,screen,spill", "--set", "screen=green", "--set", "subject=off")
PEOPLE = ("--layers", "rgba,people,people.parts", "--set", "screen=none", "--set", "people=2")
PLATES = 7


def plates(folder: Path, count: int, width: int, height: int) -> str:
    """A few plates of somebody before a screen, each of them many frames; their pattern."""
    rng = np.random.default_rng(1)
    y, x = np.mgrid[0:height, 0:width].astype(np.float32) / height
    for number in range(PLATES):
        pixels = np.empty((height, width, 3), np.float32)
        pixels[:] = (0.06, 0.45, 0.08)
        across = 0.4 + 0.15 * number
        pixels[(np.abs(x - across) < 0.16) & (y > 0.34)] = (0.1, 0.12, 0.4)
        pixels[np.hypot(x - across, y - 0.25) < 0.1] = (0.55, 0.35, 0.25)
        write(folder / f"made.{number}.exr", pixels + rng.normal(0, 0.01, pixels.shape).astype(np.float32))
    for frame in range(1, count + 1):
        (folder / f"p.{frame:04d}.exr").hardlink_to(folder / f"made.{frame % PLATES}.exr")
    return str(folder / "p.####.exr")


def held(folder: Path, count: int, size: tuple[int, int], words: tuple[str, ...]) -> list[float]:
    """MB of the process after each frame of `anatomatte render`; its files are taken away as they come."""
    told, out = [], folder / "out"
    line = [sys.executable, "-m", "anatomatte_cli", "render", plates(folder, count, *size)]
    line += [str(out / "k.####.exr"), *words, "--set", "steady=0"]
    environment = os.environ | {"ANATOMATTE_CACHE_MB": "64"}
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, env=environment) as job:
        assert job.stdout is not None
        for said in job.stdout:
            if said.startswith("["):
                told.append(resident(job.pid))
    assert job.returncode == 0 and len(told) == count
    assert len(list(out.glob("k.*"))) == count
    return told


def resident(pid: int) -> float:
    """MB of a process's own: the share of a library grows when another program that has it open ends."""
    try:
        lines = Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines()
    except OSError:  # it ended with this line
        return 0.0
    own = ("Pss_Anon:", "Pss_Shmem:")
    return sum(int(line.split()[1]) for line in lines if line.startswith(own)) / 1024


def flat(told: list[float]) -> tuple[float, float]:
    """What is held after the warm-up and at the end; the very last frames may be read after the process."""
    fifth = len(told) // 5
    return max(told[fifth : 2 * fifth]), max(told[-fifth:-2])


@pytest.mark.soak
@pytest.mark.timeout(4 * 3600)  # of the layers of two people a frame takes seconds, beside other work ten
@pytest.mark.parametrize("words", [KEYER, PEOPLE], ids=["keyer", "people"])
def test_three_hundred_hd_frames_are_flat(tmp_path: Path, words: tuple[str, ...]) -> None:
    count = int(os.environ.get("ANATOMATTE_SOAK_FRAMES", "300"))
    warm, end = flat(held(tmp_path, count, (1920, 1080), words))
    # what is in use stays; what the C library keeps free comes and goes, 60 MB of 800 over 900 frames
    assert end < 1.1 * warm, (warm, end)


def test_sixty_small_frames_hold_nothing_that_grows(tmp_path: Path) -> None:
    told = held(tmp_path, 60, (480, 270), KEYER)
    warm, end = median(told[15:30]), median(told[43:58])
    assert end < warm + 12, told  # layers of this size take 3 MB: those of one frame kept would be 90
