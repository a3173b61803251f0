"""The one table: every control of the node, once.

A field of :class:`Settings` *is* a control.  The shim's describe (through the generated
``params.h``), the values that are read at render, the engine, the options of the command line,
preset files and ``docs/params.md`` are all made from it.  Standard library only, so that the
build can run this file before anything is installed::

    python -m anatomatte.settings header > params.h
    python -m anatomatte.settings digest

Menus are append-only.  Renaming or removing a control is a new major version.
"""

from __future__ import annotations

import dataclasses
import difflib
import hashlib
import json
import math
import sys
from collections.abc import Iterable, Mapping
from typing import Any, Literal, cast

from .errors import SettingsError

Kind = Literal["choice", "double", "int", "bool", "rgb", "button", "text"]
Stage = Literal["observe", "steady", "refine", "shape", "output", "none"]
Value = bool | int | float | str | tuple[float, float, float]

PAGES: tuple[str, ...] = (
    "Screen", "Subject", "Matte", "Edge", "Despill", "Time", "Quality", "Output", "Status",
)  # fmt: skip
"""Pages in the order in which a keyer user meets them; one without controls is not described."""

MATTES: tuple[str, ...] = ("none", "alpha", "screen", "core", "garbage", "hint", "spill")
"""What a channel of a packed picture can carry (append-only)."""


@dataclasses.dataclass(frozen=True, slots=True)
class Control:
    """The facts of one control.

    ``low``/``high`` are the hard range, ``slider`` the range that a slider shows; ``unit`` is
    ``px`` (at full resolution, scaled with the proxy), ``px2`` (an area, likewise) or empty.
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

    def menu(self) -> tuple[str, ...]:
        """The values of a choice, in menu order."""
        return tuple(key for key, _ in self.options)


def _control(
    kind: Kind,
    default: Value,
    label: str,
    page: str,
    stage: Stage,
    hint: str,
    **facts: Any,
) -> Any:
    facts.setdefault("slider", (facts.get("low", 0.0), facts.get("high", 1.0)))
    meta = {"kind": kind, "label": label, "page": page, "stage": stage, "hint": hint} | facts
    return dataclasses.field(default=default, metadata=meta)


def _choice(default: str, label: str, page: str, stage: Stage, hint: str, /, **options: str) -> Any:
    menu = tuple(options.items())
    return _control("choice", default, label, page, stage, hint, options=menu, animates=False)


def _pack(channel: str, default: str) -> Any:
    return _choice(
        default, f"{channel} channel", "Output", "output",
        f"The matte that goes to {channel} when the output is packed.",
        none="None", alpha="Alpha", screen="Screen matte", core="Core matte (InM)",
        garbage="Garbage matte (OutM)", hint="Hint", spill="Spill",
    )  # fmt: skip


_COLOURS = {
    "linear": "Scene-linear",
    "srgb": "sRGB",
    "rec709": "Rec.709",
    "cineon": "Cineon log",
    "logc3": "ARRI LogC3 (EI 800)",
    "logc4": "ARRI LogC4",
    "slog3": "Sony S-Log3",
    "vlog": "Panasonic V-Log",
    "log3g10": "RED Log3G10",
    "clog3": "Canon Log 3",
    "acescct": "ACEScct",
}


@dataclasses.dataclass(frozen=True, slots=True)
class Settings:
    """Values of all controls for one frame.

    Raises:
        SettingsError: a value has the wrong type or is outside its range; the message names
            the control, the value, the range and the unit.
    """

    # ---- Screen
    screen: str = _choice(
        "auto", "Screen", "Screen", "observe",
        "The coloured backing behind the subject; Auto finds it, None leaves the picture unkeyed.",
        auto="Auto", green="Green", blue="Blue", picked="Picked colour", none="None",
    )  # fmt: skip
    screen_colour: tuple[float, float, float] = _control(
        "rgb", (0.1, 0.6, 0.15), "Screen colour", "Screen", "observe",
        "The colour of the screen, picked on the plate; used when Screen is Picked colour.",
        low=-100.0, high=100.0, slider=(0.0, 1.0),
    )  # fmt: skip
    screen_gain: float = _control(
        "double", 1.0, "Screen gain", "Screen", "refine",
        "How strongly the screen is keyed out; lower it when the subject thins, raise it when screen stays.",
        low=0.0, high=4.0, slider=(0.5, 1.5),
    )  # fmt: skip
    screen_balance: float = _control(
        "double", 0.5, "Screen balance", "Screen", "refine",
        "Which of the two other channels the screen is measured against: 0 the lower, 1 the higher.",
    )  # fmt: skip
    screen_uneven: bool = _control(
        "bool", True, "Follow uneven light", "Screen", "observe",
        "Models how the screen's colour changes over the frame; off uses one colour.",
        animates=False,
    )  # fmt: skip
    source_alpha: str = _choice(
        "ignore", "Source alpha", "Screen", "shape",
        "What the alpha that comes with Source does.",
        ignore="Ignore", add="Add to InM", multiply="Multiply",
    )  # fmt: skip
    input_colour: str = _choice(
        "auto", "Input colour", "Screen", "observe",
        "How the plate is encoded; Auto takes float pixels as scene-linear and integer ones as sRGB.",
        auto="Auto", **_COLOURS,
    )  # fmt: skip

    # ---- Matte
    clip_black: float = _control(
        "double", 0.0, "Clip black", "Matte", "shape",
        "Matte values at or below this become 0.",
    )  # fmt: skip
    clip_white: float = _control(
        "double", 1.0, "Clip white", "Matte", "shape",
        "Matte values at or above this become 1.",
    )  # fmt: skip
    matte_gamma: float = _control(
        "double", 1.0, "Matte gamma", "Matte", "shape",
        "Bends the values between black and white; above 1 opens the matte.",
        low=0.1, high=10.0, slider=(0.25, 4.0),
    )  # fmt: skip
    erode: float = _control(
        "double", 0.0, "Erode", "Matte", "shape",
        "Shrinks the matte by this many pixels; negative values dilate it.",
        low=-200.0, high=200.0, slider=(-10.0, 10.0), unit="px",
    )  # fmt: skip
    soften: float = _control(
        "double", 0.0, "Soften", "Matte", "shape",
        "Blurs the matte by this many pixels.",
        low=0.0, high=200.0, slider=(0.0, 10.0), unit="px",
    )  # fmt: skip
    despot_black: float = _control(
        "double", 0.0, "Despot black", "Matte", "shape",
        "Fills holes in the matte that are smaller than this area.",
        low=0.0, high=100000.0, slider=(0.0, 400.0), unit="px2",
    )  # fmt: skip
    despot_white: float = _control(
        "double", 0.0, "Despot white", "Matte", "shape",
        "Removes islands of matte that are smaller than this area.",
        low=0.0, high=100000.0, slider=(0.0, 400.0), unit="px2",
    )  # fmt: skip

    # ---- Edge
    unmix: float = _control(
        "double", 1.0, "Unmix", "Edge", "shape",
        "How much of the screen's light is taken out of edge pixels.",
    )  # fmt: skip

    # ---- Despill
    despill: float = _control(
        "double", 1.0, "Despill", "Despill", "shape",
        "How much of the screen's spill is taken off the subject.",
    )  # fmt: skip
    despill_keep: float = _control(
        "double", 1.0, "Keep own colours", "Despill", "shape",
        "Leaves clothes alone that have the screen's hue themselves; 0 despills them too.",
    )  # fmt: skip
    despill_method: str = _choice(
        "average", "Method", "Despill", "shape",
        "What the screen's channel is limited to: the mean or the higher of the other two.",
        average="Average", limit="Limit",
    )  # fmt: skip
    despill_luminance: float = _control(
        "double", 0.25, "Keep luminance", "Despill", "shape",
        "Gives back the luminance that despill takes away, as neutral light.",
    )  # fmt: skip

    # ---- Quality
    draft: str = _choice(
        "auto", "Draft", "Quality", "observe",
        "Works at half resolution; Auto does so only while the host scrubs.",
        auto="Auto", off="Off", always="Always",
    )  # fmt: skip
    threads: int = _control(
        "int", 0, "Threads", "Quality", "none",
        "Processor threads for one frame; 0 takes what the machine or the farm grants.",
        low=0, high=256, slider=(0, 32), animates=False,
    )  # fmt: skip

    # ---- Output
    output: str = _choice(
        "premultiplied", "Output", "Output", "output",
        "What the node gives the host.",
        premultiplied="Premultiplied", unpremultiplied="Unpremultiplied", matte="Matte only",
        comp="Comp over Bg", status="Status view", packed="Packed mattes",
    )  # fmt: skip
    output_colour: str = _choice(
        "input", "Output colour", "Output", "output",
        "How the colour that leaves the node is encoded.",
        input="Same as input", linear="Scene-linear", srgb="sRGB", rec709="Rec.709",
    )  # fmt: skip
    pack_r: str = _pack("Red", "alpha")
    pack_g: str = _pack("Green", "core")
    pack_b: str = _pack("Blue", "garbage")
    pack_a: str = _pack("Alpha", "alpha")

    # ---- Status
    status: str = _control(
        "text", "", "Status", "Status", "none",
        "What the engine last said; press Refresh to read it again.", animates=False,
    )  # fmt: skip
    refresh: bool = _control(
        "button", False, "Refresh", "Status", "none",
        "Reads the engine's status into the line above.", animates=False,
    )  # fmt: skip

    def __post_init__(self) -> None:
        for control in CONTROLS:
            object.__setattr__(self, control.name, checked(control, getattr(self, control.name)))

    def replace(self, **values: Any) -> Settings:
        """These settings with some values changed (checked like the constructor's)."""
        known(values)
        return dataclasses.replace(self, **values)

    def of_stage(self, *stages: Stage) -> tuple[tuple[str, Value], ...]:
        """``(name, value)`` of the controls that affect these stages: the part of a cache key."""
        return tuple((c.name, getattr(self, c.name)) for c in CONTROLS if c.stage in stages)


def _read_table() -> tuple[Control, ...]:
    fields: tuple[dataclasses.Field[Any], ...] = dataclasses.fields(Settings)
    return tuple(Control(name=f.name, default=cast(Value, f.default), **f.metadata) for f in fields)


CONTROLS: tuple[Control, ...] = _read_table()
"""All controls in the order in which they are described."""

BY_NAME: dict[str, Control] = {control.name: control for control in CONTROLS}


def known(names: Iterable[str]) -> None:
    """Raise SettingsError for the first name that is not in the table, with the nearest one."""
    for name in names:
        if name not in BY_NAME:
            near = difflib.get_close_matches(name, BY_NAME, n=1)
            cure = f"did you mean {near[0]!r}?" if near else "`anatomatte params` lists all controls."
            raise SettingsError(f"There is no control named {name!r}; {cure}")


def checked(control: Control, value: Any) -> Value:
    """*value* as this control's type, or SettingsError naming value, range and unit."""
    if control.kind == "choice":
        return _checked_choice(control, value)
    if control.kind in ("bool", "button"):
        if isinstance(value, (bool, int)) and value in (0, 1):
            return bool(value)
        raise SettingsError(f"{control.name} = {value!r}: it takes true or false.")
    if control.kind == "text":
        return str(value)
    if control.kind == "rgb":
        if not isinstance(value, (tuple, list)) or len(value) != 3:
            raise SettingsError(f"{control.name} = {value!r}: it takes three numbers, red green blue.")
        red, green, blue = (_checked_number(control, v) for v in value)
        return (red, green, blue)
    number = _checked_number(control, value)
    if control.kind == "int":
        if number != int(number):
            raise SettingsError(f"{control.name} = {value!r}: it takes a whole number.")
        return int(number)
    return number


def _checked_choice(control: Control, value: Any) -> str:
    menu = control.menu()
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < len(menu):
        return menu[value]
    if isinstance(value, str):
        if value in menu:
            return value
        for key, label in control.options:
            if value.casefold() in (key.casefold(), label.casefold()):
                return key
    raise SettingsError(f"{control.name} = {value!r}: it takes one of {', '.join(menu)}.")


def _checked_number(control: Control, value: Any) -> float:
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise SettingsError(f"{control.name} = {value!r}: it takes a number.")
    number = float(value)
    if not math.isfinite(number) or not control.low <= number <= control.high:
        unit = f" {control.unit}" if control.unit else ""
        raise SettingsError(
            f"{control.name} = {value!r} is outside {control.low:g} to {control.high:g}{unit}."
        )
    return number


def from_mapping(values: Mapping[str, Any]) -> Settings:
    """Settings from names and values; absent controls keep their defaults.

    Raises:
        SettingsError: an unknown name (the nearest is suggested) or a value out of range.
    """
    known(values)
    return Settings(**values)


def digest() -> str:
    """SHA-256 (hex) of the whole table; compiled into the .ofx and checked at the handshake."""
    facts = [dataclasses.asdict(control) for control in CONTROLS]
    text = json.dumps(facts, sort_keys=True, ensure_ascii=True, separators=(",", ":"))
    return hashlib.sha256(text.encode()).hexdigest()


def main(argv: list[str]) -> int:
    """``header`` prints params.h, ``digest`` the table's digest."""
    if argv[1:] == ["digest"]:
        print(digest())
    elif argv[1:] == ["header"]:
        from .params_header import header

        print(header())
    else:
        print("usage: python -m anatomatte.settings header|digest", file=sys.stderr)
        return 2
    return 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv))
