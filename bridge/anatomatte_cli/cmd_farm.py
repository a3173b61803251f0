"""``anatomatte farm``: jobs for queues that exist, and what their tasks call."""

from __future__ import annotations

import dataclasses
import os
import signal
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import click

from anatomatte.errors import SettingsError, SetupError

from . import cmd_render
from .cmd_worker import worker_command
from .helptext import Command

_START_S = 300.0
_END_S = 20.0
_PAUSE_S = 0.05
_FOR_THE_GATE = (3, 6)
"""Exits that no retry mends and that concern single frames: the job goes on, and the gate tells them."""


@click.group("farm")
def command() -> None:
    """Jobs for Open Job Description and other queues, from one SHOT.toml."""


@command.command("openjd")
@click.argument("shot", type=click.Path(dir_okay=False, path_type=Path))
@click.option("-o", "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
def openjd(shot: Path, folder: Path) -> int:
    """Write SHOT.toml as a job bundle of Open Job Description."""
    from anatomatte_batch.farm import description, openjd

    for path in openjd.write(description.load(shot), folder):
        click.echo(str(path))
    return 0


def _queue(name: str, title: str) -> None:
    """A command that writes files for a queue of plain command lines."""

    @command.command(name, help=f"Write SHOT.toml as {title}.")
    @click.argument("shot", type=click.Path(dir_okay=False, path_type=Path))
    @click.option("-o", "--out", "folder", required=True, type=click.Path(file_okay=False, path_type=Path))
    def write(shot: Path, folder: Path) -> int:
        from anatomatte_batch.farm import description, queues

        told = description.load(shot)
        for path in queues.write(queues.QUEUES[name](told), folder):
            click.echo(str(path))
        if name == "slurm" and (size := queues.slurm_chunk(told)) != told.chunk:
            click.echo(
                f"Tasks take {size} frames, not the {told.chunk} of chunk: an array of SLURM takes"
                f" {queues.SLURM_TASKS} tasks.",
                err=True,
            )
        return 0


_queue("deadline", "job and plugin info files of Deadline 10")
_queue("opencue", "an outline of OpenCue")
_queue("slurm", "scripts for an array of SLURM")


_LOGS = click.Option(["--logs"], metavar="FOLDER", help="A log of this task goes into it.")


@command.command("render", cls=Command, params=[*cmd_render.command.params, _LOGS], hidden=True)
def render(logs: str | None, **words: Any) -> int:
    """As `anatomatte render`, for a task: progress is told, and what the gate tells anyway ends with 0."""
    request = dataclasses.replace(cmd_render.requested(words), progress="openjd", part=True)
    if logs is not None:
        request = dataclasses.replace(request, log=_log(logs, words))
    result = request.run()
    if result.errors:
        click.echo(f"openjd_status: {result.sentence}")
    told_by_gate = result.exit_code in _FOR_THE_GATE and bool(result.frames)
    return 0 if told_by_gate else result.exit_code


def _log(folder: str, words: dict[str, Any]) -> Path:
    """The log of a task that is to write it into *folder*."""
    from anatomatte_batch.farm.logs import claimed
    from anatomatte_batch.sequences import parse_frames

    if words["log"] is not None or not words["frames"]:
        raise SettingsError("--logs names the log by --frames; name these, and leave out --log.")
    return claimed(Path(folder), parse_frames(words["frames"]))


# no word behind it is its own: of "-o/sheet.png" the "h" would count as --help
_ALL_BEHIND: dict[str, Any] = {
    "ignore_unknown_options": True,
    "allow_interspersed_args": False,
    "help_option_names": [],
}


@command.command("task", hidden=True, context_settings=_ALL_BEHIND)
@click.argument("words", nargs=-1, type=click.UNPROCESSED)
def task(words: tuple[str, ...]) -> int:
    """Go to the shot's folder, which a variable names, and run a command of `anatomatte` there."""
    from anatomatte_batch.farm.queues import SHOT

    from .main import main

    if place := os.environ.get(SHOT):
        try:
            os.chdir(place)
        except OSError as why:
            cure = f"mount it, or name its place here in {SHOT}"
            raise SetupError(f"The shot's folder {place} is not here ({why.strerror}); {cure}.") from why
    return main(list(words))


@command.command("enter", hidden=True)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def enter(folder: Path) -> int:
    """Start a worker for the tasks of a session, and tell them of it; without one they work alone."""
    address, log = folder / "worker.sock", folder / "worker.log"
    try:
        worker_command(address.absolute(), 120.0)
    except SetupError as why:
        click.echo(f"No worker is kept warm: {why}")
        return 0
    line = [sys.executable, "-m", "anatomatte_cli", "worker", "serve", str(address.absolute())]
    with open(log, "ab") as out:
        child = subprocess.Popen(
            line, stdin=subprocess.DEVNULL, stdout=out, stderr=out, start_new_session=True
        )
    (folder / "worker.pid").write_text(str(child.pid), encoding="utf-8")
    until = time.monotonic() + _START_S
    while not address.exists():
        if child.poll() is not None or time.monotonic() > until:
            said = log.read_text(encoding="utf-8", errors="replace")[-500:]
            raise SetupError(
                f"The worker did not start: {said or 'it said nothing'}; run `anatomatte doctor`."
            )
        time.sleep(_PAUSE_S)
    click.echo(f"openjd_env: ANATOMATTE_WORKER={address.absolute()}")
    click.echo("openjd_env: ANATOMATTE_RUNTIME=worker")
    return 0


@command.command("leave", hidden=True)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def leave(folder: Path) -> int:
    """End the worker of a session, and wait until it is gone."""
    try:
        number = int((folder / "worker.pid").read_text(encoding="utf-8"))
    except FileNotFoundError:
        return 0
    until = time.monotonic() + _END_S
    try:
        os.kill(number, signal.SIGTERM)
        while time.monotonic() < until:
            os.kill(number, 0)
            time.sleep(_PAUSE_S)
        os.kill(number, signal.SIGKILL)
    except ProcessLookupError:
        pass
    return 0
