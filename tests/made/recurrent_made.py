"""A recurrent network in a store of its own, and a shot for it."""

from __future__ import annotations

from pathlib import Path

import numpy as np

from made.engine_scene import brought
from made.network_files import recurrent

TABLES = """
[input]
name = "src"
[[extra]]
what = "state"
name = "r1i"
source = "r1o"
shape = [1, 1, 1, 1]
[[extra]]
what = "ratio"
name = "ratio"
side = 512
shape = [1]
dtype = "float32"
[[output]]
what = "alpha"
name = "pha"
[time]
contract = "recurrent"
warm_up = {}
block = {}
overlap = {}
"""


def network(tmp_path: Path, id: str, warm_up: int, block: int, overlap: int) -> str:
    """A network whose alpha is a running mean of the plates that it was shown, in *tmp_path*/models."""
    return brought(tmp_path, id, TABLES.format(warm_up, block, overlap), recurrent)


def frame(time: float, height: int = 40, width: int = 56) -> np.ndarray:
    """A plate: a subject with soft edges that moves before green, over noise of its own."""
    rng = np.random.default_rng(int(time))
    made = np.empty((height, width, 4), np.float32)
    made[...] = (0.06, 0.45, 0.08, 1)
    y, x = np.mgrid[:height, :width].astype(np.float32)
    away = np.hypot(x - 12 - 3 * (time % 10), y - height / 2)
    cover = np.clip((14 - away) / 6, 0, 1)[..., None]
    made[..., :3] += cover * (np.array([0.6, 0.35, 0.3], np.float32) - made[..., :3])
    made[..., :3] += rng.normal(0, 0.01, (height, width, 3)).astype(np.float32)
    return made
