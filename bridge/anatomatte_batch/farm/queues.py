"""A shot for queues that run plain command lines: Deadline 10, OpenCue, SLURM."""

from __future__ import annotations

import getpass
import re
import shlex
from collections.abc import Callable, Mapping
from pathlib import Path
from xml.etree import ElementTree as xml

from anatomatte.atomic import beside
from anatomatte.errors import SettingsError

from ..checked import sequences
from ..cryptomatte import RANKS
from ..layer_sink import TOKEN
from ..sequences import compact
from .description import FarmShot

_DTD = (
    '<!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.12.dtd">'
)
_COMMAND = "anatomatte"
SHOT = "ANATOMATTE_SHOT"
"""Where the shot's folder is on a machine; `farm task` and scripts of SLURM go there."""
SLURM_TASKS = 1001
"""Tasks of an array, 0 to 1000, that SLURM takes where MaxArraySize is left at its default."""


def write(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write files into a folder, each whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        with beside(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def deadline(shot: FarmShot) -> dict[str, str]:
    """Job info and plugin info of the renders, the sheet and the check behind them (plug-in CommandLine).

    Arguments count from StartupDirectory, which Deadline maps, as it does OutputDirectory0.
    """
    near = shot.relative()
    words = near.render_words("<STARTFRAME>-<ENDFRAME>")
    chunk = shot.chunk if shot.even else 1  # a task is told its first and last frame alone
    facts: dict[str, object] = {"Plugin": "CommandLine", "Name": shot.name, "Frames": shot.range("x")}
    facts |= {"ChunkSize": chunk, **_outputs(shot)}
    files = {"render.job": _lines(facts), "render.plugin": _plugin(shot, words)}
    for step, words in _behind(near):
        facts = {"Plugin": "CommandLine", "Name": f"{shot.name} {step}", "Frames": 0, "ChunkSize": 1}
        files |= {f"{step}.job": _lines(facts), f"{step}.plugin": _plugin(shot, words)}
    return files


def _outputs(shot: FarmShot) -> dict[str, str]:
    """The files that the queue may show, a folder and a name for each sequence that is known by now."""
    told: dict[str, str] = {}
    sidecar = shot.sidecar if Path(shot.sidecar).is_file() else None
    for target in filter(None, (shot.output, shot.proxy)):
        if TOKEN not in target:
            files = [target]
        elif shot.sidecar and sidecar is None:  # its names are those of folders
            continue
        else:
            files = [one.pattern.text for one in sequences(target, shot.layers, sidecar, RANKS)]
        for path in map(Path, files):
            at = len(told) // 2
            name = re.sub(r"%0?(\d*)d", lambda token: "#" * int(token[1] or 1), path.name)
            told |= {f"OutputDirectory{at}": str(path.parent), f"OutputFilename{at}": name}
    return told


def _behind(near: FarmShot) -> list[tuple[str, list[str]]]:
    """The steps that come behind all renders, and their words."""
    check = near.check_words(near.range("x"))
    sheet = [("sheet", near.sheet_words(near.sheet_file, near.range("x")))] if near.sheet else []
    return [*sheet, ("check", check)]


def _plugin(shot: FarmShot, words: list[str]) -> str:
    return _lines(
        {
            "Executable": _COMMAND,
            "Arguments": " ".join(_for_deadline(word) for word in words),
            "StartupDirectory": shot.folder,
            "ShellExecute": False,
            "Shell": "default",
            "SingleFramesOnly": False,
        }
    )


def _for_deadline(word: str) -> str:
    if '"' in word or "\n" in word:
        raise SettingsError(
            f"Deadline cannot be handed {word!r}: it holds a quote or a line's end; rename it."
        )
    plain = re.fullmatch(r"[\w@%+=:,./#<>{}-]+", word)  # the line is split by quotes of both kinds
    return word if plain else f"<QUOTE>{word}<QUOTE>"


def _lines(facts: Mapping[str, object]) -> str:
    for value in facts.values():
        if "\n" in str(value):
            raise SettingsError(f"A line of a Deadline file cannot hold {value!r}; rename it.")
    return "".join(f"{name}={value}\n" for name, value in facts.items())


def opencue(shot: FarmShot) -> dict[str, str]:
    """The outline as XML (CJSL 1.12): the renders, and the sheet and the check behind all of them."""
    spec = xml.Element("spec")
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", shot.name)
    for key, value in (("show", shot.show), ("shot", name), ("user", shot.user or getpass.getuser())):
        xml.SubElement(spec, key).text = value
    job = xml.SubElement(spec, "job", name=name)
    xml.SubElement(job, "paused").text = "False"
    xml.SubElement(job, "maxretries").text = "2"
    place = xml.SubElement(xml.SubElement(job, "env"), "key", name=SHOT)
    place.text = shot.folder  # the one path: a site that mounts it elsewhere changes it here
    layers = xml.SubElement(job, "layers")
    near = shot.relative()
    render = near.render_words("#FRAMESPEC#")
    _layer(layers, shot, "render", "Render", render, shot.range("x"), shot.chunk)
    depends = xml.SubElement(spec, "depends")
    for step, words in _behind(near):
        _layer(layers, shot, step, "Post", words, "1", 1)
        depend = xml.SubElement(depends, "depend", type="LAYER_ON_LAYER", anyframe="False")
        told = (("depjob", name), ("deplayer", step), ("onjob", name), ("onlayer", "render"))
        for key, value in told:
            xml.SubElement(depend, key).text = value
    xml.indent(spec)
    text = xml.tostring(spec, encoding="unicode")
    return {f"{name}.xml": f'<?xml version="1.0"?>\n{_DTD}\n{text}\n'}


def _layer(
    layers: xml.Element, shot: FarmShot, name: str, kind: str, words: list[str], frames: str, chunk: int
) -> None:
    layer = xml.SubElement(layers, "layer", name=name, type=kind)
    facts: dict[str, object] = {
        "cmd": shlex.join([_COMMAND, "farm", "task", *words]),
        "range": frames, "chunk": chunk, "cores": shot.cpus,
        "threadable": "True", "memory": f"{round(shot.memory * 1024)}m",
    }  # fmt: skip
    if shot.gpus and kind == "Render":
        facts |= {"gpus": shot.gpus, "gpu_memory": f"{max(1, round(shot.gpu_memory * 1024))}m"}
    for key, value in facts.items():
        xml.SubElement(layer, key).text = str(value)
    xml.SubElement(xml.SubElement(layer, "services"), "service").text = "shell"


def slurm_chunk(shot: FarmShot) -> int:
    """Frames of a task: those of the shot, or more where the array would be longer than SLURM takes."""
    return max(shot.chunk, -(-len(shot.frames) // SLURM_TASKS))


def slurm(shot: FarmShot) -> dict[str, str]:
    """A script for an array of tasks, and one each for the sheet and the check behind it.

    They hold no path but those that count from the shot's folder: where it is handed in, or `SHOT`.
    """
    near = shot.relative()
    size = slurm_chunk(shot)
    chunks = [compact(shot.frames[first : first + size]) for first in range(0, len(shot.frames), size)]
    render = [shlex.quote(word) for word in near.render_words("@")]
    render[render.index("@")] = '"${CHUNKS[$SLURM_ARRAY_TASK_ID]}"'
    needs = {
        "cpus-per-task": shot.cpus,
        "mem": f"{round(shot.memory * 1024)}M",
        **({"gres": f"gpu:{shot.gpus}"} if shot.gpus else {}),
    }
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", shot.name)
    files = {
        "render.sbatch": _script(
            {"job-name": name, "array": f"0-{len(chunks) - 1}", "output": "%x-%A_%a.log", **needs},
            f"CHUNKS=({' '.join(chunks)})\nexec {_COMMAND} {' '.join(render)}\n",
        )
    }
    for step, words in _behind(near):
        head = {"job-name": f"{name}-{step}", "output": "%x-%j.log", **(needs if step == "sheet" else {})}
        files[f"{step}.sbatch"] = _script(head, f"exec {shlex.join([_COMMAND, *words])}\n")
    return files


def _script(needs: Mapping[str, object], body: str) -> str:
    head = "".join(f"#SBATCH --{name}={value}\n" for name, value in needs.items())
    return f'#!/bin/bash\n{head}\ncd "${{{SHOT}:-$SLURM_SUBMIT_DIR}}" || exit 4\n{body}'


QUEUES: Mapping[str, Callable[[FarmShot], dict[str, str]]] = {
    "deadline": deadline,
    "opencue": opencue,
    "slurm": slurm,
}
