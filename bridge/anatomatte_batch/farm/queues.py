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

from ..sequences import compact
from .description import FarmShot

_DTD = (
    '<!DOCTYPE spec PUBLIC "SPI Cue Specification Language" "http://localhost:8080/spcue/dtd/cjsl-1.12.dtd">'
)
_COMMAND = "anatomatte"


def write(files: Mapping[str, str], folder: Path) -> list[Path]:
    """Write files into a folder, each whole."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, text in files.items():
        with beside(folder / name) as temporary:
            temporary.write_text(text, encoding="utf-8")
    return [folder / name for name in files]


def deadline(shot: FarmShot) -> dict[str, str]:
    """Job info and plugin info of the renders and of the check behind them (plug-in CommandLine)."""
    frames = "<STARTFRAME>-<ENDFRAME>"
    render = shot.render_words(shot.source, shot.output, frames)
    check = shot.check_words(shot.source, shot.output, shot.range("x"))
    output = Path(shot.output)
    chunk = shot.chunk if shot.even else 1  # a task is told its first and last frame alone
    facts = {
        "OutputDirectory0": str(output.parent),
        "OutputFilename0": re.sub(r"%0?(\d*)d", lambda token: "#" * int(token[1] or 1), output.name),
    }
    return {
        "render.job": _lines(
            {
                "Plugin": "CommandLine",
                "Name": shot.name,
                "Frames": shot.range("x"),
                "ChunkSize": chunk,
                **facts,
            }
        ),
        "render.plugin": _plugin(render),
        "check.job": _lines(
            {"Plugin": "CommandLine", "Name": f"{shot.name} check", "Frames": 0, "ChunkSize": 1}
        ),
        "check.plugin": _plugin(check),
    }


def _plugin(words: list[str]) -> str:
    return _lines(
        {
            "Executable": _COMMAND,
            "Arguments": " ".join(_for_deadline(word) for word in words),
            "StartupDirectory": "",
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
    return f"<QUOTE>{word}<QUOTE>" if not word or re.search(r"\s", word) else word


def _lines(facts: Mapping[str, object]) -> str:
    for value in facts.values():
        if "\n" in str(value):
            raise SettingsError(f"A line of a Deadline file cannot hold {value!r}; rename it.")
    return "".join(f"{name}={value}\n" for name, value in facts.items())


def opencue(shot: FarmShot) -> dict[str, str]:
    """The outline as XML (CJSL 1.12): the renders, and the check behind all of them."""
    spec = xml.Element("spec")
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", shot.name)
    for key, value in (("show", shot.show), ("shot", name), ("user", shot.user or getpass.getuser())):
        xml.SubElement(spec, key).text = value
    job = xml.SubElement(spec, "job", name=name)
    xml.SubElement(job, "paused").text = "False"
    xml.SubElement(job, "maxretries").text = "2"
    layers = xml.SubElement(job, "layers")
    render = shot.render_words(shot.source, shot.output, "#FRAMESPEC#")
    check = shot.check_words(shot.source, shot.output, shot.range("x"))
    _layer(layers, shot, "render", "Render", render, shot.range("x"), shot.chunk)
    _layer(layers, shot, "check", "Post", check, "1", 1)
    depends = xml.SubElement(spec, "depends")
    depend = xml.SubElement(depends, "depend", type="LAYER_ON_LAYER", anyframe="False")
    told = (("depjob", name), ("deplayer", "check"), ("onjob", name), ("onlayer", "render"))
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
        "cmd": shlex.join([_COMMAND, *words]), "range": frames, "chunk": chunk, "cores": shot.cpus,
        "threadable": "True", "memory": f"{round(shot.memory * 1024)}m",
    }  # fmt: skip
    if shot.gpus and kind == "Render":
        facts |= {"gpus": shot.gpus, "gpu_memory": f"{max(1, round(shot.gpu_memory * 1024))}m"}
    for key, value in facts.items():
        xml.SubElement(layer, key).text = str(value)
    xml.SubElement(xml.SubElement(layer, "services"), "service").text = "shell"


def slurm(shot: FarmShot) -> dict[str, str]:
    """A script for an array of tasks, and one for the check behind it."""
    chunks = [
        compact(shot.frames[first : first + shot.chunk]) for first in range(0, len(shot.frames), shot.chunk)
    ]
    render = [shlex.quote(word) for word in shot.render_words(shot.source, shot.output, "@")]
    render[render.index("@")] = '"${CHUNKS[$SLURM_ARRAY_TASK_ID]}"'
    check = shlex.join([_COMMAND, *shot.check_words(shot.source, shot.output, shot.range("x"))])
    needs = {
        "cpus-per-task": shot.cpus,
        "mem": f"{round(shot.memory * 1024)}M",
        **({"gres": f"gpu:{shot.gpus}"} if shot.gpus else {}),
    }
    name = re.sub(r"[^A-Za-z0-9_.-]", "_", shot.name)
    return {
        "render.sbatch": _script(
            {"job-name": name, "array": f"0-{len(chunks) - 1}", "output": "%x-%A_%a.log", **needs},
            f"CHUNKS=({' '.join(chunks)})\nexec {_COMMAND} {' '.join(render)}\n",
        ),
        "check.sbatch": _script({"job-name": f"{name}-check", "output": "%x-%j.log"}, f"exec {check}\n"),
    }


def _script(needs: Mapping[str, object], body: str) -> str:
    head = "".join(f"#SBATCH --{name}={value}\n" for name, value in needs.items())
    return f"#!/bin/bash\n{head}\n{body}"


QUEUES: Mapping[str, Callable[[FarmShot], dict[str, str]]] = {
    "deadline": deadline,
    "opencue": opencue,
    "slurm": slurm,
}
