"""Files of many rows and layers: written and read back some rows at a time."""

from __future__ import annotations

import numpy as np
import pytest

from anatomatte_batch.still_rows import ROWS
from made.cli_fake import cli, plate, read, write

HEIGHT = 2 * ROWS + 11


def rendered(folder, *words: object, **facts: object):
    """A plate of several times ROWS, its pixels as the file holds them, and the file made of it."""
    write(folder / "p.0001.exr", plate(24, HEIGHT) * np.float32(40000), "float", **facts)
    code = cli(folder / "p.####.exr", folder / "k.####.exr", "--colour", "linear", *words)
    assert code == 0
    return read(folder / "p.0001.exr")[0], *read(folder / "k.0001.exr")


@pytest.mark.parametrize(
    "facts", [{}, {"x": 3, "y": -5, "full": (0, 0, 64, 48)}, {"x": -2, "y": 7, "full": (-4, 2, 20, 200)}]
)
def test_every_row_is_in_its_place(tmp_path, facts):
    seen, made, spec = rendered(tmp_path, "--layers", "rgba,screen,garbage", "--depth", "float", **facts)
    alpha = 1 - np.clip(seen[..., 1] - seen[..., 0], 0, 1)
    assert np.array_equal(made[..., 3], alpha)
    assert np.array_equal(made[..., :3], seen * alpha[..., None])
    at = {name: made[..., n] for n, name in enumerate(spec.channelnames)}
    assert np.array_equal(at["screen.A"], alpha * np.float32(0.5))
    assert (spec.y, spec.height) == (facts.get("y", 0), HEIGHT)


def test_halves_saturate_and_empty_layers_are_zero(tmp_path):
    seen, made, _ = rendered(tmp_path, "--layers", "rgba,person_02,screen")
    assert seen.max() > 65504 and np.isfinite(made).all()
    alpha = (1 - np.clip(seen[..., 1] - seen[..., 0], 0, 1)).astype(np.float32)
    right = np.minimum(seen * alpha[..., None], 65504).astype(np.float16).astype(np.float32)
    assert np.array_equal(made[..., :3], right)


@pytest.mark.parametrize("kept", [0.5, 0.97])
def test_a_file_that_broke_off_in_any_of_its_rows_is_made_again(tmp_path, kept):
    rendered(tmp_path)
    path = tmp_path / "k.0001.exr"
    whole = path.read_bytes()
    path.write_bytes(whole[: int(len(whole) * kept)])
    assert cli(tmp_path / "p.####.exr", tmp_path / "k.####.exr", "--colour", "linear") == 0
    assert np.array_equal(read(path)[0], rendered(tmp_path)[1])
