"""A shot as a job of Open Job Description: checked and run by the queue's own command."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from anatomatte_batch.sequences import parse_frames
from anatomatte_cli.main import main
from made import native
from made.cli_fake import plate, read, shot

BIN = Path(sys.executable).parent
OPENJD = BIN / "openjd"

pytestmark = pytest.mark.skipif(not OPENJD.is_file(), reason="pip install openjd-cli")


def described(folder: Path, frames=range(1, 5), extra: str = "", needs: str = "") -> Path:
    """SHOT.toml of a small shot before a screen."""
    shot(folder, frames)
    text = f"""
[shot]
source = "plate.####.exr"
output = "out/key.####.exr"
settings = {{screen = "green", steady = 0}}
chunk = 2
{extra}
[needs]
cpus = 1
memory = 0.5
{needs}
"""
    (folder / "sh010.toml").write_text(
        text if "sheet" in extra else text.replace("chunk", "sheet = false\nchunk")
    )
    assert main(["farm", "openjd", str(folder / "sh010.toml"), "-o", str(folder / "job")]) == 0
    return folder / "job"


def openjd(*words: object) -> subprocess.CompletedProcess[str]:
    line = [str(OPENJD), *map(str, words)]
    return subprocess.run(line, capture_output=True, text=True, timeout=native.HANG, check=False)


def run(job: Path, *words: object) -> subprocess.CompletedProcess[str]:
    return openjd("run", job / "template.json", *_parameters(job), *words)


def _parameters(job: Path) -> list[str]:
    file = f"file://{job / 'parameters.json'}"
    return ["--job-param", file, "--job-param", f"Anatomatte={BIN / 'anatomatte'}"]


def done(folder: Path) -> list[str]:
    return sorted(path.name for path in (folder / "out").glob("*") if path.is_file())


def workers(folder: str) -> list[str]:
    """The command lines of workers whose address holds *folder*."""
    found = []
    for entry in Path("/proc").iterdir():
        try:
            line = (entry / "cmdline").read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        if "anatomatte-worker" in line and folder in line:
            found.append(line)
    return found


def test_the_template_is_valid_and_holds_no_path(tmp_path):
    job = described(
        tmp_path, extra='layers = "rgba,cryptoperson"\nqc_threshold = 2\nsheet = true', needs="gpus = 1"
    )
    said = openjd("check", job / "template.json")
    assert said.returncode == 0, said.stdout
    text = (job / "template.json").read_text()
    assert str(tmp_path) not in text and "bash" not in text
    told = json.loads(text)
    assert [step["name"] for step in told["steps"]] == ["Render", "Sheet", "Check"]
    assert told["steps"][0]["hostRequirements"]["amounts"][1] == {"name": "amount.worker.memory", "min": 512}
    values = json.loads((job / "parameter_values.json").read_text())["parameterValues"]
    assert {"name": "Source", "value": str(tmp_path / "plate.####.exr")} in values
    assert all(
        one["type"] == "PATH" for one in told["parameterDefinitions"] if one["name"] in ("Source", "Output")
    )


def test_a_job_renders_in_chunks_with_a_warm_worker_and_tells_how_far_it_is(tmp_path):
    job = described(tmp_path, range(1, 6))
    said = run(job)
    assert said.returncode == 0, said.stdout
    assert done(tmp_path) == [f"key.{n:04d}.exr" for n in range(1, 6)]
    assert said.stdout.count("--------- Running Task") == 3 + 1
    assert "openjd_env: ANATOMATTE_WORKER=" in said.stdout
    assert "openjd_progress: 50.0" in said.stdout and "ERROR" not in said.stdout
    assert "5 frames are there and whole (1-5)" in said.stdout
    address = said.stdout.partition("ANATOMATTE_WORKER=")[2].split()[0]
    assert workers(address) == []
    words = ["--set", "screen=green", "--set", "steady=0", "--frames", "3"]
    assert main(["render", str(tmp_path / "plate.####.exr"), str(tmp_path / "k.####.exr"), *words]) == 0
    assert np.array_equal(read(tmp_path / "k.0003.exr")[0], read(tmp_path / "out" / "key.0003.exr")[0])


def test_layers_apart_and_their_proxies_are_rendered_and_checked(tmp_path):
    proxy = '\nproxy = "small/{layer}.####.exr"\nproxy_scale = 4\nlayers = "rgba,screen"'
    job = described(tmp_path, extra=proxy)
    file = tmp_path / "sh010.toml"
    file.write_text(file.read_text().replace("out/key.", "out/{layer}/key.").replace("sheet = false", ""))
    assert main(["farm", "openjd", str(file), "-o", str(job)]) == 0
    said = run(job)
    assert said.returncode == 0, said.stdout
    assert "4 frames are there and whole (1-4)" in said.stdout
    for name in ("out/rgba/key", "out/screen/key", "small/rgba", "small/screen"):
        assert len(list(tmp_path.glob(f"{name}.*.exr"))) == 4
    assert (tmp_path / "out" / "sh010.sheet.png").is_file() and not list(tmp_path.rglob("{layer}*"))
    assert read(tmp_path / "small" / "rgba.0001.exr")[0].shape[1] == -(-plate().shape[1] // 4)
    (tmp_path / "small" / "screen.0003.exr").unlink()
    asked = json.loads((job / "template.json").read_text())["steps"][-1]["script"]["actions"]["onRun"]["args"]
    told = json.loads((job / "parameters.json").read_text())
    words = [told.get(word[len("{{Param.") : -2], word) if word[:1] == "{" else word for word in asked]
    assert main(words) == 7


def test_a_stepped_range_is_rendered_by_its_step(tmp_path):
    job = described(tmp_path, range(1, 10), 'frames = "1-9x2"')
    assert json.loads((job / "parameters.json").read_text())["Frames"] == "1-9:2"
    said = run(job)
    assert said.returncode == 0, said.stdout
    assert done(tmp_path) == [f"key.{n:04d}.exr" for n in (1, 3, 5, 7, 9)]
    assert said.stdout.count("--------- Running Task") == 3 + 1


def test_a_frame_that_fails_lets_the_others_be_rendered_and_the_gate_says_it(tmp_path):
    job = described(tmp_path)
    data = (tmp_path / "plate.0001.exr").read_bytes()
    (tmp_path / "plate.0001.exr").write_bytes(data[:-60])
    said = run(job)
    assert said.returncode == 1
    assert done(tmp_path) == [f"key.{n:04d}.exr" for n in (2, 3, 4)]
    assert (
        "failed 1 (plate, not worth a retry)" in said.stdout
        and "openjd_status: frames 1 failed" in said.stdout
    )
    assert "frame 1: missing:" in said.stdout and "1 of 4 frames are not right: 1 (1 missing)" in said.stdout
    assert "Exiting Environment: Worker" in said.stdout


def test_what_concerns_every_frame_ends_the_job_at_once(tmp_path):
    job = described(tmp_path)
    (tmp_path / "out").mkdir()
    for n in range(1, 5):
        shutil.copy(tmp_path / "plate.0001.exr", tmp_path / "out" / f"key.{n:04d}.exr")
    said = run(job)
    assert said.returncode == 1 and "was not made by Anatomatte" in said.stdout
    assert said.stdout.count("--------- Running Task") == 1


def test_paths_are_mapped(tmp_path):
    (tmp_path / "studio").mkdir()
    job = described(tmp_path / "studio")
    (tmp_path / "studio").rename(tmp_path / "farm")
    rule = {
        "source_path_format": "POSIX",
        "source_path": str(tmp_path / "studio"),
        "destination_path": str(tmp_path / "farm"),
    }
    rules = {"version": "pathmapping-1.0", "path_mapping_rules": [rule]}
    (tmp_path / "rules.json").write_text(json.dumps(rules))
    said = run(tmp_path / "farm" / job.name, "--path-mapping-rules", f"file://{tmp_path / 'rules.json'}")
    assert said.returncode == 0, said.stdout
    assert len(done(tmp_path / "farm")) == 4 and not (tmp_path / "studio").exists()


def test_files_that_controls_name_are_parameters_that_count_from_the_shots_folder(tmp_path, monkeypatch):
    shots = tmp_path / "shots"
    note = 'consent_who = "Anna", consent_what = "all", consent_when = 2026-11-29'
    preset = '[settings]\nswap = "pictures"\nswap_source = "old.png"\nswap_reference = "faces/her.png"\n'
    described(shots)
    (shots / "shot.toml").write_text(preset)
    file = shots / "sh010.toml"
    more = f'swap_source = "faces/new.png", point = [3, 4], who = "point", {note}'
    text = file.read_text().replace("steady = 0", more).replace("chunk", 'preset = "shot.toml"\nchunk')
    file.write_text(text)
    monkeypatch.chdir(tmp_path)
    for queue in ("openjd", "slurm"):
        assert main(["farm", queue, "shots/sh010.toml", "-o", queue]) == 0
    assert openjd("check", tmp_path / "openjd" / "template.json").returncode == 0
    told = json.loads((tmp_path / "openjd" / "parameters.json").read_text())
    assert told["SwapSource"] == str(shots / "faces/new.png")
    assert told["SwapReference"] == str(shots / "faces/her.png")
    made = (tmp_path / "openjd" / "template.json").read_text()
    assert '"swap_source={{Param.SwapSource}}"' in made and '"point=3,4"' in made
    assert "new.png" not in made and "old.png" not in made
    assert "--set swap_source=faces/new.png" in (tmp_path / "slurm" / "render.sbatch").read_text()


def test_a_job_that_is_cancelled_leaves_whole_frames_and_no_worker(tmp_path):
    job = described(tmp_path, range(1, 200))
    line = [str(OPENJD), "run", str(job / "template.json"), *_parameters(job)]
    address = ""
    with subprocess.Popen(line, stdout=subprocess.PIPE, text=True, start_new_session=True) as process:
        for said in process.stdout:
            address = said.partition("ANATOMATTE_WORKER=")[2].strip() or address
            if "openjd_progress" in said:
                os.kill(process.pid, signal.SIGINT)
                break
        process.stdout.read()
        assert process.wait(timeout=native.HANG) != 0
    assert address and workers(address) == []
    frames = done(tmp_path)
    assert 0 < len(frames) < 199 and all(name.startswith("key.") for name in frames)
    numbers = ",".join(name[4:8] for name in frames)
    assert main(["check-frames", str(tmp_path / "out" / "key.####.exr"), "--frames", numbers]) == 0


@pytest.mark.parametrize(
    ("before", "after", "told"),
    [
        ("source", "sorce", "there is no sorce; did you mean source?"),
        ("chunk = 2", "chunk = 0", "is too small"),
        ("chunk = 2", 'chunk = "two"', "is no int"), ("[needs]", "[nees]", "did you mean needs?"),
        ("screen =", "skreen =", "skreen"), ("[shot]", "[shot", "is no TOML"),
        ("output =", "# output =", "needs output"),
        ("chunk", 'proxy = "out/key.####.exr"\nchunk', "DST itself"),
        ("chunk", "proxy_scale = 4\nchunk", "of --proxy"), ("key.####.exr", "key.mov", "is a video"),
        ("key.####.exr", "key.exr", "one file for 4 frames"),
        ('key.####.exr"', 'key.####.png"\ntrim = true', "no data window"),
        ("steady = 0", 'swap = "pictures", swap_source = "her.png"', "is off until a consent note is given"),
        ("{screen", '3 # {screen', "settings is to be a table"), ("chunk", 'files = "a"\nchunk', "no files"),
    ],
)  # fmt: skip
def test_a_description_that_is_wrong_is_a_sentence(tmp_path, capsys, before, after, told):
    described(tmp_path)
    file = tmp_path / "sh010.toml"
    file.write_text(file.read_text().replace(before, after))
    assert main(["farm", "openjd", str(file), "-o", str(tmp_path / "again")]) == 2
    assert told in capsys.readouterr().err and not (tmp_path / "again").exists()


@pytest.mark.parametrize("frames", ["1-10", "1-9x2", "1,4,7", "1-4,9", "-5-5x5", "7", "1,2,3,10,20"])
def test_ranges_read_back_as_the_same_frames(frames):
    from anatomatte_batch.farm.description import FarmShot

    made = FarmShot(name="a", source="s", output="o", frames=tuple(parse_frames(frames)))
    assert parse_frames(made.range()) == list(made.frames)
