"""``anatomatte params``: the controls, for a reader, a page of the manual, or a program."""

from __future__ import annotations

import dataclasses
import json

import click

from anatomatte.settings import BY_NAME, CONTROLS, PAGES, SHOWN, Control, digest, known


@click.command("params")
@click.argument("names", nargs=-1)
@click.option("--markdown", "form", flag_value="markdown", help="As docs/params.md.")
@click.option("--json", "form", flag_value="json", help="For programs, with the table's digest.")
def command(names: tuple[str, ...], form: str | None) -> int:
    """List the controls, all or those with these NAMES: what they take and do."""
    known(names)
    controls = tuple(BY_NAME[name] for name in names) or CONTROLS
    makers = {"markdown": markdown, "json": as_json, None: plain}
    click.echo(makers[form](controls), nl=False)
    return 0


def takes(control: Control) -> str:
    """What values a control takes, in words."""
    if control.kind == "choice":
        return ", ".join(control.menu())
    if control.kind == "bool":
        return "true, false"
    words = {"rgb": "red, green, blue", "point": "x, y", "line": "words", "file": "a path"}
    if control.kind in words:
        return words[control.kind]
    if control.kind in SHOWN:
        return "shown by the node" if control.kind == "text" else "pressed in the node"
    unit = {"px": " px", "px2": " px²"}.get(control.unit, "")
    whole = "whole, " if control.kind == "int" else ""
    return f"{whole}{control.low:g} to {control.high:g}{unit}"


def default(control: Control) -> str:
    """The default, as ``--set`` takes it."""
    value = control.default
    if control.kind in SHOWN:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, tuple):
        return ",".join(f"{part:g}" for part in value)
    return f"{value:g}" if isinstance(value, float) else str(value)


def _pages(controls: tuple[Control, ...]) -> list[tuple[str, list[Control]]]:
    pages = [(page, [c for c in controls if c.page == page]) for page in PAGES]
    return [(page, found) for page, found in pages if found]


def plain(controls: tuple[Control, ...]) -> str:
    """Two lines a control, for a terminal."""
    lines: list[str] = []
    for page, found in _pages(controls):
        lines += [page, ""]
        for control in found:
            worth = f"{control.name} = {default(control)}" if default(control) else control.name
            lines += [f"  {worth:<30} {takes(control)}", f"      {control.hint}"]
        lines.append("")
    return "\n".join(lines)


def markdown(controls: tuple[Control, ...]) -> str:
    """A page of the manual; ``docs/params.md`` is this text."""
    lines = [
        "# Controls",
        "",
        "Made by `anatomatte params --markdown` from the one table; never edited by hand.",
        "Names are those of `--set name=value` and of presets. Sizes in pixels are at full resolution.",
        "",
    ]
    for page, found in _pages(controls):
        lines += [f"## {page}", "", "| Name | Label | Takes | Default | Animates |", "|---|---|---|---|---|"]
        for c in found:
            kept = f"`{default(c)}`" if default(c) else ""
            animates = "yes" if c.animates else ""
            lines.append(f"| `{c.name}` | {c.label} | {takes(c)} | {kept} | {animates} |")
        lines += [""] + [f"- **{c.label}** (`{c.name}`): {c.hint}" for c in found] + [""]
    return "\n".join(lines).rstrip() + "\n"


def as_json(controls: tuple[Control, ...]) -> str:
    """The table's facts and its digest."""
    facts = {"digest": digest(), "controls": [dataclasses.asdict(control) for control in controls]}
    return json.dumps(facts, indent=2, ensure_ascii=False) + "\n"
