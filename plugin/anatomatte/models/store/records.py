"""Which file a model is: one small record for each id and precision, in each folder of the store."""

from __future__ import annotations

import dataclasses
import json
import re
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ..manifest import FORMATS, PRECISIONS
from . import files, places

_SHA = re.compile(r"[0-9a-f]{64}")
_ID = re.compile(r"[a-z0-9-]{1,64}")


@dataclasses.dataclass(frozen=True)
class Record:
    """One installed file.

    `known` says whether the manifest told the SHA-256; otherwise it is the one that was found when
    the file came in.  `origin` is where it came from, `at` the day.
    """

    id: str
    precision: str
    name: str
    format: str
    sha256: str
    bytes: int
    known: bool
    origin: str
    at: str

    def blob(self, root: Path) -> Path:
        """The file itself in a folder of the store."""
        return files.blob(root, self.sha256, FORMATS[self.format])


def place(root: Path, name: str, precision: str) -> Path:
    """Where a record lies in a folder of the store."""
    return root / "models" / name / f"{precision}.json"


def checked(facts: Any) -> Record | None:
    """A record from what a file says; None where it is none.  Nothing in it can lead elsewhere."""
    fields = {f.name: f.type for f in dataclasses.fields(Record)}
    if not isinstance(facts, Mapping) or set(facts) != set(fields):
        return None
    kinds = {"str": str, "int": int, "bool": bool}
    if any(type(facts[key]) is not kinds[str(kind)] for key, kind in fields.items()):
        return None
    record = Record(**facts)
    fits = (
        _ID.fullmatch(record.id)
        and _SHA.fullmatch(record.sha256)
        and record.format in FORMATS
        and record.precision in PRECISIONS
        and record.bytes > 0
    )
    return record if fits else None


def read(root: Path, name: str, precision: str) -> Record | None:
    """The record of an id and precision in a folder; None where there is none that can be read."""
    try:
        facts = json.loads(place(root, name, precision).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return None
    record = checked(facts)
    return record if record and (record.id, record.precision) == (name, precision) else None


def of(root: Path) -> Iterator[Record]:
    """All records of a folder."""
    for path in sorted((root / "models").glob("*/*.json")):
        if not path.name.startswith(".") and (record := read(root, path.parent.name, path.stem)):
            yield record


def everywhere() -> Iterator[tuple[Path, Record]]:
    """(folder, record) of all folders in the order of the search."""
    for root in places.roots():
        for record in of(root):
            yield root, record
