"""``anatomatte worker serve ADDRESS``: one warm engine for several hosts and farm tasks of one user."""

from __future__ import annotations

import os
import sys
import sysconfig
from pathlib import Path

import click

import anatomatte
from anatomatte import settings
from anatomatte.errors import SetupError
from anatomatte_batch.ofx_node import bundle

from . import command_server
from .cmd_install import libpython


@click.group("worker")
def command() -> None:
    """A worker that several processes of yours share."""


@command.command("serve")
@click.argument("address", type=click.Path(dir_okay=False, path_type=Path))
@click.option(
    "--idle", default=120.0, show_default=True, help="Seconds without a frame until memory goes back."
)
def serve(address: Path, idle: float) -> None:
    """Serve at ADDRESS, the path of a socket, until Ctrl-C.

    Processes started with ANATOMATTE_WORKER=ADDRESS render there.  The socket is yours alone.
    """
    line = worker_command(address.absolute(), idle)
    command_server.beside(address.absolute())
    os.execv(line[0], line)


def worker_command(address: Path, idle: float) -> list[str]:
    """The worker's command line for a served worker.

    Raises:
        SetupError: there is no worker for this Python, or this Python has no shared library.
    """
    programs = list(bundle().glob("Contents/*/anatomatte-worker"))
    tag = f"anatomatte_embed.{sysconfig.get_config_var('SOABI')}.so"
    if not programs or not (programs[0].parent / tag).is_file():
        raise SetupError(f"There is no worker for this Python in {bundle()}; run `make build` or reinstall.")
    library = libpython()
    if library is None:
        raise SetupError(
            f"{sys.executable} was built without a shared library, which the worker needs; install "
            "Anatomatte with a Python that has one: Debian's python3 with libpython3, or pyenv with "
            "--enable-shared."
        )
    return [
        str(programs[0]),
        "--engine", str(programs[0].parent / tag),
        "--libpython", str(library),
        "--python", sys.executable,
        "--module-path", str(Path(anatomatte.__file__).parent.parent),
        "--version", anatomatte.__version__,
        "--digest", settings.digest(),
        "--serve", str(address),
        "--idle", f"{idle:g}",
    ]  # fmt: skip
