"""An 8K frame in bounded memory, in a process of its own: strips, not whole planes, are worked on."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

FRAME = """
import json, resource, sys
import numpy as np
from anatomatte import engine
from anatomatte.frame import Frame
from anatomatte.settings import Settings

height, width = 4320, 7680
rng = np.random.default_rng(0)
plate = np.empty((height, width, 3), np.float32)
x = np.arange(width, dtype=np.float32)[None]
for top in range(0, height, 240):
    y = np.arange(top, top + 240, dtype=np.float32)[:, None]
    far = np.hypot(x - width / 2, (y - 0.55 * height) * 0.7)
    cover = np.clip((0.37 * height - far) / 12, 0, 1)[..., None]
    behind = np.array(json.loads(sys.argv[1]), np.float32) * (1 + 0.1 * x / width)[..., None] + 0 * cover
    zero = 0 * x + 0 * y
    front = np.stack([0.5 + 0.2 * np.sin(x / 30) + zero, 0.35 + 0.1 * np.sin(y / 20) + zero, 0.3 + zero], -1)
    plate[top : top + 240] = front * cover + behind * (1 - cover) + rng.normal(0, 0.006, behind.shape)
settings = Settings(threads=2)
made = engine.key_frame({"Source": Frame(plate, (0, 0, width, height))}, settings, engine.work_for(settings))
peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
print(json.dumps({"peak": peak, "alpha": float(made.alpha.mean()), "shape": made.alpha.shape}))
"""


@pytest.mark.soak
@pytest.mark.parametrize("behind", [[0.1, 0.5, 0.12], [0.3, 0.28, 0.26]], ids=["screen", "no screen"])
def test_an_8k_frame_stays_under_three_gibibytes(behind):
    told = subprocess.run(
        [sys.executable, "-c", FRAME, json.dumps(behind)],
        env={**os.environ, "ANATOMATTE_CACHE_MB": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(told.stdout)
    assert facts["shape"] == [4320, 7680]
    assert facts["peak"] < 3.0, facts
    if behind[1] > 0.4:
        assert 0.25 < facts["alpha"] < 0.4, facts


PURGE = """
import json, os
import numpy as np
from anatomatte import engine, entry
from anatomatte.cache import memo
from anatomatte.frame import Frame
from anatomatte.settings import Settings

def resident():
    with open("/proc/self/statm") as file:
        return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE")

plate = np.full((720, 1280, 3), (0.06, 0.45, 0.08), np.float32)
plate[200:, 400:900] = (0.5, 0.3, 0.2)
clips = {"Source": Frame(plate, (0, 0, 1280, 720))}

def fill():
    for erode in (0.0, 1.0, 2.0, 3.0, 4.0):
        settings = Settings(threads=1, erode=erode)
        engine.key_frame(clips, settings, engine.work_for(settings), keep=True)

fill()
entry.purge()
empty = resident()
fill()
held, full = memo.held, resident()
entry.purge()
print(json.dumps({"held": held, "full": full, "empty": empty, "left": resident(), "kept": memo.held}))
"""


@pytest.mark.skipif(not os.path.exists("/proc/self/statm"), reason="the system tells no resident memory")
def test_a_purge_gives_the_memory_back_to_the_system():
    told = subprocess.run(
        [sys.executable, "-c", PURGE],
        env={**os.environ, "ANATOMATTE_CACHE_MB": "300"},
        capture_output=True,
        text=True,
        check=True,
    )
    facts = json.loads(told.stdout)
    assert set(facts["held"]) >= {"evidence", "frames", "foregrounds"} and not any(facts["kept"].values())
    assert 50e6 < sum(facts["held"].values()) <= 300e6
    assert facts["full"] - facts["empty"] > 50e6
    assert facts["left"] - facts["empty"] < 0.2 * (facts["full"] - facts["empty"]), facts
