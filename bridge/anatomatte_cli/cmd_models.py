"""``anatomatte models``: networks of others, their files, their licences."""

from __future__ import annotations

import json
from functools import partial
from pathlib import Path
from typing import Any

import click

_PRECISION = click.option(
    "--precision", default="", metavar="P", help="fp32, fp16 or int8; default: the first."
)
_REPLACE = click.option("--replace", is_flag=True, help="In the place of a file that is there already.")
_QUIET = click.option("--quiet", is_flag=True, help="No bar.")
_JSON = click.option("--json", "as_json", is_flag=True, help="JSON on standard output.")


class _Commands(click.Group):
    """Subcommands in the order in which one meets them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)


@click.group("models", cls=_Commands)
def command() -> None:
    """Networks of others: what there is, under which licence, and bringing it here.

    Files are kept in ANATOMATTE_MODELS, by default a folder of yours; the read-only folders of
    ANATOMATTE_MODELS_SHARED are searched first.
    """


@command.command("list", short_help="All known networks and the classes of their licences.")
@click.option("--here", is_flag=True, help="Only those that are installed.")
@_JSON
def list_(here: bool, as_json: bool) -> None:
    """All known networks with the class of their licence."""
    from anatomatte.models.store import catalogue

    from .models import show

    if not as_json:
        show.show_list(here)
        return
    good, bad = catalogue.known()
    found = [show.facts(manifest) for manifest in good.values()]
    found = [one for one in found if not here or any(f["installed"] for f in one["files"])]
    _print({"models": found, "not_read": dict(bad)})


@command.command("info", short_help="One network: licence, source, files, classes.")
@click.argument("name", metavar="ID")
@_JSON
def info(name: str, as_json: bool) -> None:
    """One network: licence, source, files, classes."""
    from anatomatte.models.store import catalogue

    from .models import show

    manifest = catalogue.get(name)
    if as_json:
        _print(show.everything(manifest))
    else:
        show.show_info(manifest)


@command.command("pull", short_help="Fetch networks from where they are published.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@_PRECISION
@_REPLACE
@_QUIET
def pull(names: tuple[str, ...], precision: str, replace: bool, quiet: bool) -> None:
    """Fetch networks from where they are published, or from a mirror.

    What was interrupted goes on where it stopped. ANATOMATTE_MODELS_MIRROR names addresses or
    folders to ask first; files in wheels come through pip and its index.
    """
    from anatomatte.models.store import catalogue

    from .models import get
    from .models.meter import Meter

    manifests = [catalogue.get(name) for name in names]  # a wrong id stops it all before it begins
    with get.Shelf() as shelf:
        for manifest in manifests:
            _licence(manifest, quiet)
            found = get.pull(manifest, precision, shelf, replace=replace, watch=partial(Meter, quiet=quiet))
            click.echo(get.told(manifest, found))


@command.command("import", short_help="Take a file of this machine in.")
@click.argument("name", metavar="ID|TOML")
@click.argument("file", type=click.Path(path_type=Path))
@_PRECISION
@_REPLACE
@_QUIET
def import_(name: str, file: Path, precision: str, replace: bool, quiet: bool) -> None:
    """Take FILE of this machine in as the network ID, or as the one that a TOML describes.

    FILE may be a wheel that holds it.
    """
    from .models import get

    found = get.bring(name, file, precision, replace=replace, quiet=quiet)
    _licence(found.manifest, quiet)
    click.echo(get.told(found.manifest, found))


@command.command("verify", short_help="Compare every installed file with its SHA-256.")
@click.argument("name", metavar="[ID]", default="")
@_JSON
def verify(name: str, as_json: bool) -> int:
    """Read every installed file and compare its SHA-256; exit 4 when one differs."""
    from anatomatte.models import store

    from .models.meter import Meter

    with Meter("verify", as_json) as meter:
        found = list(store.verify(name, meter))
    if as_json:
        lines = [
            {"id": f.id, "precision": f.precision, "path": str(f.path), "problem": f.told} for f in found
        ]
        _print({"ok": not any(f.told for f in found), "files": lines})
    else:
        for finding in found:
            click.echo(f"{finding.id} {finding.precision}: {finding.told or 'whole'}")
        if not found:
            click.echo("Nothing is installed." if not name else f"{name} is not installed.")
    return 4 if any(f.told for f in found) or (name and not found) else 0


@command.command("path", short_help="Print the path of a network's file.")
@click.argument("name", metavar="ID")
@_PRECISION
def path(name: str, precision: str) -> None:
    """Print the path of a network's file, for scripts; its content is not read."""
    from anatomatte.models import store

    click.echo(str(store.path(name, precision, verified=False)))


@command.command("remove", short_help="Take networks out of your folder.")
@click.argument("names", metavar="ID...", nargs=-1, required=True)
@_PRECISION
def remove(names: tuple[str, ...], precision: str) -> None:
    """Take networks out of your folder of the store."""
    from anatomatte.models import store

    for name in names:
        for record in store.remove(name, precision):
            click.echo(f"Removed {record.id} {record.precision}")


@command.command("pack", short_help="Write networks into one archive for other machines.")
@click.argument("archive", type=click.Path(dir_okay=False, path_type=Path))
@click.argument("names", metavar="[ID]...", nargs=-1)
@_QUIET
def pack(archive: Path, names: tuple[str, ...], quiet: bool) -> None:
    """Write installed networks, all or some, into one ARCHIVE for other machines."""
    from anatomatte.errors import SetupError
    from anatomatte.models import store
    from anatomatte.models.store import catalogue, packs, policy
    from anatomatte.models.store.files import said
    from anatomatte_batch.side_files import check_name

    from .models.meter import Meter

    check_name(archive, (".zip",), "a pack of networks")
    if names:
        chosen = list(map(catalogue.get, names))
        for manifest in chosen:
            store.installed(manifest.id, verified=False)
    else:
        chosen = [manifest for manifest in catalogue.known()[0].values() if not policy.refusal(manifest)]
    found = [
        one
        for manifest in chosen
        for entry in manifest.files
        if (one := store.find(manifest, entry.precision))
    ]
    if not found:
        raise SetupError("Nothing is installed that could be packed; `anatomatte models list` shows all.")
    with Meter(archive.name, quiet) as meter:
        packs.pack(found, archive, meter)
    for one in found:
        click.echo(f"{one.manifest.id} {one.record.precision}, {one.manifest.licence.words}")
    click.echo(f"Wrote {archive}, {said(archive.stat().st_size)}")


@command.command("unpack", short_help="Take networks out of such an archive.")
@click.argument("archive", type=click.Path(path_type=Path))
@click.argument("names", metavar="[ID]...", nargs=-1)
@_QUIET
def unpack(archive: Path, names: tuple[str, ...], quiet: bool) -> None:
    """Take networks, all or some, out of an ARCHIVE that `pack` wrote."""
    from anatomatte.models.store import catalogue, packs

    from .models.meter import Meter

    with Meter(archive.name, quiet) as meter:
        found = packs.unpack(archive, names, meter)
    for record in found:
        click.echo(f"Installed {record.id} {record.precision}, {catalogue.get(record.id).licence.words}")


@command.command("check", short_help="Check a manifest of your own, and run its network.")
@click.argument("manifest", type=click.Path(path_type=Path))
@click.argument("model", type=click.Path(path_type=Path), required=False)
@_PRECISION
@_JSON
def check(manifest: Path, model: Path | None, precision: str, as_json: bool) -> None:
    """Check a MANIFEST of your own and, with its MODEL, run both on a made picture."""
    from .models import check as models_check

    found = models_check.check(manifest, model, precision)
    if as_json:
        _print(found)
    else:
        models_check.show(found)


@command.command("convert", short_help="Make an ONNX file out of a published one.")
@click.argument("kind", type=click.Choice(["cv-unet"]))
@click.argument("file", type=click.Path(path_type=Path))
@click.option(
    "--id", "name", default="cv-unet-portrait", show_default=True, metavar="ID", help="Which network it is."
)
@click.option("--out", type=click.Path(path_type=Path), help="Write the ONNX file here instead of the store.")
@click.option("--python", metavar="EXE", help="A Python that has tensorflow and tf2onnx; default: make one.")
@_REPLACE
@_QUIET
def convert(
    kind: str, file: Path, name: str, out: Path | None, python: str | None, replace: bool, quiet: bool
) -> None:
    """Make the ONNX file with a floating point alpha out of a published FILE.

    It is made in an environment of its own (tensorflow and tf2onnx, about 2 GB while it runs),
    which is removed afterwards.
    """
    from .models import convert as models_convert
    from .models import get

    made = models_convert.convert(kind, file, name, out=out, python=python, replace=replace, quiet=quiet)
    if isinstance(made, Path):
        click.echo(f"Wrote {made}")
    else:
        _licence(made.manifest, quiet)
        click.echo(get.told(made.manifest, made))


def _licence(manifest: Any, quiet: bool) -> None:
    if not quiet:
        licence = manifest.licence
        note = f" {licence.note}" if licence.note else ""
        click.echo(f"{manifest.id}: licence {licence.words} ({licence.weights}).{note}", err=True)


def _print(facts: Any) -> None:
    click.echo(json.dumps(facts, ensure_ascii=False, indent=2))
