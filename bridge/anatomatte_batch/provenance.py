"""Where a picture came from, written into it: enough to make it again and to know whether to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from anatomatte.settings import BY_NAME, Value

PREFIX = "anatomatte:"


@dataclass(frozen=True)
class Provenance:
    """What decides the pixels of one file.

    Attributes:
        node: version, table, engine, precision: strings of the node that renders.
        settings: every control that affects pixels, with its value at the frame.
        frame: the frame's number.
        files: the file that feeds each clip; headers get the names without their folders.
        output: layers, depth and compression of the file.
    """

    node: Mapping[str, str]
    settings: Mapping[str, Value]
    frame: int
    files: Mapping[str, Path]
    output: str

    def attributes(self) -> dict[str, str]:
        """Names and texts for a file's header, the digest of the others last."""
        clips = {name: path.name for name, path in self.files.items() if name != "Source"}
        facts = {
            **self.node,
            "settings": json.dumps(self.settings, sort_keys=True),
            "frame": str(self.frame),
            "source": self.files["Source"].name,
            "clips": json.dumps(clips, sort_keys=True),
            "output": self.output,
        }
        digest = hashlib.sha256(json.dumps(facts, sort_keys=True).encode()).hexdigest()
        return {PREFIX + name: text for name, text in {**facts, "digest": digest}.items()}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything else."""
        return self.attributes()[PREFIX + "digest"]

    def text(self) -> str:
        """All attributes as one JSON text, for files that keep a single description."""
        return json.dumps(self.attributes(), sort_keys=True)


def settings_of(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that decide pixels: not the thread count, the status line or a button."""
    return {name: value for name, value in values.items() if BY_NAME[name].stage != "none"}


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """In words, how a file's provenance differs from what would be rendered now."""
    if PREFIX + "digest" not in old:
        return "was not made by Anatomatte"
    before, after = _settings(old), _settings(new)
    changed = [
        f"{name} {before.get(name)} → {after.get(name)}"
        for name in sorted({*before, *after})
        if before.get(name) != after.get(name)
    ]
    for name in ("version", "table", "engine", "precision", "source", "clips", "output"):
        a, b = old.get(PREFIX + name, ""), new.get(PREFIX + name, "")
        if a != b:
            changed.append(f"{name} {a[:24]} → {b[:24]}")
    return "was made with other settings: " + (", ".join(changed[:4]) or "another frame number")


def _settings(attributes: Mapping[str, str]) -> dict[str, Any]:
    try:
        found = json.loads(attributes.get(PREFIX + "settings", "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
