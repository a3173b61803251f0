"""The picture is kept: the sample shot's first frame, keyed through the real .ofx by pyopenfx.

``samples/shot/truth.1001.png`` is the alpha that the frame was drawn with, and guards how good the
key is; ``alpha.1001.png`` is the key as it was last looked at, and guards it against changes that
nobody meant.  After a change that is meant, look at the new picture and write it down::

    python tests/test_picture.py
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch import ofx_node
from anatomatte_batch.images import read_image
from pyopenfx import Host, Image

SHOT = Path(__file__).parent.parents[1] / "samples" / "shot"
REFERENCE = SHOT / "alpha.1001.png"


def key(**values: object) -> np.ndarray:
    """H×W×4 of the first frame with everything else at its default."""
    plate = read_image(SHOT / "plate.1001.exr")
    host = Host()
    host.scan([ofx_node.bundle()])
    with host.load("org.anatomatte.Anatomatte").instance("general") as node:
        node.clips.Source = Image(plate.pixels, plate.bounds, plate.premult)
        for name, value in values.items():
            node.params[name] = value
        return node.render(1001)["colour"].copy()


def grey(path: Path) -> np.ndarray:
    return oiio.ImageBuf(str(path)).get_pixels("float")[..., 0]


@pytest.fixture(scope="module")
def keyed() -> np.ndarray:
    return key()


def test_the_key_is_as_it_was_looked_at(keyed):
    difference = np.abs(keyed[..., 3] - grey(REFERENCE))
    assert difference.mean() < 0.004 and np.quantile(difference, 0.995) < 0.12


def test_defaults_key_the_sample_shot(keyed):
    truth, alpha = grey(SHOT / "truth.1001.png"), keyed[..., 3]
    off = np.abs(alpha - truth)
    assert off.mean() < 0.004
    assert off[truth == 0].mean() < 0.0015 and alpha[truth == 1].min() > 0.9
    edge = (truth > 0.1) & (truth < 0.9)
    assert edge.sum() > 2000 and off[edge].mean() < 0.09


def test_the_screen_leaves_no_green(keyed):
    colour, alpha = keyed[..., :3], keyed[..., 3]
    seen = alpha > 0.05
    excess = colour[..., 1] - np.maximum(colour[..., 0], colour[..., 2])
    assert np.quantile(excess[seen], 0.99) < 0.02
    plate = read_image(SHOT / "plate.1001.exr").pixels
    assert plate.max() > 1.0 and colour.max() > 0.95 * plate.max()


def test_a_wrong_screen_would_show():
    blue = key(screen="blue")[..., 3]
    assert np.abs(blue - grey(SHOT / "truth.1001.png")).mean() > 0.1


@pytest.mark.soak
def test_the_shot_is_what_its_code_draws(tmp_path):
    words = [sys.executable, str(SHOT.parent / "make_shot.py"), "--out", str(tmp_path), "--only", "1001"]
    subprocess.run(words, check=True, timeout=900)
    drawn, kept = (read_image(folder / "plate.1001.exr").pixels for folder in (tmp_path, SHOT))
    assert np.abs(drawn - kept).mean() < 0.002
    assert np.abs(grey(tmp_path / "truth.1001.png") - grey(SHOT / "truth.1001.png")).mean() < 0.001


if __name__ == "__main__":
    from made.cli_fake import write

    write(REFERENCE, key()[..., 3:], "uint8")
    print(f"Wrote {REFERENCE}: look at it before it is committed.")
