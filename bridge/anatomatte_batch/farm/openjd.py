"""A shot as a job of Open Job Description (2023-09, with TASK_CHUNKING): a bundle of two files."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from anatomatte.atomic import beside
from anatomatte.errors import SettingsError

from .assets import references
from .description import PATHS, FarmShot

Table = dict[str, Any]

_LONGEST_NAME, _LONGEST_VALUE = 128, 1024
"""Characters of a job's name, and of a parameter that is a text (2023-09, 1.1 and 2.1)."""


def write(shot: FarmShot, folder: Path) -> list[Path]:
    """The bundle's files: the template, which holds no path, the values of its parameters, and what a queue
    that carries files is to carry.

    Raises:
        SettingsError: a word of the shot is one that no template may hold.
    """
    _check(shot)
    folder.mkdir(parents=True, exist_ok=True)
    values = [{"name": name, "value": value} for name, value in parameters(shot).items()]
    files = {
        "template.json": template(shot),
        "parameter_values.json": {"parameterValues": values},
        "parameters.json": parameters(shot),
        "asset_references.json": references(shot),
    }
    for name, told in files.items():
        with beside(folder / name) as temporary:
            temporary.write_text(json.dumps(told, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    return [folder / name for name in files]


def _check(shot: FarmShot) -> None:
    """No word is taken for one of the queue's own, and the name is no longer than one may be."""
    for word in (shot.name, shot.layers, shot.colorspace, shot.out_colorspace, *shot.settings):
        if "{{" in word:
            raise SettingsError(
                f"Open Job Description cannot be handed {word!r}: {{{{ begins a word of its own; rename it."
            )
    if len(shot.name) > _LONGEST_NAME:
        raise SettingsError(
            f"Open Job Description takes names of {_LONGEST_NAME} letters, and name has {len(shot.name)}."
        )


def _frames(shot: FarmShot) -> str:
    """The frames of a step: the job's parameter, or themselves."""
    return "{{Param.Frames}}" if _is_parameter(shot) else shot.range()


def _is_parameter(shot: FarmShot) -> bool:
    """Whether the frames are a parameter of the job: a set of many gaps is longer than one may be."""
    return len(shot.range()) <= _LONGEST_VALUE


def parameters(shot: FarmShot) -> dict[str, str]:
    """The values of the template's parameters; paths are mapped by the queue."""
    told = {_called(name): getattr(shot, name) for name in PATHS}
    told |= {_called(name): path for name, path in shot.files}
    told |= {"Sheet": shot.sheet_file} if shot.sheet else {}
    told |= {"Frames": shot.range()} if _is_parameter(shot) else {}
    return {name: value for name, value in told.items() if value}


def template(shot: FarmShot) -> Table:
    """The job: a warm worker in each session, the frames in chunks, a contact sheet, the gate."""
    return {
        "specificationVersion": "jobtemplate-2023-09",
        "extensions": ["TASK_CHUNKING"],
        "name": shot.name,
        "parameterDefinitions": _definitions(shot),
        "jobEnvironments": [_worker()],
        "steps": [_render(shot), *([_sheet(shot)] if shot.sheet else []), _gate(shot)],
    }


def _definitions(shot: FarmShot) -> list[Table]:
    told = [
        ("Source", "FILE", "IN", "The plate."),
        *((_called(name), "FILE", "IN", f"The clip {name}.") for name in shot.clips),
        ("Output", "FILE", "OUT", "Where frames go."),
        *([("Proxy", "FILE", "OUT", "Where the same frames go smaller.")] if shot.proxy else []),
        *([("Preset", "FILE", "IN", "Settings of the shot.")] if shot.preset else []),
        *([("Sidecar", "FILE", "IN", "Who is who in the shot.")] if shot.sidecar else []),
        *((_called(name), "FILE", "IN", f"The control {name}.") for name, _ in shot.files),
        *([("Logs", "DIRECTORY", "OUT", "Logs of the tasks.")] if shot.logs else []),
        *([("Sheet", "FILE", "OUT", "The contact sheet.")] if shot.sheet else []),
    ]
    paths = [
        {"name": name, "type": "PATH", "objectType": kind, "dataFlow": flow, "description": text}
        for name, kind, flow, text in told
    ]
    frames = {
        "name": "Frames",
        "type": "STRING",
        "default": shot.range(),
        "description": "As 1-10:2.",
    }
    command = {"name": "Anatomatte", "type": "STRING", "default": "anatomatte", "description": "The command."}
    return [*paths, *([frames] if _is_parameter(shot) else []), command]


def _action(*words: str, **facts: Any) -> Table:
    return {"command": "{{Param.Anatomatte}}", "args": list(words), **facts}


def _mapped(shot: FarmShot) -> FarmShot:
    """The shot whose paths are the template's parameters, which the queue maps."""
    names = (*PATHS, *(name for name, _ in shot.files))
    return shot.at({name: f"{{{{Param.{_called(name)}}}}}" for name in names})


def _called(name: str) -> str:
    """The parameter of a path or a control: ``swap_source`` is SwapSource."""
    return "".join(word.capitalize() for word in name.split("_"))


def _worker() -> Table:
    """One worker with loaded networks for all tasks of a session."""
    where = "{{Session.WorkingDirectory}}"
    actions = {
        "onEnter": _action("farm", "enter", where, timeout=600),
        "onExit": _action("farm", "leave", where, timeout=60),
    }
    return {"name": "Worker", "description": "A warm engine.", "script": {"actions": actions}}


def _render(shot: FarmShot) -> Table:
    words = _mapped(shot).render_words("{{Task.Param.Frames}}")
    # contiguous chunks of a stepped range would hold one frame each
    chunks = {
        "defaultTaskCount": shot.chunk,
        "rangeConstraint": "CONTIGUOUS" if shot.even else "NONCONTIGUOUS",
    }
    space = {"name": "Frames", "type": "CHUNK[INT]", "range": _frames(shot), "chunks": chunks}
    cancel = {"mode": "NOTIFY_THEN_TERMINATE", "notifyPeriodInSeconds": 30}
    return {
        "name": "Render",
        "parameterSpace": {"taskParameterDefinitions": [space]},
        "hostRequirements": _needs(shot),
        "script": {"actions": {"onRun": _action(*words, cancelation=cancel)}},
    }


def _sheet(shot: FarmShot) -> Table:
    words = _mapped(shot).sheet_words("{{Param.Sheet}}", _frames(shot))
    return {
        "name": "Sheet",
        "dependencies": [{"dependsOn": "Render"}],
        "hostRequirements": _needs(shot),
        "script": {"actions": {"onRun": _action(*words)}},
    }


def _gate(shot: FarmShot) -> Table:
    """Last, as its failure ends the job."""
    words = _mapped(shot).check_words(_frames(shot))
    return {
        "name": "Check",
        "dependencies": [{"dependsOn": name} for name in ("Render", *(["Sheet"] if shot.sheet else []))],
        "script": {"actions": {"onRun": _action(*words)}},
    }


def _needs(shot: FarmShot) -> Table:
    amounts: list[Table] = [
        {"name": "amount.worker.vcpu", "min": shot.cpus},
        {"name": "amount.worker.memory", "min": round(shot.memory * 1024)},
    ]
    if shot.gpus:
        amounts.append({"name": "amount.worker.gpu", "min": shot.gpus})
        if shot.gpu_memory:
            amounts.append({"name": "amount.worker.gpu.memory", "min": round(shot.gpu_memory * 1024)})
    return {"amounts": amounts}
