"""Sapiens2 beside other people's code: transformers' implementation, with random weights.

Needs a package index: it runs when ANATOMATTE_ORACLE says `build`, which makes an environment in a temporary
folder, or names a Python that has torch and transformers 5.24.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import asdict
from pathlib import Path

import numpy as np
import pytest
import torch
from safetensors.torch import save_file

from made.sapiens2_made import MATTING, PARTS, SHAPE, made_net, published

ASKED = os.environ.get("ANATOMATTE_ORACLE", "")
SCRIPT = Path(__file__).resolve().parent.parent / "oracles" / "sapiens2_oracle.py"

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
    subprocess.run(
        [python, "-m", "pip", "install", "--quiet", torch_here, "transformers==5.24.0"], check=True
    )
    return python


@pytest.mark.parametrize("kind", ["seg", "matting"])
@pytest.mark.parametrize("size", [(96, 64), (64, 128)])
def test_backbone_and_heads_agree(oracle: str, tmp_path: Path, kind: str, size: tuple[int, int]) -> None:
    matting = kind == "matting"
    net = made_net(matting, seed=size[0])
    save_file(published(net), str(tmp_path / "state.safetensors"))
    shape = {**asdict(SHAPE), **asdict(MATTING if matting else PARTS)}
    (tmp_path / "shape.json").write_text(json.dumps(shape), encoding="utf-8")
    picture = torch.randn(1, 3, *size, generator=torch.Generator().manual_seed(1))
    np.save(tmp_path / "in.npy", picture.numpy())
    words = [
        kind,
        *(str(tmp_path / name) for name in ("state.safetensors", "shape.json", "in.npy", "out.npy")),
    ]
    done = subprocess.run([oracle, str(SCRIPT), *words], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr[-2000:]
    with torch.inference_mode():
        ours = net(picture)
    theirs = np.load(tmp_path / "out.npy")
    apart = float(np.abs((ours.sigmoid() if matting else ours).numpy() - theirs).max())
    print(json.dumps({"kind": kind, "apart": apart, "spread": float(theirs.std())}))
    assert theirs.std() > 0.05 and apart < 1e-4
