"""The keyer's compiled loops: bit for bit what NumPy makes, on every processor, at any size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from anatomatte.keyer import palette, regions
from anatomatte.keyer.axis import axis_of
from made import loops_plain
from made.keyer_scenes import SCREENS

TESTS = Path(__file__).resolve().parent.parent

SIZES = [(1, 1), (1, 9), (7, 1), (5, 256), (4, 257), (90, 140), (3, 700)]


def given(height: int, width: int, colour: str, shadows: bool) -> tuple:
    """A plate with all kinds of light, its screen, depths and slack."""
    random = np.random.default_rng(height * width)
    surface = np.tile(np.float32(SCREENS[colour]), (height, width, 1))
    surface *= np.linspace(0.4, 1.2, width, dtype=np.float32)[:, None]
    share = np.asarray(np.clip(random.normal(0.7, 0.6, (height, width, 1)), 0, 1), np.float32)
    light = share * surface + (1 - share) * random.random((height, width, 3), np.float32) ** 2
    light += np.asarray(random.normal(0, 0.01, light.shape), np.float32)
    light[random.random((height, width)) < 0.02] = 3000.0
    depth = random.random((height, width, 2), np.float32)
    slack = np.sort(random.random((height, width, 2), np.float32) + np.float32(0.5), -1) if shadows else None
    return light, surface, depth, slack


@pytest.mark.parametrize("shadows", [False, True], ids=["lit", "shadows"])
@pytest.mark.parametrize("colour", ["green", "teal", "lime"])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_what_is_sure_is_what_numpy_finds(size: tuple[int, int], colour: str, shadows: bool) -> None:
    light, surface, depth, slack = given(*size, colour, shadows)
    signal = axis_of(np.float32(SCREENS[colour])), 0.6, 1.1
    for reach in (1, 4):
        found = regions.sure(light, surface, depth, slack, signal, 0.04, reach)
        wanted = loops_plain.sure(light, surface, depth, slack, signal, 0.04, reach)
        assert all(np.array_equal(a, b) for a, b in zip(found, wanted, strict=True))
    if size == SIZES[-2] and colour == "green":
        assert all(
            0.01 < mask.mean() < 0.99 for mask in regions.sure(light, surface, depth, slack, signal, 0.3, 1)
        )


@pytest.mark.parametrize("cell", [1, 3, 4, 300])
@pytest.mark.parametrize("size", SIZES, ids=str)
def test_colours_are_gathered_as_numpy_gathers_them(size: tuple[int, int], cell: int) -> None:
    light, surface, depth, _ = given(*size, "green", False)
    subject, screen = (depth[..., k] > 0.6 for k in (0, 1))
    weights = subject.astype(np.float32), screen.astype(np.float32) * depth[..., 0]
    found = palette.gather(light, surface, *weights, cell)
    assert np.array_equal(found, loops_plain.gather(light, surface, *weights, cell))


def test_pictures_that_do_not_belong_together_are_refused() -> None:
    light, surface, depth, _ = given(8, 9, "green", False)
    with pytest.raises(ValueError, match="surface has another shape"):
        palette.gather(light, surface[:4].copy(), depth[..., 0].copy(), depth[..., 1].copy(), 4)
    with pytest.raises(TypeError):  # without a copy that nobody sees
        palette.gather(light[::2], surface[::2], depth[::2, :, 0], depth[::2, :, 1], 4)


KEY = """
import hashlib
import anatomatte
from anatomatte.ops import loops
from made.keyer_scenes import scene
made = anatomatte.matte(scene(coat=(0.05, 0.2, 0.04)).image, subject="off")
print(loops.ISA, hashlib.sha256(made.alpha.tobytes() + made.foreground.tobytes()).hexdigest())
"""


def says(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
    env = {**os.environ, "PYTHONPATH": str(TESTS), **environment}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=env)


def test_every_processor_keys_alike() -> None:
    plain, best = (says(KEY, ANATOMATTE_KERNELS=which) for which in ("plain", "auto"))
    assert plain.returncode == best.returncode == 0, plain.stderr + best.stderr
    assert plain.stdout.split()[0] == "plain"
    assert plain.stdout.split()[1] == best.stdout.split()[1]


def test_a_package_without_its_compiled_part_says_so() -> None:
    code = (
        "import sys; sys.modules['anatomatte.ops._kernels'] = None\n"
        "import numpy as np, anatomatte\n"
        "from anatomatte.errors import SetupError\n"
        "try: anatomatte.matte(np.zeros((8, 8, 3), np.float32))\n"
        "except SetupError as why: print(why)"
    )
    told = says(code)
    assert "compiled part" in told.stdout and "make build" in told.stdout, told.stdout + told.stderr
