"""``anatomatte doctor``: what works here, and the cure of what does not."""

from __future__ import annotations

import dataclasses
import json

import click

_COLOURS = {"ok": "green", "failed": "bold red", "hint": "cyan"}


@click.command("doctor")
@click.option("--json", "as_json", is_flag=True, help="One JSON object on standard output.")
def command(as_json: bool) -> int:
    """Check Python, packages, the node and a tiny render; exit 4 when one fails."""
    from .checks import examine

    findings = list(examine())
    failed = [finding for finding in findings if finding.failed]
    if as_json:
        lines = [dataclasses.asdict(finding) for finding in findings]
        click.echo(json.dumps({"ok": not failed, "findings": lines}, ensure_ascii=False, indent=2))
        return 4 if failed else 0

    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    table = Table(box=None, show_header=False, pad_edge=False)
    for finding in findings:
        table.add_row(
            Text(finding.state, _COLOURS[finding.state]), finding.name, Text(finding.told, overflow="fold")
        )
    console = Console()
    console.print(table)
    console.print(f"{len(failed)} of {len(findings)} checks failed" if failed else "Everything works.")
    return 4 if failed else 0
