"""`python -m pyopenfx`: list, describe, render and validate plug-ins."""

from __future__ import annotations

import io
import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import Any

import click
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from . import isolated
from .host import Host
from .profiles import PROFILES
from .scan import PluginInfo
from .validate import Line, validate, where

_OUT = Console(soft_wrap=True, highlight=False)
_COLOURS = {"pass": "green", "warn": "yellow", "skip": "dim"}
_json = click.option("--json", "as_json", is_flag=True, help="Print JSON.")
_timeout = click.option("--timeout", default=60.0, show_default=True, help="Seconds a process may take.")
_context = click.option("--context", help='The context: "filter", "general", … (the first offered).')


def _find(target: str | None, host: Host, timeout: float) -> list[PluginInfo]:
    """The plug-ins of a path, those of an identifier, or all that are installed."""
    path = Path(target) if target else None
    if path and path.exists():
        return host.scan([path], isolated=True, timeout=timeout)
    found = host.scan(isolated=True, timeout=timeout)
    return [info for info in found if target in (None, info.identifier)]


def _one(target: str, identifier: str | None, timeout: float) -> PluginInfo:
    host = Host()
    found = [i for i in _find(target, host, timeout) if identifier in (None, i.identifier)]
    if not found:
        reasons = "; ".join(f"{p.path}: {p.reason}" for p in host.problems)
        raise click.ClickException(f"No plug-in {identifier or target} can be used. {reasons}".strip())
    if len({i.identifier for i in found}) > 1:
        names = ", ".join(i.identifier for i in found)
        raise click.ClickException(f"{target} holds several plug-ins; choose with --id: {names}")
    return max(found, key=lambda i: i.version)


def _ask(task: str, arguments: dict[str, Any], timeout: float) -> Any:
    outcome = isolated.run(task, arguments, timeout)
    if outcome.end != "done":
        raise click.ClickException(outcome.text)
    return outcome.value


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
def main() -> None:
    """An OpenFX host for the command line.  Every plug-in runs in a process of its own."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # plug-ins' names need be no UTF-8


@main.command("list")
@click.argument("target", metavar="[PLUGIN_OR_PATH]", required=False)
@_timeout
@_json
def list_plugins(target: str | None, timeout: float, as_json: bool) -> None:
    """List the plug-ins of a path, or all that are installed; and what cannot be used."""
    host = Host()
    found = _find(target, host, timeout)
    if as_json:
        problems = [asdict(p) for p in host.problems]
        click.echo(json.dumps({"plugins": [asdict(i) for i in found], "problems": problems}, default=str))
        return
    table = Table("plug-in", "version", "label", "group", "contexts")
    for i in found:
        cells = (i.identifier, "{}.{}".format(*i.version), i.label, i.grouping, " ".join(i.contexts))
        table.add_row(*map(escape, cells))
    _OUT.print(table)
    for problem in host.problems:
        _OUT.print(f"[red]{escape(problem.path)}[/]: {escape(problem.reason)}")


@main.command()
@click.argument("target", metavar="PLUGIN_OR_PATH")
@click.option("--id", "identifier", help="The plug-in's identifier, where a path holds several.")
@_context
@_timeout
@_json
def describe(target: str, identifier: str | None, context: str | None, timeout: float, as_json: bool) -> None:
    """Tell what a plug-in says of itself: contexts, depths, clips, parameters."""
    plugin = _one(target, identifier, timeout)
    told = _ask("describe", {"context": context, **where(plugin)}, timeout)
    if as_json:
        click.echo(json.dumps(told))
        return
    version = ".".join(map(str, told["version"]))
    _OUT.print(f"[bold]{escape(told['label'])}[/]  {told['identifier']} {version}")
    for name in ("grouping", "description", "bundle"):
        if told[name]:
            _OUT.print(escape(told[name]), style="dim" if name == "bundle" else None)
    for name in ("contexts", "depths", "missing_suites"):
        _OUT.print(f"{name.replace('_', ' ')}: {', '.join(told[name]) or 'none'}")
    clips = Table("clip", "takes", "")
    for c in told["clips"]:
        kinds = [word for word in ("optional", "mask") if c[word]]
        clips.add_row(*map(escape, (c["name"], " ".join(c["components"]), " ".join(kinds))))
    params = Table("parameter", "kind", "default", "range or options", "hint")
    for p in told["params"]:
        span = " … ".join(map(str, p["range"])) if p["range"] else ", ".join(p["options"])
        default = "" if p["default"] is None else str(p["default"])
        params.add_row(*map(escape, (p["name"], p["kind"], default, span, p["hint"])))
    _OUT.print(clips, params)


@main.command()
@click.argument("target", metavar="PLUGIN_OR_PATH")
@click.argument("output", type=click.Path(path_type=Path))
@click.option("--id", "identifier", help="The plug-in's identifier, where a path holds several.")
@click.option("--clip", "clips", multiple=True, metavar="NAME=FILE", help="A picture for a clip.")
@click.option("--set", "values", multiple=True, metavar="NAME=VALUE", help="A value of a parameter.")
@click.option("--frame", default=1.0, show_default=True)
@click.option("--size", nargs=2, type=float, default=(640.0, 360.0), help="Of a picture from nothing.")
@_context
@_timeout
def render(
    target: str,
    output: Path,
    identifier: str | None,
    clips: tuple[str, ...],
    values: tuple[str, ...],
    frame: float,
    size: tuple[float, float],
    context: str | None,
    timeout: float,
) -> None:
    """Render one frame into OUTPUT (.npy, .exr, .png, …)."""
    plugin = _one(target, identifier, timeout)
    arguments = {
        "context": context,
        "inputs": _pairs(clips),
        "output": str(output),
        "frame": frame,
        "values": _pairs(values),
        "size": list(size),
        **where(plugin),
    }
    told = _ask("render", arguments, timeout)
    _OUT.print(f"{escape(str(output))}: {'×'.join(map(str, told['shape']))}")
    for text in [m[2] for m in told["messages"]] + told["notes"]:
        _OUT.print(escape(text), style="yellow")


def _pairs(given: tuple[str, ...]) -> dict[str, str]:
    for word in given:
        if "=" not in word:
            raise click.UsageError(f"{word!r} is not NAME=…")
    return dict(word.split("=", 1) for word in given)


@main.command("validate")
@click.argument("target", metavar="PLUGIN_OR_PATH")
@click.option("--id", "identifier", help="Only the plug-in of this identifier.")
@click.option("--check", "only", multiple=True, help="Only this check; may be given again.")
@click.option("--profile", type=click.Choice([*PROFILES]), help="In a host that is imitated.")
@click.option("--jobs", type=int, help="Processes at once; by default as many as CPUs.")
@_timeout
@_json
def validate_plugins(
    target: str,
    identifier: str | None,
    only: tuple[str, ...],
    profile: str | None,
    jobs: int | None,
    timeout: float,
    as_json: bool,
) -> None:
    """Check plug-ins against the standard, a test a line; exit code 1 where one fails."""
    from .checks import CHECKS

    if unknown := [name for name in only if name not in CHECKS]:
        raise click.UsageError(f"There is no check {unknown[0]}; there are {', '.join(CHECKS)}.")
    host = Host()
    found = [i for i in _find(target, host, timeout) if identifier in (None, i.identifier)]
    lines: list[Line] = []
    for problem in host.problems:
        declined = "kOfxStatErrMissingHostFeature" in problem.reason
        result = "skip" if declined else "fail"
        lines.append(Line(problem.path, (0, 0), "load", result, problem.reason))
    if not found and not lines:
        lines.append(Line(identifier or target, (0, 0), "load", "fail", "no plug-in is there"))
    for line in lines:
        _show(line, as_json)
    for line in validate(found, only=only, profile=profile, timeout=timeout, jobs=jobs):
        lines.append(line)
        _show(line, as_json)
    counts = {word: sum(line.result == word for line in lines) for word in dict.fromkeys(_results(lines))}
    if as_json:
        click.echo(json.dumps({"lines": [asdict(line) for line in lines], "counts": counts}))
    else:
        _OUT.print(", ".join(f"{n} {word}" for word, n in counts.items()))
    raise SystemExit(1 if any(line.bad for line in lines) else 0)


def _results(lines: list[Line]) -> list[str]:
    return [line.result for line in lines]


def _show(line: Line, as_json: bool) -> None:
    if not as_json:
        colour = _COLOURS.get(line.result, "bold red")
        text = f"  {escape(line.text)}" if line.text else ""
        _OUT.print(f"[{colour}]{line.result:7}[/] {escape(line.plugin)} {line.check}{text}")


if __name__ == "__main__":
    main(prog_name="pyopenfx")
