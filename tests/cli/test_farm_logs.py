"""Each task of a job writes a log, and the check behind them tells frames that lie in another's place."""

from __future__ import annotations

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree as xml

import pytest

from anatomatte.errors import OutputError
from anatomatte_batch.farm.logs import claimed
from anatomatte_batch.sequences import parse_frames
from anatomatte_cli.main import main
from made import native
from made.cli_fake import cli, shot

BIN = Path(sys.executable).parent
OPENJD = BIN / "openjd"
SHOT = """
[shot]
source = "plate.####.exr"
output = "out/key.####.exr"
frames = "{frames}"
settings = {{screen = "green", steady = 0}}
chunk = 2
sheet = false
[needs]
cpus = 1
memory = 0.5
"""


def described(folder: Path, queue: str, frames: str = "1-5") -> Path:
    """The files of a queue for a small shot."""
    shot(folder, parse_frames(frames))
    (folder / "sh010.toml").write_text(SHOT.format(frames=frames))
    assert main(["farm", queue, str(folder / "sh010.toml"), "-o", str(folder / queue)]) == 0
    return folder / queue


def ran(folder: Path, *words: str, **environment: str) -> tuple[int, str]:
    """The exit code of a command in a folder, and what it said."""
    done = subprocess.run(
        words,
        cwd=folder,
        env={**os.environ, "PATH": f"{BIN}:{os.environ['PATH']}", **environment},
        capture_output=True,
        text=True,
        timeout=native.HANG,
        check=False,
    )
    return done.returncode, done.stdout + done.stderr


def openjd(folder: Path, step: str, *words: str) -> tuple[int, str]:
    job = folder / "openjd"
    line = [str(OPENJD), "run", str(job / "template.json"), "--step", step, "--no-run-dependencies", *words]
    line += ["--job-param", f"file://{job / 'parameters.json'}"]
    return ran(folder, *line)


def deadline(folder: Path, step: str) -> tuple[int, str]:
    """As the plug-in CommandLine runs the tasks of a job, one after the other."""
    job, plugin = (
        dict(line.split("=", 1) for line in (folder / "deadline" / f"{step}.{kind}").read_text().splitlines())
        for kind in ("job", "plugin")
    )
    size, frames = int(job["ChunkSize"]), parse_frames(job["Frames"])
    told = (0, "")
    for at in range(0, len(frames), size):
        some = frames[at : at + size]
        line = plugin["Arguments"].replace("<STARTFRAME>", str(some[0])).replace("<ENDFRAME>", str(some[-1]))
        words = shlex.split(line.replace("<QUOTE>", '"'))
        told = ran(Path(plugin["StartupDirectory"]), plugin["Executable"], *words)
    return told


def opencue(folder: Path, step: str) -> tuple[int, str]:
    (outline,) = (folder / "opencue").iterdir()
    spec = xml.fromstring(outline.read_text())
    (layer,) = (one for one in spec.iter("layer") if one.get("name") == step)
    size, frames = int(layer.findtext("chunk", "1")), parse_frames(layer.findtext("range", ""))
    (place,) = (one.text for one in spec.iter("key"))
    told = (0, "")
    for at in range(0, len(frames), size):
        some = ",".join(map(str, frames[at : at + size]))
        words = shlex.split(layer.findtext("cmd", "").replace("#FRAMESPEC#", some))
        told = ran(Path("/"), *words, ANATOMATTE_SHOT=str(place))
    return told


def slurm(folder: Path, step: str) -> tuple[int, str]:
    script = folder / "slurm" / f"{step}.sbatch"
    (array,) = [line for line in script.read_text().splitlines() if "--array=" in line] or ["=0-0"]
    told = (0, "")
    for task in range(int(array.rpartition("-")[2]) + 1):
        told = ran(folder, "bash", str(script), SLURM_ARRAY_TASK_ID=str(task), SLURM_SUBMIT_DIR=str(folder))
    return told


def openjd_step(folder: Path, step: str) -> tuple[int, str]:
    return openjd(folder, {"render": "Render", "check": "Check"}[step])


def swap(folder: Path, first: int, second: int) -> None:
    """Exchange two frames."""
    one, other = (folder / "out" / f"key.{frame:04d}.exr" for frame in (first, second))
    one.rename(folder / "aside.exr")
    other.rename(one)
    (folder / "aside.exr").rename(other)


QUEUES = {"openjd": openjd_step, "deadline": deadline, "opencue": opencue, "slurm": slurm}


@pytest.mark.parametrize(
    ("queue", "frames"),
    [("openjd", "1-7x2"), ("deadline", "1-4"), ("opencue", "1-4"), ("slurm", "1,3-5")],
)
def test_a_swapped_pair_is_told_by_the_check_of_every_queue(queue, frames, tmp_path):
    if queue == "openjd" and not OPENJD.is_file():
        pytest.skip("pip install openjd-cli")
    described(tmp_path, queue, frames)
    step = QUEUES[queue]
    code, said = step(tmp_path, "render")
    assert code == 0, said
    code, said = step(tmp_path, "check")
    assert code == 0 and "the log tells of no" not in said, said
    swap(tmp_path, 1, 3)
    code, said = step(tmp_path, "check")
    assert code != 0 and all(f"frame {n}: swapped:" in said for n in (1, 3)), said


def test_logs_lie_beside_the_frames_and_are_mapped_as_other_paths_are(tmp_path):
    job = described(tmp_path, "openjd")
    told = json.loads((job / "parameters.json").read_text())
    assert told["Logs"] == str(tmp_path / "out" / "sh010.logs")
    template = json.loads((job / "template.json").read_text())
    (logs,) = (one for one in template["parameterDefinitions"] if one["name"] == "Logs")
    assert (logs["type"], logs["objectType"], logs["dataFlow"]) == ("PATH", "DIRECTORY", "OUT")
    for step, option in zip(template["steps"], ("--logs", "--rendered"), strict=True):
        args = step["script"]["actions"]["onRun"]["args"]
        assert args[args.index(option) + 1] == "{{Param.Logs}}"
    file = tmp_path / "sh010.toml"
    file.write_text(file.read_text().replace("chunk", 'logs = "../told"\nchunk'))
    for queue in ("slurm", "deadline", "opencue"):
        assert main(["farm", queue, str(file), "-o", str(tmp_path / queue)]) == 0
        text = "".join(path.read_text() for path in (tmp_path / queue).iterdir())
        assert "--logs ../told" in text and "--rendered ../told" in text


def test_no_two_tasks_write_into_one_log(tmp_path):
    names = [claimed(tmp_path / "logs", frames).name for frames in ((1, 2), (1, 2), (-5, 0, 5), (7,), (1, 2))]
    assert names == ["1-2.ndjson", "1-2.2.ndjson", "-5-5.ndjson", "7-7.ndjson", "1-2.3.ndjson"]
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match="No log can be written into"):
        claimed(tmp_path / "file", (1,))


def test_a_folder_is_all_its_logs_and_the_last_word_counts(tmp_path, capsys):
    target = tmp_path / "k.####.exr"
    logs = tmp_path / "logs"
    source = shot(tmp_path, (1, 2, 3))
    for frames in ("1-2", "3"):
        assert cli(source, target, "--frames", frames, "--log", logs / f"{frames}.ndjson") == 0
    words = ["check-frames", str(target), "--rendered", str(logs)]
    (logs / "4-5.ndjson").write_text('{"event": "start"}\n', encoding="utf-8")  # a task that made no frame
    (logs / "notes.txt").write_text("no log", encoding="utf-8")
    assert main(words) == 0
    first = logs / "3.ndjson"
    told = [json.loads(line) for line in first.read_text().splitlines()]
    for one in told:
        one["at"] -= 60
        one["pixels"] = {"rgba": "1"}
    (logs / "3.2.ndjson").write_text("".join(f"{json.dumps(one)}\n" for one in told), encoding="utf-8")
    assert main(words) == 0
    first.unlink()
    capsys.readouterr()
    assert main(words) == 7
    assert "frame 3: swapped:" in capsys.readouterr().out


def test_logs_that_are_not_there_are_told_unless_nothing_was_rendered(tmp_path, capsys):
    words = [
        "check-frames",
        str(tmp_path / "k.####.exr"),
        "--frames",
        "1-2",
        "--rendered",
        str(tmp_path / "none"),
    ]
    assert main(words) == 7
    assert "2 missing" in capsys.readouterr().out
    assert cli(shot(tmp_path, (1, 2)), tmp_path / "k.####.exr") == 0
    assert main(words) == 2
    (tmp_path / "none").mkdir()
    assert main(words) == 2
    assert "tells of no frame" in capsys.readouterr().err


def test_a_task_names_its_log_by_its_frames(tmp_path, capsys):
    words = [
        "farm",
        "render",
        str(tmp_path / "p.####.exr"),
        str(tmp_path / "k.####.exr"),
        "--logs",
        str(tmp_path),
    ]
    for more in ([], ["--frames", "1", "--log", "a.ndjson"]):
        assert main([*words, *more]) == 2
        assert "--logs" in capsys.readouterr().err
    assert not list(tmp_path.iterdir())
