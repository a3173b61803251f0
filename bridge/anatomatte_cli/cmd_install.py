"""``anatomatte install``: a copy of the node where OFX hosts look, bound to this Python."""

from __future__ import annotations

import contextlib
import errno
import os
import secrets
import shutil
import stat
import sys
import sysconfig
from collections.abc import Iterator
from pathlib import Path

import click

import anatomatte
from anatomatte.errors import DiskFull, OutputError, SettingsError, SetupError

from . import places
from .hosts import files as host_files

NAME = "anatomatte.ofx.bundle"


@click.command("install")
@click.option("--dir", "folder", type=click.Path(path_type=Path), help="Another folder of OFX plug-ins.")
@click.option("--user", is_flag=True, help="Your own folder instead of the system's.")
@click.option("--uninstall", is_flag=True, help="Take the node away again.")
def command(folder: Path | None, user: bool, uninstall: bool) -> int:
    """Put the node where OFX hosts look for it, or take it away.

    The system's folder needs its administrator; with --user or --dir set OFX_PLUGIN_PATH to the folder.
    """
    if folder and user:
        raise SettingsError("--dir and --user name two places; say one.")
    target = folder.absolute() if folder else (places.user_folder() if user else places.system_folder())
    if uninstall:
        remove(target)
        click.echo(f"Removed {target / NAME}")
        return 0
    put(target)
    click.echo(f"Installed {target / NAME}")
    if target != places.system_folder() and target not in places.listed():
        click.echo(f"Hosts find it once OFX_PLUGIN_PATH holds {target}")
    click.echo(f"For menus and layers start {' and '.join(host_files.told(target / NAME))}")
    return 0


def put(folder: Path) -> Path:
    """Copy the bundle into *folder*, all of it or nothing; an older one is replaced.

    Raises:
        SetupError: there is no built bundle.
        OutputError: the folder cannot be written.
    """
    from anatomatte_batch.ofx_node import bundle

    source, target = bundle(), folder / NAME
    if not source.is_dir():
        raise SetupError(f"There is no node at {source}; run `make build` or reinstall the package.")
    fresh = folder / f".{NAME}.{secrets.token_hex(4)}"
    with _explained(folder):
        folder.mkdir(parents=True, exist_ok=True)
        try:
            shutil.copytree(source, fresh)
            _everybodys(fresh)  # it may come from a share that nobody may write
            (fresh / "Contents" / "Resources").mkdir(parents=True, exist_ok=True)
            conf = fresh / "Contents" / "Resources" / "runtime.conf"
            conf.write_text(runtime_conf(), encoding="utf-8")
            host_files.write(conf.parent)
            _everybodys(fresh)
            _swap(fresh, target)
        finally:
            shutil.rmtree(fresh, ignore_errors=True)
    return target


def _everybodys(root: Path) -> None:
    """Let everybody read a bundle and its owner change it, whatever umask the one has who installs it."""
    for path in (root, *root.rglob("*")):
        path.chmod(0o755 if path.is_dir() or path.stat().st_mode & stat.S_IXUSR else 0o644)


def _swap(fresh: Path, target: Path) -> None:
    """Rename *fresh* to *target*; what was there goes aside first and away after."""
    if not target.exists():
        fresh.rename(target)
        return
    old = fresh.with_name(fresh.name + ".old")
    target.rename(old)
    try:
        fresh.rename(target)
    except OSError:
        old.rename(target)
        raise
    shutil.rmtree(old, ignore_errors=True)


def remove(folder: Path) -> None:
    """Take the bundle out of *folder*.

    Raises:
        SetupError: there is none.
        OutputError: it cannot be removed.
    """
    target = folder / NAME
    if not target.is_dir():
        raise SetupError(f"There is no {target}; name the folder with --dir or --user.")
    with _explained(folder):
        aside = folder / f".{NAME}.{secrets.token_hex(4)}"
        target.rename(aside)
        shutil.rmtree(aside)


@contextlib.contextmanager
def _explained(folder: Path) -> Iterator[None]:
    try:
        yield
    except (OSError, shutil.Error) as why:
        # of a tree there is a list: each file, its place and the reason
        told = str(why.args[0][0][-1] if isinstance(why, shutil.Error) else why.strerror or why)
        if os.strerror(errno.ENOSPC) in told:
            raise DiskFull(f"{folder} cannot be written: the disk is full; make room.") from why
        cure = "ask its administrator, or use --user or --dir"
        raise OutputError(f"{folder} cannot be written ({told}); {cure}.") from why


def runtime_conf() -> str:
    """What the node reads when its host has no Python: this environment's."""
    lines = ["# Read when a host without Python renders; written by `anatomatte install`."]
    lines += [f"python = {sys.executable}"]
    if library := libpython():
        lines += [f"libpython = {library}"]
    lines += [f"module_path = {Path(anatomatte.__file__).resolve().parent.parent}"]
    return "\n".join(lines) + "\n"


def libpython() -> Path | None:
    """The shared library of this Python, where it has one."""
    name = sysconfig.get_config_var("INSTSONAME") or sysconfig.get_config_var("LDLIBRARY")
    if not name or not sysconfig.get_config_var("Py_ENABLE_SHARED"):
        return None
    places_of_it = (sysconfig.get_config_var("LIBDIR"), os.path.join(sys.base_prefix, "lib"))
    found = (Path(str(place)) / str(name) for place in places_of_it if place)
    return next((path for path in found if path.is_file()), None)
