"""Presets: what a shot wants of the controls, as TOML.

::

    [settings]              # the whole shot
    erode = 0.5
    [keys]                  # animated controls: frame = value, linear between
    soften = {1001 = 0.0, 1050 = 2.0}
    [[range]]               # fixes for some frames; the last that holds the frame wins
    frames = "1020-1040"
    erode = 2.0
    [consent]               # who agreed that their face is replaced, to what, when
    who = "Anna Example"
    what = "stunt double, shots 10 to 40"
    when = 2026-11-29

A key beats a setting, a range beats a key, ``--set`` beats them all.
"""

from __future__ import annotations

import bisect
import json
import re
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from anatomatte import text_file
from anatomatte.atomic import beside
from anatomatte.errors import SettingsError
from anatomatte.settings import BY_NAME, SHOWN, Control, Settings, Value, checked, current, known

from .sequences import parse_frames
from .side_files import check_name

if sys.version_info >= (3, 11):
    import tomllib
else:
    import tomli as tomllib

_WHOLE = re.compile(r"[+-]?\d+")


@dataclass(frozen=True)
class Range:
    """Values for some frames; ``frames`` is a frame set as it was written."""

    frames: str
    settings: Mapping[str, Value]

    def holds(self, frame: int) -> bool:
        return frame in _frames_of(self.frames)


@lru_cache(maxsize=256)
def _frames_of(text: str) -> frozenset[int]:
    return frozenset(parse_frames(text))


@dataclass(frozen=True)
class Preset:
    """What a shot wants; names and values are checked, defaults are left out."""

    settings: Mapping[str, Value] = field(default_factory=dict)
    keys: Mapping[str, Mapping[int, Value]] = field(default_factory=dict)
    ranges: tuple[Range, ...] = ()

    def at(self, frame: int, base: Mapping[str, Value] | None = None) -> dict[str, Value]:
        """The values of all controls at a frame; *base* stands in for the table's defaults."""
        values: dict[str, Any] = {**(base or {}), **self.settings}
        for name, keys in self.keys.items():
            values[name] = _between(BY_NAME[name], keys, frame)
        for entry in self.ranges:
            if entry.holds(frame):
                values.update(entry.settings)
        settings = Settings(**values)
        return {name: getattr(settings, name) for name in BY_NAME if BY_NAME[name].kind != "button"}

    def override(self, values: Mapping[str, Value]) -> Preset:
        """This preset with some controls fixed for every frame."""
        return Preset(
            {**self.settings, **values},
            {name: keys for name, keys in self.keys.items() if name not in values},
            tuple(
                Range(r.frames, rest)
                for r in self.ranges
                if (rest := {n: v for n, v in r.settings.items() if n not in values})
            ),
        )


def _between(control: Control, keys: Mapping[int, Value], frame: int) -> Value:
    """Linear between keys for numbers and colours, the last key's value for the rest; held outside."""
    frames = sorted(keys)
    after = bisect.bisect_right(frames, frame)
    if after == 0:
        return keys[frames[0]]
    if after == len(frames) or control.kind not in ("double", "int", "rgb", "point"):
        return keys[frames[after - 1]]
    left, right = frames[after - 1], frames[after]
    part = (frame - left) / (right - left)
    a, b = keys[left], keys[right]
    if isinstance(a, tuple) and isinstance(b, tuple):
        return checked(control, tuple(x + (y - x) * part for x, y in zip(a, b, strict=True)))
    assert isinstance(a, (int, float)) and isinstance(b, (int, float))
    number = a + (b - a) * part
    return round(number) if control.kind == "int" else number


def parse_setting(text: str) -> tuple[str, Value]:
    """``name=value`` of the command line, by the table.

    Numbers, true/false/on/off, a menu's key or label, ``r,g,b`` for colours, ``x,y`` for places.

    Raises:
        SettingsError: no ``=``, an unknown name (the nearest is suggested), a value out of range.
    """
    name, equals, value = text.partition("=")
    name, value = name.strip(), value.strip()
    if not equals:
        raise SettingsError(f"--set {text!r} has no value; write it as name=value.")
    (name,) = current({name: value})
    known([name])
    control = BY_NAME[name]
    if control.kind in SHOWN:
        raise SettingsError(f"{name} is not set from the command line; it shows the node's state.")
    return name, checked(control, _typed(control, value))


def _typed(control: Control, text: str) -> Any:
    if control.kind == "bool":
        words = {"true": True, "on": True, "yes": True, "1": True}
        words |= {"false": False, "off": False, "no": False, "0": False}
        return words.get(text.casefold(), text)
    if control.kind in ("rgb", "point"):
        return tuple(_number(part) for part in text.replace(",", " ").split())
    return _number(text) if control.kind in ("double", "int") else text


def _number(text: str) -> float | int | str:
    """A number as a person writes it; Python would take ``1_0`` for 10 as well."""
    if "_" in text:
        return text
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return text


def load(path: Path) -> Preset:
    """Read a preset.

    Raises:
        SettingsError: unreadable, not TOML, an unknown name, a value out of range, an animated
            control that does not animate; the message names the file.
    """
    try:
        data = tomllib.loads(text_file.read(path, "utf-8-sig"))
    except OSError as why:
        raise SettingsError(f"The preset {path} cannot be read: {why.strerror}.") from why
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as why:
        raise SettingsError(f"The preset {path} is not TOML: {why}.") from why
    except RecursionError as why:
        raise SettingsError(f"The preset {path} is nested too deep; no preset needs that.") from why
    try:
        return _preset(data)
    except SettingsError as why:
        raise SettingsError(f"In the preset {path}: {why}") from why


def _preset(data: Mapping[str, Any]) -> Preset:
    for name in data:
        if name not in ("settings", "keys", "range", "consent"):
            raise SettingsError(
                f"{name!r} is no part of a preset; write [settings], [keys], [[range]] or [consent]."
            )
    ranges = data.get("range", [])
    if not isinstance(ranges, list) or not all(isinstance(entry, dict) for entry in ranges):
        raise SettingsError("Ranges are written as [[range]], with two brackets.")
    return Preset(
        {**_values(_section(data, "settings")), **_consent(_section(data, "consent"))},
        {name: _keys(name, keys) for name, keys in current(_section(data, "keys")).items()},
        tuple(_range(entry) for entry in ranges),
    )


def _section(data: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    section = data.get(name, {})
    if not isinstance(section, dict):
        raise SettingsError(f"{name} is written as a section, [{name}].")
    return section


def _values(values: Mapping[str, Any]) -> dict[str, Value]:
    values = current(values)
    known(values)
    for name in values:
        if BY_NAME[name].kind in SHOWN:
            raise SettingsError(f"{name} is not set by a preset; it shows the node's state.")
    return {name: checked(BY_NAME[name], value) for name, value in values.items()}


def _consent(note: Mapping[str, Any]) -> dict[str, Value]:
    """The consent note as the controls of the page Faces hold it."""
    for name in note:
        if name not in ("who", "what", "when", "note"):
            raise SettingsError(f"[consent] {name!r} is no part of a note; it has who, what, when and note.")
    # TOML has dates of its own
    return _values({f"consent_{name}": str(value) for name, value in note.items()})


def _range(entry: Mapping[str, Any]) -> Range:
    frames = entry.get("frames")
    if not isinstance(frames, str):
        raise SettingsError('A [[range]] needs its frames, like frames = "1020-1040".')
    parse_frames(frames)
    return Range(frames, _values({name: v for name, v in entry.items() if name != "frames"}))


def _keys(name: str, keys: Any) -> dict[int, Value]:
    known([name])
    control = BY_NAME[name]
    if not control.animates:
        raise SettingsError(f"{name} does not animate; set it in [settings] or in a [[range]].")
    if not isinstance(keys, dict) or not keys:
        raise SettingsError(f"The keys of {name} are written as {name} = {{1001 = value, 1050 = value}}.")
    found: dict[int, Value] = {}
    for text, value in keys.items():
        if not _WHOLE.fullmatch(text) or isinstance(value, dict):  # TOML reads 1.5 = 0 as {5 = 0} of 1
            whole = f"{text}.{'.'.join(value)}" if isinstance(value, dict) else text
            raise SettingsError(f"The keys of {name} need whole frame numbers, and {whole!r} is none.")
        if int(text) in found:
            raise SettingsError(f"The keys of {name} have frame {int(text)} twice; leave one.")
        found[int(text)] = checked(control, value)
    return found


def dumps(preset: Preset) -> str:
    """The preset as TOML; reading it gives the same preset, to the last bit."""
    lines: list[str] = []
    if preset.settings:
        lines += ["[settings]", *(f"{n} = {_toml(v)}" for n, v in preset.settings.items()), ""]
    if preset.keys:
        lines.append("[keys]")
        for name, keys in preset.keys.items():
            inside = ", ".join(f"{frame} = {_toml(keys[frame])}" for frame in sorted(keys))
            lines.append(f"{name} = {{{inside}}}")
        lines.append("")
    for entry in preset.ranges:
        lines += ["[[range]]", f"frames = {_toml(entry.frames)}"]
        lines += [*(f"{n} = {_toml(v)}" for n, v in entry.settings.items()), ""]
    return "\n".join(lines)


def _toml(value: Value) -> str:
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, str):
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")  # JSON leaves it bare
    if isinstance(value, tuple):
        return "[" + ", ".join(repr(float(v)) for v in value) + "]"
    return repr(value)


def save(preset: Preset, path: Path) -> None:
    """Write a preset beside its place and rename it.

    Raises:
        SettingsError: its name is that of another kind of file, as a plate's.
    """
    check_name(path, (".toml",), "a preset")
    with beside(path) as temporary:
        temporary.write_text(dumps(preset), encoding="utf-8")
