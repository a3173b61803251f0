"""``anatomatte check-frames``: is a rendered range there, whole, and made as it should be?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click
from click.core import ParameterSource

from anatomatte.errors import SettingsError

from .cmd_render import option
from .helptext import Command

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

    from anatomatte_batch.checked_cutouts import CutoutsResult
    from anatomatte_batch.checking import CheckResult, Fault
    from anatomatte_batch.report import Report


@click.command("check-frames", cls=Command, options_metavar="[OPTIONS]")
@click.argument("target", metavar="FRAMES")
@option("--frames", metavar="SET", help="1001-1100x2,1150; default: first to last.")
@option("--layers", metavar="LIST", help="That every file must hold, as `render` takes them.")
@option("--proxy", metavar="FRAMES", help="The same frames smaller, to be as right.")
@option("--ranks", metavar="N", type=int, default=6, help="Of Cryptomattes among them.")
@option("--shot", metavar="FILE", help="The sidecar whose names the layers have.")
@option("--source", metavar="SRC", help="The plate: a frame made of another one is stale.")
@option("--start", metavar="N", type=int, default=1, help="Number of its first frame, where it is a video.")
@option("--same-as", metavar="FILE", help="A frame that is right: all are to be made as it was.")
@option("--preset", metavar="TOML", help="The controls they must be made with, each frame;")
@option("--set", "sets", metavar="NAME=VALUE", multiple=True, help="and those above it.")
@option("--rendered", metavar="LOG", multiple=True, help="Log of the render: these pixels must be there.")
@option("--qc-threshold", metavar="N", type=float, help="Beyond it a frame is doubtful (exit 6).")
@option("--json", "as_json", is_flag=True, help="The result as JSON on standard output.")
@option("--log", metavar="FILE", help="Append NDJSON; - is standard output.")
def command(target: str, as_json: bool, log: str | None, sets: tuple[str, ...], **words: Any) -> int:
    """Check FRAMES (key.####.exr), whoever rendered them, by headers and pixels.

    Each is to be there, whole, as it was written, and made like the others.
    The exit code is that of the gravest fault.  FRAMES may be a folder of cutouts.
    """
    if Path(target).is_dir():
        return _cutouts(Path(target), as_json, log, {**words, "sets": sets})
    from anatomatte_batch.checking import CheckRequest
    from anatomatte_batch.presets import parse_setting
    from anatomatte_batch.report import Report

    plain = not as_json and log != "-"
    with Report(0, log, quiet=True) as report:
        request = CheckRequest(target=target, settings=dict(map(parse_setting, sets)), **words)
        report.event("start", target=target)
        result = request.run()
        if plain:
            for line in _lines(result.faults):
                click.echo(line)
        for fault in result.faults:
            report.event(
                "fault", frame=fault.frame, code=fault.code, exit=fault.error.exit_code, message=fault.text
            )
        _end(report, result, plain)
    click.echo(json.dumps(result.facts(), ensure_ascii=False) if as_json else result.sentence, err=log == "-")
    return result.exit_code


def _lines(faults: Sequence[Fault]) -> Iterator[str]:
    """A line a fault; frames that lack in a row are one, so that others are seen between them."""
    row: list[Fault] = []
    for fault in [*faults, None]:
        if row and (fault is None or fault.code != "missing" or fault.frame != row[-1].frame + 1):
            if len(row) < _ROW:
                yield from (f"frame {one.frame}: {one.code}: {one.text}" for one in row)
            else:
                yield (
                    f"frames {row[0].frame}-{row[-1].frame}: missing: {row[0].text}, nor are the "
                    f"{len(row) - 1} after it"
                )
            row = []
        if fault is not None and fault.code == "missing":
            row.append(fault)
        elif fault is not None:
            yield f"frame {fault.frame}: {fault.code}: {fault.text}"


_ROW = 4
"""Frames that lack in a row from which on they are one line."""


def _cutouts(folder: Path, as_json: bool, log: str | None, words: dict[str, Any]) -> int:
    """Check the cutouts in a folder; the exit code."""
    from anatomatte_batch.checked_cutouts import check_cutouts
    from anatomatte_batch.report import Report

    given = click.get_current_context().get_parameter_source
    if told := [name for name in words if given(name) not in (None, ParameterSource.DEFAULT)]:
        option = "--" + {"sets": "set"}.get(told[0], told[0]).replace("_", "-")
        raise SettingsError(f"{option} is of frames, and {folder} is a folder; name key.####.exr in it.")
    plain = not as_json and log != "-"
    with Report(0, log, quiet=True) as report:
        report.event("start", target=str(folder))
        result = check_cutouts(folder)
        for fault in result.faults:
            if plain:
                click.echo(f"{fault.code}: {fault.text}")
            facts = {"path": str(fault.path), "code": fault.code, "exit": fault.error.exit_code}
            report.event("fault", **facts, message=fault.text)
        _end(report, result, plain)
    click.echo(json.dumps(result.facts(), ensure_ascii=False) if as_json else result.sentence, err=log == "-")
    return result.exit_code


def _end(report: Report, result: CheckResult | CutoutsResult, plain: bool) -> None:
    """The notes of a check and how it ended, in the log, and in plain words where these are wanted."""
    for note in result.notes:
        if plain:
            click.echo(f"note: {note}")
        report.event("note", message=note)
    report.event("end", exit=result.exit_code, message=result.sentence)
