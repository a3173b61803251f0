"""What a control is: its facts, and what values it takes.  Standard library only."""

from __future__ import annotations

import dataclasses
import math
from typing import Any, Literal

from .errors import SettingsError

Kind = Literal["choice", "double", "int", "bool", "rgb", "point", "line", "button", "text"]
Stage = Literal["observe", "steady", "refine", "shape", "output", "none"]
Evidence = Literal["screen", "people", "time", "face", ""]
Made = Literal["foreground"]
Value = bool | int | float | str | tuple[float, float, float] | tuple[float, float]

GATHERS: tuple[Stage, ...] = ("observe", "steady", "refine")
"""Stages that make evidence: each of their controls says of which it is part."""

SHOWN: tuple[Kind, ...] = ("button", "text")
"""Kinds that carry no value of a shot: what they show or do belongs to the node."""

PAGES: tuple[str, ...] = (
    "Screen", "Subject", "Matte", "Edge", "Despill", "Time", "Quality", "Output", "Status",
)  # fmt: skip
"""Pages in the order in which a keyer user meets them; one without controls is not described."""


@dataclasses.dataclass(frozen=True, slots=True)
class Control:
    """The facts of one control.

    ``low``/``high`` are the hard range, ``slider`` the range that a slider shows; ``unit`` is
    ``px`` (at full resolution, scaled with the proxy), ``px2`` (an area, likewise), ``at`` (a place,
    in pixels of the full picture from its lower left corner) or empty.

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
    evidence: Evidence = ""
    feeds: tuple[Made, ...] = ()

    def __post_init__(self) -> None:
        if self.stage in GATHERS and not self.evidence:
            raise SettingsError(
                f"The control {self.name!r} is of stage {self.stage!r} and names no evidence; "
                'give its row evidence="screen", "people", "time" or "face".'
            )

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


def choice(default: str, label: str, page: str, stage: Stage, hint: str, /, **options: Any) -> Any:
    """A field with a menu, key → label; it does not animate.  ``evidence`` and ``feeds`` are facts."""
    facts = {name: options.pop(name) for name in ("evidence", "feeds") if name in options}
    menu = tuple(options.items())
    return control("choice", default, label, page, stage, hint, options=menu, animates=False, **facts)


def checked(row: Control, value: Any) -> Value:
    """*value* as this control's type, or SettingsError naming value, range and unit."""
    if row.kind == "choice":
        return _checked_choice(row, value)
    if row.kind in ("bool", "button"):
        if isinstance(value, (bool, int)) and value in (0, 1):
            return bool(value)
        raise SettingsError(f"{row.name} = {value!r}: it takes true or false.")
    if row.kind in ("text", "line"):
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
    try:
        value.encode("utf-8")
    except UnicodeEncodeError as why:
        raise SettingsError(f"{row.name} = {value!r}: it takes text in UTF-8, and this is none.") from why
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
