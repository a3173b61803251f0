"""Strict reading of TOML tables into frozen dataclasses: a wrong key or value is a sentence.

A field made by `field` says what it takes.  An unknown key names the nearest known one; a value of
the wrong type, outside its range or not in its list is told with what it takes.
"""

from __future__ import annotations

import dataclasses
import difflib
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar, Literal, Protocol, TypeVar

from .errors import SettingsError

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib


class Table(Protocol):
    """Any dataclass."""

    __dataclass_fields__: ClassVar[dict[str, dataclasses.Field[Any]]]


T = TypeVar("T", bound=Table)
Kind = Literal["text", "int", "number", "bool", "texts", "ints", "numbers", "text_map", "texts_map"]
_SAYS: Mapping[str, str] = {
    "text": "a text",
    "int": "a whole number",
    "number": "a number",
    "bool": "true or false",
    "texts": "a list of texts",
    "ints": "a list of whole numbers",
    "numbers": "a list of numbers",
    "text_map": "a table of texts",
    "texts_map": "a table of lists of texts",
}
_NOTHING: Any = dataclasses.MISSING


def field(
    kind: Kind,
    default: Any = _NOTHING,
    *,
    choices: tuple[str, ...] = (),
    low: float = -math.inf,
    high: float = math.inf,
    length: int = 0,
) -> Any:
    """A field of a table.

    Args:
        kind: what it takes; lists become tuples.
        default: its value where the key is absent; without one the key must be there.
        choices: the texts it takes; of a list, its members.
        low, high: range of a number or of every member of a list.
        length: how many members a list must have; 0 is any.
    """
    facts = {"kind": kind, "choices": choices, "low": low, "high": high, "length": length}
    if isinstance(default, dict):
        return dataclasses.field(default_factory=lambda: dict(default), metadata=facts)
    return dataclasses.field(default=default, metadata=facts)


def parse(text: str, where: str) -> dict[str, Any]:
    """TOML text as a dictionary; *where* is the file's name in messages.

    Raises:
        SettingsError: the text is not TOML; the message has the line.
    """
    try:
        return tomllib.loads(text)
    except tomllib.TOMLDecodeError as why:
        raise SettingsError(f"{where} is not TOML: {why}.") from why
    except RecursionError as why:
        raise SettingsError(f"{where} is nested deeper than anything it could mean.") from why


def nearest(name: str, known: Iterable[str]) -> str:
    """``did you mean 'x'?``, or the list of what is known."""
    names = sorted(known)
    near = difflib.get_close_matches(name, names, 1)
    return f"did you mean {near[0]!r}?" if near else f"it takes {', '.join(names)}."


def known_keys(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    """Raise SettingsError for the first key that is not *known*."""
    names = set(known)
    for key in table:
        if key not in names:
            raise SettingsError(f"{where} has no key {key!r}; {nearest(key, names)}")


def read(kind: type[T], table: Any, where: str, **given: Any) -> T:
    """The dataclass *kind* out of a TOML table; only fields made by `field` are read from it.

    *given* are values of its other fields.

    Raises:
        SettingsError: no table, an unknown or missing key, a value that the field does not take.
    """
    if not isinstance(table, Mapping):
        raise SettingsError(f"{where} must be a table of keys and values, not {table!r}.")
    fields = {f.name: f for f in dataclasses.fields(kind) if "kind" in f.metadata}
    known_keys(table, fields, where)
    values = {}
    for name, fact in fields.items():
        if name in table:
            values[name] = _value(table[name], fact.metadata, f"{where}: {name}")
        elif fact.default is _NOTHING and fact.default_factory is _NOTHING:
            raise SettingsError(f"{where} needs the key {name!r} ({_SAYS[fact.metadata['kind']]}).")
    return kind(**values, **given)


def _value(value: Any, facts: Mapping[str, Any], where: str) -> Any:
    kind = facts["kind"]
    if kind.endswith("_map"):
        if not isinstance(value, Mapping):
            raise _wrong(value, kind, where)
        inner = dict(facts, kind=kind.removesuffix("_map"))
        return {key: _value(entry, inner, f"{where}.{key}") for key, entry in value.items()}
    if kind in ("texts", "ints", "numbers"):
        if not isinstance(value, list):
            raise _wrong(value, kind, where)
        if facts["length"] and len(value) != facts["length"]:
            raise SettingsError(f"{where} = {value!r}: it takes {facts['length']} values, not {len(value)}.")
        inner = dict(facts, kind=kind[:-1])
        return tuple(_value(entry, inner, where) for entry in value)
    if kind == "text":
        if not isinstance(value, str):
            raise _wrong(value, kind, where)
        if facts["choices"] and value not in facts["choices"]:
            raise SettingsError(f"{where} = {value!r}; {nearest(value, facts['choices'])}")
        return value
    if kind == "bool":
        if not isinstance(value, bool):
            raise _wrong(value, kind, where)
        return value
    return _number(value, kind, facts, where)


def _number(value: Any, kind: str, facts: Mapping[str, Any], where: str) -> int | float:
    wanted = int if kind == "int" else (int, float)
    if isinstance(value, bool) or not isinstance(value, wanted):
        raise _wrong(value, kind, where)
    if not facts["low"] <= value <= facts["high"]:  # NaN too
        raise SettingsError(f"{where} = {value!r} is outside {facts['low']:g} to {facts['high']:g}.")
    return value if kind == "int" else float(value)


def _wrong(value: Any, kind: str, where: str) -> SettingsError:
    return SettingsError(f"{where} = {value!r}: it takes {_SAYS[kind]}.")
