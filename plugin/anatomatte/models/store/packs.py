"""One archive for many machines: models, their records and users' manifests, in a plain zip file.

A pack holds ``index.json`` and ``blobs/SHA256.suffix``, uncompressed (weights do not compress), so
that nothing in it can swell, and is the same bytes for the same models.  Unpacking takes only names
that the index explains, and only content whose SHA-256 is its name.
"""

from __future__ import annotations

import dataclasses
import json
import os
import zipfile
from collections.abc import Sequence
from pathlib import Path

from ... import text_file
from ...atomic import beside
from ...errors import SettingsError, SetupError
from ..manifest import FORMATS, Manifest, parsed
from . import Installed, catalogue, files, learn, looks, places, policy, records
from .files import Tell, silent
from .records import Record

INDEX = "index.json"
_FORMAT = 1
_BIGGEST_INDEX = 16 * 2**20


def pack(found: Sequence[Installed], target: Path, tell: Tell = silent) -> None:
    """Write installed models into one archive; their content is compared on the way.

    Raises:
        SetupError: a file is not as it came in.
        SettingsError: what lies there is no pack.
        OutputError: the archive cannot be written.
    """
    if target.exists():
        try:
            contents(target)
        except SetupError as why:
            raise SettingsError(
                f"{target} is there and is no pack of networks; choose another name."
            ) from why
    manifests = {}
    for entry in found:
        if brought := catalogue.file_of(entry.manifest.id):
            manifests[entry.manifest.id] = text_file.read(brought)
    index = {
        "format": _FORMAT,
        "models": [dataclasses.asdict(entry.record) for entry in found],
        "manifests": manifests,
    }
    blobs = {_member(entry.record): entry for entry in found}
    total, done = sum(entry.record.bytes for entry in blobs.values()), 0
    target.parent.mkdir(parents=True, exist_ok=True)
    files.need_room(target.parent, total)
    with beside(target) as temporary, zipfile.ZipFile(temporary, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr(_info(INDEX), json.dumps(index, ensure_ascii=False, indent=2))
        for name, entry in sorted(blobs.items()):
            with archive.open(_info(name), "w", force_zip64=True) as sink:
                digest = files.poured(entry.path, sink.write, files.part_of(tell, done, total))
            if digest != entry.record.sha256:
                raise SetupError(f"{entry.path} has changed since it came in; `anatomatte models verify`.")
            done += entry.record.bytes


def _member(record: Record) -> str:
    return f"blobs/{record.sha256}{FORMATS[record.format]}"


def _info(name: str) -> zipfile.ZipInfo:
    """An entry without anything of the day or the user in it."""
    info = zipfile.ZipInfo(name, (1980, 1, 1, 0, 0, 0))
    info.external_attr = 0o100444 << 16
    return info


@dataclasses.dataclass(frozen=True)
class Contents:
    """What a pack holds, checked: records, their manifests, and users' manifests as text."""

    records: tuple[Record, ...]
    manifests: dict[str, Manifest]
    texts: dict[str, str]


def contents(archive: Path) -> Contents:
    """The contents of a pack, after every name, size and record in it was checked.

    Raises:
        SetupError: it is damaged, no pack, or holds what a pack does not.
    """
    try:
        with zipfile.ZipFile(archive) as file:
            entries = file.infolist()
            looks.check_entries(entries, archive.stat().st_size)
            index = _index(file, {entry.filename: entry for entry in entries}, archive)
    except looks.Unfit as why:
        raise SetupError(f"{archive} {why}.") from why
    except FileNotFoundError as why:
        raise SetupError(f"There is no file {archive}.") from why
    except (OSError, RuntimeError, NotImplementedError, zipfile.BadZipFile) as why:
        raise SetupError(
            f"{archive} is no pack of models, or only the beginning of one: copy it again."
        ) from why
    return index


def _index(file: zipfile.ZipFile, entries: dict[str, zipfile.ZipInfo], archive: Path) -> Contents:
    if INDEX not in entries or entries[INDEX].file_size > _BIGGEST_INDEX:
        raise looks.Unfit(f"is no pack of models: it has no {INDEX}")
    try:
        facts = json.loads(file.read(INDEX))
        wanted = [records.checked(entry) for entry in facts["models"]]
        texts = {str(name): str(text) for name, text in facts["manifests"].items()}
        version = facts["format"]
    except (ValueError, KeyError, TypeError, AttributeError) as why:
        raise looks.Unfit(f"has an {INDEX} that cannot be read") from why
    if version != _FORMAT:
        raise looks.Unfit(f"is of the format {version!r}, which this version does not read")
    known = [record for record in wanted if record]
    if len(known) != len(wanted):
        raise looks.Unfit(f"is refused: its {INDEX} describes a model in a way that none is")
    for name, entry in entries.items():
        owner = next((record for record in known if _member(record) == name), None)
        if name != INDEX and owner is None:
            raise looks.Unfit(f"is refused: it holds {name!r}, which its {INDEX} does not explain")
        if owner and (entry.file_size != owner.bytes or entry.compress_type != zipfile.ZIP_STORED):
            raise looks.Unfit(f"is refused: {name} is not stored as a pack stores it")
    if missing := next((record for record in known if _member(record) not in entries), None):
        raise looks.Unfit(f"lacks the file of {missing.id}")
    return Contents(tuple(known), _manifests(known, texts, archive), texts)


def _manifests(wanted: Sequence[Record], texts: dict[str, str], archive: Path) -> dict[str, Manifest]:
    found = {}
    for record in wanted:
        if catalogue.is_shipped(record.id) or record.id not in texts:
            try:
                manifest = catalogue.get(record.id)
            except SettingsError as why:
                raise looks.Unfit(f"holds {record.id}, which nothing describes: {why}") from why
        else:
            try:
                manifest = parsed(texts[record.id], f"{archive}: {record.id}.toml")
            except SettingsError as why:
                raise looks.Unfit(f"holds a manifest that is wrong: {why}") from why
            if manifest.id != record.id:
                raise looks.Unfit(f"is refused: the manifest of {record.id} calls itself {manifest.id}")
        _fits(record, manifest)
        found[record.id] = manifest
    return found


def _fits(record: Record, manifest: Manifest) -> None:
    for entry in manifest.files:
        if entry.precision == record.precision and entry.format == record.format:
            if entry.sha256 and entry.sha256 != record.sha256:
                raise looks.Unfit(f"holds another file as {record.id} than its manifest describes")
            return
    raise looks.Unfit(f"holds {record.id} in {record.precision}, which its manifest does not know")


def unpack(archive: Path, only: Sequence[str] = (), tell: Tell = silent) -> list[Record]:
    """Take models out of a pack into one's own folder; what is there already is left alone.

    Args:
        only: the ids to take; by default all.

    Raises:
        SettingsError: an id is not in the pack.
        SetupError: what `contents` raises; the policy refuses one; a file's content is not its name's.
        OutputError: the folder cannot be written.
    """
    found = contents(archive)
    if strange := [name for name in only if name not in found.manifests]:
        raise SettingsError(f"{archive} does not hold {strange[0]}; it holds {', '.join(found.manifests)}.")
    chosen = [record for record in found.records if not only or record.id in only]
    for record in chosen:
        policy.check(found.manifests[record.id])
    root, total, done = places.own(), sum(record.bytes for record in chosen), 0
    with zipfile.ZipFile(archive) as file:
        for record in chosen:
            if record.id in found.texts and not catalogue.is_shipped(record.id):
                learn(found.manifests[record.id], found.texts[record.id])
            _take(file, record, root, files.part_of(tell, done, total))
            done += record.bytes
    return chosen


def _take(file: zipfile.ZipFile, record: Record, root: Path, tell: Tell) -> None:
    target = record.blob(root)
    with files.arriving(root, target.suffix) as arrived:
        if not (target.is_file() and target.stat().st_size == record.bytes):
            try:
                with file.open(_member(record)) as stream:
                    digest = files.copied(stream, record.bytes, arrived, tell)
            except zipfile.BadZipFile as why:
                raise SetupError(
                    f"{file.filename} is damaged where {record.id} lies; copy it again."
                ) from why
            if digest != record.sha256:
                raise SetupError(f"{file.filename} is damaged where {record.id} lies; copy it again.")
            looks.inspect(arrived, record.format, f"{file.filename}: {record.name}")
        with places.locked(root):
            if os.path.exists(arrived):
                files.publish(arrived, target)
            files.write_json(records.place(root, record.id, record.precision), dataclasses.asdict(record))
