"""``anatomatte bundle``: one folder for machines on which nothing is installed."""

from __future__ import annotations

from pathlib import Path

import click

from anatomatte.errors import SetupError

_FOLDER = click.Path(path_type=Path, file_okay=False)


@click.group("bundle")
def command() -> None:
    """One folder with node, Python, packages and networks, for a read-only share."""


@command.command("make")
@click.argument("out", type=_FOLDER)
@click.option("--with", "extras", multiple=True, help="Also what litert, serve, ray or others need.")
def make(out: Path, extras: tuple[str, ...]) -> int:
    """Pack this installation into the new folder OUT."""
    from .bundling import making

    making.make(out, extras, click.echo)
    size = sum(path.stat().st_size for path in out.rglob("*") if path.is_file())
    click.echo(f"Made {out}: {size / 1e6:.0f} MB. Hosts: OFX_PLUGIN_PATH={out.absolute() / 'ofx'}")
    return 0


@command.command("check", short_help="Prove that a bundle runs here as it lies.")
@click.argument("folder", type=_FOLDER)
@click.option("--beside", "other", type=_FOLDER, help="Another bundle: both at work at once do not mix.")
def check(folder: Path, other: Path | None) -> int:
    """Prove that a bundle runs here as it lies: sums, command line, a frame, the node in a host."""
    from .bundling import beside, checking

    findings = checking.check(folder) if other is None else beside.check(folder, other)
    for finding in findings:
        click.echo(f"{'ok    ' if finding.ok else 'FAILED'}  {finding.name}: {finding.told}")
    if not all(finding.ok for finding in findings):
        raise SetupError(f"The bundle {folder} is not in order; copy it anew, or make another one.")
    return 0
