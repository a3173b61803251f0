"""``anatomatte doctor``: what works here, and the cure of what does not."""

from __future__ import annotations

import dataclasses
import json
import sys
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from rich.console import Console

    from .checks import Finding

_COLOURS = {"ok": "green", "failed": "bold red", "hint": "cyan"}
_STATE, _NAME = 6, 24
"""Widths of the first two columns."""


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(as_json: bool) -> int:
    """Check Python, packages, the node and a tiny render; exit 4 when one fails."""
    findings = _json() if as_json else _told()
    return 4 if any(finding.failed for finding in findings) else 0


def _json() -> list[Finding]:
    from .checks import examine

    findings = list(examine())
    lines = [dataclasses.asdict(finding) for finding in findings]
    good = not any(finding.failed for finding in findings)
    click.echo(json.dumps({"ok": good, "findings": lines}, ensure_ascii=False, indent=2))
    return findings


def _told() -> list[Finding]:
    """A line for each check as soon as it is done; a terminal shows that the next one is at work."""
    from rich.console import Console

    console = Console() if sys.stdout.isatty() else None
    findings: list[Finding] = []
    if console is None:
        findings += _each(None)
    else:
        with console.status("looking …"):
            findings += _each(console)
    failed = sum(finding.failed for finding in findings)
    click.echo(f"{failed} of {len(findings)} checks failed" if failed else "Everything works.")
    return findings


def _each(console: Console | None) -> list[Finding]:
    from .checks import examine

    findings = []
    for finding in examine():
        findings.append(finding)
        _line(finding, console)
    return findings


def _line(finding: Finding, console: Console | None) -> None:
    """One check: folded below itself on a terminal, elsewhere whole, so that paths can be taken from it."""
    if console is None:
        click.echo(f"{finding.state:<{_STATE}}{finding.name:<{_NAME}}{finding.told}")
        return
    from rich.table import Table
    from rich.text import Text

    row = Table.grid()
    row.add_column(width=_STATE)
    row.add_column(width=_NAME)
    row.add_column(overflow="fold")
    row.add_row(Text(finding.state, _COLOURS[finding.state]), finding.name, Text(finding.told))
    console.print(row)
