"""Reading a sidecar: whatever is wrong with it becomes a sentence with the cure."""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from .. import decision, file_names, text_file
from ..errors import SettingsError
from ..faces.consent import Consent
from ..toml_table import Table, read
from .corrections import Correction, Mark, Painted, checked
from .face_rows import read_row
from .likeness import is_likeness
from .migrating import migrated, version
from .schema import (
    KIND,
    SCHEMA,
    WHOLE,
    Moment,
    Person,
    PlateFacts,
    Row,
    Scene,
    Shot,
    Window,
    named,
)
from .wardrobe import words

_TRIES = 5
"""How often it is read anew where somebody else writes it meanwhile: its frames then have another name."""

_LONGEST = 1 << 30
"""Bytes of a frames' file: a frame of eight people with faces and strokes has some 30 000."""

AGAIN = "run `anatomatte analyse` again"
_KEYS = (
    "kind",
    "schema",
    "made_by",
    "plate",
    "people",
    "scenes",
    "frames",
    "corrections",
    "painted",
    "consent",
    "replaced",
    "actor",
)


def read_shot(path: Path | str, carried: bool = True) -> Shot:
    """The sidecar at *path*; unless *carried* corrections may be in it that are not carried yet.

    Raises:
        SettingsError: it is not there, no sidecar, half-written, of a newer schema, edited into what it
            cannot mean, or what belongs to it is missing or another's.
    """
    path = Path(path)
    for _ in range(_TRIES):
        before = stamp(path)
        try:
            return _read(path, carried)
        except SettingsError:
            if stamp(path) == before:
                raise
    return _read(path, carried)


def stamp(path: Path) -> tuple[int, int, int]:
    """What tells a state of the short file from others; zeros where it is not there."""
    try:
        facts = path.stat()
    except (OSError, ValueError):
        return 0, 0, 0
    return facts.st_ino, facts.st_size, facts.st_mtime_ns


def _read(path: Path, carried: bool) -> Shot:
    where = f"The shot file {path}"
    table = _json(path, where)
    if table.get("kind") != KIND:
        raise SettingsError(
            f"{where} is no sidecar of a shot; {AGAIN} and choose the .shot.json that it writes."
        )
    version(table, where)
    table, frames = migrated(table, _frames(path, table, where), where)
    people = tuple(sorted(_list(table, "people", Person, where), key=lambda one: one.number))
    scenes = tuple(sorted(_list(table, "scenes", Scene, where), key=lambda one: one.first))
    _checked_people(people, where)
    _checked_scenes(scenes, where)
    plate = _one(PlateFacts, table.get("plate"), f"{where}: plate")
    moments = {_number(key, where): _moment(value, f"{where}: frame {key}") for key, value in frames.items()}
    made_by = str(table.get("made_by", ""))
    rest = {key: value for key, value in table.items() if key not in _KEYS}
    corrections = tuple(_list(table, "corrections", Correction, where))
    painted = _painted(_list({"painted": [], **table}, "painted", Painted, where), where)
    note = _one(Consent, table.get("consent", {}), f"{where}: consent")
    record = tuple(row for row in table.get("replaced", ()) if isinstance(row, Mapping))
    actor = _actor(table.get("actor", 0), people, where)
    shot = Shot(
        plate, people, scenes, moments, made_by, rest, path, corrections, painted, note, record, actor
    )
    _checked_corrections(shot, where, carried)
    return shot


def _json(path: Path, where: str) -> dict[str, Any]:
    try:
        text = text_file.read(path, "utf-8-sig")
    except FileNotFoundError as why:
        raise SettingsError(f"{where} is not there; check the path, or {AGAIN}.") from why
    except OSError as why:
        raise SettingsError(f"{where} cannot be read: {why.strerror}.") from why
    except UnicodeDecodeError as why:
        raise SettingsError(f"{where} is no text in UTF-8; save it as UTF-8, or {AGAIN}.") from why
    try:
        found = json.loads(text, object_pairs_hook=_once)
    except json.JSONDecodeError as why:
        if not text.strip() or why.pos >= len(text.rstrip()) or "Unterminated" in why.msg:
            raise SettingsError(f"{where} ends early, so it is only half there; {AGAIN}.") from why
        raise SettingsError(
            f"{where} is not JSON at line {why.lineno}, column {why.colno} ({why.msg}); mend that line, "
            f"or {AGAIN}."
        ) from why
    except ValueError as why:  # a key that is there twice, a number of thousands of digits
        told = str(why).partition(";")[0]
        raise SettingsError(f"{where} cannot be meant: {told}; mend it, or {AGAIN}.") from why
    except RecursionError as why:
        raise SettingsError(f"{where} is nested deeper than anything it could mean; {AGAIN}.") from why
    if not isinstance(found, dict):
        raise SettingsError(f"{where} is no sidecar of a shot; {AGAIN}.")
    return found


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """A table of keys that are there once each; JSON itself would take the last in silence."""
    made = dict(pairs)
    if len(made) < len(pairs):
        names = [name for name, _ in pairs]
        twice = next(name for name in names if names.count(name) > 1)
        raise ValueError(f"a table has the key {twice!r} twice")
    return made


def _frames(path: Path, table: Mapping[str, Any], where: str) -> dict[str, Any]:
    """The table of the file beside, as the short one names it."""
    told = table.get("frames")
    name, digest = (told.get("file"), told.get("sha256")) if isinstance(told, Mapping) else (None, None)
    if not isinstance(name, str) or not isinstance(digest, str) or name != Path(name).name or not name:
        raise SettingsError(f"{where} does not name the file of its frames beside it (frames); {AGAIN}.")
    beside = file_names.beside(path, name)
    try:
        text = text_file.read(beside, longest=_LONGEST)
    except (OSError, UnicodeDecodeError) as why:
        raise SettingsError(
            f"{where} needs {name} beside it, which cannot be read; copy both files together, or {AGAIN}."
        ) from why
    if hashlib.sha256(text.encode()).hexdigest() != digest:
        raise SettingsError(
            f"{where} and {name} do not belong together (another digest): one of them was changed or copied "
            f"alone; copy both together, or {AGAIN}."
        )
    found = json.loads(text)
    if not isinstance(found, dict):
        raise SettingsError(f"{beside} holds no frames; {AGAIN}.")
    return found


def _one(kind: type[Any], table: Any, where: str) -> Any:
    """A dataclass of the schema out of a table; keys that it does not know are left to later versions, but
    for one that is nearly a key which the table lacks."""
    if not isinstance(table, Mapping):
        raise SettingsError(f"{where} must be a table of keys and values, not {table!r}.")
    known = {field.name for field in dataclasses.fields(kind)}
    for key in sorted(table.keys() - known):
        if near := difflib.get_close_matches(key, known - table.keys(), 1, 0.7):
            raise SettingsError(f"{where} has no key {key!r}; did you mean {near[0]!r}?")
    return read(kind, {key: value for key, value in table.items() if key in known}, where)


def _list(table: Mapping[str, Any], key: str, kind: type[Table], where: str) -> list[Any]:
    rows = table.get(key)
    if not isinstance(rows, list):
        raise SettingsError(f"{where}: {key} must be a list, not {rows!r}; mend it, or {AGAIN}.")
    return [_one(kind, row, f"{where}: {key}, entry {at}") for at, row in enumerate(rows, 1)]


def _actor(number: Any, people: Sequence[Person], where: str) -> int:
    if number == 0 or (type(number) is int and number in {one.number for one in people}):
        return int(number)
    raise SettingsError(
        f"{where}: actor = {number!r} is nobody of this shot; write the number of a person that it has, or 0."
    )


def _painted(rows: Sequence[Painted], where: str) -> dict[int, Painted]:
    made: dict[int, Painted] = {}
    for one in rows:
        if one.frame in made:
            raise SettingsError(f"{where}: painted: frame {one.frame} has two mattes; keep one of them.")
        made[one.frame] = one
    return made


def _checked_people(people: Sequence[Person], where: str) -> None:
    taken: dict[str, int] = {}
    for person in people:
        at = f"{where}: person {person.number}"
        name = named(person.name, at).casefold()
        if [one.number for one in people].count(person.number) > 1:
            raise SettingsError(f"{at} is there twice; give each number once.")
        if name in taken and name:
            raise SettingsError(f"{at} is called {person.name!r} as person {taken[name]} is; use two names.")
        taken[name] = person.number
        words(person.wears, at)


def _checked_scenes(scenes: Sequence[Scene], where: str) -> None:
    for at, scene in enumerate(scenes):
        if scene.last < scene.first or (at and scene.first <= scenes[at - 1].last):
            raise SettingsError(
                f"{where}: the scene {scene.first} to {scene.last} overlaps another or is none."
            )
        try:
            decision.parsed(scene.screen)
        except SettingsError as why:
            raise SettingsError(f"{where}: scene {scene.first} to {scene.last}: {why}") from why


def _checked_corrections(shot: Shot, where: str, carried: bool) -> None:
    for matte in shot.painted.values():
        if matte.file != Path(matte.file).name or not matte.file:
            raise SettingsError(f"{where}: painted: {matte.file!r} must be the name of a file beside it.")
    for one in shot.corrections:
        at = f"{where}: correction {one.id}"
        checked(one, where)
        if [other.id for other in shot.corrections].count(one.id) > 1:
            raise SettingsError(f"{at} is there twice; give each id once.")
        if one.frame not in shot.moments:
            raise SettingsError(f"{at} is at frame {one.frame}, which was not analysed; {AGAIN}.")
        drawn = [mark.points for mark in shot.moments[one.frame].marks if mark.id == one.id]
        if carried and (drawn != [one.points] or one.carried not in (-1, one.reach)):
            raise SettingsError(
                f"{at} was written or changed by hand and is not carried yet; run `anatomatte correct` with "
                "this file and its plate."
            )


def _number(key: str, where: str) -> int:
    try:
        return int(key)
    except ValueError as why:
        raise SettingsError(f"{where} has a frame called {key!r}, which is no number; {AGAIN}.") from why


def _moment(table: Any, where: str) -> Moment:
    try:
        people = tuple(_row(row) for row in table["people"])
        exposure = float(table["exposure"])
        if not is_likeness(table["likeness"]) or not math.isfinite(exposure):
            raise ValueError
        marks = tuple(_mark(row) for row in table.get("marks", ()))
        accepted = table.get("accepted", "")
        if not isinstance(accepted, str):
            raise ValueError(accepted)
        faces = tuple(read_row(row, len(people)) for row in table.get("faces", ()))
        lies = _window(table.get("window", ()))
        return Moment(table["likeness"], exposure, people, marks, _qc(table["qc"]), accepted, faces, lies)
    except (KeyError, TypeError, ValueError) as why:
        raise SettingsError(f"{where} is damaged; {AGAIN}.") from why


def _window(row: Any) -> Window:
    if not row:
        return WHOLE
    left, top, right, bottom = (float(value) for value in row)
    if not all(map(math.isfinite, (left, top, right, bottom))) or left >= right or top >= bottom:
        raise ValueError(row)
    return left, top, right, bottom


def _mark(row: Any) -> Mark:
    number, belief, *places = row
    values = [float(value) for value in (belief, *places)]
    if not isinstance(number, int) or len(places) % 2 or not all(map(math.isfinite, values)):
        raise ValueError(row)
    return Mark(number, values[0], tuple(zip(values[1::2], values[2::2], strict=True)))


def _qc(table: Any) -> dict[str, float]:
    """Code → score; codes that this version does not know are kept."""
    found = {str(code): float(score) for code, score in dict(table).items()}
    if not all(0 <= score <= 1 for score in found.values()):
        raise ValueError(table)
    return found


def _row(row: Any) -> Row:
    number, *places = row
    values = [float(value) for value in places]
    if not isinstance(number, int) or number < 0 or len(values) != 6 or not all(map(math.isfinite, values)):
        raise ValueError(row)
    x, y, left, top, right, bottom = values
    return number, x, y, left, top, right, bottom


__all__ = ["AGAIN", "SCHEMA", "read_shot", "stamp"]
