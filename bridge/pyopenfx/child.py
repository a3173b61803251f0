"""The far side of `isolated`: one task with a plug-in, its answer in a file."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

from . import _host
from .errors import HostError
from .host import Host, Plugin
from .params import ParamDescription


def main(request_path: str) -> None:
    """Does what the request asks for and writes the answer beside it."""
    _host.tell_missing_suites(True)
    _no_core_dump()
    request = json.loads(Path(request_path).read_text("utf-8"))
    answer = Path(request["answer"])
    try:
        told = {"value": TASKS[request["task"]](**request["arguments"])}
    except (HostError, _host.BinaryError, ValueError, OSError, MemoryError) as error:
        told = {"error": str(error) or type(error).__name__}
    except Exception as error:  # ours, whatever the plug-in did to provoke it
        told = {"error": f"pyopenfx itself failed: {type(error).__name__}: {error}"}
    fresh = answer.with_suffix(".new")
    fresh.write_text(json.dumps(told), "utf-8")
    os.replace(fresh, answer)
    sys.stdout.flush()


def _no_core_dump() -> None:
    if sys.platform != "win32":
        import resource

        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def names(binary: str, bundle: str) -> list[Any]:
    """Identifier and version of each plug-in of a binary, which is opened and no more."""
    return [[core.identifier, core.version] for core in _host.open_binary(binary, bundle)]


def scan(binary: str, bundle: str, only: list[Any] | None = None) -> dict[str, Any]:
    """What a binary holds: plug-ins, and why some of them cannot be used."""
    key = (str(only[0]), (int(only[1][0]), int(only[1][1]))) if only else None
    with Host() as host:
        found = host.scan_binary(Path(binary), Path(bundle), only=key)
        plugins = [
            {
                "identifier": i.identifier,
                "version": i.version,
                "label": i.label,
                "grouping": i.grouping,
                "contexts": i.contexts,
            }
            for i in found
        ]
        return {"plugins": plugins, "problems": [p.reason for p in host.problems]}


def open_plugin(host: Host, binary: str, bundle: str, identifier: str, version: list[int]) -> Plugin:
    """The plug-in of that binary, described; HostError with the reason where it cannot be used."""
    host.scan_binary(Path(binary), Path(bundle), only=(identifier, (version[0], version[1])))
    if host.problems:
        raise HostError(host.problems[0].reason)
    return host.load(identifier, (version[0], version[1]))


def describe(context: str | None, **where: Any) -> dict[str, Any]:
    """Everything that a plug-in says of itself in a context."""
    with Host() as host:
        plugin = open_plugin(host, **where)
        return {
            "identifier": plugin.identifier,
            "version": plugin.version,
            "label": plugin.label,
            "grouping": plugin.grouping,
            "description": plugin.description,
            "contexts": plugin.contexts,
            "depths": plugin.depths,
            "bundle": str(plugin.bundle),
            "clips": [
                {"name": c.name, "components": c.components, "optional": c.optional, "mask": c.is_mask}
                for c in plugin.clips(context)
            ],
            "params": [
                {
                    "name": p.name,
                    "label": p.label,
                    "kind": p.kind,
                    "default": plain(p.default),
                    "range": plain(p.range),
                    "options": p.options,
                    "parent": p.parent,
                    "hint": p.hint,
                }
                for p in plugin.params(context)
            ],
            "missing_suites": [f"{name} version {version}" for name, version in _host.missing_suites()],
        }


def plain(value: Any) -> Any:
    """The value as JSON has it: bytes as text, tuples as lists."""
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if isinstance(value, (list, tuple)):
        return [plain(v) for v in value]
    return value


def parsed(param: ParamDescription, text: str) -> Any:
    """A value as somebody types it: numbers between commas, on or off, an option, a text."""
    if param.kind in ("choice", "strchoice", "string", "custom"):
        return text
    if param.kind == "bytes":
        return text.encode()
    if param.kind == "bool":
        words = {"1": True, "true": True, "on": True, "yes": True}
        return words.get(text.lower(), text.lower() not in ("0", "false", "off", "no") or text)
    numbers = [float(part) for part in text.split(",")]
    return numbers[0] if len(numbers) == 1 else numbers


def render(
    context: str | None,
    inputs: dict[str, str],
    output: str,
    frame: float,
    values: dict[str, str],
    size: list[float],
    **where: Any,
) -> dict[str, Any]:
    """One frame from files into a file."""
    from .files import read_picture, write_picture

    with Host() as host:
        plugin = open_plugin(host, **where)
        with plugin.instance(context, project_size=(size[0], size[1]) if not inputs else None) as one:
            for name, value in values.items():
                one.params[name].set(parsed(one.params[name], value))
            for clip, path in inputs.items():
                one.clips[clip] = read_picture(Path(path))
            out = one.render(frame)
            write_picture(Path(output), out["colour"])
            return {"shape": list(out["colour"].shape), "messages": one.messages, "notes": one.notes}


def check(name: str, profile: str | None, **where: Any) -> dict[str, Any]:
    """One test of the validator."""
    from .checks import run_check

    return run_check(name, where, profile)


TASKS: dict[str, Callable[..., Any]] = {
    "names": names,
    "scan": scan,
    "describe": describe,
    "render": render,
    "check": check,
}
