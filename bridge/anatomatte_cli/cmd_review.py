"""``anatomatte review``: the page's review room, opened at one shot."""

from __future__ import annotations

import os
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

import click

from anatomatte.errors import SettingsError
from anatomatte.file_names import shown

from .cmd_serve import command as serve_command
from .cmd_serve import serve
from .helptext import Command, Option

_option = partial(click.option, cls=Option)


@click.command("review", cls=Command, options_metavar="[OPTIONS]")
@click.argument("shot")
@_option("--port", metavar="N", type=click.IntRange(0, 65535), default=8411, help="8411; 0 takes a free one.")
@_option("--read-only", is_flag=True, help="Look, but change nothing.")
def command(shot: str, port: int, read_only: bool) -> int:
    """Look through a shot on a page of this machine, mend it and accept frames.

    SHOT is a sidecar that `anatomatte analyse` wrote, or its plate.
    """
    path = sidecar_of(shot)
    words: dict[str, Any] = serve_command.make_context("serve", []).params
    words |= {"root": path.parent, "port": port, "allow_write": not read_only}
    return serve({**words, "page": f"review#{quote(path.name)}"})


def sidecar_of(shot: str) -> Path:
    """The sidecar that is meant by its own name or by its plate's.

    Raises:
        SettingsError: there is none, or one that the page cannot name or may not follow.
    """
    from anatomatte.shot.schema import SUFFIX
    from anatomatte_batch.analyse import beside
    from anatomatte_batch.sequences import parse_pattern

    path = Path(shot) if shot.endswith(SUFFIX) else beside(parse_pattern(shot))
    if not path.is_file():
        raise SettingsError(f"{path} is not there; `anatomatte analyse` of the plate writes it.")
    if path.is_symlink():
        raise SettingsError(f"{path} is a link, and the page follows none; name {os.path.realpath(path)}.")
    if not path.name.isprintable():
        raise SettingsError(
            f"The page cannot show a shot whose name is no UTF-8 ({shown(path.name)}); rename plate and "
            "sidecar, or mend it with `anatomatte correct`."
        )
    return path.absolute()
