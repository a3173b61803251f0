"""``anatomatte serve``: a page and an HTTP service for cutouts, on this machine unless told otherwise."""

from __future__ import annotations

import importlib
import socket
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from anatomatte.errors import OutputError, SettingsError, SetupError
from anatomatte_batch.frugal import one_arena

from . import stopping
from .helptext import Command, Option

if TYPE_CHECKING:
    from anatomatte_review.limits import Limits

_EXTRA = ("fastapi", "uvicorn", "python_multipart")
_option = partial(click.option, cls=Option)
_ABOVE_0 = click.FloatRange(0, min_open=True)


@click.command("serve", cls=Command)
@_option(
    "--host",
    metavar="ADDRESS",
    default="127.0.0.1",
    help="Where to listen (127.0.0.1); others need a token.",
)
@_option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8411,
    help="8411; 0 takes a free one.",
)
@_option(
    "--root",
    metavar="DIR",
    type=click.Path(path_type=Path),
    help="A folder of pictures and shots for the page.",
)
@_option("--allow-write", is_flag=True, help="Shots of DIR may be mended and accepted.")
@_option("--token", metavar="TEXT", help="To ask for; made where one is needed.")
@_option("--allow-host", metavar="NAME", multiple=True, help="A name that the server is called by.")
@_option(
    "--root-path",
    metavar="PATH",
    default="",
    help="The path that a proxy here puts before, as /cut.",
)
@_option("--allow-pull", is_flag=True, help="Requests may bring networks of others here.")
@_option(
    "--max-mb",
    metavar="N",
    type=click.FloatRange(0.1, 4096),
    default=64.0,
    help="Most of one picture, as it is sent (64).",
)
@_option(
    "--max-megapixels",
    metavar="N",
    type=_ABOVE_0,
    default=100.0,
    help="Most of one picture, by its header (100).",
)
@_option(
    "--keep-mb",
    metavar="N",
    type=_ABOVE_0,
    default=1024.0,
    help="Of finished batches on the disk (1024).",
)
@_option(
    "--keep-minutes",
    metavar="N",
    type=_ABOVE_0,
    default=60.0,
    help="Until a finished batch goes (60).",
)
@_option(
    "--timeout",
    metavar="SECONDS",
    type=_ABOVE_0,
    default=120.0,
    help="Until a picture is given up (120).",
)
@_option(
    "--queue",
    metavar="N",
    type=click.IntRange(1, 10000),
    default=64,
    help="Pictures that may wait (64).",
)
def command(**words: Any) -> int:
    """Serve cutouts at http://127.0.0.1:8411: a page, and an HTTP service with OpenAPI at /docs."""
    return serve(words)


def serve(words: dict[str, Any]) -> int:
    """Run the command with its *words* by option name, until a signal comes.

    Raises:
        SetupError: the packages of the extra `serve` are missing.
        SettingsError: an option is wrong, or the address is taken.
        OutputError: there is no room for temporary files.
    """
    _check_extra()
    from anatomatte_review import guard, server
    from anatomatte_review.cutting import opened
    from anatomatte_review.service import Service, Setup

    from .checks import examine
    from .models.get import Puller

    prefix = _prefix(words["root_path"])
    root = words["root"]
    if root is not None and not root.is_dir():
        raise SettingsError(f"--root {root} is no folder; name one that is there.")
    token = words["token"] or (None if guard.is_loopback(words["host"]) else guard.new_token())
    if words["token"] is not None and len(words["token"]) < 8:
        raise SettingsError("--token is shorter than 8 signs; leave it out and one is made.")
    try:
        listening = server.bound(words["host"], words["port"])
    except OSError as why:
        text = f"--host {words['host']} --port {words['port']}: {why.strerror}; choose another."
        raise SettingsError(text) from why
    one_arena()
    names = (*words["allow_host"], socket.gethostname())
    if words["allow_write"] and root is None:
        raise SettingsError("--allow-write says that the folder of --root may be changed; name one.")
    setup = Setup(
        opened,
        _limits(words),
        token,
        names,
        root,
        prefix,
        partial(examine, trying=False),
        words["allow_write"],
        Puller(),
        words["allow_pull"],
    )
    try:
        service = Service(setup)
    except OSError as why:
        listening.close()
        raise OutputError(f"No room for temporary files: {why.strerror}; make some, or set TMPDIR.") from why
    port, page = listening.getsockname()[1], words.get("page", "")
    say = partial(_say, words["host"], port, prefix, token, page)
    stopping.until(partial(server.prepared(service, bool(prefix), say).run, sockets=[listening]))
    return 0


def _check_extra() -> None:
    for name in _EXTRA:
        try:
            importlib.import_module(name)
        except ImportError as why:
            raise SetupError(f"{name} is missing; `pip install 'anatomatte[serve]'` brings it.") from why


def _limits(words: dict[str, Any]) -> Limits:
    from anatomatte_review.limits import Limits

    return Limits(
        file_mb=words["max_mb"],
        batch_mb=max(Limits.batch_mb, words["max_mb"]),
        megapixels=words["max_megapixels"],
        waiting=words["queue"],
        waiting_each=max(1, words["queue"] // 2),
        seconds=words["timeout"],
        kept_mb=words["keep_mb"],
        kept_minutes=words["keep_minutes"],
    )


def _prefix(path: str) -> str:
    prefix = path.rstrip("/")
    if prefix and not prefix.startswith("/"):
        raise SettingsError(f"--root-path {path} begins with a slash, like /cut.")
    return prefix


def _say(host: str, port: int, prefix: str, token: str | None, page: str) -> None:
    """The address on standard output, once it listens: other programs read it."""
    host = socket.gethostname() if host in ("0.0.0.0", "::") else host
    shown = f"[{host}]" if ":" in host else host
    base = f"http://{shown}:{port}{prefix}"
    click.echo(f"anatomatte: serving at {base}/{page}")
    if token is not None:
        click.echo(f"anatomatte: login link {base}/login?token={token}")
        click.echo(f"anatomatte: for programs, the header Authorization: Bearer {token}")
