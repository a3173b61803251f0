"""Where a picture came from, written into it: enough to make it again and to know whether to."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from anatomatte.decision import parsed
from anatomatte.errors import AnatomatteError, SettingsError
from anatomatte.file_names import shown
from anatomatte.models.store.files import sha256_of
from anatomatte.settings import BY_NAME, Value

from .face_marks import NAMES as _OF_FACES
from .face_marks import PREFIX as PREFIX
from .files import State, state_of
from .node import Account
from .pixel_marks import NAME as MARKS

_CLIPS = {"Source": "source", "CleanPlate": "clean plate", "InM": "core", "OutM": "garbage"}
_FACTS = ("version", "table", "precision", "device", "frame", "output", "shot")

_BY_CONTENT = ("shot_file", "shot_read", "swap_source", "swap_reference")


@dataclass(frozen=True)
class Provenance:
    """What decides the pixels of one file.

    Attributes:
        account: what the node says: versions, weights, other networks.
        settings: every control that affects pixels, with its value at the frame.
        frame: the frame's number.
        files: the file that feeds each clip; headers get the names without their folders.
        output: layers, depth and compression of the file.
        contents: SHA-256 of each clip's file.
        around: digests of the files and controls of other frames that the frame depends on (`around`).
        wanted: the layer that was asked for, of each clip that one was asked for.
        layers: the layer and part that were read, of each clip with layers; told, not compared.
    """

    account: Account
    settings: Mapping[str, Value]
    frame: int
    files: Mapping[str, Path]
    output: str
    contents: Mapping[str, str] = field(default_factory=dict)
    around: Mapping[str, str] = field(default_factory=dict)
    wanted: Mapping[str, str] = field(default_factory=dict)
    layers: Mapping[str, str] = field(default_factory=dict)

    def made_with(self, accounts: Iterable[Account]) -> Provenance:
        """The same with what the node's renders took, instead of what they might have taken."""
        together = Account()
        for one in accounts:
            together = together.with_(one)
        return replace(self, account=together, around=_kept(self.around, self.frame, together))

    def attributes(self) -> dict[str, str]:
        """Names and texts for a file's header, the digest of the others last."""
        clips = {name: shown(path.name) for name, path in self.files.items() if name != "Source"}
        facts = {
            **self.account.facts,
            "weights": _text(self.account.weights),
            "models": _text(self.account.models),
            "neighbours": _text(self.around),
            "settings": _text(self.settings),
            "frame": str(self.frame),
            "source": shown(self.files["Source"].name),
            "clips": _text(clips),
            "contents": _text(self.contents),
            "output": self.output,
            **({"layer": _text(self.wanted)} if self.wanted else {}),
            **({"layers": _text(self.layers)} if self.layers else {}),
        }
        digest = _digest(facts)
        return {PREFIX + name: text for name, text in {**facts, "digest": digest}.items()}

    @property
    def digest(self) -> str:
        """SHA-256 (hex) of everything else."""
        return self.attributes()[PREFIX + "digest"]


def coherent(attributes: Mapping[str, str]) -> bool:
    """Whether a file's attributes are those that its digest was taken of; True where there is none."""
    told = {name.removeprefix(PREFIX): text for name, text in attributes.items() if name != MARKS}
    digest = told.pop("digest", "")
    return not digest or digest == _digest(told)


def _digest(facts: Mapping[str, str]) -> str:
    """SHA-256 (hex) of facts; an EXR does not keep those that are empty."""
    return hashlib.sha256(_text({name: text for name, text in facts.items() if text}).encode()).hexdigest()


def sides(frame: int, window: int) -> tuple[int, ...]:
    """The frames at most *window* away."""
    return tuple(n for n in range(frame - window, frame + window + 1) if n != frame)


def _kept(around: Mapping[str, str], frame: int, account: Account) -> dict[str, str]:
    """What of other frames the node says that it took: in its window all, else plates."""
    window = set(sides(frame, account.window))
    plates = {*account.neighbours, *account.absent, *window}
    found = {}
    for key, digest in around.items():
        number, _, what = key.partition(" ")
        if int(number) in (window if what else plates):
            found[key] = digest
    return found


def settings_of(values: Mapping[str, Value]) -> dict[str, Value]:
    """The values that decide pixels: not the thread count, the status line, a button, or the path of a file
    whose content the account tells."""
    rows = {name: BY_NAME[name] for name in values}
    return {n: v for n, v in values.items() if rows[n].stage != "none" and n not in _BY_CONTENT}


def content(path: Path) -> str:
    """SHA-256 (hex) of a file, taken once for a path and state; empty of an unreadable one,
    whose frame fails when it is read."""
    try:
        return _content(path, state_of(path))
    except (OSError, AnatomatteError):
        return ""


@lru_cache(maxsize=65536)
def _content(path: Path, state: State) -> str:
    return sha256_of(path)


def difference(old: Mapping[str, str], new: Mapping[str, str]) -> str:
    """Why a file is not what would be rendered now, a short code first; empty when it is.

    Args:
        old: the file's attributes: networks and neighbours that its frame took.
        new: what would be rendered, with all networks and neighbours that it might take.
    """
    reasons = _settings(old, new)
    for name in (*_FACTS, *_OF_FACES):
        a, b = old.get(PREFIX + name, ""), new.get(PREFIX + name, "")
        if a != b:
            reasons.append(f"{name} ({_short(a)} → {_short(b)})" if name != "table" else name)
    for name, code in (("weights", "weights"), ("models", "model"), ("neighbours", "neighbours")):
        before, after = _read(old, name), _read(new, name)
        if PREFIX + name not in old or any(after.get(key) != digest for key, digest in before.items()):
            reasons.append(code)
    if _read(old, "layer") != _read(new, "layer"):
        reasons.append("layer")
    before, after = _read(old, "contents"), _read(new, "contents")
    changed = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    reasons += [_CLIPS.get(name, name.lower()) for name in changed]
    return ", ".join(reasons)


def together(records: Iterable[Provenance], how: str) -> dict[str, str]:
    """One digest for each reason, of all frames of a video and *how* it is written."""
    found: dict[str, Any] = {}
    for record in records:
        attributes = record.attributes()
        found.setdefault("settings", []).append(_text({**record.settings, **meant(record.settings)}))
        for name in (*_FACTS, "weights", "models", "neighbours"):
            found.setdefault("model" if name == "models" else name, []).append(attributes.get(PREFIX + name))
        for name in _OF_FACES:
            if PREFIX + name in attributes:
                found.setdefault(name, []).append(attributes[PREFIX + name])
        if record.wanted:
            found.setdefault("layer", []).append(_text(record.wanted))
        for name, digest in record.contents.items():
            found.setdefault(_CLIPS.get(name, name.lower()), []).append(digest)
    found["output"] = [*found.get("output", []), how]
    return {name: hashlib.sha256(_text(told).encode()).hexdigest() for name, told in found.items()}


def _settings(old: Mapping[str, str], new: Mapping[str, str]) -> list[str]:
    before, after = ({**told, **meant(told)} for told in (_read(old, "settings"), _read(new, "settings")))
    names = [name for name in sorted({*before, *after}) if before.get(name) != after.get(name)]
    if not names:
        return []
    told = ", ".join(f"{name} {before.get(name)} → {after.get(name)}" for name in names[:4])
    more = f" and {len(names) - 4} more" if len(names) > 4 else ""
    return [f"settings ({told}{more})"]


def _short(text: str) -> str:
    """A value for a line, cut where it is long; a word for none."""
    return f"{text[:23]}…" if len(text) > 24 else text or "none"


def meant(told: Mapping[str, Any]) -> dict[str, Any]:
    """What of a kept decision on a screen decides pixels: yes or no, and the screen's colour."""
    try:
        kept = parsed(str(told.get("screen_kept", "")))
    except SettingsError:
        return {}
    if kept is None:
        return {}
    return {"screen_kept": f"a screen of {kept.colour}" if kept.screen else "no screen"}


def _text(facts: Any) -> str:
    return json.dumps(facts, sort_keys=True)


def _read(attributes: Mapping[str, str], name: str) -> dict[str, Any]:
    try:
        found = json.loads(attributes.get(PREFIX + name, "{}"))
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}
