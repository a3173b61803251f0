"""Every script of examples/ runs, says what it should, and is listed."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import numpy as np
import OpenImageIO as oiio
import pytest

from anatomatte_batch.ofx_node import bundle
from made import native

EXAMPLES = native.ROOT / "examples"
SCRIPTS = sorted(path.name for path in EXAMPLES.glob("*.py"))


def says(script: str, *words: str, cwd: Path) -> str:
    done = subprocess.run(
        [sys.executable, str(EXAMPLES / script), *words], cwd=cwd, capture_output=True, text=True, timeout=120
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def numbers(text: str) -> list[float]:
    return [float(number) for number in re.findall(r"\d\.\d+", text)]


def test_all_are_listed_and_tested() -> None:
    listed = re.findall(r"^\| \[(\w+\.py)\]", (EXAMPLES / "README.md").read_text(encoding="utf-8"), re.M)
    here = Path(__file__).read_text(encoding="utf-8").replace("says(\n        ", "says(")
    assert sorted(listed) == SCRIPTS
    assert not [
        script for script in SCRIPTS if f'says("{script}"' not in here.replace("says(\n        ", "says(")
    ]


@pytest.mark.parametrize("script", SCRIPTS)
def test_help_comes_with_the_docstring(script: str, tmp_path: Path) -> None:
    first = (EXAMPLES / script).read_text(encoding="utf-8").split('"""')[1].splitlines()[0]
    assert " ".join(first.split()) in " ".join(
        subprocess.run(
            [sys.executable, str(EXAMPLES / script), "--help"],
            cwd=tmp_path, capture_output=True, text=True, check=True,
        ).stdout.split()
    )  # fmt: skip


def test_key_array(tmp_path: Path) -> None:
    out = tmp_path / "key.exr"
    (cover,) = numbers(says("key_array.py", "--out", str(out), cwd=tmp_path))
    alpha = oiio.ImageBuf(str(out)).get_pixels(oiio.FLOAT)[..., 3]
    assert 0.05 < cover < 0.6
    assert abs(alpha.mean() - cover) < 1e-3


def test_drive_node(tmp_path: Path) -> None:
    lines = says("drive_node.py", "--frames", "1001", cwd=tmp_path).splitlines()
    assert len(lines) == 1
    assert 0.05 < numbers(lines[0])[0] < 0.6


def test_third_party_ofx(tmp_path: Path) -> None:
    folder = str(bundle().parent)
    assert says("third_party_ofx.py", folder, cwd=tmp_path).split() == ["org.anatomatte.Anatomatte"]
    # a grey-blue ramp holds nobody and no screen, so the node's own picture is empty or whole, never NaN
    means = numbers(
        says("third_party_ofx.py", folder, "org.anatomatte.Anatomatte", "--set", "erode=1", cwd=tmp_path)
    )
    assert len(means) == 4
    assert all(0 <= mean <= 1 for mean in means)


def test_batch_preset(tmp_path: Path) -> None:
    out = tmp_path / "out"
    assert says("batch_preset.py", str(out), cwd=tmp_path).split() == ["1001", "rendered", "1002", "rendered"]
    names = oiio.ImageBuf(str(out / "key.1002.exr")).spec().channelnames
    assert list(names) == ["R", "G", "B", "A", "screen.A"]
    assert says("batch_preset.py", str(out), cwd=tmp_path).split() == ["1001", "skipped", "1002", "skipped"]


def test_own_network(tmp_path: Path) -> None:
    inside, beside = numbers(says("own_network.py", str(tmp_path / "own"), cwd=tmp_path).splitlines()[-1])
    assert inside > 0.9
    assert beside < 0.1


def test_read_mattes(tmp_path: Path) -> None:
    file = tmp_path / "mattes.1.exr"
    spec = oiio.ImageSpec(8, 4, 6, "half")
    spec.channelnames = ("R", "G", "B", "A", "person_01.A", "person_01.face.A")
    picture = oiio.ImageBuf(spec)
    pixels = np.zeros((4, 8, 6), np.float32)
    pixels[..., 4], pixels[:, :4, 5] = 1, 1
    picture.set_pixels(picture.roi, pixels)
    assert picture.write(str(file))
    told = says("read_mattes.py", str(file), cwd=tmp_path).splitlines()
    assert told == [
        "person_01: person_01 covers 1.0000",
        "person_01.face: face of person_01 covers 0.5000",
    ]
