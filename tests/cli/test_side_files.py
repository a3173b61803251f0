"""Files beside the frames: they never take the place of a plate, nor a name of another kind of file."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anatomatte_cli.main import main
from made.cli_fake import plate, shot, write
from made.looker_fake import analyse

NAMES = {"plate": "plate.0002.exr", "movie": "cut.mov", "archive": "x.tar", "table": "x.csv"}


def state(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir() if path.is_file()}


@pytest.fixture
def plates(tmp_path: Path) -> str:
    for name in NAMES.values():
        (tmp_path / name).write_bytes(b"somebody's")
    return shot(tmp_path, [1, 2])


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("option", ["--save-preset", "--log"])
def test_a_render_writes_over_nothing_beside(
    tmp_path: Path, plates: str, name: str, option: str, capfd: pytest.CaptureFixture[str]
) -> None:
    before = state(tmp_path)
    words = ["render", plates, str(tmp_path / "k.####.exr"), "--frames", "1", option, str(tmp_path / name)]
    assert main(words) == 2
    assert "name it like" in capfd.readouterr().err
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", NAMES.values(), ids=NAMES)
@pytest.mark.parametrize("option", ["-o", "--log"])
def test_nor_does_an_analysis(tmp_path: Path, plates: str, name: str, option: str) -> None:
    before = state(tmp_path)
    assert analyse(plates, "--overwrite", option, tmp_path / name) == 2
    assert state(tmp_path) == before


@pytest.mark.parametrize("name", ["x.tar", "x.tar.gz", "photo.jpg", "plate.0001.exr"])
def test_a_pack_of_networks_is_a_zip_by_its_name(
    tmp_path: Path, name: str, capfd: pytest.CaptureFixture[str]
) -> None:
    assert main(["models", "pack", str(tmp_path / name)]) == 2
    told = capfd.readouterr().err
    assert "a pack of networks is no" in told and f"name it like {Path(name).stem}.zip" in told


def test_a_sheet_replaces_sheets_alone(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    write(tmp_path / "p.1.exr", plate(32, 24))
    write(tmp_path / "photo.png", np.full((9, 16, 3), 0.5, np.float32), "uint8")
    before = (tmp_path / "photo.png").read_bytes()
    words = ["sheet", str(tmp_path / "p.1.exr"), str(tmp_path / "photo.png"), "--set", "subject=off"]
    assert main(words) == 2 and "was not made by Anatomatte" in capfd.readouterr().err
    assert (tmp_path / "photo.png").read_bytes() == before
    assert main([*words, "--overwrite"]) == 0
    assert main(words) == 0  # it is ours now
