"""The model store: networks' files by the SHA-256 of their content.

`path` is what the engine asks: the file of a network, whole, permitted and as it was imported, or a
sentence with the cure.  Nothing here knows a network in the other sense: files are fetched by
`anatomatte models`, never while a frame renders.
"""

from __future__ import annotations

import dataclasses
import datetime
import os
from collections.abc import Iterator
from pathlib import Path

from ...atomic import beside
from ...errors import SettingsError, SetupError
from ..manifest import FORMATS, File, Manifest
from . import catalogue, files, looks, places, policy, records
from .files import Tell, silent
from .records import Record

__all__ = ["Finding", "Installed", "Record", "add", "find", "installed", "learn", "path", "remove", "verify"]

_whole: set[tuple[str, int, int]] = set()
"""Files (path, size, time of change) whose content this process has compared already."""


@dataclasses.dataclass(frozen=True)
class Installed:
    """A network's file that is there.

    `root` is the folder of the store that has it; it is only read if it is a shared one.
    """

    manifest: Manifest
    file: File
    record: Record
    root: Path

    @property
    def path(self) -> Path:
        return self.record.blob(self.root)


def find(manifest: Manifest, precision: str = "") -> Installed | None:
    """A network's file in a precision, or in the first precision that is there; None without one."""
    for entry in manifest.files:
        if precision and entry.precision != precision:
            continue
        for root in places.roots():
            record = records.read(root, manifest.id, entry.precision)
            if record and record.blob(root).is_file():
                return Installed(manifest, entry, record, root)
    return None


def installed(name: str, precision: str = "", *, verified: bool = True, tell: Tell = silent) -> Installed:
    """The file of the network *name*, permitted and whole.

    Args:
        precision: ``fp32``, ``fp16`` or ``int8``; by default the first that is there.
        verified: compare the content's SHA-256, once a process; otherwise only its length.

    Raises:
        SettingsError: no network has this id, or it has no such precision.
        SetupError: the studio's policy refuses it, it is not there (the message has the command), or
            its content changed since it came in.
    """
    manifest = catalogue.get(name)
    if precision:
        manifest.file(precision)
    policy.check(manifest)
    found = find(manifest, precision)
    if found is None:
        raise SetupError(_missing(manifest, precision))
    if why := _damage(found, verified, tell):
        raise SetupError(f"{manifest.title} ({name}): {found.path} {why}; {_again(found)}")
    return found


def path(name: str, precision: str = "", *, verified: bool = True) -> Path:
    """The path of a network's file; arguments and errors are those of `installed`."""
    return installed(name, precision, verified=verified).path


def _damage(found: Installed, verified: bool, tell: Tell) -> str:
    """What is wrong with an installed file; empty where it is as it came in."""
    try:
        facts = found.path.stat()
    except OSError as why:
        return f"cannot be read ({why.strerror})"
    if facts.st_size != found.record.bytes:
        return f"is {facts.st_size} bytes long instead of {found.record.bytes}"
    if found.file.sha256 and found.file.sha256 != found.record.sha256:
        return "is another file than its manifest describes"
    key = (str(found.path), facts.st_size, facts.st_mtime_ns)
    if verified and key not in _whole:
        if files.sha256_of(found.path, tell) != found.record.sha256:
            return "has changed since it came in"
        _whole.add(key)
    return ""


def _again(found: Installed) -> str:
    if found.root != places.own():
        return f"it lies in the shared folder {found.root}: tell whoever keeps it."
    return f"bring it again with `anatomatte models {_verb(found.file, found.manifest.id)}`."


def _verb(entry: File, name: str) -> str:
    more = "" if entry.precision == "fp32" else f" --precision {entry.precision}"
    return f"pull {name}{more}" if entry.urls or entry.wheel else f"import {name} FILE{more}"


def _missing(manifest: Manifest, precision: str) -> str:
    entry = manifest.file(precision)
    what = f" in {precision}" if precision else ""
    told = f"{manifest.title} ({manifest.id}) is not in the model store{what}; "
    if entry.urls or entry.wheel:
        told += f"`anatomatte models {_verb(entry, manifest.id)}` brings it."
    elif entry.convert:
        told += f"`anatomatte models convert {entry.convert} FILE --id {manifest.id}` makes it."
    else:
        told += f"bring it with `anatomatte models {_verb(entry, manifest.id)}`."
    return f"{told} {entry.by_hand}".rstrip()


def add(
    manifest: Manifest,
    entry: File,
    source: Path,
    *,
    origin: str = "",
    move: bool = False,
    replace: bool = False,
    tell: Tell = silent,
) -> Installed:
    """Take a file into one's own folder of the store, after it was inspected and compared.

    Args:
        source: the file; it stays where it is unless *move*, which needs it in ``partial/``.
        origin: where it came from, for the record; *source* by default.
        replace: put it in the place of another file of the same id and precision.

    Raises:
        SetupError: the policy refuses the network; the file is damaged, hostile, of another format,
            or not the one that the manifest or an earlier import describes.
        OutputError: the folder cannot be written.
    """
    policy.check(manifest)
    if source.exists() and not source.is_file() and not source.is_dir():
        raise SetupError(f"{source} is a pipe or a device, not a file; copy what it gives into one first.")
    root, title = places.own(), origin or str(source)
    files.sweep(root)
    with files.arriving(root, FORMATS[entry.format]) as arrived:
        try:
            if move:
                os.replace(source, arrived)
                digest = files.sha256_of(arrived, tell)
            else:
                with open(source, "rb") as stream:
                    digest = files.copied(stream, os.fstat(stream.fileno()).st_size, arrived, tell)
        except FileNotFoundError as why:
            raise SetupError(f"There is no file {source}.") from why
        except IsADirectoryError as why:
            raise SetupError(f"{source} is a folder; name the file in it.") from why
        size = arrived.stat().st_size
        _compare(manifest, entry, title, digest, size)
        looks.inspect(arrived, entry.format, title)
        record = Record(
            manifest.id, entry.precision, entry.name, entry.format, digest, size, bool(entry.sha256), title,
            datetime.date.today().isoformat(),
        )  # fmt: skip
        with places.locked(root):
            before = records.read(root, manifest.id, entry.precision)
            if before and before.sha256 != digest and before.blob(root).is_file() and not replace:
                raise SetupError(
                    f"{manifest.id} is there already, with other content ({before.sha256[:12]}…, from "
                    f"{before.origin}); --replace puts {title} in its place."
                )
            files.publish(arrived, record.blob(root))
            files.write_json(records.place(root, manifest.id, entry.precision), dataclasses.asdict(record))
            if before and before.sha256 != digest:
                _drop_blob(root, before)
    return Installed(manifest, entry, record, root)


def _compare(manifest: Manifest, entry: File, title: str, digest: str, size: int) -> None:
    if entry.sha256 and digest != entry.sha256:
        short = f" It is {size} bytes long, the right one {entry.bytes}." if entry.bytes else ""
        raise SetupError(
            f"{title} is not {entry.name} of {manifest.id}: its SHA-256 is {digest[:16]}…, the manifest's "
            f"{entry.sha256[:16]}….{short} Fetch it again, or describe it in a manifest of its own."
        )
    if entry.bytes and size != entry.bytes:
        raise SetupError(
            f"{title} is {size} bytes long and {entry.name} of {manifest.id} {entry.bytes}: it is cut off or "
            "another file. Fetch it again, or describe it in a manifest of its own."
        )


def learn(manifest: Manifest, text: str) -> None:
    """Keep a user's manifest in one's own folder, so that its id is known from now on.

    Raises:
        SettingsError: the id is the package's own.
        OutputError: the folder cannot be written.
    """
    if catalogue.is_shipped(manifest.id):
        raise SettingsError(f"{manifest.id!r} is an id of the package's own manifests; choose another one.")
    with places.locked(places.own()), beside(places.own() / "manifests" / f"{manifest.id}.toml") as temporary:
        temporary.write_text(text, encoding="utf-8")


def remove(name: str, precision: str = "") -> list[Record]:
    """Take a network's files out of one's own folder, and its manifest if a user brought it.

    Raises:
        SetupError: it is not there, or only in a shared folder.
        OutputError: the folder cannot be written.
    """
    root = places.own()
    mine = [r for r in records.of(root) if r.id == name and precision in ("", r.precision)]
    brought = root / "manifests" / f"{name}.toml"
    known = not precision and brought.is_file() and brought.parent == root / "manifests"
    if not mine and not known:
        theirs = [folder for folder, r in records.everywhere() if r.id == name and folder != root]
        where = f"only in the shared folder {theirs[0]}, which is not written to" if theirs else "not there"
        raise SetupError(f"{name} is {where}; `anatomatte models list` shows what is.")
    with places.locked(root):
        for record in mine:
            files.gone(records.place(root, name, record.precision))
            _drop_blob(root, record)
        if known:
            files.gone(brought)
    return mine


def _drop_blob(root: Path, record: Record) -> None:
    """Remove a record's file unless another record of the folder means the same."""
    if all(other.blob(root) != record.blob(root) for other in records.of(root)):
        files.gone(record.blob(root))


@dataclasses.dataclass(frozen=True)
class Finding:
    """What `verify` found of one file; `told` is empty where all is well."""

    id: str
    precision: str
    path: Path
    told: str


def verify(name: str = "", tell: Tell = silent, *, content: bool = True) -> Iterator[Finding]:
    """Compare every installed file, or those of one network, with its record.

    Args:
        content: read them; otherwise only whether they are there, and their length.
    """
    for root, record in records.everywhere():
        if name and record.id != name:
            continue
        where = record.blob(root)
        told = ""
        try:
            found = Installed(catalogue.get(record.id), File(record.name, record.format), record, root)
            entry = found.manifest.file(record.precision)
            if content:
                _whole.discard((str(where), where.stat().st_size, where.stat().st_mtime_ns))
            else:
                where.stat()
            if why := _damage(dataclasses.replace(found, file=entry), content, tell):
                told = f"{where} {why}; {_again(dataclasses.replace(found, file=entry))}"
            elif content:
                looks.inspect(where, record.format)
        except FileNotFoundError:
            told = f"{where} is not there; bring it again or `anatomatte models remove {record.id}`."
        except (SettingsError, SetupError) as why:
            told = str(why)
        yield Finding(record.id, record.precision, where, told)
