"""The same shot for Deadline 10, OpenCue and SLURM: each file against its documented format."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from anatomatte_batch.sequences import parse_frames
from anatomatte_cli.main import main
from made import native
from made.cli_fake import shot

LAYER = ["cmd", "range", "chunk", "cores", "threadable", "memory", "gpus", "gpu_memory", "services"]
"""Elements of a layer of CJSL 1.12 that may stand in it, in its order."""


def written(folder: Path, queue: str, frames: str = "1-10", needs: str = "") -> dict[str, str]:
    """The files that the command writes, of a shot whose folder has a space and a quote in its name."""
    place = folder / "a b's"
    shot(place, parse_frames(frames))
    (place / "sh010.toml").write_text(
        f'[shot]\nsource = "plate.####.exr"\noutput = "out/key.####.exr"\nframes = "{frames}"\nchunk = 4\n'
        f'settings = {{screen = "green"}}\nuser = "ann"\n[needs]\ncpus = 2\nmemory = 1.5\n{needs}\n'
    )
    assert main(["farm", queue, str(place / "sh010.toml"), "-o", str(folder / queue)]) == 0
    return {path.name: path.read_text() for path in (folder / queue).iterdir()}


def facts(text: str) -> dict[str, str]:
    return dict(line.split("=", 1) for line in text.splitlines())


@pytest.mark.parametrize(("frames", "chunk"), [("1-10", "4"), ("1-9x2", "1"), ("1,5-7", "1")])
def test_deadline_reads_keys_and_tokens(tmp_path, frames, chunk):
    files = written(tmp_path, "deadline", frames)
    assert sorted(files) == [
        f"{step}.{kind}" for step in ("check", "render", "sheet") for kind in ("job", "plugin")
    ]
    job, plugin = facts(files["render.job"]), facts(files["render.plugin"])
    assert job["Plugin"] == "CommandLine" and job["ChunkSize"] == chunk
    assert parse_frames(job["Frames"]) == parse_frames(frames)
    assert plugin["Executable"] == "anatomatte" and plugin["ShellExecute"] == "False"
    line = plugin["Arguments"].replace("<STARTFRAME>", "1").replace("<ENDFRAME>", "4").replace("<QUOTE>", '"')
    words = shlex.split(line)
    place = tmp_path / "a b's"
    assert words[:6] == [
        "farm", "render", "plate.####.exr", "out/key.####.exr",
        "--frames", "1-4",
    ]  # fmt: skip
    assert plugin["StartupDirectory"] == str(place) and job["OutputDirectory0"] == str(place / "out")
    assert str(place) not in plugin["Arguments"]
    sheet, spelt = facts(files["sheet.plugin"]), job["Frames"]
    assert (
        sheet["Arguments"] == f"sheet plate.####.exr out/sh010.sheet.png --frames {spelt} --set screen=green"
    )
    assert sheet["StartupDirectory"] == facts(files["check.plugin"])["StartupDirectory"] == str(place)
    assert facts(files["check.plugin"])["Arguments"].startswith("check-frames ")


def test_deadline_shows_every_sequence(tmp_path):
    place = tmp_path / "shot"
    shot(place, (1, 2))
    (place / "s.toml").write_text(
        '[shot]\nsource = "plate.####.exr"\noutput = "out/{layer}.%04d.exr"\nlayers = "rgba,screen"\n'
        'proxy = "small/{layer}.####.exr"\n'
    )
    assert main(["farm", "deadline", str(place / "s.toml"), "-o", str(tmp_path / "job")]) == 0
    told = facts((tmp_path / "job" / "render.job").read_text())
    seen = [(told[f"OutputDirectory{at}"], told[f"OutputFilename{at}"]) for at in range(4)]
    names = ("rgba.####.exr", "screen.####.exr")
    assert seen == [(str(place / folder), name) for folder in ("out", "small") for name in names]


def test_deadline_takes_a_shot_whose_sidecar_is_elsewhere(tmp_path):
    """Its names are those of layers, and of folders: those are not known yet."""
    shot(tmp_path / "shot", (1, 2))
    for name in ("key.####.exr", "{layer}.####.exr"):
        (tmp_path / "shot" / "s.toml").write_text(
            f'[shot]\nsource = "plate.####.exr"\noutput = "out/{name}"\nlayers = "rgba,anna.face"\n'
            'sidecar = "p.shot.json"\n'
        )
        job = tmp_path / name[:1]
        assert main(["farm", "deadline", str(tmp_path / "shot" / "s.toml"), "-o", str(job)]) == 0
        assert ("OutputFilename0" in facts((job / "render.job").read_text())) == (name[0] == "k")


def test_opencue_has_its_elements_in_order_and_the_check_waits_for_all_frames(tmp_path):
    text = written(tmp_path, "opencue", "1-9x2", "gpus = 1\ngpu_memory = 4")["sh010.xml"]
    assert 'cjsl-1.12.dtd"' in text.splitlines()[1]
    spec = xml.fromstring(text)
    assert [one.tag for one in spec] == ["show", "shot", "user", "job", "depends"]
    assert [one.tag for one in spec.find("job")] == ["paused", "maxretries", "env", "layers"]
    layers = {one.get("name"): one for one in spec.iter("layer")}
    for layer in layers.values():
        order = [LAYER.index(one.tag) for one in layer]
        assert order == sorted(order) and layer.get("type") in ("Render", "Util", "Post")
    render = layers["render"]
    assert render.findtext("range") == "1-9x2" and render.findtext("memory") == "1536m"
    words = shlex.split(render.findtext("cmd").replace("#FRAMESPEC#", "1,3,5,7"))
    assert (
        words[:4] == ["anatomatte", "farm", "task", "farm"]
        and words[words.index("--frames") + 1] == "1,3,5,7"
    )
    assert "plate.####.exr" in words and text.count(str(tmp_path)) == 1
    (place,) = spec.iter("key")
    assert (place.get("name"), place.text) == ("ANATOMATTE_SHOT", str(tmp_path / "a b's"))
    sheet, depend = spec.iter("depend")
    assert (sheet.findtext("deplayer"), sheet.findtext("onlayer")) == ("sheet", "render")
    assert depend.get("type") == "LAYER_ON_LAYER"
    assert [one.tag for one in depend] == ["depjob", "deplayer", "onjob", "onlayer"]
    assert (depend.findtext("deplayer"), depend.findtext("onlayer")) == ("check", "render")


def test_slurm_runs_each_chunk_once(tmp_path):
    """The scripts are run as the queue runs them, with a stand-in of the command that tells its words."""
    files = written(tmp_path, "slurm", "1-9x2,20", "gpus = 1")
    head = [line for line in files["render.sbatch"].splitlines() if line.startswith("#SBATCH ")]
    assert "#SBATCH --array=0-1" in head and "#SBATCH --gres=gpu:1" in head and "#SBATCH --mem=1536M" in head
    program = tmp_path / "bin" / "anatomatte"
    program.parent.mkdir()
    program.write_text(f"#!{sys.executable}\nimport json, sys\nprint(json.dumps(sys.argv[1:]))\n")
    program.chmod(0o755)
    frames: list[int] = []
    for task in ("0", "1"):
        words = ran(tmp_path / "slurm" / "render.sbatch", program.parent, task)
        assert words[2] == "plate.####.exr"
        frames += parse_frames(words[words.index("--frames") + 1])
    assert frames == [1, 3, 5, 7, 9, 20]
    assert not [text for text in files.values() if str(tmp_path) in text]
    words = ran(tmp_path / "slurm" / "sheet.sbatch", program.parent, "")
    assert words[:3] == ["sheet", "plate.####.exr", "out/sh010.sheet.png"] and words[5:] == [
        "--set",
        "screen=green",
    ]
    assert words[3] == "--frames" and parse_frames(words[4]) == frames
    words = ran(tmp_path / "slurm" / "check.sbatch", program.parent, "")
    assert words[0] == "check-frames" and parse_frames(words[words.index("--frames") + 1]) == frames


@pytest.mark.parametrize(("last", "tasks", "size"), [(4004, 1001, 4), (4005, 801, 5)])
def test_slurm_takes_no_array_longer_than_its_default(tmp_path, capsys, last, tasks, size):
    """A task of an index beyond 1000 is refused, and with it the whole job, where MaxArraySize is 1001."""
    shot(tmp_path, [1])
    words = f'source = "plate.####.exr"\noutput = "out/key.####.exr"\nframes = "1-{last}"\nchunk = 4'
    (tmp_path / "long.toml").write_text(f"[shot]\n{words}\n")
    assert main(["farm", "slurm", str(tmp_path / "long.toml"), "-o", str(tmp_path / "job")]) == 0
    said = capsys.readouterr().err
    assert said.startswith(f"Tasks take {size} frames, not the 4 of chunk") if size > 4 else not said
    lines = (tmp_path / "job" / "render.sbatch").read_text().splitlines()
    assert f"#SBATCH --array=0-{tasks - 1}" in lines
    (chunks,) = (line for line in lines if line.startswith("CHUNKS=("))
    told = chunks.removeprefix("CHUNKS=(").removesuffix(")").split()
    assert [n for one in told for n in parse_frames(one)] == list(range(1, last + 1)) and len(told) == tasks


def ran(script: Path, where: Path, task: str) -> list[str]:
    environment = {**os.environ, "PATH": f"{where}:{os.environ['PATH']}", "SLURM_ARRAY_TASK_ID": task}
    environment["SLURM_SUBMIT_DIR"] = str(script.parent.parent)
    done = subprocess.run(
        ["bash", str(script)],
        env=environment,
        capture_output=True,
        text=True,
        timeout=native.HANG,
        check=True,
    )
    found: list[str] = json.loads(done.stdout)
    return found


def test_a_task_of_opencue_goes_to_the_shots_folder(tmp_path, monkeypatch, capsys):
    written(tmp_path, "opencue")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("ANATOMATTE_SHOT", str(tmp_path / "a b's"))
    assert main(["farm", "task", "check-frames", "plate.####.exr", "--frames", "1-10"]) == 0
    monkeypatch.setenv("ANATOMATTE_SHOT", str(tmp_path / "gone"))
    assert main(["farm", "task", "check-frames", "plate.####.exr"]) == 4
    assert "ANATOMATTE_SHOT" in capsys.readouterr().err
