"""M2FP beside other people's code: transformers' Mask2Former for the network, Pillow for the resize.

Long, and needs a package index: it runs when ANATOMATTE_ORACLE says `build`, which makes an environment
in a temporary folder, or names a Python that has torch, transformers, timm, scipy and pillow.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import torch

from anatomatte.nets.m2fp.load import build
from anatomatte.nets.m2fp.net import Shape
from anatomatte.nets.m2fp.post import Placement, find_many
from anatomatte.nets.runtime.resize import resize
from made.m2fp_made import FULL, answer, made_state, two_people

ASKED = os.environ.get("ANATOMATTE_ORACLE", "")
SCRIPT = Path(__file__).resolve().parent.parent / "oracles" / "m2fp_oracle.py"

pytestmark = [
    pytest.mark.soak,
    pytest.mark.timeout(3600),
    pytest.mark.skipif(not ASKED, reason="ANATOMATTE_ORACLE is not set (`build`, or a Python)"),
]


@pytest.fixture(scope="module")
def oracle(tmp_path_factory: pytest.TempPathFactory) -> str:
    """The Python that runs the oracle."""
    if ASKED != "build":
        return ASKED
    home = tmp_path_factory.mktemp("oracle")
    subprocess.run([sys.executable, "-m", "venv", str(home)], check=True)
    python = str(home / "bin" / "python")
    torch_here = f"torch=={torch.__version__.split('+')[0]}"
    packages = [torch_here, "transformers==5.23.0", "timm", "scipy", "pillow<11", "numpy<2.4"]
    subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
    return python


def ask(oracle: str, *words: str) -> str:
    done = subprocess.run([oracle, str(SCRIPT), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    return done.stdout


@pytest.mark.parametrize("classes", [20, 21])
@pytest.mark.parametrize("size", [(256, 320), (512, 384)])
def test_raw_outputs_agree(oracle: str, tmp_path: Path, classes: int, size: tuple[int, int]) -> None:
    shape = Shape(classes=classes)
    state = made_state(shape, seed=classes)
    state["sem_seg_head.predictor.class_embed.weight"] /= 8
    path = tmp_path / "state.pt"
    torch.save({"model": state}, path)
    picture = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(size[0]))
    np.save(tmp_path / "in.npy", picture.numpy())
    ask(oracle, "outputs", str(path), str(tmp_path / "in.npy"), str(tmp_path / "out.npz"))
    with torch.inference_mode():
        exact = build(state, shape, path)(picture, exact=True)
        quick = build(state, shape, path).fold()(picture)
    with np.load(tmp_path / "out.npz") as file:
        logits, masks = (torch.from_numpy(file[name]) for name in ("logits", "masks"))
    apart = [float((a - b).abs().max()) for a, b in ((exact.logits, logits), (exact.masks, masks))]
    same = float(((quick.masks > 0) == (masks > 0)).float().mean())
    print(
        json.dumps(
            {"logits": apart[0], "masks": apart[1], "masks_max": float(masks.abs().max()), "quick": same}
        )
    )
    assert masks.abs().max() > 1 and logits.std() > 0.1
    assert max(apart) <= 1e-4
    assert same >= 0.995


def test_the_list_agrees(oracle: str, tmp_path: Path) -> None:
    place = Placement(FULL.padded, FULL.real, FULL.crop, (1080, 1920))
    raw = answer(two_people(), place)
    shapes = {"padded": np.array(place.padded), "real": np.array(place.real)}
    np.savez(tmp_path / "raw.npz", logits=raw.logits.numpy(), masks=raw.masks.numpy(), **shapes)
    ask(oracle, "post", str(tmp_path / "raw.npz"), "1080", "1920", str(tmp_path / "out.npz"))
    got = find_many(raw, place, 8).instances
    with np.load(tmp_path / "out.npz") as file:
        bits = np.unpackbits(file["masks"], count=len(file["labels"]) * 1080 * 1920)
        masks = bits.reshape(-1, 1080, 1920).astype(bool)
        want = sorted(
            zip(file["labels"].tolist(), file["scores"].tolist(), masks, strict=True),
            key=lambda one: (one[0] == 20, -one[1]),
        )
    assert [one.label for one in got] == [found for found, _, _ in want]
    for one, (_, score, mask) in zip(got, want, strict=True):
        full = one.full((1080, 1920))
        assert one.score == pytest.approx(score, abs=1e-4)
        assert (full & mask).sum() / (full | mask).sum() >= 0.995


@pytest.mark.parametrize(
    ("size", "target"),
    [((1080, 1920), (640, 1138)), ((90, 161), (640, 1144)), ((37, 91), (11, 13)), ((1, 1), (9, 9))],
)
def test_resize_is_pillows(
    oracle: str, tmp_path: Path, size: tuple[int, int], target: tuple[int, int]
) -> None:
    picture = np.random.default_rng(7).integers(0, 256, (*size, 3), dtype=np.uint8)
    for name, array in (
        ("bytes", picture),
        ("floats", (picture[..., 1] / np.float32(255)).astype(np.float32)),
    ):
        np.save(tmp_path / f"{name}.npy", array)
        ask(
            oracle,
            "resize",
            str(tmp_path / f"{name}.npy"),
            *map(str, target),
            str(tmp_path / f"{name}_out.npy"),
        )
    assert np.array_equal(resize(picture, *target), np.load(tmp_path / "bytes_out.npy"))
    floats = resize((picture / np.float32(255)).astype(np.float32), *target)[..., 1]
    assert np.abs(floats - np.load(tmp_path / "floats_out.npy")).max() < 1e-6
