"""Whether a frame was made with the controls that a preset asks for, each with its value at that frame."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from .presets import Preset
from .provenance import settings_of

_DECIDED = {"input_colour", "output_colour", "output", "screen_kept", "device"}
"""Controls that a render decides by the files, the shot or the machine where nobody sets them."""


def unlike(wanted: Preset, frame: int, told: Mapping[str, Any]) -> list[str]:
    """The controls that a file of *frame* was made with otherwise, each as ``erode 0.0, not 1.0``.

    Args:
        told: the controls in its header; those of an older table may lack some, which are not compared.
    """
    values: dict[str, Any] = json.loads(json.dumps(settings_of(wanted.at(frame))))
    named = {*wanted.settings, *wanted.keys, *(name for one in wanted.ranges for name in one.settings)}
    asked = {
        name: value
        for name, value in values.items()
        if (name in named or name not in _DECIDED) and not (name in _DECIDED and value in ("auto", ""))
    }
    return [
        f"{name} {told[name]}, not {value}"
        for name, value in sorted(asked.items())
        if name in told and told[name] != value
    ]
