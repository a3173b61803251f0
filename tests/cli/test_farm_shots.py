"""SHOT.toml of unusual shots: a video, scattered frames, names that queues take otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from anatomatte.errors import PlateError, SettingsError
from anatomatte_batch.farm import description, openjd, queues
from made import native
from made.cli_fake import shot
from made.clips import clip

OPENJD = Path(sys.executable).parent / "openjd"
SCATTERED = ",".join(str(1 + 7 * n * n) for n in range(300))
"""Frames without a step, longer than a text of a queue may be."""


def loaded(folder, *lines, source="plate.####.exr", output="out/key.####.exr"):
    """The shot of a SHOT.toml with these lines."""
    if source == "plate.####.exr":
        shot(folder)
    told = [f'source = "{source}"', f'output = "{output}"', *lines]
    (folder / "sh010.toml").write_text("[shot]\n" + "\n".join(told) + "\n", encoding="utf-8")
    return description.load(folder / "sh010.toml")


def test_all_frames_of_a_video_are_in_the_job(tmp_path):
    """It was a job of one frame, whose check then found all right."""
    clip(tmp_path / "plate.mp4", numbers=range(25))
    told = loaded(tmp_path, source="plate.mp4")
    assert told.frames == tuple(range(1, 26))
    assert openjd.parameters(told)["Frames"] == "1-25"
    assert any("1-10 11-20 21-25" in text for text in queues.slurm(told).values())


def test_a_still_is_a_job_of_one_frame(tmp_path):
    shot(tmp_path)
    assert loaded(tmp_path, source="plate.1001.exr").frames == (1001,)


def test_a_plate_that_is_not_there_says_what_is(tmp_path):
    shot(tmp_path)
    with pytest.raises(
        PlateError, match=r"sh010\.toml: .*or name frames\. .*did you mean .*plate\.####\.exr"
    ):
        loaded(tmp_path, source="plate_####.exr")
    assert loaded(tmp_path, 'frames = "1-3"', source="plate_####.exr").frames == (1, 2, 3)


@pytest.mark.parametrize("output", ["plate.####.exr", "sub/../plate.%04d.exr"])
def test_a_job_that_would_write_over_its_plate_is_refused(tmp_path, output):
    with pytest.raises(SettingsError, match="output would be written over source"):
        loaded(tmp_path, output=output)


def test_so_is_one_of_whose_layers_one_would(tmp_path):
    shot(tmp_path, name="alpha.{:04d}.exr")
    with pytest.raises(SettingsError, match="output would be written over source"):
        loaded(tmp_path, 'layers = "rgba,alpha"', source="alpha.####.exr", output="{layer}.####.exr")


@pytest.mark.parametrize("name", ["", ".", "a/b", "a\\u0007b", "a\\nb"])
def test_a_name_that_no_file_has_is_refused(tmp_path, name):
    with pytest.raises(SettingsError, match="write a name that files may have"):
        loaded(tmp_path, f'name = "{name}"')


@pytest.mark.parametrize(
    "line", ['name = "{{Param.X}}"', 'settings = {parts_list = "{{hair"}', f'name = "{"x" * 129}"']
)
def test_what_open_job_description_takes_otherwise_is_refused(tmp_path, line):
    told = loaded(tmp_path, line)
    with pytest.raises(SettingsError, match=r"^Open Job Description (cannot be handed|takes names)"):
        openjd.write(told, tmp_path / "job")
    assert not (tmp_path / "job").exists()


@pytest.mark.skipif(not OPENJD.is_file(), reason="pip install openjd-cli")
def test_scattered_frames_make_a_template_that_the_queue_takes(tmp_path):
    told = loaded(tmp_path, f'frames = "{SCATTERED}"')
    job = tmp_path / "job"
    openjd.write(told, job)
    assert "Frames" not in json.loads((job / "parameters.json").read_text())
    line = [OPENJD, "summary", job / "template.json", "--job-param", f"file://{job / 'parameters.json'}"]
    said = subprocess.run([*map(str, line)], capture_output=True, text=True, timeout=native.HANG, check=False)
    assert said.returncode == 0 and "'Render' (300 total Tasks)" in said.stdout, said.stdout + said.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ('preset = ""', "preset is empty"),
        ('sidecar = " "', "sidecar is empty"),
        ('colorspace = ""', "colorspace is empty"),
        ("timeout = inf", "timeout = inf is no number"),
        ("[needs]\nmemory = nan", "memory = nan is no number"),
        ("[needs]\ngpus = 1\ngpu_memory = -1.0", "gpu_memory = -1.0 is too small"),
        ("[needs]\ngpu_memory = 8", "gpu_memory = 8 needs gpus"),
        ("qc_threshold = -1", "qc_threshold = -1 is too small"),
    ],
)
def test_a_value_that_says_nothing_is_refused(tmp_path, line, told):
    """Not by each task, nor with a trace, nor passed over."""
    with pytest.raises(SettingsError, match=told):
        loaded(tmp_path, line)


def test_no_limit_is_written_as_0(tmp_path):
    told = loaded(tmp_path, "timeout = 0", "qc_threshold = 0.0")
    assert not {"--timeout-per-frame", "--qc-threshold"} & {*told.render_words("1"), *told.check_words("1")}


def test_the_sheet_shows_what_the_job_renders(tmp_path):
    """It showed the plate's whole length at default controls."""
    (tmp_path / "look.toml").write_text('[settings]\nscreen = "green"\n')
    told = loaded(tmp_path, 'preset = "look.toml"', 'sidecar = "s.json"', 'frames = "1002-1003"')
    words = told.relative().sheet_words("s.png", told.range())
    assert words[3:] == ["--frames", "1002-1003", "--preset", "look.toml", "--shot", "s.json"]
    step = next(one for one in openjd.template(told)["steps"] if one["name"] == "Sheet")
    args = step["script"]["actions"]["onRun"]["args"]
    for name in ("Frames", "Preset", "Sidecar"):
        assert f"{{{{Param.{name}}}}}" in args


def test_paths_are_those_that_queues_map(tmp_path):
    """Rules are compared with the folders that a path begins with: `shots/../out` would go below `shots`."""
    told = loaded(tmp_path / "shots", output="../out/key.####.exr")
    assert told.output == str(tmp_path / "out" / "key.####.exr")
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "here").symlink_to(tmp_path / "shots")
    for way in ("shots/../shots", "deep/here"):
        told = description.load(tmp_path / way / "sh010.toml")
        assert told.output == str(tmp_path / "out" / "key.####.exr"), way
        assert told.relative().output == "../out/key.####.exr", "from the folder that the link leads to"
    assert told.source == str(tmp_path / "deep" / "here" / "plate.####.exr")


def test_the_check_knows_with_what_frames_are_to_be_made(tmp_path):
    (tmp_path / "p.toml").write_text("[settings]\nsoften = 1.0\n")
    told = loaded(tmp_path, 'preset = "p.toml"', "settings = {erode = 0.5}")
    words = told.relative().check_words("1-3")
    assert words[words.index("--preset") + 1] == "p.toml" and words[words.index("--set") + 1] == "erode=0.5"
