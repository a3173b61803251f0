"""What a control is: its facts, and what values it takes.  Standard library only."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

from .errors import SettingsError
from .file_names import shown

Kind = Literal["choice", "double", "int", "bool", "rgb", "point", "line", "file", "button", "text"]
Stage = Literal["observe", "steady", "refine", "shape", "output", "none"]
Evidence = Literal["screen", "people", "time", "face", ""]
Made = Literal["foreground"]
Value = bool | int | float | str | tuple[float, float, float] | tuple[float, float]

GATHERS: tuple[Stage, ...] = ("observe", "steady", "refine")
"""Stages that make evidence: each of their controls says of which it is part."""

SHOWN: tuple[Kind, ...] = ("button", "text")
"""Kinds that carry no value of a shot: what they show or do belongs to the node."""

PAGES: tuple[str, ...] = (
    "Output",
    "Screen",
    "Subject",
    "Matte",
    "Despill",
    "Time",
    "Shot",
    "Status",
    "Faces",
)
"""Pages in the order in which they are shown: what an artist switches all day comes first."""

Need = tuple[str, tuple[str, ...]]
"""Another control, and the entries of its menu with which a control has an effect."""


@dataclasses.dataclass(frozen=True, slots=True)
class Control:
    """The facts of one control.

    ``low``/``high`` are the hard range, ``slider`` the range that a slider shows; ``unit`` is
    ``px`` (at full resolution, scaled with the proxy), ``px2`` (an area, likewise), ``at`` (a place,
    in pixels of the full picture from its lower left corner) or empty.

    ``group`` is a group of its page that is shut at first.  ``needs`` say when the control has an
    effect: all of them must hold, else it is greyed, or hidden where ``hides`` is set.

    ``evidence`` and ``feeds`` say what is made anew when the control changes, whatever its page:
    the evidence that it is part of, and what else is kept under a key of its own.

    Raises:
        SettingsError: a control of a stage that gathers evidence does not say which.
    """

    name: str
    kind: Kind
    default: Value
    label: str
    hint: str
    page: str
    stage: Stage
    low: float = 0.0
    high: float = 1.0
    slider: tuple[float, float] = (0.0, 1.0)
    unit: str = ""
    options: tuple[tuple[str, str], ...] = ()
    animates: bool = True
    group: str = ""
    needs: tuple[Need, ...] = ()
    hides: bool = False
    evidence: Evidence = ""
    feeds: tuple[Made, ...] = ()

    def __post_init__(self) -> None:
        if self.stage in GATHERS and not self.evidence:
            raise SettingsError(
                f"The control {self.name!r} is of stage {self.stage!r} and names no evidence; "
                'give its row evidence="screen", "people", "time" or "face".'
            )

    @property
    def words(self) -> str:
        """The control in a sentence: its label, and its name for scripts, which the node leaves out."""
        return f"{self.label} ({self.name})"

    def menu(self) -> tuple[str, ...]:
        """The values of a choice, in menu order."""
        return tuple(key for key, _ in self.options)


def control(
    kind: Kind,
    default: Value,
    label: str,
    page: str,
    stage: Stage,
    hint: str,
    **facts: Any,
) -> Any:
    """A field of the table; *facts* are the rest of :class:`Control`."""
    facts.setdefault("slider", (facts.get("low", 0.0), facts.get("high", 1.0)))
    meta = {"kind": kind, "label": label, "page": page, "stage": stage, "hint": hint} | facts
    return dataclasses.field(default=default, metadata=meta)


_FACTS = ("evidence", "feeds", "group", "needs", "hides")


def choice(default: str, label: str, page: str, stage: Stage, hint: str, /, **options: Any) -> Any:
    """A field with a menu, key → label; it does not animate.  What `_FACTS` names is no entry."""
    facts = {name: options.pop(name) for name in _FACTS if name in options}
    menu = tuple(options.items())
    return control("choice", default, label, page, stage, hint, options=menu, animates=False, **facts)


def clamped(row: Control, value: Any) -> tuple[Value, str]:
    """*value* as a host gave it, brought into this control's range, and a sentence if that changed it.

    A host need not keep to the ranges that a node describes; what is no number becomes the default.

    Raises:
        SettingsError: the value is of another kind than the control's.
    """
    if row.kind in ("double", "int"):
        return _told(row, value, _into_range(row, value, row.default))
    if row.kind in ("rgb", "point") and isinstance(value, (tuple, list)) and isinstance(row.default, tuple):
        found = tuple(_into_range(row, v, d) for v, d in zip(value, row.default, strict=True))
        return _told(row, tuple(value), found)
    if (
        row.kind == "choice"
        and isinstance(value, str)
        and value.lstrip("-").isdigit()
        and value not in row.menu()
    ):
        label = dict(row.options)[str(row.default)]
        return row.default, f"{row.words} has no entry of number {value}: {label} was taken."
    return checked(row, value), ""


def _into_range(row: Control, value: Any, fallback: Any) -> Any:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return value
    number = min(max(float(value), row.low), row.high) if not math.isnan(value) else float(fallback)
    return int(number) if row.kind == "int" else number


def _told(row: Control, given: Any, found: Any) -> tuple[Value, str]:
    made = checked(row, found)
    if given == found:
        return made, ""
    unit = f" {row.unit}" if row.unit in ("px", "px2") else ""
    span = f"{row.low:g} to {row.high:g}{unit}"
    return made, f"{row.words} = {_plain(given)} is outside {span}: {_plain(found)} was taken."


def _plain(value: Any) -> str:
    return ", ".join(f"{part:g}" for part in value) if isinstance(value, tuple) else f"{value:g}"


def checked(row: Control, value: Any) -> Value:
    """*value* as this control's type, or SettingsError naming value, range and unit."""
    if row.kind == "choice":
        return _checked_choice(row, value)
    if row.kind in ("bool", "button"):
        if isinstance(value, (bool, int)) and value in (0, 1):
            return bool(value)
        raise SettingsError(f"{row.name} = {value!r}: it takes true or false.")
    if row.kind in ("text", "line", "file"):
        return _checked_text(row, str(value))
    if row.kind == "point":
        if not isinstance(value, (tuple, list)) or len(value) != 2:
            raise SettingsError(f"{row.name} = {value!r}: it takes two numbers, x y.")
        return (_checked_number(row, value[0]), _checked_number(row, value[1]))
    if row.kind == "rgb":
        if not isinstance(value, (tuple, list)) or len(value) != 3:
            raise SettingsError(f"{row.name} = {value!r}: it takes three numbers, red green blue.")
        red, green, blue = (_checked_number(row, v) for v in value)
        return (red, green, blue)
    number = _checked_number(row, value)
    if row.kind == "int":
        if number != int(number):
            raise SettingsError(f"{row.name} = {value!r}: it takes a whole number.")
        return int(number)
    return number


def _checked_text(row: Control, value: str) -> str:
    if row.kind == "file":
        return shown(value)
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as why:
        raise SettingsError(f"{row.words} is no text in UTF-8: {value!r}; type it anew.") from why
    return value


def _checked_choice(row: Control, value: Any) -> str:
    menu = row.menu()
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(menu):
        return menu[value]
    if isinstance(value, str):
        if value in menu:
            return value
        for key, label in row.options:
            if value.casefold() in (key.casefold(), label.casefold()):
                return key
    raise SettingsError(f"{row.name} = {value!r}: it takes one of {', '.join(menu)}.")


def _checked_number(row: Control, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingsError(f"{row.name} = {value!r}: it takes a number.")
    number = float(value)
    if not math.isfinite(number) or not row.low <= number <= row.high:
        unit = f" {row.unit}" if row.unit in ("px", "px2") else ""
        raise SettingsError(f"{row.name} = {value!r} is outside {row.low:g} to {row.high:g}{unit}.")
    return number
