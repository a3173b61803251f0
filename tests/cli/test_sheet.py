"""A contact sheet shows the frames that are asked for, by the shot's own preset and sidecar."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch.cutout import CutoutOptions
from anatomatte_batch.cutout.shots import Shown, shot_lines, shot_sheet
from anatomatte_batch.presets import load
from anatomatte_cli.main import main
from made.cli_fake import plate, write

OPTIONS = CutoutOptions(sheet=True, settings={"subject": "off", "screen": "green"})


def plates(folder: Path) -> str:
    for frame in range(1, 5):
        write(folder / f"p.{frame}.exr", plate(64, 48, seed=frame))
    return str(folder / "p.#.exr")


def alphas(source: str, shown: Shown, rows: int = 2) -> dict[str, np.ndarray]:
    lines, _ = shot_lines(source, Path("sheet.png"), OPTIONS, rows, shown)
    return {line.label: np.asarray(line.cells[1]) for line in lines}


def test_a_sheet_obeys_the_preset_of_its_shot(tmp_path: Path) -> None:
    source = plates(tmp_path)
    (tmp_path / "look.toml").write_text('[settings]\noutput = "matte"\n[keys]\nerode = {1 = 6.0, 4 = 0.0}\n')
    plain, told = alphas(source, Shown()), alphas(source, Shown(preset=load(tmp_path / "look.toml")))
    assert told["frame 1"].sum() < 0.8 * plain["frame 1"].sum()
    assert np.array_equal(told["frame 4"], plain["frame 4"])


def test_a_sheet_shows_frames_that_are_asked_for_and_there(tmp_path: Path) -> None:
    source = plates(tmp_path)
    assert list(alphas(source, Shown(frames=[2, 3, 9]))) == ["frame 2", "frame 3"]
    with pytest.raises(PlateError, match="none of the frames that are asked for; there are 1-4"):
        alphas(source, Shown(frames=[9]))


def test_each_row_is_told_as_it_is_made(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    words = ["--rows", "2", "--set", "subject=off", "--set", "screen=green"]
    assert main(["sheet", plates(tmp_path), str(tmp_path / "s.png"), *words]) == 0
    said = capfd.readouterr()
    assert said.err.splitlines() == ["[1/2] frame 1 is on the sheet", "[2/2] frame 4 is on the sheet"]
    assert said.out.count("\n") == 1


def test_a_sheet_looks_into_its_sidecar(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    source = plates(tmp_path)
    words = ["sheet", source, str(tmp_path / "s.png"), "--shot", str(tmp_path / "none.json")]
    assert main(words) == 2
    assert "none.json" in capfd.readouterr().err and not (tmp_path / "s.png").exists()


@pytest.mark.parametrize("shown", [Shown(frames=[1]), Shown(sidecar="s.json"), Shown(colorspace="ACEScg")])
def test_words_about_a_shot_are_refused_for_a_folder(tmp_path: Path, shown: Shown) -> None:
    plates(tmp_path)
    with pytest.raises(SettingsError, match=r"is of a shot, and .* is a folder"):
        shot_sheet(str(tmp_path), tmp_path / "s.png", OPTIONS, shown=shown)
