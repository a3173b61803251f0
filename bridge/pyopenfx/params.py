"""Parameters: what a plug-in describes, and their values in an instance."""

from __future__ import annotations

import difflib
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from . import _host
from .errors import ParamError

_HUGE = 1e300
_INT_LIMITS = (-(2**31), 2**31 - 1)
_UNITS = {
    "OfxParamDoubleTypeAngle": "degrees",
    "OfxParamDoubleTypeTime": "frames",
    "OfxParamDoubleTypeAbsoluteTime": "frames",
    "OfxParamDoubleTypeX": "px",
    "OfxParamDoubleTypeXAbsolute": "px",
    "OfxParamDoubleTypeY": "px",
    "OfxParamDoubleTypeYAbsolute": "px",
    "OfxParamDoubleTypeXY": "px",
    "OfxParamDoubleTypeXYAbsolute": "px",
}
_KINDS = {
    "OfxParamTypeInteger": "int",
    "OfxParamTypeDouble": "double",
    "OfxParamTypeBoolean": "bool",
    "OfxParamTypeChoice": "choice",
    "OfxParamTypeStrChoice": "strchoice",
    "OfxParamTypeRGBA": "rgba",
    "OfxParamTypeRGB": "rgb",
    "OfxParamTypeDouble2D": "double2d",
    "OfxParamTypeInteger2D": "int2d",
    "OfxParamTypeDouble3D": "double3d",
    "OfxParamTypeInteger3D": "int3d",
    "OfxParamTypeString": "string",
    "OfxParamTypeCustom": "custom",
    "OfxParamTypeBytes": "bytes",
    "OfxParamTypeGroup": "group",
    "OfxParamTypePage": "page",
    "OfxParamTypePushButton": "button",
    "OfxParamTypeParametric": "parametric",
}
VALUELESS = ("group", "page", "button", "parametric")


class ParamDescription:
    """One parameter as the plug-in describes it; `properties` reads any property by name."""

    def __init__(self, core: _host.Param) -> None:
        self.core = core

    @property
    def name(self) -> str:
        return self.core.name

    @property
    def kind(self) -> str:
        """A short word: "double", "int", "bool", "choice", "strchoice", "rgb", "rgba", "double2d",
        "double3d", "int2d", "int3d", "string", "custom", "bytes", "group", "page", "button", "parametric"."""
        return _KINDS.get(self.core.type, self.core.type)

    @property
    def properties(self) -> dict[str, list[Any]]:
        return self.core.properties.as_dict()

    def _first(self, name: str, fallback: Any = None) -> Any:
        values = self.core.properties.get(name)
        return values[0] if values else fallback

    @property
    def label(self) -> str:
        return str(self._first("OfxPropLabel", self.name))

    @property
    def hint(self) -> str:
        return str(self._first("OfxParamPropHint", ""))

    @property
    def unit(self) -> str:
        """What a number counts ("px", "degrees", "frames"), or ""."""
        return _UNITS.get(self._first("OfxParamPropDoubleType", ""), "")

    @property
    def parent(self) -> str:
        """Name of the group that holds it, or ""."""
        return str(self._first("OfxParamPropParent", ""))

    @property
    def children(self) -> list[str]:
        """Names of the parameters on a page, in its order; other kinds have none."""
        return self.core.properties.get("OfxParamPropPageChild")

    @property
    def animates(self) -> bool:
        return bool(self._first("OfxParamPropAnimates", 0))

    @property
    def secret(self) -> bool:
        return bool(self._first("OfxParamPropSecret", 0))

    @property
    def enabled(self) -> bool:
        return bool(self._first("OfxParamPropEnabled", 1))

    @property
    def options(self) -> list[str]:
        """Labels of a choice."""
        return list(self.core.properties.get("OfxParamPropChoiceOption"))

    @property
    def keys_of_options(self) -> list[str]:
        """Enum keys of a choice, where the plug-in publishes them."""
        return self.core.properties.get("OfxParamPropChoiceEnum")

    @property
    def default(self) -> Any:
        values = self.core.properties.get("OfxParamPropDefault")
        if self.kind in VALUELESS or self.kind == "bytes" or not values:
            return None
        if self.kind == "bool":
            return bool(values[0])
        return values[0] if self.core.count == 1 else tuple(values)

    @property
    def range(self) -> tuple[Any, Any] | None:
        """(low, high), numbers or tuples of them; None where the plug-in sets no limit."""
        low = self.core.properties.get("OfxParamPropMin")
        high = self.core.properties.get("OfxParamPropMax")
        if not low or not high or not any(map(_limits, (*low, *high))):
            return None
        if self.core.count == 1:
            return (low[0], high[0])
        return (tuple(low), tuple(high))

    def __repr__(self) -> str:
        return f"<{self.kind} {self.name}>"


def passes(text: str) -> bool:
    """Whether a text can be a C string; bytes that are no UTF-8 pass as Python has them in file names."""
    try:
        return b"\0" not in text.encode("utf-8", "surrogateescape")
    except UnicodeEncodeError:
        return False


def _limits(value: float) -> bool:
    return abs(value) < _HUGE and value not in _INT_LIMITS


class Param(ParamDescription):
    """One parameter of an instance: its value, its key frames."""

    def __init__(self, core: _host.Param, now: Callable[[], float], changed: Callable[[str], None]) -> None:
        super().__init__(core)
        self._now = now
        self._changed = changed
        self.animates_text = True
        self.locked = False  # a host that shows it to nobody lets nobody set it

    @property
    def value(self) -> Any:
        """The value at the instance's time: number, bool, tuple of numbers, index of a choice, text."""
        return self.at(self._now())

    def at(self, time: float) -> Any:
        """The value at a time: linear between keys for numbers, colours and points, else held."""
        self._must_hold_values()
        value = self.core.value(time)
        return bool(value) if self.kind == "bool" else value

    @property
    def label_of_value(self) -> str:
        """The label of a choice's value at the instance's time."""
        return self.options[int(self.value)]

    def set(self, value: Any, time: float | None = None) -> None:
        """Sets a constant (which removes all keys), or with `time` a key frame there.

        Raises ParamError for a value of another type or out of range.
        """
        self._must_hold_values()
        if self.locked:
            raise ParamError(f"{self.name} is hidden, and this host sets no hidden parameter.")
        checked = self._checked(value)
        if time is None:
            self.core.set_constant(checked)
        elif not self.animates or (self.kind in ("string", "strchoice") and not self.animates_text):
            raise ParamError(f"{self.name} does not animate; set it without a time.")
        else:
            self.core.set_key(float(time), checked)
        self._changed(self.name)

    def hold(self, values: Mapping[float, Any]) -> None:
        """Gives it a value for each of some times, whether or not it animates: for hosts that decide every
        value by the frame.  Between the times it is as between keys."""
        self._must_hold_values()
        checked = {float(time): self._checked(value) for time, value in values.items()}
        self.core.delete_keys()
        for time, value in checked.items():
            self.core.set_key(time, value)
        self._changed(self.name)

    def copy_value(self, other: Param, time: float) -> None:
        """Gives another instance's parameter the value of this one at a time; nobody is told."""
        if self.kind not in VALUELESS:
            other.core.set_constant(self.core.value(time))
        elif self.kind == "parametric":
            for index, points in enumerate(self.curves):
                other.core.set_curve(index, points)

    def scale_default(self, project_size: Sequence[float], positions: bool = False) -> None:
        """Takes a default given in fractions of the project (width, height) into canonical units;
        with `positions` that of any position."""
        system = self._first("OfxParamPropDefaultCoordinateSystem", "")
        place = positions and self.kind == "double2d" and self.unit == "px"
        if system == "OfxParamCoordinatesNormalised" or place:
            width, height = project_size
            along = {"X": (width,), "Y": (height,), "XAbsolute": (width,), "YAbsolute": (height,)}
            kind = str(self._first("OfxParamPropDoubleType", "")).removeprefix("OfxParamDoubleType")
            sizes = along.get(kind, (width, height))
            values = self.core.properties.get("OfxParamPropDefault")
            scaled = tuple(v * s for v, s in zip(values, sizes, strict=False))
            self.core.set_constant(scaled[0] if self.core.count == 1 else scaled)

    @property
    def keys(self) -> list[float]:
        """Times of the key frames, in order."""
        return self.core.keys()

    def delete_key(self, time: float) -> None:
        """Removes the key at a time; ParamError where there is none."""
        if not self.core.delete_key(float(time)):
            raise ParamError(f"{self.name} has no key at {time:g}; its keys are at {self.keys}.")
        self._changed(self.name)

    def delete_keys(self) -> None:
        """Removes every key; the first one's value stays."""
        self.core.delete_keys()
        self._changed(self.name)

    @property
    def curves(self) -> list[dict[float, float]]:
        """Control points of a parametric parameter's curves: value by position, straight between."""
        self._must_be_parametric()
        return [self.core.curve(index) for index in range(self.core.curve_count)]

    def set_curve(self, index: int, points: Mapping[float, float]) -> None:
        """Gives a parametric parameter's curve other control points: value by position."""
        self._must_be_parametric()
        if not 0 <= index < self.core.curve_count:
            raise ParamError(f"{self.name} has {self.core.curve_count} curves, not one of number {index}.")
        self.core.set_curve(index, {float(key): float(value) for key, value in points.items()})
        self._changed(self.name)

    def _must_be_parametric(self) -> None:
        if self.kind != "parametric":
            raise ParamError(f"{self.name} is a {self.kind} and has no curves.")

    def press(self) -> None:
        """Presses a push button, as a user does."""
        if self.kind != "button":
            raise ParamError(f"{self.name} is a {self.kind}, not a push button.")
        self._changed(self.name)

    def _must_hold_values(self) -> None:
        if self.kind in VALUELESS:
            raise ParamError(f"{self.name} is a {self.kind} and holds no value.")

    def _checked(self, value: Any) -> Any:
        kind = self.kind
        if kind == "choice":
            return self._option(value)
        if kind in ("string", "custom", "strchoice"):
            return self._text(value)
        if kind == "bytes":
            if isinstance(value, (bytes, bytearray, memoryview)):
                return bytes(value)
            raise ParamError(f"{self.name} takes bytes, not {value!r}.")
        if kind == "bool":
            if value in (0, 1):
                return int(value)
            raise ParamError(f"{self.name} takes True or False, not {value!r}.")
        return self._numbers(value)

    def _text(self, value: Any) -> str:
        if not isinstance(value, str):
            raise ParamError(f"{self.name} takes text, not {value!r}.")
        if not passes(value):
            raise ParamError(
                f"{self.name} takes text without a zero byte or half a surrogate, not {value!r}."
            )
        if self.kind == "strchoice":
            keys = self.keys_of_options or self.options
            if value in keys:
                return value
            if value in self.options:
                return keys[self.options.index(value)]
            raise ParamError(_no_option(self.name, value, keys))
        return value

    def _option(self, value: Any) -> int:
        labels, keys = self.options, self.keys_of_options
        if isinstance(value, str):
            for names in (keys, labels):
                if value in names:
                    return names.index(value)
            raise ParamError(_no_option(self.name, value, keys or labels))
        index = self._number(value)
        if not 0 <= index < len(labels):
            raise ParamError(
                f"{self.name} = {value!r} is outside 0 to {len(labels) - 1} ({', '.join(labels)})."
            )
        return int(index)

    def _numbers(self, value: Any) -> Any:
        count = self.core.count
        if count == 1:
            return self._in_range(self._number(value), 0)
        if isinstance(value, str) or not hasattr(value, "__len__") or len(value) != count:
            raise ParamError(f"{self.name} takes {count} numbers, not {value!r}.")
        return tuple(self._in_range(self._number(v), i) for i, v in enumerate(value))

    def _number(self, value: Any) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = float("nan")
        whole = self.core.whole and number != number // 1
        if number != number or isinstance(value, str) or whole:
            what = "a whole number" if self.core.whole else "a number"
            raise ParamError(f"{self.name} takes {what}, not {value!r}.")
        return number

    def _in_range(self, number: float, i: int) -> float:
        low, high = (self.core.properties.get(f"OfxParamProp{end}") for end in ("Min", "Max"))
        if low and high and not low[i] <= number <= high[i]:
            unit = f" {self.unit}" if self.unit else ""
            raise ParamError(f"{self.name} = {number:.10g}{unit} is outside {_span(low[i], high[i])}{unit}.")
        return number


def _span(low: float, high: float) -> str:
    if not _limits(low):
        return f"the range up to {high:g}"
    if not _limits(high):
        return f"the range from {low:g}"
    return f"{low:g} to {high:g}"


def _no_option(name: str, value: str, options: Sequence[str]) -> str:
    near = difflib.get_close_matches(value, options, 1)
    hint = f"; did you mean {near[0]!r}?" if near else "."
    return f"{name} has no option {value!r} among {', '.join(map(repr, options))}{hint}"


class Params:
    """An instance's parameters, as attributes and items.

    `params.gain = 2` sets a constant; `params.gain` (or `params["gain"]`) is the Param: its
    `value`, range, label, and key frames (`params.gain.set(2, time=10)`).
    """

    _all: dict[str, Param]

    def __init__(self, params: dict[str, Param]) -> None:
        object.__setattr__(self, "_all", params)

    def __getitem__(self, name: str) -> Param:
        if name not in self._all:
            near = difflib.get_close_matches(name, self._all, 1)
            hint = f"; did you mean {near[0]}?" if near else f" among {', '.join(self._all)}."
            raise ParamError(f"There is no parameter {name}{hint}")
        return self._all[name]

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return self[name]

    def __setattr__(self, name: str, value: Any) -> None:
        self[name].set(value)

    def __setitem__(self, name: str, value: Any) -> None:
        self[name].set(value)

    def __iter__(self) -> Iterator[str]:
        return iter(self._all)

    def __len__(self) -> int:
        return len(self._all)

    def __contains__(self, name: object) -> bool:
        return name in self._all

    def __dir__(self) -> list[str]:
        return [*super().__dir__(), *self._all]

    def values(self, time: float) -> dict[str, Any]:
        """Every value at a time, by name."""
        return {name: p.at(time) for name, p in self._all.items() if p.kind not in VALUELESS}
