"""The node's other clips on a farm: a shot with a clean plate or a garbage matte is the same there."""

from __future__ import annotations

import dataclasses
import hashlib
import json
from pathlib import Path

import numpy as np
import pytest

from anatomatte.shot.corrections import Painted
from anatomatte.shot.writing import write_shot
from anatomatte_batch.farm import description
from anatomatte_batch.images import read_image
from anatomatte_cli.main import main
from made.cli_fake import shot
from made.shots_made import shot as shot_made

CLIPS = {"inm": "--inm", "outm": "--outm", "clean_plate": "--clean-plate", "hint": "--hint", "bg": "--bg"}


def described(folder: Path, text: str = "") -> Path:
    shot(folder, (1, 2))
    told = folder / "s.toml"
    told.write_text(
        '[shot]\nsource = "plate.####.exr"\noutput = "out/key.####.exr"\nframes = "1"\n'
        f'settings = {{subject = "off", screen = "green"}}\n{text}\n[needs]\ncpus = 1\n'
    )
    return told


@pytest.mark.parametrize("queue", ["deadline", "opencue", "slurm"])
@pytest.mark.parametrize("clip", CLIPS)
def test_each_queue_hands_each_clip_to_its_tasks(tmp_path: Path, queue: str, clip: str) -> None:
    told = described(tmp_path / "shot", f'{clip} = "side.####.exr"')
    assert main(["farm", queue, str(told), "-o", str(tmp_path / "job")]) == 0
    files = "\n".join(path.read_text() for path in (tmp_path / "job").iterdir())
    assert f"{CLIPS[clip]} side.####.exr" in files.replace("'", "") and "sheet" not in files


def test_clips_are_paths_that_a_queue_maps(tmp_path: Path) -> None:
    told = described(tmp_path / "shot", 'clean_plate = "clean.exr"\noutm = "../g.####.exr"')
    assert main(["farm", "openjd", str(told), "-o", str(tmp_path / "job")]) == 0
    template = json.loads((tmp_path / "job" / "template.json").read_text())
    kinds = {one["name"]: (one["type"], one.get("dataFlow")) for one in template["parameterDefinitions"]}
    assert kinds["CleanPlate"] == kinds["Outm"] == ("PATH", "IN")
    values = json.loads((tmp_path / "job" / "parameters.json").read_text())
    assert values["CleanPlate"] == str(tmp_path / "shot" / "clean.exr")
    assert values["Outm"] == str(tmp_path / "g.####.exr")
    render = next(one for one in template["steps"] if one["name"] == "Render")
    words = render["script"]["actions"]["onRun"]["args"]
    assert words[words.index("--clean-plate") + 1] == "{{Param.CleanPlate}}"


def test_a_task_makes_what_a_render_with_the_clip_makes(tmp_path: Path) -> None:
    told = described(tmp_path / "shot", 'outm = "plate.0002.exr"')
    plain, here = tmp_path / "plain.exr", tmp_path / "here.exr"
    source = str(tmp_path / "shot" / "plate.####.exr")
    same = ["--frames", "1", "--set", "subject=off", "--set", "screen=green", "--quiet"]
    assert main(["render", source, str(plain), *same]) == 0
    assert main(["render", source, str(here), *same, "--outm", str(tmp_path / "shot/plate.0002.exr")]) == 0
    assert main(description.load(told).render_words("1")) == 0
    made = read_image(tmp_path / "shot" / "out" / "key.0001.exr").pixels
    assert np.array_equal(made, read_image(here).pixels)
    assert not np.array_equal(made, read_image(plain).pixels)


def test_a_sheet_that_would_show_other_mattes_is_refused(tmp_path: Path, capsys) -> None:
    told = described(tmp_path / "shot", 'clean_plate = "clean.exr"\nsheet = true')
    assert main(["farm", "slurm", str(told), "-o", str(tmp_path / "job")]) == 2
    assert "knows no clean_plate" in capsys.readouterr().err


def test_a_queue_that_carries_files_is_told_of_them(tmp_path: Path) -> None:
    folder = tmp_path / "shot"
    told = described(folder, 'outm = "g.####.exr"\nsidecar = "p.shot.json"\npreset = "p.toml"')
    for name in ("plate.0009.exr", "plate.0010.exr", "g.0001.exr", "g.0030.exr", "other.0001.exr"):
        (folder / name).write_bytes(b"")
    (folder / "p.toml").write_text("")
    made = shot_made(np.full((48, 64, 3), 0.2, np.float32), {1: (), 2: ()})
    digest = hashlib.sha256(b"").hexdigest()
    hand = {1: Painted(1, "p.hand.0001.png", digest)}
    write_shot(dataclasses.replace(made, painted=hand), folder / "p.shot.json")
    (folder / "p.hand.0001.png").write_bytes(b"")
    assert main(["farm", "openjd", str(told), "-o", str(tmp_path / "job")]) == 0
    table = json.loads((tmp_path / "job" / "asset_references.json").read_text())["assetReferences"]
    inputs = {Path(name) for name in table["inputs"]["filenames"]}
    assert all(path.parent == folder for path in inputs)
    names = {path.name for path in inputs}
    assert {name for name in names if "frames-" in name} and names - {n for n in names if "frames-" in n} == {
        *("plate.0001.exr", "plate.0002.exr", "plate.0009.exr", "g.0001.exr"),
        *("p.toml", "p.shot.json", "p.hand.0001.png"),
    }
    assert str(folder / "out") in table["outputs"]["directories"]


def test_what_lies_elsewhere_is_not_asked_for(tmp_path: Path) -> None:
    told = described(tmp_path / "shot", 'outm = "/not/there/g.####.exr"\nsidecar = "/not/there/p.shot.json"')
    assert main(["farm", "openjd", str(told), "-o", str(tmp_path / "job")]) == 0
    table = json.loads((tmp_path / "job" / "asset_references.json").read_text())["assetReferences"]
    assert [Path(name).name for name in table["inputs"]["filenames"]] == ["plate.0001.exr", "plate.0002.exr"]
