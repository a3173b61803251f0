"""Any chunks give the same pixels: with a sidecar, a window of frames, a correction, and files set apart."""

from __future__ import annotations

from pathlib import Path

import cv2
import numpy as np

from anatomatte.shot.reading import read_shot
from anatomatte_cli.main import main
from made.cli_fake import read, write

SAMPLES = Path(__file__).parents[2] / "samples/shot"
FRAMES = range(1001, 1004)
LAYERS = ("rgba", "person_01", "person_01.clothes", "cryptoperson")


def rendered(folder: Path, name: str, frames: str, *words: str) -> None:
    target = str(folder / name / "{layer}.####.exr")
    line = ["render", str(folder / "plate.####.exr"), target, "--frames", frames, "--quiet"]
    shot = ["--shot", str(folder / "plate.shot.json"), "--set", "steady=1"]
    assert main([*line, *shot, "--layers", ",".join(LAYERS), *words]) == 0


def header(path: Path) -> dict[str, str]:
    told = {one.name: str(one.value) for one in read(path)[1].extra_attribs}
    return {name: value for name, value in told.items() if name.startswith("anatomatte:")}


def pixels(folder: Path, name: str) -> dict[str, np.ndarray]:
    return {path.name: read(path)[0] for path in sorted((folder / name).glob("*.exr"))}


def test_chunks_with_a_sidecar_a_window_and_a_correction_are_the_whole_shots(tmp_path: Path) -> None:
    for frame in FRAMES:
        light = read(SAMPLES / f"plate.{frame}.exr")[0][..., :3]
        write(tmp_path / f"plate.{frame}.exr", cv2.resize(light, (320, 180), interpolation=cv2.INTER_AREA))
    plate, shot = str(tmp_path / "plate.####.exr"), tmp_path / "plate.shot.json"
    assert main(["analyse", plate, "--quiet"]) == 0
    rendered(tmp_path, "before", "1002")
    alpha = pixels(tmp_path, "before")["person_01.1002.exr"][..., 0]
    y, x = (round(float(at)) for at in np.argwhere(alpha > 0.9).mean(0))
    stroke = f"{x},{y} {x + 4},{y}"
    assert main(["correct", str(shot), plate, "--frame", "1002", "--part", "bag", "--stroke", stroke]) == 0
    assert len(read_shot(shot).corrections) == 1
    rendered(tmp_path, "whole", "1001-1003")
    for chunk in ("1003", "1001,1002"):
        rendered(tmp_path, "chunks", chunk)
    whole, chunks = pixels(tmp_path, "whole"), pixels(tmp_path, "chunks")
    assert len(whole) == len(LAYERS) * len(FRAMES) and set(whole) == set(chunks)
    assert all(np.array_equal(whole[name], chunks[name]) for name in whole)
    for name in whole:
        assert header(tmp_path / "whole" / name) == header(tmp_path / "chunks" / name), name
    clothes = "person_01.clothes.1002.exr"
    assert not np.array_equal(whole[clothes], pixels(tmp_path, "before")[clothes])  # the stroke is in force
